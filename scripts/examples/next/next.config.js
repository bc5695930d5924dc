// In place of pages/api/auth/[...nextauth].js: nextauth.fcgi, behind a web server of this machine.
module.exports = {
  async rewrites() {
    return [{ source: '/api/auth/:path*', destination: `${process.env.NEXTAUTH_URL_INTERNAL}/:path*` }]
  }
}
