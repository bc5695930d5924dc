// A browser without a window: HTTP requests, a cookie jar, forms. Follows redirects only when asked to.
import http from 'node:http'
import https from 'node:https'

/** Authorities (PEM) that every browser trusts. */
const trusted = []
export const trust = (authority) => trusted.push(authority)

export class Browser {
  #cookies = []

  /** `address`: connect there instead of to the URL's host (a site called example.com that listens on loopback). */
  constructor({ headers = {}, address } = {}) {
    this.headers = headers
    this.address = address
  }

  /** One request. Gives { status, headers, setCookies, location (absolute), text, json(), url }. */
  async request(method, url, { form, json, body, type, headers = {}, timeout = 30000 } = {}) {
    const target = new URL(url)
    const payload = form ? new URLSearchParams(form).toString() : json !== undefined ? JSON.stringify(json) : body
    const sent = { ...this.headers, ...headers }
    const cookie = this.cookieHeader(target)
    if (cookie) sent.cookie = cookie
    if (payload !== undefined) {
      sent['content-type'] = type ?? (form ? 'application/x-www-form-urlencoded' : 'application/json')
      sent['content-length'] = Buffer.byteLength(payload)
    }
    const answer = await send(method, target, sent, payload, this.address, timeout)
    for (const line of answer.setCookies) this.store(line, target)
    return answer
  }

  get(url, options) {
    return this.request('GET', url, options)
  }

  post(url, form, options) {
    return this.request('POST', url, { form, ...options })
  }

  /** GETs until an answer is no redirect, or `stop(url)` says not to go there; then that answer with its `location`. */
  async follow(answer, { stop = () => false, limit = 20 } = {}) {
    while (answer.location && !stop(answer.location)) {
      if (limit-- === 0) throw new Error(`too many redirects: ${answer.location}`)
      answer = await this.get(answer.location)
    }
    return answer
  }

  /** RFC 6265, as far as it matters here: host, Domain, Path, Secure, Max-Age before Expires. */
  store(line, url) {
    const [pair, ...attributes] = line.split(';').map((part) => part.trim())
    const cut = pair.indexOf('=')
    const cookie = { name: pair.slice(0, cut), value: pair.slice(cut + 1), host: url.hostname, hostOnly: true, path: '/', expires: Infinity, line }
    const folder = url.pathname.slice(0, url.pathname.lastIndexOf('/'))
    cookie.path = folder || '/'
    let maxAge
    for (const attribute of attributes) {
      const [key, value = ''] = attribute.split(/=(.*)/s)
      switch (key.toLowerCase()) {
        case 'path': if (value.startsWith('/')) cookie.path = value; break
        case 'secure': cookie.secure = true; break
        case 'httponly': cookie.httpOnly = true; break
        case 'samesite': cookie.sameSite = value; break
        case 'expires': cookie.expires = Date.parse(value); break
        case 'max-age': maxAge = Number(value); break
        case 'domain': cookie.host = value.replace(/^\./, ''); cookie.hostOnly = false; break
      }
    }
    if (maxAge !== undefined) cookie.expires = maxAge > 0 ? Date.now() + maxAge * 1000 : 0
    const refused = (cookie.secure && url.protocol !== 'https:') ||
      (cookie.name.startsWith('__Host-') && !(cookie.secure && cookie.hostOnly && cookie.path === '/')) ||
      (!cookie.hostOnly && !within(url.hostname, cookie.host))
    if (refused) return
    this.#cookies = this.#cookies.filter((old) => old.name !== cookie.name || old.host !== cookie.host || old.path !== cookie.path)
    if (!(cookie.expires <= Date.now())) this.#cookies.push(cookie)
  }

  cookiesFor(url) {
    const { hostname, pathname, protocol } = new URL(url)
    return this.#cookies.filter((cookie) =>
      (cookie.hostOnly ? cookie.host === hostname : within(hostname, cookie.host)) &&
      (pathname === cookie.path || pathname.startsWith(cookie.path.replace(/\/?$/, '/'))) &&
      (!cookie.secure || protocol === 'https:') && cookie.expires > Date.now())
  }

  cookieHeader(url) {
    return this.cookiesFor(url).map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  /** The cookie a URL would be sent, by name; undefined if there is none. */
  cookie(url, name) {
    return this.cookiesFor(url).find((cookie) => cookie.name === name)
  }

  setCookie(url, name, value) {
    this.store(`${name}=${value}; Path=/${url.startsWith('https:') ? '; Secure' : ''}`, new URL(url))
  }

  forget(name) {
    this.#cookies = this.#cookies.filter((cookie) => cookie.name !== name)
  }
}

function within(host, domain) {
  return host === domain || host.endsWith(`.${domain}`)
}

function send(method, target, headers, payload, address, timeout) {
  return new Promise((resolve, reject) => {
    const secure = target.protocol === 'https:'
    const request = (secure ? https : http).request({
      method,
      host: address ?? target.hostname,
      port: target.port || (secure ? 443 : 80),
      path: target.pathname + target.search,
      headers: { host: target.host, ...headers },
      agent: false,
      ...(secure && { ca: trusted })
    }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => { text += chunk })
      response.once('error', reject)
      response.once('end', () => {
        const location = response.headers.location
        resolve({
          url: target.href,
          status: response.statusCode,
          headers: response.headers,
          setCookies: response.headers['set-cookie'] ?? [],
          location: location === undefined ? undefined : new URL(location, target).href,
          text,
          json: () => JSON.parse(text)
        })
      })
    })
    request.setTimeout(timeout, () => request.destroy(new Error(`${method} ${target} took more than ${timeout} ms`)))
    request.once('error', reject)
    request.end(payload)
  })
}
