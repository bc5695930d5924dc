// Who signs in as whom: new and known people, linked accounts, accounts and addresses of others; answers and rows as v3's.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { startStub } from '../support/stub_provider.mjs'
import { sides, startBoth } from './both.mjs'
import { view } from './compare.mjs'
import { reason } from './differences.mjs'
import { Person } from './person.mjs'

const all = (columns, table) => `(SELECT json_group_array(json_object(${columns.map((column) => `'${column}', ${column}`).join(', ')})) FROM (SELECT * FROM ${table} ORDER BY id)) AS ${table}`
// One row, a list of each table in it: a program started for each table would take its time.
const tables = `SELECT ${[
  all(['id', 'name', 'email', 'email_verified', 'image'], 'users'),
  all(['compound_id', 'user_id', 'provider_type', 'provider_id', 'provider_account_id', 'refresh_token', 'access_token', 'access_token_expires'], 'accounts'),
  all(['user_id'], 'sessions')
].join(', ')}`
const empty = 'DELETE FROM users; DELETE FROM accounts; DELETE FROM sessions'

describe('accounts', () => {
  let stub
  let sites
  before(async () => {
    stub = await startStub()
    const providers = [stub.plainEntry({ id: 'one' }), stub.plainEntry({ id: 'two' })]
    sites = await startBoth({
      db: { database: true, providers },
      jwt: { database: true, providers, session: { jwt: true } },
      none: { database: false, providers },
      welcome: { database: true, providers, pages: { newUser: '/welcome' } },
      welcomeQuery: { database: true, providers, pages: { newUser: '/welcome?lang=de' } }
    })
    for (const side of sides) await new Person(sites.jwt, side).signIn('one') // /session alone opens no database there
  })
  after(async () => {
    await sites?.stop()
    await stub?.stop()
  })
  afterEach(() => stub.reset())

  const ann = { sub: 'ann', name: 'Ann', email: 'ann@example.com', picture: 'https://example.com/ann.png' }
  const bob = { sub: 'bob', name: 'Bob', email: 'bob@example.com' }
  const is = (profile) => stub.on('/me', ({ json }) => json(profile))
  const answersTokens = (tokens) => stub.on('/token', ({ json }) => json(tokens))

  /** Each step is [provider, profile] for a sign-in by the same browser, 'leave' for a new browser, or a function of the person. Gives the last answer. */
  async function walk(site, side, steps) {
    let person = new Person(site, side)
    let answer
    for (const step of steps) {
      if (step === 'leave') person = new Person(site, side)
      else if (typeof step === 'function') answer = await step(person)
      else {
        is(step[1])
        answer = await person.signIn(step[0], { form: { callbackUrl: '/next' }, ...step[2] })
      }
    }
    return answer
  }

  /** The answer to the last step, and what is in the database then. */
  async function seen(site, side, steps) {
    if (site.options.database) await site.sql(side, empty)
    const answer = await view(await walk(site, side, steps))
    if (!site.options.database) return { answer }
    const [row] = await site.sql(side, tables)
    const rows = Object.fromEntries(Object.entries(row).map(([table, list]) => [table, JSON.parse(list)]))
    if (site.options.session?.jwt) delete rows.sessions
    return { answer, rows: numbered(rows) }
  }

  const compare = async (site, steps) => assert.deepEqual(await seen(site, 'ours', steps), await seen(site, 'v3', steps))

  /** Ids start where DELETE left them: only who is who counts. */
  function numbered({ users, accounts, sessions }) {
    const ids = new Map(users.map(({ id }, index) => [id, index + 1]))
    const at = (rows) => rows?.map(({ user_id: id, ...row }) => ({ user: ids.get(id) ?? `gone ${id}`, ...row }))
    return { users: users.map(({ id, ...row }) => row), accounts: at(accounts), sessions: at(sessions) }
  }

  const session = (person) => person.session()
  const ways = {
    'a new person': [['one', ann]],
    'a new person without address': [['one', { sub: 'x', name: 'X' }]],
    'two persons without address': [['one', { sub: 'x' }], 'leave', ['one', { sub: 'y' }]],
    'a known person': [['one', ann], 'leave', ['one', { ...ann, name: 'Ann B.' }]],
    'a known person, signed in still': [['one', ann], ['one', ann]],
    'a second account is linked': [['one', ann], ['two', { ...ann, sub: 'ann2' }]],
    'a linked account signs in': [['one', ann], ['two', { sub: 'ann2', email: 'other@example.com' }], 'leave', ['two', { sub: 'ann2' }]],
    'an account of another user': [['one', ann], 'leave', ['two', bob], ['one', ann]],
    'a new account whose address belongs to somebody': [['one', ann], 'leave', ['two', { ...ann, sub: 'ann2' }]],
    'an address that differs in case': [['one', ann], 'leave', ['two', { ...ann, sub: 'ann2', email: 'ANN@example.com' }]],
    'the same id at another provider': [['one', ann], 'leave', ['two', { ...bob, sub: 'ann' }]],
    'an id that is a number': [['one', { ...ann, sub: 42 }], 'leave', ['one', { ...ann, sub: 42 }]],
    'an id as number and text': [['one', { ...ann, sub: 42 }], 'leave', ['one', { ...ann, sub: '42' }]],
    'somebody whose user is gone': [['one', ann], async (person) => person.site.options.database && person.site.sql(person.side, 'DELETE FROM users'), ['two', bob]],
    'a session of a new person': [['one', ann], session],
    'a session of a person with nothing but an id': [['one', { sub: 'x' }], session],
    'a session of a person with empty names': [['one', { sub: 'x', name: '', picture: '' }], session],
    'a session of a person from elsewhere': [['one', { sub: 'x', name: 'Zoë Ünal "Z" <z@x> 😀', email: 'zoë@example.com' }], session],
    'JSON': [['one', ann, { form: { json: 'true', callbackUrl: '/next' } }]]
  }
  for (const name of ['db', 'jwt', 'none']) {
    describe({ db: 'in the database', jwt: 'with JWT sessions and a database', none: 'without a database' }[name], () => {
      for (const [what, steps] of Object.entries(ways)) {
        it(what, { timeout: 20000 }, async () => {
          await compare(sites[name], steps)
        })
      }
    })
  }

  for (const name of ['welcome', 'welcomeQuery']) {
    for (const what of ['a new person', 'a known person', 'a second account is linked', 'a new person without address']) {
      it(`with a page for new users (${name}): ${what}`, { timeout: 20000 }, async () => {
        await compare(sites[name], ways[what])
      })
    }
  }

  it('keeps the tokens of the account', { timeout: 20000 }, async () => {
    for (const tokens of [{ access_token: 'a', refresh_token: 'r', expires_in: 60 }, { access_token: 'a'.repeat(2000), scope: 'all' }]) {
      answersTokens(tokens)
      await compare(sites.db, [['one', ann]])
    }
  })

  it('an empty address is none', { timeout: 20000 }, async () => {
    assert.ok(reason('emptyAddress'))
    const steps = [['one', { sub: 'x', email: '' }], 'leave', ['one', { sub: 'y', email: '' }]]
    const [ours, v3] = [await seen(sites.db, 'ours', steps), await seen(sites.db, 'v3', steps)]
    assert.deepEqual([ours.rows.users.map(({ email }) => email), v3.rows.users.map(({ email }) => email)], [[null, null], ['']])
    assert.match(v3.answer.location, /error=OAuthCreateAccount$/)
  })
})
