// Providers behind TLS: only one whose certificate is good for its name is told a secret.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { makeCertificates } from '../support/mail_server.mjs'
import { temporaryFolder } from '../support/process.mjs'
import { startSite } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'

const timeout = 20000

/** A certificate for 127.0.0.1 that nobody has signed but itself; with -1 days it has ended. */
function signedByItself(days) {
  const folder = temporaryFolder()
  const file = (name) => path.join(folder, name)
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' })
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file('key'), '-out', file('request'), '-subj', '/CN=127.0.0.1')
  writeFileSync(file('names'), 'subjectAltName=IP:127.0.0.1\n')
  openssl('x509', '-req', '-in', file('request'), '-signkey', file('key'), '-days', String(days), '-extfile', file('names'), '-out', file('cert'))
  return { key: readFileSync(file('key'), 'utf8'), cert: readFileSync(file('cert'), 'utf8') }
}

/** A provider's discovery document behind TLS; `hits` counts the requests that got through. */
async function startTls({ key, cert, host = '127.0.0.1', ...options }) {
  const provider = { hits: 0 }
  const server = https.createServer({ key, cert, ...options }, (request, response) => {
    provider.hits++
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({
      issuer: provider.issuer, authorization_endpoint: `${provider.issuer}/auth`, token_endpoint: `${provider.issuer}/token`,
      jwks_uri: `${provider.issuer}/jwks`, id_token_signing_alg_values_supported: ['RS256']
    }))
  })
  server.on('tlsClientError', () => {})
  await new Promise((resolve) => server.listen(0, host, resolve))
  provider.issuer = `https://${host}:${server.address().port}`
  provider.stop = () => new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
  return provider
}

describe('a provider behind TLS', () => {
  let site
  const providers = {}
  before(async () => {
    const good = makeCertificates()
    const stranger = makeCertificates()
    const alone = signedByItself(2)
    const known = signedByItself(2)
    const ended = signedByItself(-1)
    providers.good = await startTls(good)
    providers.stranger = await startTls(stranger)
    providers.alone = await startTls(alone)
    providers.known = await startTls(known)
    providers.ended = await startTls(ended)
    providers.elsewhere = await startTls({ ...good, host: '127.0.0.2' })
    providers.old = await startTls({ ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
    // The one that has ended is trusted as `known` is, so that its end is all that is wrong with it.
    const trusted = path.join(temporaryFolder(), 'trusted.pem')
    writeFileSync(trusted, readFileSync(good.authority, 'utf8') + known.cert + ended.cert, { mode: 0o644 })
    chmodSync(path.dirname(trusted), 0o755)
    site = await startSite('lighttpd-socket', {
      env: { SSL_CERT_FILE: trusted },
      configure: ({ url }) => ({
        url,
        database: 'sqlite:auth.db',
        providers: Object.entries(providers).map(([id, { issuer }]) => ({ id, name: id, type: 'oauth', issuer, clientId: 'app', clientSecret: 'secret' }))
      })
    })
  })
  after(async () => {
    await site?.stop()
    for (const provider of Object.values(providers)) await provider.stop()
  })

  it('with a good certificate is asked', { timeout }, async () => {
    for (const id of ['good', 'known']) {
      assert.ok((await new Visitor(site).startSignIn(id)).location.startsWith(`${providers[id].issuer}/auth?`))
      assert.equal(providers[id].hits, 1)
    }
  })

  const wrong = {
    stranger: 'of an authority that nobody here knows',
    alone: 'that only it itself has signed',
    ended: 'that has ended',
    elsewhere: 'for another address'
  }
  for (const [id, what] of Object.entries(wrong)) {
    it(`with a certificate ${what} is told nothing`, { timeout }, async () => {
      assert.equal((await new Visitor(site).startSignIn(id)).location, `${site.url}/error?error=OAuthSignin`)
      await site.says(new RegExp(`provider=${id}.*reason=.*${providers[id].issuer}`))
      assert.equal(providers[id].hits, 0)
    })
  }

  it('that can only TLS 1.1 is told nothing', { timeout }, async () => {
    assert.equal((await new Visitor(site).startSignIn('old')).location, `${site.url}/error?error=OAuthSignin`)
    assert.equal(providers.old.hits, 0)
  })
})
