// The owner's callbacks and events: which are called, in which order, with what, and what follows from what they say; as with the real v3.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { startStub } from '../support/stub_provider.mjs'
import { sides, startBoth } from './both.mjs'
import { view } from './compare.mjs'
import { reason } from './differences.mjs'
import { Owner, withoutRow } from './owner.mjs'
import { Person } from './person.mjs'

const empty = 'DELETE FROM users; DELETE FROM accounts; DELETE FROM sessions'
const fields = { username: { label: 'Username' }, password: { label: 'Password', type: 'password' } }

describe('callbacks and events', () => {
  let stub
  let owner
  let sites
  before(async () => {
    stub = await startStub()
    owner = await new Owner().start()
    const password = { id: 'password', name: 'Password', type: 'credentials', credentials: fields, authorize: 'lua' }
    const common = { owner, pages: { newUser: '/welcome' }, providers: [stub.plainEntry({ id: 'one' }), stub.plainEntry({ id: 'two' }), password] }
    sites = await startBoth({
      db: { ...common, database: true },
      jwt: { ...common, database: true, session: { jwt: true } },
      none: { ...common, database: false }
    })
    for (const side of sides) await new Person(sites.jwt, side).signIn('one') // /session alone opens no database there
  })
  after(async () => {
    await sites?.stop()
    await owner?.stop()
    await stub?.stop()
  })
  afterEach(() => {
    stub.reset()
    owner.says({})
  })

  const is = (profile) => stub.on('/me', ({ json }) => json(profile))
  const ann = { sub: 'ann', name: 'Ann', email: 'Ann@example.com', picture: 'https://example.com/ann.png', groups: ['a', 1, null, { deep: true }] }
  const tokens = { access_token: 'access', refresh_token: 'refresh', id_token: 'x.y.z', expires_in: 60, scope: 'all' }

  /** `walk(person)` on both sides, each from nothing; the answers it gives and the calls must be the same. */
  async function compare(site, walk) {
    const seen = {}
    for (const side of sides) {
      if (site.options.database) await site.sql(side, empty)
      stub.on('/token', ({ json }) => json(tokens))
      is(ann)
      owner.calls(side)
      const answers = await walk(new Person(site, side))
      seen[side] = { answers: await Promise.all([answers].flat().map((answer) => view(answer))), calls: owner.calls(side) }
    }
    assert.ok(reason('sessionRow'))
    withoutRow(seen.v3.calls)
    assert.deepEqual(seen.ours, seen.v3)
    return seen.ours
  }
  const signIn = (person, provider = 'one', callbackUrl = '/next') => person.signIn(provider, { form: { callbackUrl } })
  const submit = (person, more = {}) => person.post('/callback/password', { username: 'ann', password: 'right', callbackUrl: '/next', ...more })
  const ask = (person, route) => person.ask('GET', route)

  const ways = {
    'a new person, who looks at the session and leaves': async (person) => [await signIn(person), await person.session(), await person.post('/signout', { callbackUrl: '/bye' })],
    'a known person': async (person) => {
      await signIn(person)
      return signIn(new Person(person.site, person.side))
    },
    'a known person, signed in': async (person) => [await signIn(person), await signIn(person)],
    'a second account': async (person) => {
      await signIn(person)
      is({ ...ann, sub: 'ann2' })
      return [await signIn(person, 'two'), await person.session()]
    },
    'an account of another user': async (person) => {
      await signIn(person)
      is({ sub: 'bob', name: 'Bob', email: 'bob@example.com' })
      return signIn(new Person(person.site, person.side), 'two')
    },
    'an address that is somebody\'s': async (person) => {
      await signIn(person)
      return signIn(new Person(person.site, person.side), 'two')
    },
    'a person with nothing but an id': async (person) => {
      is({ sub: 7 })
      return [await signIn(person), await person.session()]
    },
    'every route': async (person) => {
      person.cookies['next-auth.callback-url'] = 'http://localhost:3000/kept'
      const answers = []
      for (const route of ['/csrf', '/providers', '/session', '/signin', '/signout', '/error', '/nothing', '/verify-request']) answers.push(await ask(person, route))
      return answers
    },
    'somebody who leaves without a session': async (person) => person.post('/signout', {}),
    'somebody who leaves with one that is not ours': async (person) => {
      person.cookies['next-auth.session-token'] = 'x.y.z'
      return person.post('/signout', {})
    }
  }
  for (const name of ['db', 'jwt', 'none']) {
    describe({ db: 'in the database', jwt: 'with JWT sessions and a database', none: 'without a database' }[name], () => {
      for (const [what, walk] of Object.entries(ways)) it(what, { timeout: 20000 }, () => compare(sites[name], walk))

      const answers = {
        'signIn: false': { signIn: { gives: false } }, 'signIn: a path': { signIn: { gives: '/pay?x=1' } }, 'signIn: a URL': { signIn: { gives: 'https://example.com/pay' } },
        'signIn: nothing': { signIn: {} }, 'signIn: null': { signIn: { gives: null } }, 'signIn: 0': { signIn: { gives: 0 } }, 'signIn: an object': { signIn: { gives: { a: 1 } } },
        'signIn: throws': { signIn: { throws: 'No entry & no "return"' } }, 'signIn: rejects': { signIn: { rejects: '/pay' } }, 'signIn: rejects with a URL': { signIn: { rejects: 'https://example.com/pay' } },
        'jwt: throws': { jwt: { throws: 'no token' } }, 'jwt: rejects': { jwt: { rejects: '/pay' } },
        'jwt: more': { jwt: ([token, user]) => ({ gives: user ? { ...token, name: null, list: [1, { a: null }], role: 'admin' } : { ...token, again: true } }) },
        'jwt: less': { jwt: () => ({ gives: { only: 1 } }) },
        'session: more': { session: ([session, who]) => ({ gives: { ...session, user: { ...session.user, address: who.email ?? null }, role: 'x' } }) },
        'session: throws': { session: { throws: 'no session' } }, 'session: rejects': { session: { rejects: '/pay' } },
        'redirect: elsewhere': { redirect: { gives: 'https://example.com/elsewhere' } },
        'events: throw': Object.fromEntries(['signIn', 'signOut', 'createUser', 'linkAccount', 'session'].map((event) => [`events.${event}`, { throws: 'let pass' }]))
      }
      for (const [what, says] of Object.entries(answers)) {
        it(what, { timeout: 20000 }, async () => {
          owner.says(says)
          await compare(sites[name], async (person) => [await signIn(person), await person.session(), await person.post('/signout', { json: 'true' })])
        })
      }
    })
  }

  describe('credentials', () => {
    const right = { authorize: ([{ password }]) => ({ gives: password === 'right' ? { id: 7, name: 'Ann', email: 'Ann@Example.com', image: null, roles: ['a'] } : null }) }
    const answers = {
      'right': {}, 'signIn: false': { signIn: { gives: false } }, 'signIn: a path': { signIn: { gives: '/pay' } }, 'signIn: throws': { signIn: { throws: 'No entry' } }, 'signIn: rejects': { signIn: { rejects: '/pay' } },
      'authorize: nobody': { authorize: { gives: null } }, 'authorize: false': { authorize: { gives: false } }, 'authorize: nothing': { authorize: {} },
      'authorize: throws': { authorize: { throws: 'Locked out & away' } }, 'authorize: rejects': { authorize: { rejects: '/pay' } },
      'authorize: somebody without id': { authorize: { gives: { name: 'Nobody' } } }, 'authorize: somebody with a text as id': { authorize: { gives: { id: 'x', email: '', more: 1 } } },
      'events: throw': { 'events.signIn': { throws: 'let pass' } }
    }
    for (const [what, says] of Object.entries(answers)) {
      for (const json of [{}, { json: 'true' }]) {
        for (const name of ['jwt', 'none']) {
          it(`${name}, ${what}${json.json ? ', JSON' : ''}`, { timeout: 20000 }, async () => {
            owner.says({ ...right, ...says })
            await compare(sites[name], async (person) => [await submit(person, json), await person.session()])
          })
        }
      }
    }
  })
})
