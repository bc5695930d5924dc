// Processes are killed while many people sign in: who has got a cookie is signed in, and nothing works twice.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fastcgi } from '../support/fastcgi.mjs'
import { linkOf, startMailServer } from '../support/mail_server.mjs'
import { family, isRoot, isRunning, serverUser } from '../support/process.mjs'
import { layOut, spawnProgram } from '../support/server.mjs'
import { answerTo, startStub } from '../support/stub_provider.mjs'
import { sql } from '../support/visitor.mjs'

const url = 'http://127.0.0.1:8000/api/auth'
const kills = 100
const processes = 3 // on one database, as under mod_fcgid
const visitors = 12
const pause = 120 // ms from one kill to the next: by then those who were hit work again

describe('processes that are killed under load', () => {
  const seats = []
  const delivered = [] // session cookies that a visitor has got
  const ways = [] // sign-ins that were begun: { person, route, options, cookies: how many it gave }
  let brokenOff = 0
  let stub
  let mail
  let site
  let loading = true
  let over = false

  before(async () => {
    stub = await startStub()
    // The code is the person's name, and so is the token: everybody is a new user.
    stub.on('/token', ({ json, form }) => json({ access_token: form.get('code'), token_type: 'Bearer' }))
    stub.on('/me', ({ request, json }) => {
      const person = request.headers.authorization.replace('Bearer ', '')
      json({ sub: person, name: person, email: `${person}@example.com` })
    })
    mail = await startMailServer()
    site = layOut({
      name: 'crash',
      config: {
        url,
        database: 'sqlite:auth.db',
        providers: [
          stub.plainEntry(),
          { id: 'email', server: `smtp://127.0.0.1:${mail.port}`, from: 'no-reply@example.com' },
          { id: 'staff', name: 'Staff', type: 'credentials', credentials: { username: {}, password: {} }, authorize: { htpasswd: 'users' } }
        ]
      }
    })
    const users = path.join(site.folder, 'users')
    writeFileSync(users, `jane:${execFileSync('perl', ['-e', 'print crypt("secret", q($5$rounds=1000$salt$))'], { encoding: 'utf8' })}\n`)
    chmodSync(users, 0o600)
    if (isRoot) chownSync(users, serverUser.uid, serverUser.gid)
  })
  after(async () => {
    over = true
    loading = false
    await Promise.all(seats.map(async (seat) => {
      await seat.program?.stop()
      await seat.running
    }))
    await stub?.stop()
    await mail?.stop()
  })

  /** A place where the program runs, again and again. */
  async function occupy(seat) {
    while (!over) {
      seat.program = await spawnProgram(seat.site)
      seat.ready = true
      if (over) await seat.program.stop()
      await seat.program.exited
      seat.ready = false
    }
  }

  const pick = (list) => list[Math.floor(Math.random() * list.length)]

  /** Asks until it is answered, by whatever process is there. */
  async function ask(method, route, options) {
    for (;;) {
      assert.ok(!over, 'the test is over') // it has failed, with visitors under way
      const there = seats.filter((seat) => seat.ready)
      try {
        if (there.length) return await fastcgi(pick(there).site.socket, url, method, route, options)
      } catch (error) {
        if (!/closed|ECONN|ENOENT|EPIPE/.test(`${error.message} ${error.code}`)) throw error
        brokenOff++
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  const token = (answer) => answer.setCookies.map((line) => /^next-auth\.session-token=([^;]+)/.exec(line)?.[1]).find(Boolean)
  const withCookie = (value) => ({ headers: { Cookie: value } })

  async function begin() {
    const csrf = await ask('GET', '/csrf')
    return { cookie: csrf.setCookies.map((line) => line.split(';')[0]).join('; '), csrfToken: csrf.json().csrfToken }
  }

  const form = (fields) => new URLSearchParams(fields).toString()

  /** The step that signs in. An answer that never came is asked for again: as often as it takes, it signs in once at most. */
  async function finish(way) {
    ways.push(way)
    const cookie = token(await ask(way.method, way.route, way.options))
    if (!cookie) return
    way.cookies++
    delivered.push(cookie)
  }

  const kinds = {
    async oauth() {
      const { cookie, csrfToken } = await begin()
      const started = await ask('POST', '/signin/stub', { body: form({ csrfToken }), ...withCookie(cookie) })
      const person = `oauth-${randomBytes(6).toString('hex')}`
      const { search } = new URL(answerTo(started.location, { code: person }))
      await finish({ person, method: 'GET', route: '/callback/stub', options: { query: search.slice(1), ...withCookie(cookie) }, cookies: 0 })
    },
    async email() {
      const { cookie, csrfToken } = await begin()
      const person = `mail-${randomBytes(6).toString('hex')}`
      const asked = await ask('POST', '/signin/email', { body: form({ csrfToken, email: `${person}@example.com` }), ...withCookie(cookie) })
      // A mail server or a curl that was killed is an error, and then there may be no mail.
      const sent = mail.mails.filter(({ to }) => to.includes(`${person}@example.com`)).at(-1)
      if (!sent) return assert.match(asked.location, /error=EmailSignin/)
      const link = new URL(linkOf(sent))
      const body = form({ csrfToken, email: link.searchParams.get('email'), token: link.searchParams.get('token') })
      await finish({ person, method: 'POST', route: '/callback/email', options: { body, ...withCookie(cookie) }, cookies: 0 })
    },
    async password() {
      const { cookie, csrfToken } = await begin()
      const answer = await ask('POST', '/callback/staff', { body: form({ csrfToken, username: 'jane', password: 'secret' }), ...withCookie(cookie) })
      delivered.push(token(answer) ?? assert.fail(`no cookie: ${answer.location} ${answer.stderr}`))
    }
  }

  async function visit() {
    while (loading) await kinds[pick(['oauth', 'oauth', 'email', 'password'])]()
  }

  /** Any of the programs, or a program that it has started (the mail's). */
  async function killOne() {
    const running = seats.filter((seat) => seat.ready).flatMap((seat) => family(seat.program.pid)).filter(isRunning)
    if (running.length === 0) return false
    try {
      process.kill(pick(running), 'SIGKILL')
      return true
    } catch {
      return false // it has ended by itself
    }
  }

  it('lose no session that was given out, and let no sign-in work twice', { timeout: 120000 }, async () => {
    for (let i = 0; i < processes; i++) {
      const seat = { site: { ...site, name: `${site.name}-${i}`, socket: path.join(site.folder, `${i}.sock`) } }
      seat.running = occupy(seat)
      seats.push(seat)
    }
    const load = Array.from({ length: visitors }, visit)
    const failed = Promise.race(load).then(() => assert.ok(!loading, 'a visitor has stopped'))
    // Where the machine is slow, more have to be killed until as many have signed in.
    for (let killed = 0; killed < kills || delivered.length < kills;) {
      await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * pause))])
      if (await killOne()) killed++
    }
    loading = false
    await Promise.all(load)

    assert.ok(brokenOff >= kills / 4, `only ${brokenOff} requests were hit: no load`)
    assert.ok(delivered.length >= kills, `only ${delivered.length} have signed in`)

    assert.equal(execFileSync('sqlite3', [site.database, 'PRAGMA integrity_check'], { encoding: 'utf8' }).trim(), 'ok')
    for (const cookie of delivered) {
      const session = (await ask('GET', '/session', withCookie(`next-auth.session-token=${cookie}`))).json()
      assert.ok(session.user?.name || session.user?.email, 'a session that was given out is gone')
    }
    for (const way of ways) {
      assert.equal(token(await ask(way.method, way.route, way.options)), undefined, `${way.person} was signed in once more`)
      assert.ok(way.cookies <= 1)
    }
    // A sign-in whose answer was lost is in the database all the same: never more than one of each.
    const twice = await sql(site.database, `SELECT u.email FROM users u JOIN sessions s ON s.user_id = u.id
      WHERE u.email LIKE '%@example.com' GROUP BY u.id HAVING count(*) > 1`)
    assert.deepEqual(twice, [])
    // User, account and session are made together or not at all.
    const halves = await sql(site.database, `SELECT email FROM users WHERE email LIKE '%@example.com'
      AND (id NOT IN (SELECT user_id FROM sessions) OR email LIKE 'oauth-%' AND id NOT IN (SELECT user_id FROM accounts))`)
    assert.deepEqual(halves, [])
    const signedIn = new Set((await sql(site.database, 'SELECT u.email FROM users u JOIN sessions s ON s.user_id = u.id')).map(({ email }) => email))
    assert.ok(ways.filter(({ person }) => signedIn.has(`${person}@example.com`)).length >= ways.filter(({ cookies }) => cookies).length)
  })
})
