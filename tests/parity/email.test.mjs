// Signing in by a link in a mail: as the real v3. Ours hands its mails to a program that keeps them, v3 to a function that does.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isRoot, serverUser, temporaryFolder } from '../support/process.mjs'
import { csrfCookie, csrfToken, sides, startBoth, url } from './both.mjs'
import { compareAll, view } from './compare.mjs'
import { reason } from './differences.mjs'
import { Owner, withoutRow } from './owner.mjs'
import { Person } from './person.mjs'

const cookies = { 'next-auth.csrf-token': csrfCookie }

describe('mail', () => {
  let sites
  let folder
  let owner
  before(async () => {
    folder = temporaryFolder()
    owner = await new Owner().start()
    const sendmail = path.join(folder, 'sendmail')
    writeFileSync(sendmail, `#!/bin/sh\n/bin/cat > "${folder}/$$.new" && /bin/mv "${folder}/$$.new" "${folder}/$$.mail"\n`)
    chmodSync(sendmail, 0o755)
    if (isRoot) chownSync(sendmail, serverUser.uid, serverUser.gid)
    const email = { id: 'email', name: 'Mail', type: 'email', server: `sendmail:${sendmail}`, from: 'no-reply@example.com', confirm: false }
    sites = await startBoth({
      db: { database: true, providers: [email] },
      jwt: { database: true, session: { jwt: true }, providers: [email] },
      none: { database: false, providers: [email] },
      welcome: { database: true, providers: [{ ...email, maxAge: 600 }], pages: { newUser: '/welcome?x=1', verifyRequest: '/look' } },
      owned: { database: true, owner, providers: [email] },
      ownedJwt: { database: true, session: { jwt: true }, owner, providers: [email] }
    })
    for (const name of ['jwt', 'ownedJwt']) for (const side of sides) await link(sites[name], side, new Person(sites[name], side), 'first@example.com') // makes the tables
  })
  after(async () => {
    await sites?.stop()
    await owner?.stop()
  })

  /** The query of the link in the mail that a side has just sent. */
  async function sent(site, side) {
    if (side === 'v3') return new URL((await site.mails()).at(-1).url).search.slice(1)
    const files = readdirSync(folder).filter((name) => name.endsWith('.mail'))
    assert.equal(files.length, 1)
    const mail = readFileSync(path.join(folder, files[0]), 'utf8').replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
    rmSync(path.join(folder, files[0]))
    return /\/callback\/email\?(\S+)/.exec(mail)[1]
  }

  async function link(site, side, person, email, form = {}) {
    const answer = await person.post('/signin/email', { email, ...form })
    return { answer, query: await sent(site, side) }
  }

  async function forget() {
    for (const name of readdirSync(folder)) if (name.endsWith('.mail')) rmSync(path.join(folder, name))
    await sites.db.mails()
  }

  const ask = (what, form, difference) => [what, 'POST', '/signin/email', { cookies, form: { csrfToken, callbackUrl: '/next', ...form } }, difference]
  const verify = `${url}/verify-request?provider=email&type=email`
  for (const name of ['db', 'none']) {
    describe(`asking for a link (${name})`, () => {
      after(forget)
      compareAll(() => sites[name], [
        ask('an address', { email: 'ann@example.com' }), ask('JSON', { email: 'ann@example.com', json: 'true' }), ask('capitals', { email: 'ANN@Example.com' }),
        ask('no address', {}), ask('no address, JSON', { json: 'true' }), ask('an empty one', { email: '' }), ask('no token', { email: 'ann@example.com', csrfToken: '' }),
        ['the page', 'GET', '/signin', { cookies: { ...cookies, 'next-auth.callback-url': 'http://localhost:3000' } }],
        ['the page with an address', 'GET', '/signin', { cookies: { ...cookies, 'next-auth.callback-url': 'http://localhost:3000' }, query: 'email=ann%40example.com' }],
        ['the page after a failure', 'GET', '/signin', { cookies: { ...cookies, 'next-auth.callback-url': 'http://localhost:3000' }, query: 'error=EmailSignin' }],
        ['the list', 'GET', '/providers', { cookies }],
        ['no link', 'GET', '/callback/email', { cookies }], ['a wrong link', 'GET', '/callback/email', { cookies, query: 'email=ann%40example.com&token=x' }],
        ['a link by half', 'GET', '/callback/email', { cookies, query: 'token=x' }]
      ])
    })
  }
  describe('an address that is none', () => {
    after(forget)
    const refused = { location: `${url}/error?error=EmailSignin`, status: 302, body: '' }
    const hang = { status: 504, location: undefined, body: "v3 does not answer: Cannot read properties of undefined (reading 'split')" }
    // differences.mjs: address: 'An address is judged strictly (5, 15); v3 sends to what is left of it at "," or a second "@", or never answers.'
    compareAll(() => sites.db, [
      ask('without @', { email: 'ann' }, ['address', refused, hang]),
      ask('two of them', { email: 'ann@example.com,bob@example.com' }, ['address', refused, { location: verify }]),
      ask('a second @', { email: 'ann@example.com@evil.example' }, ['address', refused, { location: verify }]),
      ask('a line break', { email: 'ann@example.com\nBcc: x@evil.example' }, ['address', refused, { location: verify }]),
      ask('a quoted part', { email: '"a b"@example.com' }, ['address', refused, { location: verify }])
    ])
  })

  const tables = `SELECT (SELECT json_group_array(json_object('name', name, 'email', email, 'verified', email_verified IS NOT NULL)) FROM (SELECT * FROM users ORDER BY id)) AS users,
    (SELECT COUNT(*) FROM sessions) AS sessions, (SELECT COUNT(*) FROM verification_requests) AS requests, (SELECT COUNT(*) FROM accounts) AS accounts`
  const empty = 'DELETE FROM users; DELETE FROM sessions; DELETE FROM verification_requests; DELETE FROM accounts'

  /** Empties both databases, does `walk(site, side)` on both sides; its answers and the rows must be the same. */
  async function compare(site, walk) {
    const seen = {}
    for (const side of sides) {
      await forget()
      await site.sql(side, empty)
      const answers = await walk(site, side)
      const [rows] = await site.sql(side, tables)
      if (site.options.session?.jwt) delete rows.sessions
      seen[side] = [(await Promise.all(answers.map((answer) => view(answer)))).map((answer) => JSON.parse(JSON.stringify(answer).replace(/\\"sub\\":\\"\d+\\"/g, '\\"sub\\":\\"<id>\\"'))), rows]
    }
    assert.deepEqual(seen.ours, seen.v3)
    return seen.ours
  }

  const follow = (person, query, more = {}) => person.ask('GET', '/callback/email', { query, ...more })
  const ways = {
    'a new person': async (site, side) => {
      const person = new Person(site, side)
      const { answer, query } = await link(site, side, person, 'Ann@Example.com', { callbackUrl: '/next' })
      return [answer, await follow(person, query), await person.session()]
    },
    'a link works once': async (site, side) => {
      const { query } = await link(site, side, new Person(site, side), 'ann@example.com')
      return [await follow(new Person(site, side), query), await follow(new Person(site, side), query)]
    },
    'a known person': async (site, side) => {
      await site.sql(side, "INSERT INTO users (name, email) VALUES ('Ann', 'ann@example.com')")
      const person = new Person(site, side)
      const { query } = await link(site, side, person, 'ann@example.com')
      return [await follow(person, query), await person.session()]
    },
    'another address in the link': async (site, side) => {
      const { query } = await link(site, side, new Person(site, side), 'ann@example.com')
      return [await follow(new Person(site, side), query.replace('ann', 'bob')), await follow(new Person(site, side), query.replace('ann', 'ANN')), await follow(new Person(site, side), query)]
    },
    'an expired link': async (site, side) => {
      const { query } = await link(site, side, new Person(site, side), 'ann@example.com')
      await site.sql(side, "UPDATE verification_requests SET expires = '2020-01-01 00:00:00.000'")
      return [await follow(new Person(site, side), query)]
    },
    'two links': async (site, side) => {
      const one = await link(site, side, new Person(site, side), 'ann@example.com')
      const two = await link(site, side, new Person(site, side), 'ann@example.com')
      return [await follow(new Person(site, side), one.query), await follow(new Person(site, side), two.query)]
    },
    'somebody signed in as another, who is new': async (site, side) => {
      const person = new Person(site, side)
      await follow(person, (await link(site, side, person, 'ann@example.com')).query)
      return [await follow(person, (await link(site, side, person, 'bob@example.com')).query), await person.session()]
    },
    'somebody signed in as another, who is known': async (site, side) => {
      await site.sql(side, "INSERT INTO users (name, email) VALUES ('Bob', 'bob@example.com')")
      const person = new Person(site, side)
      await follow(person, (await link(site, side, person, 'ann@example.com')).query)
      return [await follow(person, (await link(site, side, person, 'bob@example.com')).query), await person.session()]
    },
    'the site\'s own pages': async (site, side) => {
      const person = new Person(site, side)
      return [(await link(site, side, person, 'ann@example.com')).answer, await person.ask('GET', '/verify-request', { query: 'provider=email&type=email' })]
    }
  }
  for (const name of ['db', 'jwt', 'welcome']) {
    for (const [what, walk] of Object.entries(ways)) it(`${name}: ${what}`, { timeout: 20000 }, () => compare(sites[name], walk))
  }

  it('a session that was the same person\'s already', { timeout: 20000 }, async () => {
    assert.ok(reason('sessionReplaced'))
    const count = {}
    for (const side of sides) {
      await forget()
      await sites.db.sql(side, empty)
      const person = new Person(sites.db, side)
      for (let i = 0; i < 2; i++) await follow(person, (await link(sites.db, side, person, 'ann@example.com')).query)
      assert.equal((await person.session()).json().user.email, 'ann@example.com')
      count[side] = (await sites.db.sql(side, tables))[0].sessions
    }
    assert.deepEqual(count, { ours: 1, v3: 2 })
  })

  describe('callbacks and events', () => {
    const signIn = (verificationRequest, says) => ({ signIn: ([, , profile]) => (Boolean(profile.verificationRequest) === verificationRequest ? says : { gives: true }) })
    const says = {
      'nothing of note': {},
      ...Object.fromEntries([['false', { gives: false }], ['a path', { gives: '/pay' }], ['nothing', {}], ['an error', { throws: 'No entry & out' }], ['a rejection', { rejects: 'https://example.com/pay' }]].flatMap(([what, said]) =>
        [[`${what}, before the mail`, signIn(true, said)], [`${what}, after it`, signIn(false, said)]])),
      'events that throw': { 'events.createUser': { throws: 'x' }, 'events.updateUser': { throws: 'x' }, 'events.signIn': { throws: 'x' } },
      'a jwt callback that throws': { jwt: { throws: 'x' } }
    }
    for (const name of ['owned', 'ownedJwt']) {
      for (const [what, said] of Object.entries(says)) {
        it(`${name}: ${what}`, { timeout: 20000 }, async () => {
          const calls = {}
          await compare(sites[name], async (site, side) => {
            owner.calls(side)
            owner.says(said)
            const answers = []
            for (const json of [{}, { json: 'true' }]) { // a new user, then a known one
              const person = new Person(site, side)
              answers.push(await person.post('/signin/email', { email: 'ann@example.com', callbackUrl: '/next', ...json }))
              if (!(answers.at(-1).location ?? answers.at(-1).json().url).includes('verify-request')) continue
              answers.push(await follow(person, await sent(site, side)), await person.session(), await person.post('/signout'))
            }
            calls[side] = owner.calls(side)
            return answers
          })
          assert.deepEqual(calls.ours, withoutRow(calls.v3))
        })
      }
    }
  })
})
