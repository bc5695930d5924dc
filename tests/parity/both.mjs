// nextauth.fcgi and the real NextAuth.js v3 side by side: the same configuration, the same requests.
import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fastcgi } from '../support/fastcgi.mjs'
import { accepts, start, temporaryFolder, until } from '../support/process.mjs'
import { layOut, spawnProgram } from '../support/server.mjs'

export const secret = 'parity-secret-of-more-than-32-bytes'
export const url = 'http://localhost:3000/api/auth'
export const origin = 'http://localhost:3000'
export const sides = ['ours', 'v3']

/** A CSRF token that both sides take for theirs, as they have the same secret. */
export const csrfToken = 'c5f0'.repeat(16)
export const csrfCookie = `${csrfToken}|${createHash('sha256').update(csrfToken + secret).digest('hex')}`

/** Starts both sides for each of `{ name: options }`; gives { name: Both, …, stop() }. Options are v3's, in data. */
export async function startBoth(configurations) {
  const folder = temporaryFolder()
  const sites = Object.entries(configurations).map(([name, options]) =>
    new Both({ url, secret, ...options }, path.join(folder, `${name}.sock`), name))
  const v3 = start(`v3-${process.pid}`, process.execPath, [
    fileURLToPath(new URL('../support/nextauth_v3.mjs', import.meta.url)),
    JSON.stringify(sites.map((site) => ({ socket: site.v3Socket, name: site.name, options: forV3(site.options) })))
  ])
  const stop = () => Promise.all([v3.stop(), ...sites.map((site) => site.program?.stop())])
  try {
    await Promise.all(sites.map((site) => site.startOurs()))
    for (const site of sites) await until('v3 listens', () => accepts(site.v3Socket), { started: v3 })
    for (const site of sites) await site.openDatabases()
  } catch (error) {
    await stop() // else they would keep the test from ending
    throw error
  }
  return { ...Object.fromEntries(sites.map((site) => [site.name, site])), stop }
}

/** v3 takes keys as JSON in a string. */
function forV3({ owner, ...options }) {
  if (owner) options.hooks = owner.address('v3')
  if (!options.jwt) return options
  const keys = ['signingKey', 'encryptionKey'].filter((key) => options.jwt[key])
  return { ...options, jwt: { ...options.jwt, ...Object.fromEntries(keys.map((key) => [key, JSON.stringify(options.jwt[key])])) } }
}

/** Ours has no functions in its configuration, and limits that v3 lacks; `ours` is what only it needs, `owner` whose callbacks there are. */
function forOurs({ database, ours = {}, owner, providers, ...options }) {
  const rateLimits = { address: null, account: null, recipient: null }
  if (owner) options.callbacks = 'callbacks.lua'
  return { ...options, database: database ? 'sqlite:auth.db' : null, rateLimits, providers: providers.map(({ people, ...entry }) => entry), ...ours }
}

export class Both {
  constructor(options, v3Socket, name) {
    Object.assign(this, { options, v3Socket, name })
    const { pathname, origin: siteOrigin } = new URL(options.url)
    this.origin = siteOrigin
    this.root = siteOrigin + (pathname === '/' ? '/api/auth' : pathname.replace(/\/$/, ''))
  }

  async startOurs() {
    this.site = layOut({ name: 'parity', config: forOurs(this.options) })
    if (this.options.owner) writeFileSync(path.join(this.site.folder, 'callbacks.lua'), this.options.owner.lua())
    this.program = await spawnProgram(this.site)
  }

  /** The first use of a database makes its tables. */
  async openDatabases() {
    if (!this.options.database) return
    const prefix = this.root.startsWith('https:') || this.options.useSecureCookies ? '__Secure-' : ''
    const name = this.options.cookies?.sessionToken?.name ?? `${prefix}next-auth.session-token`
    for (const side of sides) await this.send(side, 'GET', '/session', { cookies: { [name]: 'unknown' } })
  }

  /** A request to one side. `query` is a string, `form` an object or a URLSearchParams, `cookies` { name: decoded value }; `at` is when the answer came. */
  async send(side, method, route, { query = '', form, json, body, type, cookies = {}, raw } = {}) {
    const payload = form ? new URLSearchParams(form).toString() : json !== undefined ? JSON.stringify(json) : body
    const contentType = type ?? (json !== undefined ? 'application/json' : 'application/x-www-form-urlencoded')
    const cookie = raw ?? Object.entries(cookies).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('; ')
    const headers = cookie ? { cookie } : {}
    const answer = side === 'ours'
      ? await fastcgi(this.site.socket, this.root, method, route, { query, headers, body: payload, type: contentType })
      : await this.#askV3(method, new URL(this.root).pathname + encodeURI(route) + (query && `?${query}`), headers, payload, contentType)
    return { ...answer, at: Date.now() }
  }

  #askV3(method, target, headers, payload, type) {
    const sent = payload === undefined ? headers : { ...headers, 'content-type': type, 'content-length': Buffer.byteLength(payload) }
    return new Promise((resolve, reject) => {
      const request = http.request({ socketPath: this.v3Socket, method, path: target, headers: sent }, async (response) => {
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        const { location, 'set-cookie': setCookies = [] } = response.headers
        resolve({ status: response.statusCode, headers: response.headers, location, setCookies, text, json: () => JSON.parse(text) })
      })
      request.once('error', reject)
      request.end(payload)
    })
  }

  /** Statements, apart by "; ", on a side's database; the last one's rows, if it has any. */
  async sql(side, statement) {
    if (side === 'v3') return (await this.#askV3Itself('/+sql', statement))
    const { stdout } = await promisify(execFile)('sqlite3', ['-json', '-cmd', '.timeout 2000', this.site.database, statement])
    return stdout ? JSON.parse(stdout) : []
  }

  mails() {
    return this.#askV3Itself('/+mails', '')
  }

  #askV3Itself(path, body) {
    return new Promise((resolve, reject) => {
      const request = http.request({ socketPath: this.v3Socket, method: 'POST', path }, async (response) => {
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        resolve(JSON.parse(text))
      })
      request.once('error', reject)
      request.end(body)
    })
  }
}
