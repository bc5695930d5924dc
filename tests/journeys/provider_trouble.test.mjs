// Providers that are down, slow, broken or lying: the visitor gets an error page, the log says why, everybody else goes on.
import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { after, afterEach, before, describe, it } from 'node:test'
import { freePort, until } from '../support/process.mjs'
import { startSite } from '../support/server.mjs'
import { answerTo, atHash, startStub } from '../support/stub_provider.mjs'
import { Visitor } from '../support/visitor.mjs'

describe('a provider in trouble', () => {
  let stub
  let site
  let nobodyThere
  before(async () => {
    stub = await startStub()
    nobodyThere = `http://127.0.0.1:${await freePort()}`
    site = await startSite('lighttpd-fastcgi', {
      configure: ({ url }) => ({
        url,
        database: 'sqlite:auth.db',
        providers: [
          stub.entry(),
          stub.entry({ id: 'gone', issuer: nobodyThere }),
          stub.entry({ id: 'userinfo', idToken: false }),
          stub.plainEntry({ id: 'plain' }),
          stub.plainEntry({ id: 'unreachable', accessTokenUrl: `${nobodyThere}/token` })
        ]
      })
    })
  })
  after(async () => {
    await site?.stop()
    await stub?.stop()
  })
  afterEach(() => stub.reset())

  /** A sign-in up to the answer to the callback. `more`: further parameters of the provider's answer. */
  async function signIn(provider = 'stub', more = {}) {
    const visitor = new Visitor(site)
    const started = await visitor.startSignIn(provider)
    const answer = await visitor.get(answerTo(started.location, more))
    return { visitor, answer }
  }

  /** Ends at the error page with `code`, without a session; a log line that is new since then matches `why`. */
  async function fails(code, why, attempt) {
    const old = site.log().length
    const { visitor, answer } = await attempt()
    assert.equal(answer.status, 302, answer.text)
    assert.equal(answer.location, `${site.url}/error?error=${code}`)
    assert.equal(visitor.sessionCookie, undefined)
    await until(`the log says ${why}`, () => why.test(site.log().slice(old)), { seconds: 3 })
  }

  const answersToken = (make) => stub.on('/token', ({ json, form }) => json(make(form.get('code'))))

  it('is no trouble when it answers well', { timeout: 20000 }, async () => {
    const { visitor, answer } = await signIn()
    assert.equal(new URL(answer.location).pathname, '/')
    assert.equal((await visitor.session()).user.name, 'Stub User')
    answersToken((nonce) => stub.tokens(stub.idToken(stub.claims(nonce, { at_hash: atHash('stub-access-token'), aud: ['stub-client'], azp: 'stub-client' }))))
    assert.equal(new URL((await signIn()).answer.location).pathname, '/')
  })

  const lies = {
    'is signed with another key': [/signature|verif/i, (nonce) => stub.idToken(stub.claims(nonce), { with: stub.otherKey })],
    'is not signed': [/alg|none|signature/i, (nonce) => stub.idToken(stub.claims(nonce), { header: { alg: 'none' } })],
    'is signed with the client secret': [/alg|HS256/i, (nonce) => stub.idToken(stub.claims(nonce), { header: { alg: 'HS256' }, with: stub.clientSecret })],
    'is signed with the public key as a secret': [/alg|HS256/i, (nonce) => stub.idToken(stub.claims(nonce), { header: { alg: 'HS256' }, with: stub.publicKeyPem })],
    'is signed with a key nobody knows': [/key|kid/i, (nonce) => stub.idToken(stub.claims(nonce), { header: { kid: 'unknown' } })],
    'has a critical header': [/crit/i, (nonce) => stub.idToken(stub.claims(nonce), { header: { crit: ['b64'], b64: true } })],
    'is of another issuer': [/iss/i, (nonce) => stub.idToken(stub.claims(nonce, { iss: `${stub.issuer}/` }))],
    'is for another client': [/aud/i, (nonce) => stub.idToken(stub.claims(nonce, { aud: 'other' }))],
    'is for two clients': [/aud|azp/i, (nonce) => stub.idToken(stub.claims(nonce, { aud: ['stub-client', 'other'] }))],
    'was asked for by another': [/azp/i, (nonce) => stub.idToken(stub.claims(nonce, { azp: 'other' }))],
    'is of another sign-in': [/nonce/i, () => stub.idToken(stub.claims('another'))],
    'has no nonce': [/nonce/i, () => stub.idToken(stub.claims(undefined))],
    'has expired': [/exp/i, (nonce) => stub.idToken(stub.claims(nonce, { exp: Math.floor(Date.now() / 1000) - 3600 }))],
    'expires never': [/exp/i, (nonce) => stub.idToken(stub.claims(nonce, { exp: undefined }))],
    'expires at a text': [/exp/i, (nonce) => stub.idToken(stub.claims(nonce, { exp: '9999999999' }))],
    'was issued tomorrow': [/iat/i, (nonce) => stub.idToken(stub.claims(nonce, { iat: Math.floor(Date.now() / 1000) + 86400 }))],
    'is about nobody': [/sub/i, (nonce) => stub.idToken(stub.claims(nonce, { sub: '' }))],
    'belongs to another access token': [/at_hash/i, (nonce) => stub.idToken(stub.claims(nonce, { at_hash: atHash('other') }))],
    'is no JWT': [/id_token|JWT|token/i, () => 'abc'],
    'is missing': [/id_token/i, () => undefined]
  }
  for (const [what, [why, make]] of Object.entries(lies)) {
    it(`is refused when its id_token ${what}`, { timeout: 20000 }, async () => {
      answersToken((nonce) => stub.tokens(make(nonce)))
      await fails('OAuthCallback', why, () => signIn())
    })
  }

  // As in v3, an answer that cannot be used, or that cannot be read to its end, is Callback.
  const broken = {
    'an error': [/invalid_grant/, ({ json }) => json({ error: 'invalid_grant', error_description: 'code expired' }, 400)],
    'a server error': [/500|status/i, ({ response }) => response.writeHead(500).end('oops')],
    'no JSON': [/JSON|token/i, ({ response }) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"access_token":')],
    'a redirect': [/30[0-9]|redirect/i, ({ response }) => response.writeHead(307, { Location: `${stub.issuer}/elsewhere` }).end()],
    'nothing': [/token/i, ({ json }) => json({})],
    'a closed connection': [/token|connection|read/i, ({ response }) => response.destroy()],
    'two megabytes': [/large|long|big|size|limit|1048576|MiB/i, ({ json }) => json({ access_token: 'x'.repeat(2 << 20) })],
    'two megabytes, packed': [/large|long|big|size|limit|1048576|MiB|read|connection/i, ({ response }) => response
      .writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
      .end(gzipSync(JSON.stringify({ access_token: 'x'.repeat(64 << 20) })))],
    'JSON nested deeply': [/JSON|deep|nest|token/i, ({ response }) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('['.repeat(500000))]
  }
  for (const [what, [why, answer]] of Object.entries(broken)) {
    it(`is refused when the token request is answered with ${what}`, { timeout: 30000 }, async () => {
      stub.on('/token', answer)
      await fails('Callback', why, () => signIn('plain'))
      assert.ok(!stub.hits.includes('/elsewhere'), 'the code was sent elsewhere')
    })
  }

  // v3 knows no discovery: there, all that is wrong with the provider is OAuthCallback.
  for (const what of ['a closed connection', 'two megabytes']) {
    it(`found by discovery is refused when the token request is answered with ${what}`, { timeout: 30000 }, async () => {
      const [why, answer] = broken[what]
      stub.on('/token', answer)
      await fails('OAuthCallback', why, () => signIn('stub'))
    })
  }

  it('cannot be asked when nobody is there: at the start', { timeout: 20000 }, async () => {
    await fails('OAuthSignin', /gone/, async () => {
      const visitor = new Visitor(site)
      return { visitor, answer: await visitor.startSignIn('gone') }
    })
  })

  it('cannot be asked when nobody is there: at the token request', { timeout: 20000 }, async () => {
    await fails('Callback', /unreachable/, () => signIn('unreachable'))
  })

  it('whose discovery document names another issuer is refused', { timeout: 20000 }, async () => {
    const liar = await startStub()
    try {
      liar.on('/.well-known/openid-configuration', ({ json }) => json({
        issuer: stub.issuer, authorization_endpoint: `${liar.issuer}/auth`, token_endpoint: `${liar.issuer}/token`, jwks_uri: `${liar.issuer}/jwks`
      }))
      const other = await startSite('lighttpd-cgi', { configure: ({ url }) => ({ url, database: 'sqlite:auth.db', providers: [liar.entry()] }) })
      try {
        assert.equal((await new Visitor(other).startSignIn('stub')).location, `${other.url}/error?error=OAuthSignin`)
        await other.says(/issuer/)
      } finally {
        await other.stop()
      }
    } finally {
      await liar.stop()
    }
  })

  it('that says who it is must be the one that was asked', { timeout: 20000 }, async () => {
    await fails('OAuthCallback', /iss/, () => signIn('stub', { iss: 'https://evil.example' }))
  })

  it('that refuses ends as v3 does, with its reason in the log', { timeout: 20000 }, async () => {
    await fails('Callback', /access_denied/, () => signIn('stub', { error: 'access_denied', error_description: 'no, thank you' }))
  })

  it('whose userinfo is about another person than its id_token is refused', { timeout: 20000 }, async () => {
    stub.on('/me', ({ json }) => json({ sub: 'stub-user', name: 'Stub User', email: 'userinfo@example.com' }))
    assert.equal(new URL((await signIn('userinfo')).answer.location).pathname, '/')
    stub.on('/me', ({ json }) => json({ sub: 'somebody-else', name: 'Somebody' }))
    await fails('OAuthCallback', /sub/, () => signIn('userinfo'))
    stub.on('/me', ({ json }) => json({ name: 'Nobody' }))
    await fails('OAuthCallback', /sub/, () => signIn('userinfo'))
  })

  it('that is slow is cut off after ten seconds, and others go on meanwhile', { timeout: 60000 }, async () => {
    stub.on('/token', async ({ json, form, response }) => {
      if (form.get('code') === 'drips') {
        // A byte a second: each read is quick, the whole is not.
        response.writeHead(200, { 'Content-Type': 'application/json' })
        const drip = setInterval(() => response.write(' '), 1000)
        response.once('close', () => clearInterval(drip))
        return
      }
      const late = setTimeout(() => json(stub.tokens()), 15000)
      response.once('close', () => clearTimeout(late))
    })
    const began = Date.now()
    const timed = async (more) => {
      const { answer } = await signIn('plain', more)
      assert.equal(answer.location, `${site.url}/error?error=Callback`)
      return Date.now() - began
    }
    const slow = [timed({ code: 'late' }), timed({ code: 'drips' })]
    await until('both token requests have arrived', () => stub.hits.filter((path) => path === '/token').length >= 2)
    for (let i = 0; i < 10; i++) {
      const asked = Date.now()
      await new Visitor(site).csrf()
      assert.ok(Date.now() - asked < 2000, 'another visitor had to wait')
    }
    for (const took of await Promise.all(slow)) assert.ok(took > 8000 && took < 13000, `${took} ms`)
    await until('the log says so', () => /time|timed|slow|read/i.test(site.log()), { seconds: 3 })
  })
})
