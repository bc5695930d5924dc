// Signing in with OAuth: what is asked of the provider, and every way an answer can go wrong, as with the real v3.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { startStub } from '../support/stub_provider.mjs'
import { csrfCookie, csrfToken, origin, sides, startBoth, url } from './both.mjs'
import { compareAll, differ, same, view } from './compare.mjs'
import { reason } from './differences.mjs'
import { Person } from './person.mjs'

const cookies = { 'next-auth.csrf-token': csrfCookie }
const form = { csrfToken }

describe('OAuth', () => {
  let stub
  let sites
  before(async () => {
    stub = await startStub()
    const endpoints = { authorizationUrl: `${stub.issuer}/auth?response_type=code`, accessTokenUrl: `${stub.issuer}/token` }
    const providers = [
      stub.plainEntry(),
      stub.plainEntry({ id: 'pkce', protection: ['pkce'] }),
      stub.plainEntry({ id: 'both', protection: ['pkce', 'state'] }),
      stub.plainEntry({ id: 'bare', protection: 'none', scope: '', authorizationUrl: `${stub.issuer}/auth` }),
      stub.plainEntry({ id: 'params', authorizationParams: { prompt: 'login', state: 'mine' }, params: { grant_type: 'authorization_code', audience: 'x' }, headers: { 'X-Api': '1' } }),
      stub.entry({ id: 'openid', idToken: true, ...endpoints, protection: ['state'], profile: { id: 'sub', name: 'name', email: 'email', image: 'picture' } }),
      stub.entry({ id: 'openid-default', idToken: true, ...endpoints, profile: { id: 'sub', name: 'name', email: 'email', image: 'picture' } })
    ]
    sites = await startBoth({ db: { database: true, providers }, jwt: { database: false, providers } })
  })
  after(async () => {
    await sites?.stop()
    await stub?.stop()
  })
  afterEach(() => stub.reset())

  describe('the authorization request', () => {
    const signIn = (what, provider, query = '', more = {}) => [what, 'POST', `/signin/${provider}`, { cookies, query, form: { ...form, ...more } }]
    compareAll(() => sites.db, [
      signIn('state', 'stub'), signIn('PKCE', 'pkce'), signIn('both', 'both'), signIn('neither', 'bare'), signIn('its own parameters', 'params'), signIn('OpenID', 'openid'),
      signIn('more parameters', 'stub', 'prompt=login&login_hint=a%40b.example&x=1%202'),
      signIn('parameters it has itself', 'stub', 'scope=more'),
      signIn('parameters it has itself', 'params', 'prompt=none'),
      signIn('a callback URL', 'stub', 'callbackUrl=%2Fx'),
      signIn('a callback URL', 'stub', '', { callbackUrl: '/x', json: 'true' }),
      signIn('redirect_uri', 'stub', 'redirect_uri=http://evil.example/')
    ])
    const changed = ['state', 'client_id', 'code_challenge', 'code_challenge_method', 'nonce', 'response_type']
    for (const name of changed) {
      it(`keeps its ${name}`, async () => {
        const at = name.startsWith('code') ? 'both' : 'stub'
        const [ours] = await Promise.all([sites.db.send('ours', 'POST', `/signin/${at}`, { cookies, form, query: `${name}=evil` })])
        const asked = new URL(ours.location).searchParams
        assert.ok(!asked.getAll(name).includes('evil'), ours.location)
        const theirs = new URL((await sites.db.send('v3', 'POST', `/signin/${at}`, { cookies, form, query: `${name}=evil` })).location).searchParams
        if (name !== 'client_id') assert.ok(theirs.getAll(name).includes('evil'), `${theirs}`)
      })
    }
    const redirectUri = encodeURIComponent(`${url}/callback/openid-default`)
    it('has a nonce and PKCE where the id_token is used, unless that is chosen', async () => {
      const answers = await differ(sites.db, 'nonce', 'POST', '/signin/openid-default', { cookies, form }, {
        location: `${stub.issuer}/auth?client_id=stub-client&code_challenge=<random>&code_challenge_method=S256&nonce=<random>&redirect_uri=${redirectUri}&response_type=code&scope=openid&state=<random>`
      }, { location: `${stub.issuer}/auth?client_id=stub-client&redirect_uri=${redirectUri}&response_type=code&scope=openid&state=<random>` })
      assert.match(new URL(answers.ours.location).searchParams.get('code_challenge'), /^[\w-]{43}$/)
    })
    it('has a state of its own each time; v3\'s is the browser\'s', async () => {
      const states = { ours: new Set(), v3: new Set() }
      for (let i = 0; i < 2; i++) {
        const answers = await same(sites.db, 'POST', '/signin/stub', { cookies, form })
        for (const side of sides) states[side].add(new URL(answers[side].location).searchParams.get('state'))
      }
      assert.deepEqual([states.ours.size, states.v3.size], [2, 1])
    })
  })

  describe('where a flow is kept', () => {
    const names = (answer) => answer.setCookies.map((line) => line.split('=')[0]).filter((name) => /state|pkce/.test(name))
    const cases = [['db', 'stub', [], []], ['db', 'both', [], ['next-auth.pkce.code_verifier']], ['jwt', 'stub', ['next-auth.state'], []],
      ['jwt', 'both', ['next-auth.state', 'next-auth.pkce.code_verifier'], ['next-auth.pkce.code_verifier']]]
    for (const [site, provider, ours, v3] of cases) {
      it(`${site}, ${provider}`, async () => {
        const answers = await same(sites[site], 'POST', `/signin/${provider}`, { cookies, form })
        assert.deepEqual([names(answers.ours), names(answers.v3)], [ours, v3])
      })
    }
  })

  describe('the token and profile requests', () => {
    for (const provider of ['stub', 'pkce', 'both', 'bare', 'params', 'openid']) {
      it(`are v3's: ${provider}`, async () => {
        const seen = {}
        for (const side of sides) {
          const person = new Person(sites.db, side)
          const requests = []
          stub.on('/token', ({ request, json, form: fields }) => {
            requests.push(['token', Object.fromEntries([...fields].sort()), request.headers['content-type'].split(';')[0], request.headers['x-api']])
            json(stub.tokens(stub.idToken(stub.claims(fields.get('code')))))
          })
          stub.on('/me', ({ request, json }) => {
            requests.push(['profile', request.method, request.headers.authorization, request.headers['x-api']])
            json({ sub: `${provider}-user`, name: 'Ann', email: `${provider}@example.com` })
          })
          await person.signIn(provider)
          for (const [, fields] of requests) if (fields.code_verifier) fields.code_verifier = fields.code_verifier.replace(/^[\w.~-]{43,128}$/, '<verifier>')
          seen[side] = requests
        }
        assert.ok(seen.v3.length > 0)
        assert.deepEqual(seen.ours, seen.v3)
      })
    }
  })

  describe('the answer of the provider', () => {
    const json = (value, status) => (exchange) => exchange.json(value, status)
    const raw = (text, status = 200) => ({ response }) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(text)
    const answers = [
      ['good', 'stub', {}], ['good', 'pkce', {}], ['good', 'both', {}], ['good', 'bare', {}], ['good', 'openid', {}],
      ['access_denied', 'stub', { answer: { error: 'access_denied', code: undefined } }, { '/token': json({ error: 'invalid_request' }, 400) }],
      ['access_denied, by POST', 'stub', { answer: { error: 'access_denied', code: undefined }, method: 'POST' }, { '/token': json({ error: 'invalid_request' }, 400) }],
      ['good, by POST', 'stub', { method: 'POST' }], ['good, by POST', 'both', { method: 'POST' }], ['a wrong state, by POST', 'stub', { method: 'POST', answer: { state: 'x' } }],
      ['without code', 'stub', { answer: { code: undefined } }, { '/token': json({ error: 'invalid_request' }, 400) }],
      ['a wrong state', 'stub', { answer: { state: 'x' } }], ['a wrong state', 'both', { answer: { state: 'x' } }],
      ['no state', 'stub', { answer: { state: undefined } }], ['an empty state', 'stub', { answer: { state: '' } }],
      ['another browser', 'stub', { forget: ['next-auth.csrf-token'] }], ['another browser', 'both', { forget: ['next-auth.csrf-token', 'next-auth.pkce.code_verifier'] }],
      ['token endpoint: 400', 'stub', {}, { '/token': json({ error: 'invalid_grant' }, 400) }],
      ['token endpoint: 401', 'stub', {}, { '/token': json({ error: 'invalid_client' }, 401) }],
      ['token endpoint: 500', 'stub', {}, { '/token': raw('oops', 500) }],
      ['token endpoint: hangs up', 'stub', {}, { '/token': ({ response }) => response.destroy() }],
      ['profile: hangs up', 'stub', {}, { '/me': ({ response }) => response.destroy() }],
      ['token endpoint: a form', 'stub', {}, { '/token': raw('access_token=abc&token_type=bearer') }],
      ['token endpoint: 201', 'stub', {}, { '/token': json({ access_token: 'abc' }, 201) }],
      ['profile: 401', 'stub', {}, { '/me': json({ error: 'invalid_token' }, 401) }],
      ['profile: 500', 'stub', {}, { '/me': raw('oops', 500) }],
      ['profile: no JSON', 'stub', {}, { '/me': raw('<html>') }],
      ['profile: JSON null', 'stub', {}, { '/me': raw('null') }],
      ['profile: without id', 'stub', {}, { '/me': json({ name: 'Ann' }) }],
      ['profile: an empty id', 'stub', {}, { '/me': json({ sub: '', name: 'Ann' }) }],
      ['profile: a number as id', 'stub', {}, { '/me': json({ sub: 12345, name: 'Ann' }) }],
      ['profile: only an id', 'stub', {}, { '/me': json({ sub: 'only' }) }],
      ['profile: an address in capitals', 'stub', {}, { '/me': json({ sub: 'caps', email: 'CAPS@Example.COM' }) }],
      ...[42, ['a@b.example'], { a: 1 }, true, false].map((email) => [`profile: ${JSON.stringify(email)} as address`, 'stub', {}, { '/me': json({ sub: 'odd', email }) }]),
      ['profile: null as everything', 'stub', {}, { '/me': json({ sub: 'nothing', name: null, email: null, picture: null }) }],
      ['profile: a number as name', 'stub', {}, { '/me': json({ sub: 'number', name: 42, picture: 7.5 }) }],
      ['profile: control characters', 'stub', {}, { '/me': json({ sub: 'control', name: 'a\u0001\t\u001f\u007f\u2028"\\/<é' }) }],
      ['no id_token', 'openid', {}, { '/token': json({ access_token: 'x' }) }]
    ]
    async function bothViews(site, provider, options, bent = {}) {
      const views = {}
      for (const side of sides) {
        for (const [path, answer] of Object.entries(bent)) stub.on(path, answer)
        views[side] = await view(await new Person(site, side).signIn(provider, options))
      }
      return views
    }
    for (const site of ['db', 'jwt']) {
      for (const [what, provider, options, bent = {}] of answers) {
        it(`${site}, ${provider}: ${what}`, { timeout: 15000 }, async () => {
          const views = await bothViews(sites[site], provider, options, bent)
          assert.deepEqual(views.ours, views.v3)
        })
      }
    }

    const stricter = {
      errorWins: ['stub', { answer: { error: 'access_denied' } }, 'Callback'],
      twice: ['stub', { append: ['code', 'other'] }, 'OAuthCallback'],
      issuer: ['openid', { answer: { iss: 'https://evil.example' } }, 'OAuthCallback'],
      idToken: ['openid', {}, 'OAuthCallback', { '/token': ({ json: send }) => send(stub.tokens(stub.idToken(stub.claims('x'), { header: { alg: 'none' } }))) }],
      accessToken: ['stub', {}, 'Callback', { '/token': json({ token_type: 'bearer' }) }],
      noJson: ['stub', {}, 'Callback', { '/token': raw('<html>') }],
      profileList: ['stub', {}, 'signin', { '/me': raw('[]') }]
    }
    for (const [name, [provider, options, code, bent]] of Object.entries(stricter)) {
      it(`is judged more strictly: ${name}`, async () => {
        const views = await bothViews(sites.jwt, provider, options, bent)
        assert.ok(reason(name), name)
        assert.equal(views.ours.location, code === 'signin' ? `${url}/signin` : `${url}/error?error=${code}`)
        assert.notEqual(views.v3.location, views.ours.location)
      })
    }
    it('has an address whose capitals beyond ASCII stay', async () => {
      stub.on('/me', json({ sub: 'kelvin', email: 'JANE\u00c4@\u212aey.Example' }))
      for (const [side, expected] of [['ours', 'jane\u00c4@\u212aey.example'], ['v3', 'jane\u00e4@key.example']]) {
        const person = new Person(sites.jwt, side)
        await person.signIn('stub')
        assert.equal((await person.session()).json().user.email, expected, reason('capitals'))
      }
    })
    it('counts once', async () => {
      for (const [side, expected] of [['ours', `${url}/error?error=OAuthCallback`], ['v3', origin]]) {
        const person = new Person(sites.jwt, side)
        let query
        await person.signIn('stub', { sent: (parameters) => { query = parameters } })
        assert.equal((await person.ask('GET', '/callback/stub', { query })).location, expected, reason('flow'))
      }
    })
  })
})
