// Somebody who visits a site with nextauth.fcgi: a browser that knows the way through a sign-in.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Browser } from './browser_jar.mjs'

export class Visitor extends Browser {
  constructor(site, options) {
    super(options)
    this.site = site
    this.codes = []
  }

  async csrf() {
    return (await this.get(`${this.site.url}/csrf`)).json().csrfToken
  }

  async session() {
    return (await this.get(`${this.site.url}/session`)).json()
  }

  /** Browsers take cookies with these beginnings over https only. */
  get sessionCookieName() {
    return `${this.site.url.startsWith('https:') ? '__Secure-' : ''}next-auth.session-token`
  }

  get sessionCookie() {
    return this.cookie(this.site.url, this.sessionCookieName)
  }

  get csrfCookie() {
    return this.cookie(this.site.url, `${this.site.url.startsWith('https:') ? '__Host-' : ''}next-auth.csrf-token`)
  }

  /** POSTs to /signin/PROVIDER; the answer's `location` is the provider's authorization URL. */
  async startSignIn(provider = 'demo', { query = '', ...form } = {}) {
    return this.post(`${this.site.url}/signin/${provider}${query}`, { csrfToken: await this.csrf(), ...form })
  }

  /** At the provider's page: chooses `person` (empty: cancels). Gives the URL the provider sends the browser back to. */
  async choose(authorizationUrl, person) {
    const back = (url) => url.startsWith(this.site.origin)
    const page = await this.follow(await this.get(authorizationUrl), { stop: back })
    const answer = await this.follow(await this.post(page.url, { person }), { stop: back })
    if (!answer.location) throw new Error(`the provider did not send us back: ${answer.status} ${answer.text}`)
    this.codes.push(new URL(answer.location).searchParams.get('code'))
    return answer.location
  }

  /** The whole way. Gives the answer to the callback: a redirect to the page the visitor wanted, or to the error page. */
  async signIn(person = 'ann', { provider = 'demo', ...form } = {}) {
    const started = await this.startSignIn(provider, form)
    if (!started.location) throw new Error(`no way to the provider: ${started.status} ${started.text}`)
    if (started.location.startsWith(this.site.origin)) return started
    return this.get(await this.choose(started.location, person))
  }

  async signOut(form = {}) {
    return this.post(`${this.site.url}/signout`, { csrfToken: await this.csrf(), ...form })
  }
}

/** The forms of a page: [{ action, method, fields, buttons }]. Enough for pages without script. */
export function forms(html) {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, tag, content]) => ({
    action: attribute(tag, 'action'),
    method: (attribute(tag, 'method') ?? 'get').toLowerCase(),
    fields: Object.fromEntries([...content.matchAll(/<input\b([^>]*)>/gs)]
      .map(([, input]) => [attribute(input, 'name'), attribute(input, 'value') ?? '']).filter(([name]) => name)),
    buttons: [...content.matchAll(/<button\b[^>]*>(.*?)<\/button>/gs)].map(([, text]) => plain(text))
  }))
}

function attribute(tag, name) {
  const match = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag)
  return match ? unescape(match[1] ?? match[2] ?? match[3]) : undefined
}

function plain(html) {
  return unescape(html.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim()
}

function unescape(text) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) =>
    hex ? String.fromCodePoint(parseInt(hex, 16)) : decimal ? String.fromCodePoint(Number(decimal)) : named[name] ?? whole)
}

/** Rows of a query, read by the sqlite3 program: what is in the file, not what nextauth.fcgi says is in it. */
export async function sql(database, query) {
  const { stdout } = await promisify(execFile)('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 5000', database, query])
  return stdout ? JSON.parse(stdout) : []
}
