// A real browser in front of lighttpd: with script and without, with the keyboard alone, and what each page looks like.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { launchChromium } from '../support/chromium.mjs'
import { startProvider } from '../support/oidc_provider.mjs'
import { buildFolder } from '../support/process.mjs'
import { startSite } from '../support/server.mjs'

const timeout = 60000
const screenshots = path.join(buildFolder, 'screenshots')

describe('a browser', () => {
  let browser
  let provider
  let site
  before(async () => {
    mkdirSync(screenshots, { recursive: true })
    provider = await startProvider()
    site = await startSite('lighttpd-fastcgi', { configure: ({ url }) => ({ url, database: 'sqlite:auth.db', providers: [provider.entry()] }) })
    provider.allow(`${site.url}/callback/demo`)
    browser = await launchChromium()
  }, { timeout })
  after(async () => {
    await browser?.close()
    await site?.stop()
    await provider?.stop()
  })

  /** A visitor of its own; gives its page and what went wrong there (blocked by the Content-Security-Policy, not found, …). */
  async function visit(options = {}) {
    const context = await browser.newContext({ locale: 'en-US', ...options })
    const page = await context.newPage()
    const trouble = []
    page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) trouble.push(message.text()) })
    page.on('pageerror', (error) => trouble.push(error.message))
    page.on('requestfailed', (request) => trouble.push(`${request.url()}: ${request.failure()?.errorText}`))
    page.on('request', (request) => {
      if (!request.url().startsWith(site.origin) && !request.url().startsWith(provider.issuer)) trouble.push(`asks ${request.url()}`)
    })
    // The browser asks for it by itself; the test site has none.
    await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
    return { context, page, trouble }
  }

  const sessionOf = async (context) => (await context.request.get(`${site.url}/session`)).json()

  for (const javaScriptEnabled of [true, false]) {
    it(`signs in and out by clicking, ${javaScriptEnabled ? 'with' : 'without'} script`, { timeout }, async () => {
      const { context, page, trouble } = await visit({ javaScriptEnabled })
      await page.goto(`${site.url}/signin?callbackUrl=${encodeURIComponent('/?back')}`)
      await page.getByRole('button', { name: /Demo/ }).click()
      await page.getByRole('button', { name: /Ben Example/ }).click()
      await page.waitForURL(`${site.origin}/?back`)
      assert.equal((await sessionOf(context)).user.email, 'ben@example.com')
      await page.goto(`${site.url}/signout`)
      await page.getByRole('button', { name: /sign out/i }).click()
      await page.waitForURL((url) => !url.pathname.startsWith('/api/auth'))
      assert.deepEqual(await sessionOf(context), {})
      assert.deepEqual(trouble, [])
      await context.close()
    })
  }

  it('signs in and out with the keyboard alone', { timeout }, async () => {
    const { context, page } = await visit()
    const press = async (name) => {
      for (let i = 0; i < 12; i++) {
        await page.keyboard.press('Tab')
        const focused = page.locator(':focus')
        if (await focused.count() && name.test(await focused.innerText())) {
          const { outlineStyle, boxShadow } = await focused.evaluate((element) => {
            const { outlineStyle, boxShadow } = getComputedStyle(element)
            return { outlineStyle, boxShadow }
          })
          assert.ok(outlineStyle !== 'none' || boxShadow !== 'none', 'the focus cannot be seen')
          return page.keyboard.press('Enter')
        }
      }
      assert.fail(`${name} cannot be reached with the keyboard`)
    }
    await page.goto(`${site.url}/signin`)
    await press(/Demo/)
    await page.waitForURL(/interaction/)
    await press(/Ann Example/)
    await page.waitForURL(`${site.origin}/`)
    assert.equal((await sessionOf(context)).user.email, 'ann@example.com')
    await page.goto(`${site.url}/signout`)
    await press(/sign out/i)
    await page.waitForURL(`${site.origin}/`)
    assert.deepEqual(await sessionOf(context), {})
    await context.close()
  })

  it('is told in a sentence when somebody cancels', { timeout }, async () => {
    const { context, page } = await visit()
    await page.goto(`${site.url}/signin`)
    await page.getByRole('button', { name: /Demo/ }).click()
    await page.getByRole('button', { name: /Cancel/ }).click()
    await page.waitForURL(/\/signin\?error=Callback/)
    const text = await page.locator('body').innerText()
    assert.doesNotMatch(text, /\bCallback\b/, 'a bare code')
    assert.match(text, /[a-z ,']{20,}\./i)
    await page.getByRole('button', { name: /Demo/ }).waitFor()
    await context.close()
  })

  const pages = {
    'signin': '/signin',
    'signin-error': '/signin?error=OAuthAccountNotLinked',
    'signout': '/signout',
    'verify-request': '/verify-request',
    'error': '/error',
    'error-configuration': '/error?error=Configuration',
    'error-access-denied': '/error?error=AccessDenied',
    'error-verification': '/error?error=Verification'
  }
  const looks = {
    light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
    dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
    phone: { colorScheme: 'light', viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }
  }
  for (const [look, options] of Object.entries(looks)) {
    it(`shows each page in ${look}, complete and readable`, { timeout }, async () => {
      const { context, page, trouble } = await visit(options)
      for (const [name, route] of Object.entries(pages)) {
        await page.goto(site.url + route)
        await page.screenshot({ path: path.join(screenshots, `${name}-${look}.png`), fullPage: true })
        const seen = await page.evaluate(inspect)
        assert.ok(seen.width <= options.viewport.width, `${name}: ${seen.width}px wide`)
        assert.ok(seen.lang, `${name} has no language`)
        assert.ok(seen.title, `${name} has no title`)
        assert.equal(seen.headings, 1, `${name} has ${seen.headings} first headings`)
        assert.deepEqual(seen.unlabelled, [], name)
        assert.deepEqual(seen.pale, [], `${name}: contrast below 4.5:1`)
        assert.deepEqual(seen.small, [], `${name}: buttons below 44 px`)
      }
      // Chromium reports the error pages' own status as an error of loading.
      assert.deepEqual(trouble.filter((line) => !/status of (403|500)/.test(line)), [])
      await context.close()
    })
  }
})

/** In the page: what WCAG asks for and a script can measure. */
function inspect() {
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) => value / 255).map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = rgb(getComputedStyle(one).backgroundColor)
      if (color[3] === 255) return color
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255]
  }
  const shown = [...document.body.querySelectorAll('*')].filter((element) => element.checkVisibility({ checkVisibilityCSS: true }) &&
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
  const pale = shown.filter((element) => {
    const [front, back] = [rgb(getComputedStyle(element).color), behind(element)].map(luminance)
    return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05) < 4.5
  })
  const fields = [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
  const buttons = [...document.querySelectorAll('button, input[type=submit]')]
  return {
    width: document.documentElement.scrollWidth,
    lang: document.documentElement.lang,
    title: document.title,
    headings: document.querySelectorAll('h1').length,
    unlabelled: fields.filter((field) => !field.labels.length && !field.ariaLabel).map((field) => field.name),
    pale: pale.map((element) => element.textContent.trim()),
    small: buttons.filter((button) => button.getBoundingClientRect().height < 43.5).map((button) => button.textContent.trim())
  }
}
