// What counts of an answer, without what is random in it or depends on the second it was given.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { it } from 'node:test'
import { forms } from '../support/visitor.mjs'
import { csrfToken, secret } from './both.mjs'
import { reason } from './differences.mjs'

const jwt = createRequire(import.meta.url)('next-auth/jwt').default

/** Where each side keeps a sign-in under way is the difference "flow"; oauth.test.mjs has its tests. */
const flowCookies = /^[^=]*next-auth\.(pkce\.code_verifier|state)=/

/** Seconds from `now`, when the answer came, to the next ten. */
export const fromNow = (time, now = Date.now()) => `<now${((seconds) => (seconds < 0 ? seconds : `+${seconds}`))(Math.round((time - now) / 10000) * 10)}s>`

export function masked(text, now) {
  return text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (date) => fromNow(Date.parse(date), now))
    .replace(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g, (hex) => (hex === csrfToken ? hex : '<64 hex digits>'))
}

/** What the flow's own parameters are is each side's business, and their order nobody's; that they are there is not. */
export function maskedUrl(location, now) {
  if (!location?.includes('client_id=')) return location && masked(location, now)
  const [path, query, rest] = /^([^?]*\?)([^"]*)(.*)$/s.exec(location).slice(1)
  const parameters = query.split('&').sort((one, other) => (one.split('=')[0] < other.split('=')[0] ? -1 : 1))
  return path + parameters.join('&').replace(/(^|&)(state|code_challenge|nonce)=[^&]+/g, '$1$2=<random>') + rest
}

export async function claims(token, options = {}, now = Date.now()) {
  const decoded = await jwt.decode({ secret, ...options, token })
  return decoded && { ...decoded, ...Object.fromEntries(['iat', 'exp'].filter((name) => name in decoded).map((name) => [name, fromNow(decoded[name] * 1000, now)])) }
}

async function cookieValue(name, value, options, now) {
  const plain = decodeURIComponent(value)
  if (/^[\w-]+(\.[\w-]*){2,4}$/.test(plain)) {
    const key = (jwk) => jwk && JSON.stringify(jwk)
    return JSON.stringify(await claims(plain, { ...options, signingKey: key(options.signingKey), encryptionKey: key(options.encryptionKey) }, now))
  }
  return masked(value, now)
}

async function cookieView(line, options, now) {
  const [, name, value, attributes] = /^([^=]+)=([^;]*)(.*)$/s.exec(line)
  return `${name}=${await cookieValue(name, value, options, now)}${attributes.replace(/Expires=([^;]+)/, (_, date) => `Expires=${fromNow(Date.parse(date), now)}`)}`
}

function pageView(html) {
  return {
    forms: forms(html).map((form) => ({ ...form, fields: Object.fromEntries(Object.entries(form.fields).map(([name, value]) => [name, masked(value)])) })),
    links: [...new Set([...html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)].map(([, href]) => href))].filter((href) => href.includes('/signin')),
    complains: /role="alert"|<div class="signin"><div class="error">/.test(html)
  }
}

function content(answer) {
  if (answer.location) return { body: '' }
  if ((answer.headers['content-type'] ?? '').startsWith('application/json')) return { json: maskedUrl(answer.text, answer.at) }
  return /^<!doctype html>/i.test(answer.text) ? { page: pageView(answer.text) } : { body: answer.text }
}

/** { status, location, cookies, body: a text or { json } or { page } }. */
export async function view(answer, options = {}) {
  const lines = answer.setCookies.filter((line) => !flowCookies.test(line))
  return {
    status: answer.status,
    location: maskedUrl(answer.location, answer.at),
    cookies: await Promise.all(lines.map((line) => cookieView(line, options, answer.at))),
    ...content(answer)
  }
}

/** Asks both; they must answer the same. Gives both answers. */
export async function same(site, method, route, request = {}) {
  const { answers, views } = await askBoth(site, method, route, request)
  assert.deepEqual(views.ours, views.v3, `${method} ${route} ${JSON.stringify(request)}`)
  return answers
}

/** Asks both; they differ in what `ours` and `v3` say, and in nothing else. `name` is in differences.mjs. */
export async function differ(site, name, method, route, request, ours, v3) {
  assert.ok(reason(name))
  const { answers, views } = await askBoth(site, method, route, request)
  const shown = `${method} ${route} ${JSON.stringify(request)}`
  for (const [part, value] of Object.entries(ours)) assert.deepEqual(views.ours[part], value, `ours: ${shown}`)
  for (const [part, value] of Object.entries(v3)) assert.deepEqual(views.v3[part], value, `v3: ${shown}`)
  const named = new Set([...Object.keys(ours), ...Object.keys(v3)])
  const rest = (whole) => Object.fromEntries(Object.entries(whole).filter(([part]) => !named.has(part)))
  assert.deepEqual(rest(views.ours), rest(views.v3), shown)
  return answers
}

async function askBoth(site, method, route, request) {
  const [ours, v3] = await Promise.all([site.send('ours', method, route, request), site.send('v3', method, route, request)])
  const [ourView, v3View] = await Promise.all([view(ours, site.options.jwt), view(v3, site.options.jwt)])
  return { answers: { ours, v3 }, views: { ours: ourView, v3: v3View } }
}

/** Tests of the form [what, method, route, request?, [difference, ours, v3]?] on `siteOf()`. */
export function compareAll(siteOf, cases) {
  for (const [what, method, route, request = {}, difference] of cases) {
    it(`${what}: ${method} ${route}`, { timeout: 15000 }, async () => {
      if (!difference) return void await same(siteOf(), method, route, request)
      const [name, ours, v3] = difference
      await differ(siteOf(), name, method, route, request, ours, v3)
    })
  }
}
