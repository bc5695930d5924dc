// Signing in with OAuth 1.0a: as the real v3. The provider is lenient, as v3 signs its last requests with an empty secret.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import { csrfCookie, csrfToken, sides, startBoth, url } from './both.mjs'
import { compareAll, differ, view } from './compare.mjs'
import { reason } from './differences.mjs'
import { Owner } from './owner.mjs'
import { Person } from './person.mjs'

const cookies = { 'next-auth.csrf-token': csrfCookie }
const form = (fields) => ({ status: 200, body: new URLSearchParams(fields).toString() })
const json = (value) => ({ status: 200, body: JSON.stringify(value) })
const good = {
  '/request': form({ oauth_token: 'request-token', oauth_token_secret: 'request-secret', oauth_callback_confirmed: 'true' }),
  '/access': form({ oauth_token: 'access-token', oauth_token_secret: 'access-secret', user_id: '7', screen_name: 'ann' }),
  '/me': json({ id_str: '7', name: 'Ann', email: 'ANN@example.com', picture: 'https://example.com/ann.png' })
}

/** Notes what it was asked, less what is random in it. */
async function startProvider() {
  const provider = { answers: { ...good }, asked: [] }
  provider.server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { pathname, search } = new URL(request.url, 'http://provider')
    const signed = Object.fromEntries([...(request.headers.authorization ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, decodeURIComponent(value)]))
    for (const random of ['oauth_nonce', 'oauth_timestamp', 'oauth_signature']) signed[random] = typeof signed[random]
    provider.asked.push([request.method, pathname + search, body, signed])
    const answer = provider.answers[pathname]
    if (!answer) return response.destroy()
    response.writeHead(answer.status).end(answer.body)
  })
  await new Promise((resolve) => provider.server.listen(0, '127.0.0.1', resolve))
  provider.origin = `http://127.0.0.1:${provider.server.address().port}`
  provider.stop = () => new Promise((resolve) => {
    provider.server.close(resolve)
    provider.server.closeAllConnections()
  })
  return provider
}

describe('OAuth 1.0a', () => {
  let provider
  let owner
  let sites
  before(async () => {
    provider = await startProvider()
    owner = await new Owner().start()
    const { origin } = provider
    const entry = (more = {}) => ({
      id: 'birds', name: 'Birds', type: 'oauth', version: '1.0A', scope: '', clientId: 'birds-client', clientSecret: 'birds-secret',
      requestTokenUrl: `${origin}/request`, authorizationUrl: `${origin}/authorize`, accessTokenUrl: `${origin}/access`, profileUrl: `${origin}/me?include_email=true`,
      profile: { id: 'id_str', name: 'name', email: 'email', image: 'picture' }, ...more
    })
    const providers = [entry(), entry({ id: 'params', authorizationParams: { force_login: 'true' } })]
    sites = await startBoth({ db: { database: true, owner, providers }, jwt: { database: false, owner, providers } })
  })
  after(async () => {
    await sites?.stop()
    await owner?.stop()
    await provider?.stop()
  })
  afterEach(() => {
    provider.answers = { ...good }
    provider.asked = []
    for (const side of sides) owner.calls(side)
  })

  const location = (more = '') => `${provider.origin}/authorize?oauth_token=request-token${more}&oauth_callback_confirmed=true`
  const secret = '&oauth_token_secret=request-secret'
  describe('the beginning', () => {
    for (const [what, id, query] of [['plain', 'birds', ''], ['with parameters', 'params', ''], ['with more parameters', 'params', 'lang=de&x=1%202'], ['with a callback URL', 'birds', 'callbackUrl=%2Fx']]) {
      it(what, async () => {
        await differ(sites.db, 'tokenSecret', 'POST', `/signin/${id}`, { cookies, query, form: { csrfToken } }, { location: location() }, { location: location(secret) })
        const [one, other] = provider.asked.map(([method, path, body, signed]) => [method, path, [...new URLSearchParams(body)].sort(), { ...signed, oauth_version: undefined }])
        assert.deepEqual(one, other)
      })
    }
    it('JSON', async () => {
      await differ(sites.db, 'tokenSecret', 'POST', '/signin/birds', { cookies, form: { csrfToken, json: 'true' } },
        { json: JSON.stringify({ url: location() }) }, { json: JSON.stringify({ url: location(secret) }) })
    })
    for (const [what, answer] of Object.entries({ 'that is refused': { status: 401, body: 'no' }, 'that fails': { status: 500, body: '' }, 'that hangs up': undefined })) {
      it(what, async () => {
        provider.answers['/request'] = answer
        const answers = []
        for (const side of sides) answers.push(await view(await new Person(sites.db, side).post('/signin/birds')))
        assert.deepEqual(answers[0], answers[1])
        assert.equal(answers[0].location, `${url}/error?error=OAuthSignin`)
      })
    }
    compareAll(() => sites.db, [['no token', 'POST', '/signin/birds', { cookies, form: {} }], ['the page', 'GET', '/signin', { cookies }], ['the list', 'GET', '/providers', { cookies }]])
  })

  const tables = `SELECT (SELECT json_group_array(json_object('name', name, 'email', email, 'image', image)) FROM users) AS users,
    (SELECT json_group_array(json_object('compound', compound_id, 'type', provider_type, 'provider', provider_id, 'account', provider_account_id, 'refresh', refresh_token, 'access', access_token, 'expires', access_token_expires)) FROM accounts) AS accounts`

  /** A whole sign-in on both sides. Their answers, calls of the owner's functions, and rows. */
  async function both(site, { method = 'GET', query = 'oauth_token=request-token&oauth_verifier=verified', bent = {} } = {}) {
    const seen = {}
    for (const side of sides) {
      if (site.options.database) await site.sql(side, 'DELETE FROM users; DELETE FROM accounts; DELETE FROM sessions')
      provider.answers = { ...good, ...bent }
      const person = new Person(site, side)
      await person.post('/signin/birds', { callbackUrl: '/next' })
      owner.calls(side)
      const answers = [await person.ask(method, '/callback/birds', { query }), await person.session()]
      const rows = site.options.database ? (await site.sql(side, tables))[0] : {}
      seen[side] = { answers: await Promise.all(answers.map((answer) => view(answer))), calls: owner.calls(side), rows }
    }
    return seen
  }
  for (const name of ['db', 'jwt']) {
    describe(`the answer (${name})`, () => {
      const ways = {
        'good': {},
        'good, by POST': { method: 'POST' },
        'access token: refused': { bent: { '/access': { status: 401, body: 'no' } } },
        'profile: refused': { bent: { '/me': { status: 401, body: 'no' } } },
        'profile: hangs up': { bent: { '/me': undefined } },
        'profile: no JSON': { bent: { '/me': { status: 200, body: '<html>' } } },
        'profile: without id': { bent: { '/me': json({ name: 'Ann' }) } },
        'profile: a number as id': { bent: { '/me': json({ id_str: 42, name: 'Ann' }) } }
      }
      for (const [what, way] of Object.entries(ways)) {
        it(what, { timeout: 20000 }, async () => {
          const seen = await both(sites[name], way)
          if (what.includes('without id')) {
            assert.ok(reason('accountId'))
            assert.equal(seen.v3.calls.filter(([call]) => call === 'signIn').length, 1)
            seen.v3.calls = seen.v3.calls.filter(([call]) => call !== 'signIn')
          }
          assert.deepEqual(seen.ours, seen.v3)
        })
      }
    })
  }
})
