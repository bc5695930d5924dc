// Callbacks and events: who is called, with what, in which order, and what comes of what they do. As the real v3.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { temporaryFolder } from '../support/process.mjs'
import { startStub } from '../support/stub_provider.mjs'
import { sides, startBoth } from './both.mjs'
import { masked, view } from './compare.mjs'
import { reason } from './differences.mjs'
import { makeMailbox } from './mailbox.mjs'
import { startOwner } from './owner.mjs'
import { Person } from './person.mjs'

const empty = 'DELETE FROM users; DELETE FROM accounts; DELETE FROM sessions; DELETE FROM verification_requests'
const credentials = { username: { label: 'Username', type: 'text' }, password: { label: 'Password', type: 'password' } }
const ann = { sub: 'ann', name: 'Ann', email: 'ann@example.com', picture: 'https://example.com/ann.png' }
const bob = { sub: 'bob', name: 'Bob', email: 'bob@example.com' }
const timeout = 20000

describe('callbacks and events', () => {
  let stub
  let owner
  let mailbox
  let sites
  before(async () => {
    stub = await startStub()
    stub.on('/token', ({ json }) => json({ ...stub.tokens(), refresh_token: 'stub-refresh-token', scope: 'all' }))
    owner = await startOwner()
    mailbox = makeMailbox()
    const password = { id: 'credentials', name: 'Password', type: 'credentials', credentials, authorize: 'lua' }
    const oauth = [stub.plainEntry({ id: 'one' }), stub.plainEntry({ id: 'two' })]
    const own = () => owner.options(temporaryFolder())
    sites = await startBoth({
      rows: { database: true, providers: [...oauth, mailbox.provider()], ...own() },
      jwt: { database: true, providers: [...oauth, mailbox.provider(), password], session: { jwt: true }, ...own() },
      none: { database: false, providers: [...oauth, password], ...own() }
    })
    for (const side of sides) await new Person(sites.jwt, side).signIn('one') // makes the tables
  })
  after(async () => {
    await sites?.stop()
    await owner?.stop()
    await stub?.stop()
  })

  /** Without what depends on a side's clock, its counting and its chance. */
  const plain = (calls) => JSON.parse(masked(JSON.stringify(calls)).replace(/"(iat|exp)":\d+/g, '"$1":"<time>"'))

  /** What `walk(person)` has the owner asked, and the answers that it gives. */
  async function seen(site, side, walk, answers) {
    if (site.options.database) await site.sql(side, empty)
    mailbox.forget()
    owner.answer(answers)
    owner.taken(side)
    const given = await walk(new Person(site, side))
    return { calls: plain(owner.taken(side)), answers: await Promise.all(given.map((answer) => view(answer))) }
  }

  /** v3's whole row is the difference "sessionRow". */
  function withoutRow(calls) {
    assert.ok(reason('sessionRow'))
    return calls.map(([name, [message, ...more]]) => {
      if (name !== 'events.signOut' || !message?.sessionToken) return [name, [message, ...more]]
      const { id, createdAt, updatedAt, ...rest } = message
      return [name, [rest]]
    })
  }

  async function compare(site, walk, answers = {}) {
    const [ours, v3] = [await seen(site, 'ours', walk, answers), await seen(site, 'v3', walk, answers)]
    v3.calls = withoutRow(v3.calls)
    ours.calls = withoutRow(ours.calls)
    assert.deepEqual(ours, v3)
  }

  const signIn = (person, profile, provider = 'one', form = { callbackUrl: '/next' }) => {
    stub.on('/me', ({ json }) => json(profile))
    return person.signIn(provider, { form })
  }
  const again = ({ site, side }) => new Person(site, side)
  const signOut = (person) => person.post('/signout', { callbackUrl: '/bye' })
  const withCookie = (person, value) => {
    person.cookies['next-auth.session-token'] = value
    return person
  }
  const askLink = (person, email = 'ann@example.com') => person.post('/signin/email', { email, callbackUrl: '/next' })
  async function signInByMail(person, email) {
    const asked = await askLink(person, email)
    return [asked, await person.ask('GET', '/callback/email', { query: await mailbox.sent(person.site, person.side) })]
  }
  const submit = (person, password = 'right', form = {}) =>
    person.post('/callback/credentials', { username: 'ann', password, callbackUrl: '/next', ...form })

  const ways = {
    'somebody new, a session, and out': async (person) => [await signIn(person, ann), await person.session(), await signOut(person)],
    'somebody without address': async (person) => [await signIn(person, { sub: 7 }), await person.session()],
    'somebody known': async (person) => {
      await signIn(person, ann)
      return [await signIn(again(person), { ...ann, name: 'Ann B.' })]
    },
    'somebody known, signed in still': async (person) => [await signIn(person, ann), await signIn(person, ann)],
    'a second account': async (person) => [await signIn(person, ann), await signIn(person, bob, 'two'), await person.session()],
    'an account of another user': async (person) => {
      await signIn(again(person), bob, 'two')
      return [await signIn(person, ann), await signIn(person, bob, 'two')]
    },
    'an address that belongs to somebody': async (person) => {
      await signIn(again(person), ann)
      return [await signIn(person, { ...bob, email: ann.email }, 'two')]
    },
    'a session that is none, and out': async (person) => [await signOut(withCookie(person, 'x'))],
    'a session that is none': async (person) => [await withCookie(person, 'x').session()],
    'where a callback URL is': async (person) => [
      await person.ask('GET', '/csrf', { query: 'callbackUrl=%2Fquery' }), await person.ask('GET', '/providers'), await person.session(),
      await person.ask('GET', '/signin'), await person.ask('GET', '/error', { query: 'error=AccessDenied' }), await person.ask('GET', '/nowhere'),
      await person.post('/signin/one', { callbackUrl: 'http://evil.example/' }), await person.ask('GET', '/callback/one', { query: 'error=access_denied' }),
      await person.post('/_log', { level: 'error', code: 'x', message: 'y' })
    ]
  }
  for (const name of ['rows', 'jwt', 'none']) {
    describe(`in their order (${name})`, () => {
      for (const [what, walk] of Object.entries(ways)) it(what, { timeout }, () => compare(sites[name], walk))
    })
  }

  const mailWays = {
    'somebody new by mail': async (person) => [...await signInByMail(person), await person.session(), await signOut(person)],
    'somebody known by mail': async (person) => {
      await signIn(again(person), ann)
      return [...await signInByMail(person), await person.session()]
    },
    'somebody signed in as another, by mail': async (person) => {
      await signIn(again(person), bob, 'two')
      return [await signIn(person, ann), ...await signInByMail(person, bob.email), await person.session()]
    },
    'a link that is none': async (person) => [await person.ask('GET', '/callback/email', { query: 'email=ann%40example.com&token=x' })]
  }
  for (const name of ['rows', 'jwt']) {
    describe(`in their order (${name})`, () => {
      for (const [what, walk] of Object.entries(mailWays)) it(what, { timeout }, () => compare(sites[name], walk))
    })
  }

  for (const name of ['jwt', 'none']) {
    describe(`in their order (${name})`, () => {
      it('a password', { timeout }, () => compare(sites[name], async (person) => [await submit(person), await person.session(), await signOut(person)]))
      it('a wrong password', { timeout }, () => compare(sites[name], async (person) => [await submit(person, 'wrong')]))
      it('a password, with fields of one\'s own', { timeout }, () => compare(sites[name], async (person) => [await submit(person, 'right', { json: 'true', pin: '1' })]))
    })
  }

  const says = [{ value: false }, { value: true }, { value: null }, { value: 0 }, { value: '/pay' }, { value: 'https://example.com/pay?x=1' }, { message: 'No entry & no return: ä' }, { redirect: '/pay' }, { redirect: 'https://example.com/pay' }]
  describe('what signIn says', () => {
    for (const answer of says) {
      const shown = JSON.stringify(answer)
      for (const name of ['rows', 'none']) it(`${shown} at a provider (${name})`, { timeout }, () => compare(sites[name], async (person) => [await signIn(person, ann)], { signIn: answer }))
      it(`${shown} at a provider, JSON`, { timeout }, () => compare(sites.rows, async (person) => [await signIn(person, ann, 'one', { callbackUrl: '/next', json: 'true' })], { signIn: answer }))
      it(`${shown} before a mail`, { timeout }, () => compare(sites.rows, async (person) => [await askLink(person)], { signIn: answer }))
      it(`${shown} behind a link`, { timeout }, () => compare(sites.rows, async (person) => {
        await askLink(person)
        owner.answer({ signIn: answer })
        return [await person.ask('GET', '/callback/email', { query: await mailbox.sent(person.site, person.side) })]
      }))
      for (const form of [{}, { json: 'true' }]) {
        it(`${shown} after a password ${JSON.stringify(form)}`, { timeout }, () => compare(sites.jwt, async (person) => [await submit(person, 'right', form)], { signIn: answer }))
      }
    }
  })

  describe('what authorize says', () => {
    const users = [{ value: { id: 1, name: 'Ann', email: 'Ann@example.com', image: '/a.png', role: 'admin' } }, { value: { name: 'Nobody' } }, { value: {} },
      { value: { id: 0, name: { first: 'Ann' }, email: ['a'] } }, { value: null }, { value: false }, { message: 'Locked & gone' }, { redirect: '/locked' }, { redirect: 'https://example.com/locked' }]
    for (const answer of users) {
      for (const form of [{}, { json: 'true' }]) {
        it(`${JSON.stringify(answer)} ${JSON.stringify(form)}`, { timeout }, () => compare(sites.jwt, async (person) => [await submit(person, 'right', form), await person.session()], { authorize: answer }))
      }
    }
  })

  describe('what jwt and session say', () => {
    const token = { value: { name: '', sub: '1', list: [1, { a: null }], nothing: null, role: 'admin' } }
    for (const [what, answers, names] of [
      ['another token', { jwt: token }, ['jwt', 'none']],
      ['another session', { session: { value: { user: { name: 'X' }, list: [], role: 'admin' } } }, ['rows', 'jwt', 'none']],
      ['an error for a session', { session: { message: 'no session' } }, ['rows', 'jwt', 'none']],
      ['a URL for a session', { session: { redirect: '/x' } }, ['rows', 'jwt', 'none']],
      ['an error for a token', { jwt: { message: 'no token' } }, ['jwt', 'none']],
      ['errors for events', Object.fromEntries(['signIn', 'signOut', 'createUser', 'updateUser', 'linkAccount', 'session'].map((name) => [`events.${name}`, { message: 'no' }])), ['rows', 'jwt', 'none']]
    ]) {
      for (const name of names) it(`${what} (${name})`, { timeout }, () => compare(sites[name], async (person) => [await signIn(person, ann), await person.session(), await person.session(), await signOut(person)], answers))
    }
    it('an error for the token of a session', { timeout }, () => compare(sites.jwt, async (person) => {
      await signIn(person, ann)
      owner.answer({ jwt: { message: 'no token' } })
      return [await person.session(), await person.session()]
    }))
  })

  describe('what redirect says', () => {
    for (const url of ['http://localhost:3000/own?x=y', '/own', 'https://elsewhere.example/']) {
      it(url, { timeout }, () => compare(sites.rows, async (person) => [await signIn(person, ann), await person.session(), await signOut(person)], { redirect: { value: url } }))
    }
  })
})
