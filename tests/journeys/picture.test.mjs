// The README's pictures are of the sign-in page as it is. After a change of the page: cp build/screenshots/readme-*.png, see below.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { launchChromium } from '../support/chromium.mjs'
import { buildFolder, root } from '../support/process.mjs'
import { startSite } from '../support/server.mjs'

const timeout = 60000
const keys = { clientId: 'client', clientSecret: 'secret' }

describe("the README's picture", () => {
  let browser
  let site
  before(async () => {
    const providers = [{ id: 'github', ...keys }, { id: 'google', ...keys }, { id: 'email', server: 'smtp://127.0.0.1', from: 'no-reply@example.com' }]
    site = await startSite('lighttpd-fastcgi', { configure: () => ({ url: 'https://example.com/api/auth', providers }) })
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    await site?.stop()
  })

  for (const colorScheme of ['light', 'dark']) {
    it(`is of the sign-in page in ${colorScheme}`, { timeout }, async (t) => {
      const context = await browser.newContext({ locale: 'en-US', colorScheme, viewport: { width: 560, height: 520 }, deviceScaleFactor: 2, bypassCSP: true })
      t.after(() => context.close())
      const page = await context.newPage()
      await page.goto(`${site.url}/signin`)
      // system-ui is whatever this machine has; Liberation Sans has the shapes of what most visitors' machines have.
      await page.addStyleTag({ content: '* { font-family: "Liberation Sans" !important }' })
      const folder = path.join(buildFolder, 'screenshots')
      mkdirSync(folder, { recursive: true })
      const taken = await page.screenshot({ path: path.join(folder, `readme-${colorScheme}.png`), caret: 'hide' })
      const shown = path.join(root, `.readme/signin-${colorScheme}.png`)
      assert.ok(readFileSync(path.join(root, 'README.md'), 'utf8').includes(`"${path.relative(root, shown)}"`))
      assert.ok(statSync(shown).size < 100000)
      await page.goto('about:blank')
      const differ = await page.evaluate(compare, [taken, readFileSync(shown)].map((png) => `data:image/png;base64,${png.toString('base64')}`))
      // Edges are drawn a little differently from one version to another.
      assert.ok(differ < 0.005, `${differ} of the points differ: cp build/screenshots/readme-${colorScheme}.png ${shown}`)
    })
  }
})

/** In the browser: the share of points in which two pictures clearly differ. */
async function compare(urls) {
  const points = await Promise.all(urls.map(async (url) => {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')
    canvas.drawImage(image, 0, 0)
    return canvas.getImageData(0, 0, image.width, image.height).data
  }))
  if (points[0].length !== points[1].length) return 1
  let differing = 0
  for (let i = 0; i < points[0].length; i += 4) {
    if ([0, 1, 2].some((channel) => Math.abs(points[0][i + channel] - points[1][i + channel]) > 48)) differing++
  }
  return differing / (points[0].length / 4)
}
