// Tabs of one browser keep in step: next-auth's clients tell each other through localStorage that a session has begun or ended.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launchChromium } from '../support/chromium.mjs'
import { startProvider } from '../support/oidc_provider.mjs'
import { openTab, startClientSite } from './client_site.mjs'

const timeout = 60000
const [three, four] = ['/next-auth-3.html', '/next-auth-4.html']

describe('two tabs', () => {
  let browser
  let provider
  let site
  before(async () => {
    provider = await startProvider()
    site = await startClientSite(provider)
    browser = await launchChromium()
  }, { timeout })
  after(async () => {
    await browser?.close()
    await site?.stop()
    await provider?.stop()
  })

  async function open(t, pages) {
    const context = await browser.newContext()
    t.after(() => context.close())
    await context.clock.install()
    const tabs = []
    for (const url of pages) {
      const tab = await openTab(context, site, url)
      await tab.greets('stranger')
      tabs.push(tab)
    }
    return tabs
  }

  // The clients' messages carry the time in seconds, and localStorage tells nobody of a value that is the same as before:
  // a person is slower than that, a test is not.
  const aSecondLater = ({ page }) => page.clock.fastForward('00:02')

  const pairs = {
    'of next-auth 3': [three, three],
    'of next-auth 4': [four, four],
    'of next-auth 3 and 4': [three, four],
    'of next-auth 4 and 3': [four, three]
  }
  for (const [which, pages] of Object.entries(pairs)) {
    it(`${which} sign in and out together`, { timeout }, async (t) => {
      const [one, other] = await open(t, pages)
      await other.page.evaluate(() => { window.sameDocument = true })
      await aSecondLater(one)
      await one.signIn('Ann Example')
      await other.greets('Ann Example')
      await aSecondLater(one)
      await one.signOut()
      await other.greets('stranger')
      assert.equal(await other.page.evaluate(() => window.sameDocument), true, 'it was loaded anew')
      assert.deepEqual([...one.trouble, ...other.trouble], [])
    })
  }

  it('can both be on their way through a sign-in', { timeout }, async (t) => {
    const tabs = await open(t, [three, `${three}?second`])
    for (const { page } of tabs) {
      await page.getByRole('button', { name: 'Sign in with Demo' }).click()
      await page.getByRole('button', { name: 'Ann Example' }).waitFor()
    }
    for (const [i, { page, choose, greets }] of tabs.entries()) {
      await choose('Ann Example')
      await greets('Ann Example')
      assert.equal(page.url(), site.origin + [three, `${three}?second`][i])
    }
  })
})
