// The README's static page and its page with next-auth/client, bundled by the README's command, in a browser.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { launchChromium } from '../support/chromium.mjs'
import { root } from '../support/process.mjs'
import { blocks } from '../support/readme.mjs'
import { startSite } from '../support/server.mjs'
import { answerTo, startStub } from '../support/stub_provider.mjs'

const timeout = 60000
const block = (section, language) => blocks.find((one) => one.section === section && one.language === language).text
const client = "next-auth's own client"

describe('a page of the README', () => {
  let stub
  let site
  let browser
  before(async () => {
    stub = await startStub()
    // Whoever comes is somebody at once, and has a name that would be HTML.
    stub.on('/auth', ({ request, response }) => response.writeHead(302, { Location: answerTo(`${stub.issuer}${request.url}`) }).end())
    stub.on('/me', ({ json }) => json({ sub: '1', name: '<b>Ann</b>', email: 'ann@example.com' }))
    site = await startSite('lighttpd-fastcgi', { configure: ({ url }) => ({ url, providers: [stub.plainEntry({ id: 'github', name: 'GitHub' })] }) })
    const page = (body) => `<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Page</title>\n${body}\n`
    writeFileSync(path.join(site.documents, 'index.html'), page(block('In a static page', 'html')))
    writeFileSync(path.join(site.documents, 'app.html'), page('<div id="page"></div><script src="app.js"></script>'))

    symlinkSync(path.join(root, 'tests/node_modules'), path.join(site.folder, 'node_modules'))
    writeFileSync(path.join(site.folder, 'app.jsx'), `import React from 'react'\nimport { render } from 'react-dom'\n${block(client, 'jsx')}`)
    execFileSync('bash', ['-ec', block(client, 'sh')], {
      cwd: site.folder, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: `${site.folder}/node_modules/.bin:${process.env.PATH}` }
    })
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    await site?.stop()
    await stub?.stop()
  })

  async function visit(t, url) {
    const context = await browser.newContext({ locale: 'en-US' })
    t.after(() => context.close())
    const page = await context.newPage()
    const trouble = []
    page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) trouble.push(message.text()) })
    page.on('pageerror', (error) => trouble.push(error.message))
    await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
    // Once it has asked who is there: a page that is left while it asks reports that.
    await page.goto(site.origin + url, { waitUntil: 'networkidle' })
    return { page, trouble }
  }

  it('without any library greets who has signed in', { timeout }, async (t) => {
    const { page, trouble } = await visit(t, '/')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: /GitHub/ }).click()
    await page.getByText('<b>Ann</b>').waitFor()
    assert.equal(page.url(), `${site.origin}/`)
    assert.equal(await page.locator('#account').innerText(), '<b>Ann</b> · Sign out')
    await page.getByRole('link', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: /sign out/i }).click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    assert.equal(page.url(), `${site.origin}/`)
    assert.deepEqual(trouble, [])
  })

  it("with next-auth's client signs in and out", { timeout }, async (t) => {
    const { page, trouble } = await visit(t, '/app.html')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Sign out <b>Ann</b>' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    assert.equal(page.url(), `${site.origin}/app.html`)
    assert.deepEqual(trouble, [])
  })
})
