// Very many requests of every kind at a process, and what it holds on to afterwards.
import { readFileSync, readdirSync } from 'node:fs'
import net from 'node:net'
import { fastcgi, requestBytes } from './fastcgi.mjs'
import { answerTo } from './stub_provider.mjs'

/** KiB that are in memory and are the process's own: pages of files come and go as the system likes. */
export function residentKiB(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)[1])
}

export const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length
/** Of the program: the thread sanitizer has one of its own. */
export const threads = (pid) => readdirSync(`/proc/${pid}/task`).length - (process.env.SAN?.includes('thread') ? 1 : 0)

/** A visitor straight over FastCGI; the provider `stub` (plain OAuth). */
export function directVisitor(socket, url) {
  const cookieOf = (answer) => answer.setCookies.map((line) => line.split(';')[0]).join('; ')
  const ask = (method, route, options) => fastcgi(socket, url, method, route, options)

  /** Posts a form as a new browser, with its CSRF token: the answer, and that browser's cookie and token. */
  async function post(route, fields = {}) {
    const csrf = await ask('GET', '/csrf')
    const headers = { Cookie: cookieOf(csrf) }
    const { csrfToken } = csrf.json()
    const answer = await ask('POST', route, { body: new URLSearchParams({ csrfToken, ...fields }).toString(), headers })
    return { answer, headers, csrfToken }
  }

  /** Begins a sign-in: what its callback needs. */
  async function begin() {
    const { answer: started, headers, csrfToken } = await post('/signin/stub')
    if (!started.location?.includes('state=')) throw new Error(`no way to the provider: ${started.status} ${started.location}`)
    return { query: new URL(answerTo(started.location)).search.slice(1), headers, csrfToken }
  }
  const finish = (begun) => ask('GET', '/callback/stub', begun)

  /** Signs in: the cookies of a browser by then, and its CSRF token. */
  async function signIn() {
    const begun = await begin()
    const answer = await finish(begun)
    const session = answer.setCookies.find((line) => line.startsWith('next-auth.session-token='))
    if (!session) throw new Error(`not signed in: ${answer.location} ${answer.stderr}`)
    return { Cookie: `${begun.headers.Cookie}; ${session.split(';')[0]}`, csrfToken: begun.csrfToken }
  }
  const signOut = ({ Cookie, csrfToken }) =>
    ask('POST', '/signout', { body: new URLSearchParams({ csrfToken }).toString(), headers: { Cookie } })
  return { ask, post, begin, finish, signIn, signOut }
}

/**
 * So many sign-ins wait for the provider at once: by then the process has all the threads and connections to its database that it
 * will ever have at this number.
 */
export async function signInAtOnce(visitor, stub, count) {
  const begun = []
  for (let i = 0; i < count; i++) begun.push(await visitor.begin())
  const held = []
  stub.on('/token', ({ json }) => {
    held.push(() => json(stub.tokens()))
    if (held.length === count) held.forEach((answer) => answer())
  })
  await Promise.all(begun.map((one) => visitor.finish(one)))
  stub.reset()
}

/** One request, whose answer must have this status; or anything, for 0. */
function send(socket, bytes, status) {
  return new Promise((resolve, reject) => {
    const connection = net.connect(socket)
    let head = ''
    connection.on('data', (chunk) => { if (head.length < 4096) head += chunk.toString('latin1') })
    connection.once('error', (error) => (status ? reject(error) : resolve()))
    connection.once('close', () => {
      if (!status || head.includes(`Status: ${status}`)) resolve()
      else reject(new Error(`not ${status}: ${JSON.stringify(head)}`))
    })
    connection.write(bytes)
  })
}

/**
 * Sends `count` requests, `atOnce` at a time: sessions, pages, tokens, nonsense, and every thousandth a whole sign-in and
 * sign-out. `progress(sent)` is called every ten thousand.
 */
export async function sendMany(site, url, count, { atOnce = 16, progress = () => {} } = {}) {
  const visitor = directVisitor(site.socket, url)
  const { Cookie } = await visitor.signIn()
  const bytes = (...request) => requestBytes(url, ...request)
  const kinds = [
    [bytes('GET', '/session', { headers: { Cookie } }), 200],
    [bytes('GET', '/session'), 200],
    [bytes('GET', '/csrf'), 200],
    [bytes('GET', '/providers'), 200],
    [bytes('GET', '/session', { headers: { Cookie: 'next-auth.session-token=nobody' } }), 200],
    [bytes('GET', '/signin', { headers: { 'Accept-Language': 'de' } }), 200],
    [bytes('POST', '/signin/stub', { body: 'csrfToken=wrong' }), 302],
    [bytes('GET', '/callback/stub', { query: 'state=wrong&code=wrong' }), 302],
    [bytes('GET', '/nowhere'), 400],
    [bytes('POST', '/_log', { body: 'x'.repeat(70000) }), 413],
    [Buffer.from('GET / HTTP/1.1\r\n\r\n'), 0]
  ]
  let sent = 0
  async function work() {
    while (sent < count) {
      const mine = sent++
      if (mine % 10000 === 0) progress(mine)
      if (mine % 1000 === 999) await visitor.signOut(await visitor.signIn())
      else await send(site.socket, ...kinds[mine % kinds.length])
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}
