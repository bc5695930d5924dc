// The client of next-auth 4 (next-auth/react): what it asks for is version 3's API too, but for update().
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launchChromium } from '../support/chromium.mjs'
import { startProvider } from '../support/oidc_provider.mjs'
import { newVisitor, startClientSite } from './client_site.mjs'

const timeout = 60000
const home = '/next-auth-4.html'

describe('next-auth/react 4', () => {
  let browser
  let provider
  let site
  let tokens
  let elsewhere
  before(async () => {
    provider = await startProvider()
    site = await startClientSite(provider)
    tokens = await startClientSite(provider, { config: { database: null, secret: 'a secret of a site without a database' } })
    elsewhere = await startClientSite(provider, { path: '/members/sign-in' })
    browser = await launchChromium()
  }, { timeout })
  after(async () => {
    await browser?.close()
    await Promise.all([site, tokens, elsewhere].map((one) => one?.stop()))
    await provider?.stop()
  })

  const visit = (t, { at = site, url = home, clock } = {}) => newVisitor(t, browser, at, url, { clock })

  const answer = ({ page }) => page.waitForResponse((response) => response.url() === `${site.url}/session`).then((response) => response.json())

  it('is loading first, then unauthenticated', { timeout }, async (t) => {
    const { page, asked, trouble } = await visit(t)
    const states = await page.evaluate(() => window.seen.map(({ status }) => status))
    assert.equal(states[0], 'loading')
    assert.equal(states.at(-1), 'unauthenticated')
    assert.equal(asked('GET /session'), 1)
    assert.deepEqual(trouble, [])
  })

  const places = { 'with a database': () => site, 'with sessions in tokens': () => tokens, 'at another base path': () => elsewhere }
  for (const [place, at] of Object.entries(places)) {
    it(`signs in and out by clicking, ${place}`, { timeout }, async (t) => {
      const { page, signIn, signOut, session, trouble } = await visit(t, { at: at() })
      await signIn('Ben Example')
      assert.equal(page.url(), at().origin + home)
      const found = await session()
      assert.deepEqual(found.user, { name: 'Ben Example', email: 'ben@example.com', image: `${provider.issuer}/people/ben.svg` })
      assert.ok(Date.parse(found.expires) > Date.now())
      await signOut()
      assert.equal(await session(), null)
      assert.deepEqual(trouble, [])
    })
  }

  it('has the providers and the CSRF token', { timeout }, async (t) => {
    const { page } = await visit(t)
    assert.deepEqual(await page.evaluate(() => window.client.getProviders()), {
      demo: { id: 'demo', name: 'Demo', type: 'oauth', signinUrl: `${site.url}/signin/demo`, callbackUrl: `${site.url}/callback/demo` }
    })
    assert.match(await page.evaluate(() => window.client.getCsrfToken()), /^[0-9a-f]{64}$/)
  })

  it('comes back to callbackUrl and takes parameters along to the provider', { timeout }, async (t) => {
    const { page, choose, greets } = await visit(t)
    const asked = page.waitForRequest((request) => request.url().startsWith(`${provider.issuer}/auth`))
    await page.evaluate((url) => window.client.signIn('demo', { callbackUrl: url }, { login_hint: 'ann' }), `${home}?there`)
    assert.equal(new URL((await asked).url()).searchParams.get('login_hint'), 'ann')
    await choose('Ann Example')
    await greets('Ann Example')
    assert.equal(page.url(), `${site.origin}${home}?there`)
  })

  it('shows the sign-in page for no provider, which leads back here', { timeout }, async (t) => {
    const { page, choose, greets } = await visit(t)
    await page.evaluate(() => window.client.signIn())
    await page.waitForURL((url) => url.pathname === '/api/auth/signin')
    await page.getByRole('button', { name: /Demo/ }).click()
    await choose('Ann Example')
    await greets('Ann Example')
    assert.equal(page.url(), site.origin + home)
  })

  it('signs out without leaving the page with redirect: false', { timeout }, async (t) => {
    const { page, signIn, greets } = await visit(t)
    await signIn('Ann Example')
    assert.deepEqual(await page.evaluate(() => window.client.signOut({ redirect: false })), { url: site.origin + home })
    await greets('stranger')
  })

  it('leads strangers from a page that requires a session to the sign-in page and back', { timeout }, async (t) => {
    const { page, choose } = await visit(t, { url: `${home}?members` })
    await page.waitForURL((url) => url.pathname === '/api/auth/signin' && url.searchParams.get('error') === 'SessionRequired')
    assert.doesNotMatch(await page.locator('body').innerText(), /SessionRequired/)
    await page.getByRole('button', { name: /Demo/ }).click()
    await choose('Ann Example')
    await page.getByText('Signed in as ann@example.com').waitFor()
    assert.equal(page.url(), `${site.origin}${home}?members`)
  })

  it('with refetchInterval asks again and again', { timeout }, async (t) => {
    const tab = await visit(t, { url: `${home}?options={"refetchInterval":60}`, clock: true })
    await tab.signIn('Ann Example')
    for (let i = 0; i < 2; i++) {
      const asked = answer(tab)
      await tab.page.clock.fastForward('01:01')
      assert.equal((await asked).user.name, 'Ann Example')
    }
  })

  // Version 3 has no POST /session. README.md says what to do instead: the second half of this.
  it('cannot change a session by update(), which leaves it as it is', { timeout }, async (t) => {
    const tab = await visit(t)
    await tab.signIn('Ann Example')
    const refused = tab.page.waitForResponse((response) => response.request().method() === 'POST' && response.url() === `${site.url}/session`)
    assert.equal(await tab.page.evaluate(() => window.update({ name: 'Eve' })), null)
    assert.equal((await refused).status(), 400)
    await tab.greets('Ann Example')

    const asked = answer(tab)
    await tab.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    assert.equal((await asked).user.name, 'Ann Example')
  })
})
