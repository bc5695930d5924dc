// Signing in with OAuth 1.0a, at a provider made with oauthlib, which judges every signature.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { freePort, until } from '../support/process.mjs'
import { clientSecret, startOauth1Provider } from '../support/oauth1_provider.mjs'
import { startSite } from '../support/server.mjs'
import { sql, Visitor } from '../support/visitor.mjs'

const timeout = 30000
const provider = 'birds'

describe('OAuth 1.0a', () => {
  let birds
  let site
  before(async () => {
    birds = await startOauth1Provider()
    const nobodyThere = `http://127.0.0.1:${await freePort()}`
    site = await startSite('lighttpd-fastcgi', {
      configure: ({ url }) => ({
        url,
        database: 'sqlite:auth.db',
        debug: true,
        providers: [
          birds.entry(),
          birds.entry({ id: 'other' }),
          birds.entry({ id: 'wrong', clientSecret: 'wrong' }),
          birds.entry({ id: 'gone', requestTokenUrl: `${nobodyThere}/initiate` }),
          birds.entry({ id: 'half-gone', accessTokenUrl: `${nobodyThere}/token` }),
          birds.entry({ id: 'no-profile', profileUrl: `${birds.origin}/nothing` })
        ]
      })
    })
  })
  after(async () => {
    await site?.stop()
    await birds?.stop()
  })

  const secrets = new Set([clientSecret])
  const errorUrl = (code) => `${site.url}/error?error=${code}`
  const counts = async () => (await sql(site.database, 'SELECT (SELECT count(*) FROM users) users, (SELECT count(*) FROM accounts) accounts, (SELECT count(*) FROM oauth_states) flows'))[0]

  it('signs in, and keeps the tokens as v3 does', { timeout }, async () => {
    const ann = new Visitor(site)
    const answer = await ann.signIn('ann', { provider, callbackUrl: `${site.origin}/?welcome` })
    assert.equal(answer.status, 302)
    assert.equal(answer.location, `${site.origin}/?welcome`)
    assert.deepEqual((await ann.session()).user, { name: 'Ann Example', email: 'ann@example.com', image: null })
    const [account] = await sql(site.database, 'SELECT provider_id, provider_type, provider_account_id, access_token, refresh_token FROM accounts')
    const { access_token: token, refresh_token: secret, ...rest } = account
    assert.deepEqual(rest, { provider_id: 'birds', provider_type: 'oauth', provider_account_id: '1001' })
    assert.ok(token && secret && token !== secret, JSON.stringify(account))
    secrets.add(token).add(secret)
  })

  it('knows a returning person', { timeout }, async () => {
    await new Visitor(site).signIn('ben', { provider })
    const first = await counts()
    const again = new Visitor(site)
    await again.signIn('ben', { provider })
    assert.equal((await again.session()).user.name, 'Ben Example')
    assert.deepEqual(await counts(), first)
    assert.equal(first.flows, 0)
  })

  it('sends the token to the provider’s page, and never its secret', { timeout }, async () => {
    const one = new Visitor(site)
    const { location } = await one.startSignIn(provider)
    assert.deepEqual([...new URL(location).searchParams.keys()], ['oauth_token', 'oauth_callback_confirmed'])
    const [flow] = await sql(site.database, 'SELECT request_token_secret FROM oauth_states')
    assert.ok(flow.request_token_secret.length >= 20)
    assert.ok(!location.includes(flow.request_token_secret))
    const back = await one.choose(location, 'ann')
    await one.get(back)
    secrets.add(flow.request_token_secret).add(new URL(back).searchParams.get('oauth_token')).add(new URL(back).searchParams.get('oauth_verifier'))
  })

  it('hands the page’s query on, signed, and lets none of it replace the protocol’s own', { timeout }, async () => {
    const one = new Visitor(site)
    const { location } = await one.startSignIn(provider, { query: '?lang=de%20at&x=1+2%2B&oauth_callback=http%3A%2F%2F127.0.0.1%3A1%2F&oauth_consumer_key=other' })
    assert.ok(location.startsWith(`${birds.origin}/authorize?`), location)
    const back = await one.choose(location, 'ann')
    assert.ok(back.startsWith(`${site.url}/callback/birds?`), back)
    assert.equal(new URL((await one.get(back)).location).pathname, '/')
  })

  it('lets two tabs sign in at once', { timeout }, async () => {
    const one = new Visitor(site)
    const tabs = [await one.startSignIn(provider), await one.startSignIn(provider)]
    for (const { location } of tabs.reverse())
      assert.equal(new URL((await one.get(await one.choose(location, 'ann'))).location).pathname, '/')
  })

  it('takes an answer of the provider once', { timeout }, async () => {
    const one = new Visitor(site)
    const back = await one.choose((await one.startSignIn(provider)).location, 'ann')
    assert.equal(new URL((await one.get(back)).location).pathname, '/')
    assert.equal((await one.get(back)).location, errorUrl('OAuthCallback'))
  })

  it('takes an answer from the browser that asked only, and another cannot use it up', { timeout }, async () => {
    const [one, other] = [new Visitor(site), new Visitor(site)]
    const back = await one.choose((await one.startSignIn(provider)).location, 'ann')
    await other.csrf()
    assert.equal((await other.get(back)).location, errorUrl('OAuthCallback'))
    assert.deepEqual(await other.session(), {})
    assert.equal(new URL((await one.get(back)).location).pathname, '/')
  })

  it('takes an answer at the provider’s own address only', { timeout }, async () => {
    const one = new Visitor(site)
    const back = await one.choose((await one.startSignIn(provider)).location, 'ann')
    assert.equal((await one.get(back.replace('/callback/birds', '/callback/other'))).location, errorUrl('OAuthCallback'))
    assert.equal(one.sessionCookie, undefined)
  })

  it('takes no other token, no token twice, and no other verifier', { timeout }, async () => {
    const attempts = [
      ['OAuthCallback', (back) => back.searchParams.set('oauth_token', 'x'.repeat(24))],
      ['OAuthCallback', (back) => back.searchParams.append('oauth_token', back.searchParams.get('oauth_token'))],
      ['Callback', (back) => back.searchParams.set('oauth_verifier', 'x'.repeat(24))],
      ['Callback', (back) => back.searchParams.delete('oauth_verifier')],
      ['Callback', (back) => back.searchParams.delete('oauth_token')]
    ]
    for (const [code, change] of attempts) {
      const one = new Visitor(site)
      const back = new URL(await one.choose((await one.startSignIn(provider)).location, 'ann'))
      change(back)
      assert.equal((await one.get(back.href)).location, errorUrl(code), change.toString())
      assert.equal(one.sessionCookie, undefined)
    }
  })

  it('ends as v3 does when the person refuses, and the flow with it', { timeout }, async () => {
    const before = (await counts()).flows
    assert.equal((await new Visitor(site).signIn('', { provider })).location, errorUrl('Callback'))
    assert.equal((await counts()).flows, before)
    await site.says(/the provider says denied/)
  })

  it('is refused by the provider when the client secret is wrong', { timeout }, async () => {
    const one = new Visitor(site)
    assert.equal((await one.startSignIn('wrong')).location, errorUrl('OAuthSignin'))
    await until('the provider has refused it', () => /POST \/initiate HTTP\/1\.1" 401/.test(birds.log()), { seconds: 5 })
    await site.says(/signin_oauth_error.*wrong.*request token: status 401/)
  })

  it('says so when the provider is down: at the start, at the token, at the profile', { timeout }, async () => {
    assert.equal((await new Visitor(site).startSignIn('gone')).location, errorUrl('OAuthSignin'))
    assert.equal((await new Visitor(site).signIn('ann', { provider: 'half-gone' })).location, errorUrl('Callback'))
    assert.equal((await new Visitor(site).signIn('ann', { provider: 'no-profile' })).location, errorUrl('Callback'))
  })

  it('needs a CSRF token, and judges an answer by POST as one by GET', { timeout }, async () => {
    const one = new Visitor(site)
    assert.equal((await one.post(`${site.url}/signin/birds`, { csrfToken: 'f'.repeat(64) })).location, `${site.url}/signin?csrf=true`)
    const answer = `${site.url}/callback/birds?oauth_token=a&oauth_verifier=b`
    for (const { location } of [await one.get(answer), await one.post(answer, {})]) assert.equal(location, `${site.url}/error?error=OAuthCallback`)
  })

  it('writes no token, verifier or secret to the log, even with debug', { timeout }, async () => {
    assert.equal(secrets.size, 6)
    await site.says(/get_authorization_url/)
    for (const secret of secrets) assert.ok(!site.log().includes(secret), 'the log holds a secret')
  })

  it('works without a database, once, for the browser that asked', { timeout }, async () => {
    const other = await startSite('lighttpd-cgi', {
      configure: ({ url }) => ({ url, database: null, secret: 'a secret of 32 characters or more', providers: [birds.entry()] })
    })
    try {
      const one = new Visitor(other)
      const back = await one.choose((await one.startSignIn(provider)).location, 'ann')
      const stranger = new Visitor(other)
      await stranger.csrf()
      assert.equal((await stranger.get(back)).location, `${other.url}/error?error=OAuthCallback`)
      assert.equal(new URL((await one.get(back)).location).pathname, '/')
      assert.equal((await one.session()).user.email, 'ann@example.com')
      assert.equal((await one.get(back)).location, `${other.url}/error?error=OAuthCallback`)
    } finally {
      await other.stop()
    }
  })
})
