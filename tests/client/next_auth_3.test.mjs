// The client that nextauth.fcgi promises to serve: next-auth/client 3, in a real browser on a React page.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launchChromium } from '../support/chromium.mjs'
import { startProvider } from '../support/oidc_provider.mjs'
import { until } from '../support/process.mjs'
import { Visitor } from '../support/visitor.mjs'
import { newVisitor, startClientSite } from './client_site.mjs'

const timeout = 60000
const home = '/next-auth-3.html'

describe('next-auth/client 3', () => {
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

  /** A tab of a browser of its own, which goes with the test. */
  const visit = (t, { at = site, url = home, clock } = {}) => newVisitor(t, browser, at, url, { clock })

  describe('useSession', () => {
    it('is loading first, then nobody', { timeout }, async (t) => {
      const { page, trouble } = await visit(t)
      const seen = await page.evaluate(() => window.seen.map(({ session, loading }) => [session ?? null, loading]))
      assert.deepEqual(seen[0], [null, true])
      assert.deepEqual(seen.at(-1), [null, false])
      assert.deepEqual(trouble, [])
    })

    it('asks once for all of a page below a Provider', { timeout }, async (t) => {
      const { asked } = await visit(t)
      assert.equal(asked('GET /session'), 1)
    })

    it('works without a Provider', { timeout }, async (t) => {
      const { page, choose, trouble } = await visit(t, { url: `${home}?alone` })
      await page.getByRole('button', { name: 'Sign in with Demo' }).click()
      await choose('Ann Example')
      await page.getByText('Signed in as ann@example.com').waitFor()
      assert.equal(page.url(), `${site.origin}${home}?alone`)
      assert.deepEqual(trouble, [])
    })
  })

  const places = {
    'with a database': { at: () => site, members: ['user', 'accessToken', 'expires'] },
    'with sessions in tokens': { at: () => tokens, members: ['user', 'expires'] },
    'at another base path': { at: () => elsewhere, members: ['user', 'accessToken', 'expires'] }
  }
  for (const [place, { at, members }] of Object.entries(places)) {
    it(`signs in and out by clicking, ${place}`, { timeout }, async (t) => {
      const { page, signIn, signOut, session, trouble } = await visit(t, { at: at() })
      await signIn('Ben Example')
      assert.equal(page.url(), at().origin + home)
      const found = await session()
      assert.deepEqual(Object.keys(found), members)
      assert.deepEqual(found.user, { name: 'Ben Example', email: 'ben@example.com', image: `${provider.issuer}/people/ben.svg` })
      assert.ok(Date.parse(found.expires) > Date.now())
      assert.deepEqual(await page.evaluate(() => window.seen.at(-1).session.user), found.user)
      await signOut()
      assert.equal(page.url(), at().origin + home)
      assert.equal(await session(), null)
      assert.deepEqual(trouble, [])
    })
  }

  describe('getProviders, getCsrfToken, getSession', () => {
    it('give the providers with their addresses', { timeout }, async (t) => {
      const { page } = await visit(t)
      assert.deepEqual(await page.evaluate(() => window.client.getProviders()), {
        demo: { id: 'demo', name: 'Demo', type: 'oauth', signinUrl: `${site.url}/signin/demo`, callbackUrl: `${site.url}/callback/demo` }
      })
    })

    it('give the token that belongs to the cookie', { timeout }, async (t) => {
      const { page } = await visit(t)
      const [first, second] = await page.evaluate(async () => [await window.client.getCsrfToken(), await window.client.getCsrfToken()])
      const cookie = (await page.context().cookies()).find(({ name }) => name === 'next-auth.csrf-token')
      assert.match(first, /^[0-9a-f]{64}$/)
      assert.equal(second, first)
      assert.equal(decodeURIComponent(cookie.value).split('|')[0], first)
    })

    it('give nothing, and leave the reason in the log, when an answer is none', { timeout }, async (t) => {
      const { page } = await visit(t)
      await page.route('**/session', (route) => route.fulfill({ status: 502, contentType: 'application/json', body: '{"reason":"out of order"}' }))
      assert.equal(await page.evaluate(() => window.client.getSession()), null)
      const line = await until('the client has reported it', () => site.log().split('\n').find((one) => /CLIENT_FETCH_ERROR/.test(one)))
      assert.match(line, / error client_error .*out of order/)
    })
  })

  describe('signIn', () => {
    it('comes back to callbackUrl and takes parameters along to the provider', { timeout }, async (t) => {
      const { page, choose, greets } = await visit(t)
      const asked = page.waitForRequest((request) => request.url().startsWith(`${provider.issuer}/auth`))
      await page.evaluate((url) => window.client.signIn('demo', { callbackUrl: url }, { login_hint: 'ann & co', state: 'mine' }), `${site.origin}${home}?there#part`)
      const { searchParams } = new URL((await asked).url())
      assert.equal(searchParams.get('login_hint'), 'ann & co')
      assert.notEqual(searchParams.get('state'), 'mine')
      await choose('Ann Example')
      await greets('Ann Example')
      assert.equal(page.url(), `${site.origin}${home}?there#part`)
    })

    it('takes a path as callbackUrl', { timeout }, async (t) => {
      const { page, choose, greets } = await visit(t)
      await page.evaluate((url) => window.client.signIn('demo', { callbackUrl: url }), `${home}?path`)
      await choose('Ann Example')
      await greets('Ann Example')
      assert.equal(page.url(), `${site.origin}${home}?path`)
    })

    it('goes to no other site afterwards', { timeout }, async (t) => {
      const { page, choose } = await visit(t)
      await page.evaluate(() => window.client.signIn('demo', { callbackUrl: 'https://example.org/' }))
      await choose('Ann Example')
      await page.waitForURL(`${site.origin}/`)
    })

    it('leaves for an OAuth provider even with redirect: false', { timeout }, async (t) => {
      const { page, choose, greets } = await visit(t)
      await page.evaluate(() => window.client.signIn('demo', { redirect: false }))
      await choose('Ann Example')
      await greets('Ann Example')
    })

    for (const id of [undefined, 'nobody']) {
      it(`shows the sign-in page for ${id ? 'a provider that is none' : 'no provider'}, which leads back here`, { timeout }, async (t) => {
        const { page, choose, greets } = await visit(t, { url: `${home}?from` })
        await page.evaluate((name) => window.client.signIn(name), id)
        await page.waitForURL((url) => url.pathname === '/api/auth/signin')
        await page.getByRole('button', { name: /Demo/ }).click()
        await choose('Ben Example')
        await greets('Ben Example')
        assert.equal(page.url(), `${site.origin}${home}?from`)
      })
    }

    it('ends at the error page when the providers cannot be had', { timeout }, async (t) => {
      const { page } = await visit(t)
      await page.route('**/providers', (route) => route.fulfill({ status: 502, contentType: 'application/json', body: '{}' }))
      await page.evaluate(() => window.client.signIn('demo'))
      await page.waitForURL(`${site.url}/error`)
    })
  })

  describe('signOut', () => {
    const urls = {
      'the page it was called on': [undefined, home],
      'callbackUrl': [`${home}?bye`, `${home}?bye`],
      'a part of the page it was called on': [`${home}#part`, `${home}#part`],
      'no other site': ['https://example.org/', '/']
    }
    for (const [where, [callbackUrl, expected]] of Object.entries(urls)) {
      it(`leads to ${where}`, { timeout }, async (t) => {
        const { page, signIn } = await visit(t)
        await signIn('Ann Example')
        const target = callbackUrl?.startsWith('/') ? site.origin + callbackUrl : callbackUrl
        const answered = page.waitForResponse((response) => response.url() === `${site.url}/signout`)
        await page.evaluate((url) => window.client.signOut(url && { callbackUrl: url }), target)
        assert.equal((await answered).status(), 200)
        await page.waitForURL(site.origin + expected)
        await page.getByRole('heading', { name: /stranger|Home/ }).waitFor()
        assert.deepEqual(await (await page.context().request.get(`${site.url}/session`)).json(), {})
      })
    }

    it('stays on the page with redirect: false', { timeout }, async (t) => {
      const { page, signIn, greets } = await visit(t)
      await signIn('Ann Example')
      const answer = await page.evaluate(() => {
        window.sameDocument = true
        return window.client.signOut({ redirect: false, callbackUrl: window.location.href })
      })
      assert.deepEqual(answer, { url: site.origin + home })
      await greets('stranger')
      assert.equal(await page.evaluate(() => window.sameDocument), true)
    })
  })

  describe('Provider', () => {
    const withOptions = (options) => `${home}?options=${encodeURIComponent(JSON.stringify(options))}`
    const answer = ({ page }) => page.waitForResponse((response) => response.url() === `${site.url}/session`).then((response) => response.json())

    it('with keepAlive asks again and again, and notices the end of a session', { timeout }, async (t) => {
      const tab = await visit(t, { url: withOptions({ keepAlive: 60 }), clock: true })
      await tab.signIn('Ann Example')
      for (let i = 0; i < 2; i++) {
        const asked = answer(tab)
        await tab.page.clock.fastForward('01:01')
        assert.equal((await asked).user.name, 'Ann Example')
        // The next timer is set when the page has shown the answer.
        await until('the page has it', () => tab.page.evaluate((count) => window.seen.filter(({ session }) => session).length > count, i + 1))
      }
      const cookie = (await tab.page.context().cookies()).find(({ name }) => name === 'next-auth.session-token')
      const other = new Visitor(site)
      other.setCookie(site.url, cookie.name, cookie.value)
      await other.signOut()
      await tab.page.clock.fastForward('01:01')
      await tab.greets('stranger')
    })

    it('without keepAlive does not ask again', { timeout }, async (t) => {
      const { page, signIn, asked } = await visit(t, { clock: true })
      await signIn('Ann Example')
      const before = asked('GET /session')
      await page.clock.fastForward('10:00:00')
      await page.evaluate(() => window.client.getCsrfToken())
      assert.equal(asked('GET /session'), before)
    })

    it('with clientMaxAge asks when the tab is seen again, but not earlier than that', { timeout }, async (t) => {
      const tab = await visit(t, { url: withOptions({ clientMaxAge: 60 }), clock: true })
      await tab.signIn('Ann Example')
      const before = tab.asked('GET /session')
      const show = () => tab.page.evaluate(() => {
        document.dispatchEvent(new Event('visibilitychange'))
        return window.client.getCsrfToken()
      })
      await tab.page.clock.fastForward('00:30')
      await show()
      assert.equal(tab.asked('GET /session'), before)
      await tab.page.clock.fastForward('00:31')
      const asked = answer(tab)
      await show()
      assert.equal((await asked).user.name, 'Ann Example')
    })
  })
})
