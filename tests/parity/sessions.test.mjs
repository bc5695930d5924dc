// Sessions: rows and JWTs, fresh, due, expired, forged; and JWTs that either side made for the other.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import { startStub } from '../support/stub_provider.mjs'
import { csrfCookie, csrfToken, secret, sides, startBoth } from './both.mjs'
import { claims, compareAll, differ, same, view } from './compare.mjs'
import { Person } from './person.mjs'

const { encode, getToken } = createRequire(import.meta.url)('next-auth/jwt').default
const cookie = 'next-auth.session-token'
const csrf = { 'next-auth.csrf-token': csrfCookie, 'next-auth.callback-url': 'http://localhost:3000' }
const withToken = (token) => ({ cookies: { ...csrf, [cookie]: token } })
const now = () => Math.floor(Date.now() / 1000)

const octKey = { kty: 'oct', kid: 'own', alg: 'HS512', use: 'sig', k: Buffer.alloc(64, 7).toString('base64url') }
const octEncryption = { kty: 'oct', kid: 'own-enc', alg: 'A256GCM', use: 'enc', k: Buffer.alloc(32, 9).toString('base64url') }
const jwts = {
  plain: {},
  encrypted: { encryption: true },
  otherSecret: { secret: 'another-secret-for-jwts-alone-1234567' },
  short: { maxAge: 3600 },
  ownKeys: { signingKey: octKey },
  ownKeysEncrypted: { signingKey: octKey, encryptionKey: octEncryption, encryption: true }
}
/** Options for next-auth/jwt. */
function options(name) {
  const { signingKey, encryptionKey, ...rest } = jwts[name]
  return { secret, ...rest, ...(signingKey && { signingKey: JSON.stringify(signingKey) }), ...(encryptionKey && { encryptionKey: JSON.stringify(encryptionKey) }) }
}

describe('sessions', () => {
  let stub
  let sites
  before(async () => {
    stub = await startStub()
    const providers = [stub.plainEntry()]
    sites = await startBoth({
      db: { database: true, providers },
      quick: { database: true, providers, session: { maxAge: 3600, updateAge: 60 } },
      always: { database: true, providers, session: { maxAge: 3600, updateAge: 0 } },
      sessionAge: { database: false, providers, session: { maxAge: 600 }, jwt: { maxAge: 3600 } },
      ...Object.fromEntries(Object.entries(jwts).map(([name, jwt]) => [name, { database: false, providers, jwt }]))
    })
    for (const name of ['db', 'quick', 'always']) {
      for (const side of sides) {
        await sites[name].sql(side, "INSERT INTO users (id, name, email, image) VALUES (7, 'Ann', 'ann@example.com', NULL), (8, NULL, NULL, ''), (9, '', 'z@example.com', 'https://example.com/z.png')")
      }
    }
  })
  after(async () => {
    await sites?.stop()
    await stub?.stop()
  })

  describe('in the database', () => {
    /** A row as v3 writes it, that expires in `seconds`. */
    async function row(site, token, seconds, user = 7) {
      const expires = new Date(Date.now() + seconds * 1000).toISOString().replace('T', ' ').replace('Z', '')
      for (const side of sides) await site.sql(side, `INSERT INTO sessions (user_id, expires, session_token, access_token) VALUES (${user}, '${expires}', '${token}', 'access-${token}')`)
    }
    const expiry = async (site, token) => {
      const found = []
      for (const side of sides) {
        const rows = await site.sql(side, `SELECT expires FROM sessions WHERE access_token = 'access-${token}'`)
        found.push(rows.map(({ expires }) => Math.round((Date.parse(`${expires.replace(' ', 'T')}Z`) - Date.now()) / 10000) * 10))
      }
      assert.deepEqual(found[0], found[1])
      return found[0]
    }
    const cases = [
      ['db', 'fresh', 2592000, [2592000]], ['db', 'a day old', 2592000 - 86400 - 60, [2592000]], ['db', 'not quite a day old', 2592000 - 86400 + 60, [2592000 - 86400 + 60]],
      ['db', 'nearly over', 60, [2592000]], ['db', 'over', -60, []], ['db', 'longer than any', 5000000, [5000000]],
      ['quick', 'due', 3500, [3600]], ['quick', 'not due', 3580, [3580]], ['always', 'made now', 3600, [3600]], ['always', 'a while old', 1800, [3600]]
    ]
    for (const [name, what, seconds, left] of cases) {
      it(`${name}: ${what}`, { timeout: 15000 }, async () => {
        const token = `${name}-${what}`.replaceAll(' ', '-')
        await row(sites[name], token, seconds)
        await same(sites[name], 'GET', '/session', withToken(token))
        assert.deepEqual(await expiry(sites[name], token), left)
        await same(sites[name], 'GET', '/session', withToken(token))
      })
    }
    for (const user of [8, 9, 10]) {
      it(`of user ${user}`, async () => {
        await row(sites.db, `user-${user}`, 1000000, user)
        if (user < 10) await same(sites.db, 'GET', '/session', withToken(`user-${user}`))
        else {
          await differ(sites.db, 'orphan', 'GET', '/session', withToken('user-10'),
            { cookies: ['next-auth.session-token=; Max-Age=0; Path=/; Expires=<now+0s>; HttpOnly; SameSite=Lax'] }, { cookies: [] })
        }
      })
    }
    it('signing out ends it', async () => {
      await row(sites.db, 'to-end', 1000000)
      await same(sites.db, 'POST', '/signout', { ...withToken('to-end'), form: { csrfToken, callbackUrl: '/bye' } })
      assert.deepEqual(await expiry(sites.db, 'to-end'), [])
      await same(sites.db, 'GET', '/session', withToken('to-end'))
    })
    it('signing out without token does not', async () => {
      await row(sites.db, 'to-stay', 1000000)
      await same(sites.db, 'POST', '/signout', { ...withToken('to-stay'), form: {} })
      assert.deepEqual(await expiry(sites.db, 'to-stay'), [1000000])
    })
    compareAll(() => sites.db, [
      ['unknown', 'GET', '/session', withToken('unknown')], ['empty', 'GET', '/session', withToken('')], ['none', 'GET', '/session', { cookies: csrf }],
      ['an expired one signs out', 'POST', '/signout', { ...withToken('db-over'), form: { csrfToken } }], ['an unknown one signs out', 'POST', '/signout', { ...withToken('unknown'), form: { csrfToken } }],
      ['a query of one', 'GET', '/session', { ...withToken("' OR 1=1 --") }], ['letters', 'GET', '/session', withToken('ü')]
    ])
  })

  const person = { name: 'Ann', email: 'ann@example.com', picture: 'https://example.com/a.png', sub: '7' }
  const signed = (payload, key, header = { alg: 'HS512' }) => {
    const input = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${input}.${createHmac('sha512', key).update(input).digest('base64url')}`
  }
  const own = (payload, header) => signed(payload, Buffer.alloc(64, 7), header)

  for (const name of Object.keys(jwts)) {
    describe(`JWTs (${name})`, () => {
      it('of v3 are read by both', async () => {
        for (const token of [person, { sub: '7' }, { ...person, name: '', email: null }, { ...person, more: { a: [1, 'ü'] }, id: 7.5 }]) {
          await same(sites[name], 'GET', '/session', withToken(await encode({ ...options(name), token })))
        }
      })
      it('of ours are v3\'s', async () => {
        const made = {}
        for (const side of sides) {
          const someone = new Person(sites[name], side)
          await someone.signIn('stub')
          const first = someone.cookies[cookie]
          const answer = await someone.session()
          made[side] = [await claims(first, options(name)), await view(answer, jwts[name]), Object.keys(someone.cookies)]
          if (jwts[name].maxAge === undefined) {
            const read = await getToken({ req: { cookies: someone.cookies, headers: {} }, ...options(name) })
            assert.equal(read.sub, 'stub-user')
          }
        }
        assert.equal(made.ours[0].sub, 'stub-user')
        assert.deepEqual(made.ours.slice(0, 2), made.v3.slice(0, 2))
      })
      it('of either are taken by the other', async () => {
        for (const side of sides) {
          const someone = new Person(sites[name], side)
          await someone.signIn('stub')
          const answers = await same(sites[name], 'GET', '/session', withToken(someone.cookies[cookie]))
          assert.equal(answers.ours.json().user.name, 'Stub User')
          await same(sites[name], 'POST', '/signout', { ...withToken(someone.cookies[cookie]), form: { csrfToken } })
        }
      })
      it('that are forged or of another site are not', async () => {
        const good = await encode({ ...options(name), token: person })
        const other = Object.keys(jwts).find((one) => one !== name && !jwts[one].encryption === !jwts[name].encryption && JSON.stringify(options(one)) !== JSON.stringify(options(name)) && one !== 'short' && name !== 'short') ?? 'otherSecret'
        const bad = [good.slice(0, -2), `${good.slice(0, 20)}x${good.slice(21)}`, `${good}.x`, 'x', 'a.b.c', 'a.b.c.d.e', '...', '', await encode({ ...options(other), secret: 'quite another secret of some length', token: person })]
        for (const token of bad) await same(sites[name], 'GET', '/session', withToken(token))
      })
    })
  }

  describe('the times of a JWT', () => {
    const at = (times) => own({ ...person, ...times })
    const tokens = {
      fresh: () => at({ iat: now(), exp: now() + 3600 }),
      'without exp': () => at({ iat: now() }),
      'without iat': () => at({ exp: now() + 3600 }),
      expired: () => at({ iat: now() - 7200, exp: now() - 3600 }),
      'just expired': () => at({ iat: now() - 7200, exp: now() - 1 }),
      'too old': () => at({ iat: now() - 2592000 - 60, exp: now() + 3600 }),
      'nearly too old': () => at({ iat: now() - 2592000 + 60, exp: now() + 3600 }),
      'not yet valid': () => at({ iat: now(), nbf: now() + 600 }),
      'valid since a while': () => at({ iat: now() - 60, nbf: now() - 30 }),
      'with a text as exp': () => at({ iat: now(), exp: '9999999999' }),
      'with a text as iat': () => at({ iat: String(now()) }),
      'of another algorithm': () => own({ ...person, iat: now() }, { alg: 'HS256' }),
      'of no algorithm': () => own({ ...person, iat: now() }, { alg: 'none' }),
      'with another kid': () => own({ ...person, iat: now() }, { alg: 'HS512', kid: 'x' }),
      'that is a list': () => own([1, 2])
    }
    for (const [what, make] of Object.entries(tokens)) it(what, async () => { await same(sites.ownKeys, 'GET', '/session', withToken(make())) })
    it('from the future', async () => {
      await differ(sites.ownKeys, 'future', 'GET', '/session', withToken(at({ iat: now() + 600, exp: now() + 3600 })),
        { cookies: [] }, { cookies: ['next-auth.session-token=; Max-Age=0; Path=/; Expires=<now+0s>; HttpOnly; SameSite=Lax'] })
    })
    it('its cookie follows session.maxAge, its exp jwt.maxAge', async () => {
      await same(sites.sessionAge, 'GET', '/session', withToken(await encode({ secret, token: person })))
    })
  })
})
