// The whole way of a visitor, as sentences. servers.test.mjs and base_path.test.mjs run it on each way of serving.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { forms, sql, Visitor } from '../support/visitor.mjs'

const timeout = 60000

/** `at()` gives the site; the sentences are registered before it has been started. */
export function signInJourney(at) {
  const everybody = []
  const visitor = () => {
    const one = new Visitor(at())
    everybody.push(one)
    return one
  }

  it('lists the providers with their public addresses', { timeout }, async () => {
    const answer = await visitor().get(`${at().url}/providers`)
    assert.equal(answer.status, 200)
    assert.match(answer.headers['content-type'], /^application\/json/)
    assert.deepEqual(answer.json(), {
      demo: { id: 'demo', name: 'Demo', type: 'oauth', signinUrl: `${at().url}/signin/demo`, callbackUrl: `${at().url}/callback/demo` }
    })
  })

  it('gives each browser its own CSRF token', { timeout }, async () => {
    const one = visitor()
    const token = await one.csrf()
    assert.match(token, /^[0-9a-f]{64}$/)
    assert.equal(await one.csrf(), token)
    assert.notEqual(await visitor().csrf(), token)
    const cookie = one.csrfCookie
    assert.match(decodeURIComponent(cookie.value), new RegExp(`^${token}\\|[0-9a-f]{64}$`))
    assert.ok(cookie.httpOnly && cookie.sameSite === 'Lax' && cookie.path === '/', cookie.line)
  })

  it('shows a sign-in page whose form works without script', { timeout }, async () => {
    const one = visitor()
    const page = await one.get(`${at().url}/signin`)
    assert.equal(page.status, 200)
    assert.match(page.headers['content-type'], /^text\/html; *charset=utf-8$/i)
    assert.match(page.headers['cache-control'], /no-store/)
    assert.equal(page.headers['x-content-type-options'], 'nosniff')
    assert.doesNotMatch(page.headers['content-security-policy'], /script-src[^;]*unsafe-inline/)
    const form = forms(page.text).find(({ buttons }) => buttons.some((text) => text.includes('Demo')))
    assert.ok(form, page.text)
    assert.equal(form.method, 'post')
    const started = await one.post(new URL(form.action, page.url).href, form.fields)
    assert.equal(started.status, 302)
    assert.equal(new URL(started.location).pathname, '/auth')
  })

  it('sends nobody to a provider without a CSRF token', { timeout }, async () => {
    const started = await visitor().post(`${at().url}/signin/demo`, { csrfToken: 'f'.repeat(64) })
    assert.equal(started.location, `${at().url}/signin?csrf=true`)
  })

  it('signs in, tells who it is, and signs out', { timeout }, async () => {
    const one = visitor()
    assert.deepEqual(await one.session(), {})
    const answer = await one.signIn('ann', { callbackUrl: `${at().origin}/?welcome` })
    assert.equal(answer.status, 302)
    assert.equal(answer.location, `${at().origin}/?welcome`)
    assert.ok(one.sessionCookie.httpOnly && one.sessionCookie.sameSite === 'Lax', one.sessionCookie.line)

    const session = await one.session()
    assert.deepEqual(Object.keys(session), ['user', 'accessToken', 'expires'])
    assert.deepEqual(session.user, { name: 'Ann Example', email: 'ann@example.com', image: null })
    assert.match(session.accessToken, /^[0-9a-f]{64}$/)
    assert.match(session.expires, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.ok(Math.abs(Date.parse(session.expires) - Date.now() - 30 * 86400e3) < 60e3, session.expires)
    assert.match((await one.get(`${at().url}/session`)).headers['cache-control'], /no-store/)

    const page = await one.get(`${at().url}/signout`)
    assert.equal(page.status, 200)
    const [form] = forms(page.text)
    const token = one.sessionCookie.value
    const out = await one.post(new URL(form.action, page.url).href, form.fields)
    assert.equal(out.status, 302)
    assert.equal(new URL(out.location).origin, at().origin)
    assert.equal(one.sessionCookie, undefined)
    assert.deepEqual(await one.session(), {})

    one.setCookie(at().url, one.sessionCookieName, token)
    assert.deepEqual(await one.session(), {}, 'the cookie of an ended session is worth nothing')
  })

  it('knows a returning person', { timeout }, async () => {
    await visitor().signIn('ben')
    const [before] = await sql(at().database, 'SELECT (SELECT count(*) FROM users) users, (SELECT count(*) FROM accounts) accounts')
    const again = visitor()
    await again.signIn('ben')
    const [after] = await sql(at().database, 'SELECT (SELECT count(*) FROM users) users, (SELECT count(*) FROM accounts) accounts')
    assert.deepEqual(after, before)
    const { user } = await again.session()
    assert.equal(user.email, 'ben@example.com')
    assert.match(user.image, /\/people\/ben\.svg$/)
  })

  it('lets two tabs sign in at once', { timeout }, async () => {
    const one = visitor()
    const first = await one.startSignIn()
    const second = await one.startSignIn()
    const [backFirst, backSecond] = [await one.choose(first.location, 'ann'), await one.choose(second.location, 'ann')]
    for (const url of [backSecond, backFirst]) {
      assert.equal(new URL((await one.get(url)).location).pathname, '/')
      assert.equal((await one.session()).user.name, 'Ann Example')
    }
  })

  it('takes an answer of the provider once', { timeout }, async () => {
    const one = visitor()
    const back = await one.choose((await one.startSignIn()).location, 'ann')
    assert.equal(new URL((await one.get(back)).location).pathname, '/')
    assert.equal((await one.get(back)).location, `${at().url}/error?error=OAuthCallback`)
  })

  it('takes an answer of the provider from the browser that asked only', { timeout }, async () => {
    const back = await visitor().choose((await visitor().startSignIn()).location, 'ann')
    const other = visitor()
    await other.csrf()
    assert.equal((await other.get(back)).location, `${at().url}/error?error=OAuthCallback`)
    assert.deepEqual(await other.session(), {})
  })

  it('ends as v3 does when the person cancels', { timeout }, async () => {
    assert.equal((await visitor().signIn('')).location, `${at().url}/error?error=Callback`)
  })

  it('writes no token, code or cookie to the log', { timeout }, () => {
    const cookies = everybody.flatMap((one) => one.cookiesFor(at().url)).filter(({ name }) => /token|state|verifier/.test(name))
    const secrets = [
      'demo-secret',
      ...cookies.flatMap(({ value }) => decodeURIComponent(value).split('|')),
      ...everybody.flatMap((one) => one.codes).filter(Boolean)
    ]
    assert.ok(secrets.length > 20)
    for (const secret of secrets) assert.ok(!at().log().includes(secret), `the log holds ${secret}`)
  })
}
