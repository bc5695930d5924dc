import NextAuth from 'next-auth'
import Providers from 'next-auth/providers'

const secret = '0123456789abcdef0123456789abcdef'

// v3 would warn at each request that it made the signing key from the secret, as nextauth.fcgi does.
const logger = { error: console.error, warn() {}, debug() {} }

export default NextAuth({
  secret,
  jwt: { secret },
  logger,
  session: { jwt: true },
  providers: [Providers.GitHub({ clientId: 'client', clientSecret: 'secret' })]
})
