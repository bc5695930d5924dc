// The one-file executable in an empty root, where names resolve and nothing of this machine can be loaded.
import '../support/own_network.mjs'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import http from 'node:http'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { devices, enterEmptyRoot, oneFile } from '../support/empty_root.mjs'
import { makeCertificates } from '../support/mail_server.mjs'
import { startNameServer } from '../support/name_server.mjs'
import { startProvider } from '../support/oidc_provider.mjs'
import { buildFolder, temporaryFolder } from '../support/process.mjs'
import { startSite } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'
import { signInJourney } from './signin_journey.mjs'

const name = 'op.example.test'

/** The provider's address as the program knows it: https, and a name. */
async function startTls(certificates, issuer) {
  const server = https.createServer(certificates, (request, response) => {
    const onward = http.request(new URL(request.url, issuer), { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    onward.once('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `https://${name}:${server.address().port}`,
    stop: () => new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  }
}

/** Plain OAuth 2.0: the browser goes where the provider really is, the program asks at `origin`. */
const entry = (provider, origin) => ({
  id: 'demo', name: 'Demo', type: 'oauth', version: '2.0', protection: ['state', 'pkce'], scope: 'openid profile email',
  authorizationUrl: `${provider.issuer}/auth?response_type=code`, accessTokenUrl: `${origin}/token`, profileUrl: `${origin}/me`,
  profile: { id: 'sub', name: 'name', email: 'email', image: 'picture' },
  clientId: provider.clientId, clientSecret: provider.clientSecret
})

/** A site whose provider is found by name and asked over TLS. */
async function startAll(way, { listen, prepare }) {
  const certificates = makeCertificates([name])
  const provider = await startProvider()
  const tls = await startTls(certificates, provider.issuer)
  const names = await startNameServer({ name, address: '127.0.0.1', listen })
  const site = await startSite(way, {
    prepare: (site) => prepare(site, certificates),
    configure: ({ url }) => ({ url, database: 'sqlite:auth.db', providers: [entry(provider, tls.origin)] })
  })
  provider.allow(`${site.url}/callback/demo`)
  return { site, names, stop: async () => {
    await site.stop()
    await Promise.all([names, tls, provider].map((one) => one.stop()))
  } }
}

const roots = [
  // Lookups that nsswitch.conf names are this machine's libraries: they must not matter.
  { way: 'lighttpd-socket', what: 'the name server of resolv.conf', listen: '127.0.0.77',
    files: { '/etc/resolv.conf': 'nameserver 127.0.0.77\n', '/etc/nsswitch.conf': 'hosts: resolve [!UNAVAIL=return] mdns4_minimal [NOTFOUND=return] nis\n' } },
  { way: 'lighttpd-cgi', what: 'a name server on this machine', listen: '127.0.0.1' },
  { way: 'lighttpd-cgi', what: 'Linux 3.10', listen: '127.0.0.1', oldKernel: true }
]

for (const { way, what, listen, files = {}, oldKernel } of roots) {
  describe(`an empty root, ${way}, ${what}`, () => {
    let all
    before(async () => {
      all = await startAll(way, { listen, prepare: (site, { authority }) => enterEmptyRoot(site, { authority, files, oldKernel }) })
    })
    after(() => all?.stop())

    signInJourney(() => all.site)

    it('asked the name server', () => assert.ok(all.names.asked.includes(name), all.names.asked.join()))

    it('had nothing else in its root', () => {
      const { root, configFile } = all.site
      const found = readdirSync(root, { recursive: true }).filter((file) => !statSync(path.join(root, file)).isDirectory())
      const own = ['nextauth.fcgi', path.basename(configFile), 'etc/ssl/cert.pem', ...Object.keys(files).map((file) => file.slice(1))]
      const database = ['auth.db', 'auth.db-shm', 'auth.db-wal']
      assert.deepEqual(found.filter((file) => !database.includes(file)).sort(), [...own, ...(oldKernel ? devices.map((file) => file.slice(1)) : [])].sort())
    })

    if (oldKernel) {
      it('was refused the calls that came later', () => {
        assert.match(readFileSync(all.site.trace, 'utf8'), /^\d+ +getrandom\(.* ENOSYS .*\(INJECTED\)$/m)
      })
    }
  })
}

it('a name server that is silent is waited for no longer than a provider', { timeout: 60000 }, async () => {
  const listen = '127.0.0.78'
  const names = await startNameServer({ name, listen, silent: true })
  const files = { '/etc/resolv.conf': `nameserver ${listen}\noptions timeout:30 attempts:5\n` }
  const site = await startSite('lighttpd-socket', {
    prepare: (site) => enterEmptyRoot(site, { authority: makeCertificates().authority, files }),
    configure: ({ url }) => ({ url, database: 'sqlite:auth.db', providers: [{ id: 'demo', name: 'Demo', type: 'oauth', issuer: `https://${name}`, clientId: 'app', clientSecret: 'secret' }] })
  })
  try {
    const visitor = new Visitor(site)
    const began = Date.now()
    assert.equal((await visitor.startSignIn()).location, `${site.url}/error?error=OAuthSignin`)
    assert.ok(Date.now() - began < 20000, `${Date.now() - began} ms`)
    await site.says(/the host name was not found in time/)
    assert.ok(names.asked.includes(name))
  } finally {
    await site.stop()
    await names.stop()
  }
})

describe('the one file', () => {
  const readelf = (...options) => execFileSync('readelf', ['--wide', ...options, oneFile], { encoding: 'utf8' })

  it('is at most 16 MiB', () => assert.ok(statSync(oneFile).size <= 16 << 20, `${statSync(oneFile).size}`))

  it('asks for no library and no loader', () => {
    assert.match(readelf('--file-header'), /Type: +DYN/)
    assert.doesNotMatch(readelf('--program-headers'), /INTERP/)
    const dynamic = readelf('--dynamic')
    assert.match(dynamic, /FLAGS_1.* PIE/)
    assert.doesNotMatch(dynamic, /NEEDED/)
  })

  it('keeps what the ordinary executable is hardened with', () => {
    assert.match(readelf('--program-headers'), /GNU_RELRO/)
    assert.match(readelf('--program-headers'), /GNU_STACK +\S+ \S+ \S+ \S+ \S+ RW /)
    assert.match(readelf('--dynamic'), /BIND_NOW/)
  })

  it('is stripped', () => assert.doesNotMatch(readelf('--section-headers'), /\.symtab|\.debug/))

  it('asks for no kernel above 3.10', () => {
    const [, major, minor] = /ABI: (\d+)\.(\d+)/.exec(readelf('--notes'))
    assert.ok(Number(major) < 3 || (Number(major) === 3 && Number(minor) <= 10), `${major}.${minor}`)
  })

  it('asks for no processor above the first x86-64', () => assert.match(readelf('--notes'), /x86 ISA needed: x86-64-baseline\n/))

  /** What it says as `check` of this configuration, in a root where there is nothing but the two. */
  function checkInEmptyRoot(configuration) {
    const root = temporaryFolder()
    mkdirSync(path.join(root, 'cgi-bin'))
    copyFileSync(oneFile, path.join(root, 'cgi-bin/nextauth.fcgi'))
    writeFileSync(path.join(root, 'cgi-bin/.htnextauth.json'), JSON.stringify(configuration))
    const args = ['--user', '--map-root-user', `--root=${root}`, '/cgi-bin/nextauth.fcgi', 'check']
    return execFileSync('unshare', args, { encoding: 'utf8', env: {} })
  }

  it('finds its configuration beside itself, also where no /proc tells it where that is', () =>
    assert.match(checkInEmptyRoot({ url: 'https://example.com', providers: [] }), /^\/cgi-bin\/\.htnextauth\.json: well; /))

  it('knows international domains, also where no libidn2 is installed', () => {
    const email = { id: 'email', server: 'smtp://mail.bücher.example', from: 'noreply@bücher.example' }
    assert.match(checkInEmptyRoot({ url: 'https://example.com', providers: [email] }), /\.htnextauth\.json: well; /)
  })

  it('has no more calls that may load libraries than are known', () => {
    const warned = [...readFileSync(path.join(buildFolder, 'dist/link.log'), 'utf8').matchAll(/Using '(\w+)' in statically linked/g)]
    // dlopen: OpenSSL's modules, named by its configuration file; gethostbyname: libfcgi, to connect; getaddrinfo: keep_lookups_inside.
    assert.deepEqual([...new Set(warned.map(([, call]) => call))].sort(), ['dlopen', 'getaddrinfo', 'gethostbyname'])
  })
})
