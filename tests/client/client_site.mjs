// A site whose pages use next-auth's own client, unmodified as npm has it (package-lock.json holds its hash), and tabs that look at them.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { root } from '../support/process.mjs'
import { startSite } from '../support/server.mjs'

export const clients = ['next-auth-3', 'next-auth-4']

const html = (name) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${name}</title></head>
<body><div id="page"></div><script src="/${name}.js"></script></body></html>
`

/** lighttpd with nextauth.fcgi and the pages /next-auth-3.html and /next-auth-4.html; `config` is added to its configuration. */
export async function startClientSite(provider, { path: basePath, config = {}, providers = [] } = {}) {
  const site = await startSite('lighttpd-fastcgi', {
    path: basePath,
    configure: ({ url }) => ({ url, database: 'sqlite:auth.db', providers: [provider.entry(), ...providers], ...config })
  })
  provider.allow(`${site.url}/callback/demo`)
  for (const name of clients) writeFileSync(path.join(site.documents, `${name}.html`), html(name))
  await build({
    entryPoints: clients.map((name) => path.join(root, 'tests/client/page', `${name}.jsx`)),
    outdir: site.documents,
    bundle: true,
    logLevel: 'warning',
    target: 'es2020',
    // As Next.js does for a page: what the client reads of the environment is put in when the page is built.
    define: {
      'process.env.NEXTAUTH_URL': JSON.stringify(site.url),
      'process.env.NEXTAUTH_URL_INTERNAL': 'undefined',
      'process.env.VERCEL_URL': 'undefined',
      'process.env.NODE_ENV': '"production"'
    }
  })
  return site
}

/** One tab of a browser context. `trouble` is what went wrong in it, `asked(route)` how often it asked for `METHOD /route`. */
export async function openTab(context, site, url) {
  const page = await context.newPage()
  // The browser asks the provider for it by itself.
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
  const requests = []
  const trouble = []
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) trouble.push(message.text()) })
  page.on('pageerror', (error) => trouble.push(error.message))
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url())
    if (origin + pathname.slice(0, site.path.length) === site.url) requests.push(`${request.method()} ${pathname.slice(site.path.length)}`)
  })
  const tab = {
    page,
    trouble,
    asked: (route) => requests.filter((one) => one === route).length,
    goto: (to) => page.goto(new URL(to, site.origin).href),
    /** Clicks, chooses `person` at the provider, and is back once the page knows who it is. */
    signIn: async (person) => {
      await page.getByRole('button', { name: 'Sign in with Demo' }).click()
      await tab.choose(person)
      await tab.greets(person)
    },
    signOut: async () => {
      await page.getByRole('button', { name: 'Sign out' }).click()
      await tab.greets('stranger')
    },
    choose: (person) => page.getByRole('button', { name: person }).click(),
    /** Waits until the page says hello to `person`, or to a stranger, and has stopped loading. */
    greets: async (person) => {
      await page.getByRole('heading', { name: `Hello, ${person}` }).waitFor()
      await page.getByRole('button', { name: person === 'stranger' ? 'Sign in with Demo' : 'Sign out' }).waitFor()
    },
    session: () => page.evaluate(() => window.client.getSession())
  }
  if (url) await tab.goto(url)
  return tab
}

/** A tab in a browser of its own, which goes with the test `t`; `clock` lets the test move its time. */
export async function newVisitor(t, browser, site, url, { clock = false } = {}) {
  const context = await browser.newContext()
  t.after(() => context.close())
  if (clock) await context.clock.install()
  const tab = await openTab(context, site, url)
  // A browser that brings no CSRF cookie is given one with every answer, as in NextAuth.js v3: the first has to be there
  // before the next question, or a token may belong to a cookie that has been replaced.
  await tab.page.getByText(/Sign in|Signed in/).first().waitFor()
  return tab
}
