// The README's Next.js site, as it stands: Next.js 12 and next-auth/client from npm, built and started; nextauth.fcgi has the place of
// pages/api/auth/[...nextauth].js, once by Next.js's own rewrites and once by the web server in front of both.
import assert from 'node:assert/strict'
import { cpSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { launchChromium } from '../support/chromium.mjs'
import { startProvider } from '../support/oidc_provider.mjs'
import { accepts, freePort, root, start, temporaryFolder, until } from '../support/process.mjs'
import { blocks } from '../support/readme.mjs'
import { startSite } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'

const timeout = 120000

/** The answer's status to a sign-in that is begun from this address of the loopback network. */
async function beginFrom(localAddress, { url }) {
  const ask = (method, target, headers = {}, body = '') => new Promise((resolve, reject) => {
    const request = http.request(target, { method, localAddress, headers }, async (answer) => {
      let text = ''
      for await (const chunk of answer.setEncoding('utf8')) text += chunk
      resolve({ status: answer.statusCode, cookies: answer.headers['set-cookie'] ?? [], text })
    })
    request.once('error', reject).end(body)
  })
  const { text, cookies } = await ask('GET', `${url}/csrf`)
  const headers = { 'Content-Type': 'application/json', Cookie: cookies.map((line) => line.split(';')[0]).join('; '), 'X-Forwarded-For': '203.0.113.9' }
  return (await ask('POST', `${url}/signin/demo`, headers, text)).status
}
const next = path.join(root, 'tests/node_modules/next/dist/bin/next')

describe('a Next.js site', () => {
  const folder = temporaryFolder()
  let provider
  let browser
  const running = []
  const places = {}

  const runNext = (args, auth) => start('next', process.execPath, [next, ...args], {
    cwd: folder, env: { NEXTAUTH_URL: auth.url, NEXTAUTH_URL_INTERNAL: auth.internal, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
  })
  async function startNext(port, auth) {
    const server = runNext(['start', '-H', '127.0.0.1', '-p', String(port)], auth)
    running.push(server)
    await until('Next.js listens', () => accepts(port), { started: server, seconds: 30 })
  }

  before(async () => {
    provider = await startProvider()
    const configure = ({ url }) => ({ url, providers: [provider.entry()] })

    // Next.js is what visitors see; nextauth.fcgi's web server is behind it.
    const seen = await freePort()
    const origin = `http://127.0.0.1:${seen}`
    const inner = await startSite('lighttpd-fastcgi', { configure: () => ({ ...configure({ url: `${origin}/api/auth` }), trustedProxies: ['127.0.0.1'], rateLimits: { address: '6/1h' } }) })
    running.push(inner)
    places['by rewrites'] = { origin, url: `${origin}/api/auth`, internal: inner.url }

    // nginx is what visitors see; it serves /api/auth, and Next.js the rest.
    const hidden = await freePort()
    const { text } = blocks.find(({ section, language }) => section === 'Beside Next.js' && language === 'nginx')
    const front = await startSite('nginx', { configure, nginx: () => text.replace(':3000', `:${hidden}`) })
    running.push(front)
    places['behind the same web server'] = { origin: front.origin, url: front.url, internal: front.url }

    cpSync(path.join(root, 'scripts/examples/next'), folder, { recursive: true })
    symlinkSync(path.join(root, 'tests/node_modules'), path.join(folder, 'node_modules'))
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n')
    const build = runNext(['build'], places['by rewrites'])
    running.push(build)
    assert.deepEqual(await build.exited, { code: 0, signal: null }, build.output())
    await startNext(seen, places['by rewrites'])
    await startNext(hidden, places['behind the same web server'])
    browser = await launchChromium()
    for (const { url } of Object.values(places)) provider.allow(`${url}/callback/demo`)
  }, { timeout })
  after(async () => {
    await browser?.close()
    for (const one of running.reverse()) await one.stop()
    await provider?.stop()
  })

  for (const where of ['by rewrites', 'behind the same web server']) {
    it(`signs people in and out with next-auth's own client, ${where}`, { timeout }, async (t) => {
      const { origin } = places[where]
      const context = await browser.newContext({ locale: 'en-US' })
      t.after(() => context.close())
      const page = await context.newPage()
      const trouble = []
      page.on('pageerror', (error) => trouble.push(error.message))
      await page.goto(`${origin}/members?tab=1`)
      assert.equal(new URL(page.url()).pathname, '/api/auth/signin')
      await page.getByRole('button', { name: /Demo/ }).click()
      await page.getByRole('button', { name: /Ben Example/ }).click()
      await page.getByRole('heading', { name: 'Hello, Ben Example' }).waitFor()
      assert.equal(page.url(), `${origin}/members?tab=1`)
      // What the client in the browser asks goes the same way as the server's.
      assert.equal((await page.evaluate(async () => (await fetch('/api/auth/session')).json())).user.email, 'ben@example.com')
      // The button is there as HTML before React has taken it over.
      await page.waitForFunction(() => Object.keys(document.querySelector('button')).some((key) => key.startsWith('__reactProps')))
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL((url) => url.pathname === '/api/auth/signin')
      assert.deepEqual(await (await context.request.get(`${origin}/api/auth/session`)).json(), {})
      assert.deepEqual(trouble, [])
    })

    it(`shows a page that needs somebody to nobody else, ${where}`, { timeout }, async () => {
      const { origin, url } = places[where]
      const stranger = new Visitor({ origin, url })
      const sent = await stranger.get(`${origin}/members?tab=1`)
      assert.equal(sent.status, 307)
      assert.equal(sent.location, `${origin}/api/auth/signin?callbackUrl=%2Fmembers%3Ftab%3D1`)
      const member = new Visitor({ origin, url })
      await member.signIn('ann')
      assert.match((await member.get(`${origin}/members`)).text, /<h1>Hello, (<!-- -->)?Ann Example/)
      assert.equal((await stranger.get(`${origin}/members`, { headers: { cookie: 'next-auth.session-token=0' } })).status, 307)
    })
  }

  it('counts the attempts of each visitor apart, by rewrites', { timeout }, async () => {
    for (let i = 0; i < 6; i++) assert.equal(await beginFrom('127.0.0.2', places['by rewrites']), 302)
    assert.equal(await beginFrom('127.0.0.2', places['by rewrites']), 429)
    assert.equal(await beginFrom('127.0.0.3', places['by rewrites']), 302)
  })
})
