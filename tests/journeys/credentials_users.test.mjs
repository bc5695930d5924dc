// Who signs in with a name and a password, where the database has users: made once, known again, joined with nobody.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startProvider } from '../support/oidc_provider.mjs'
import { entry, hash, password, submit, write } from '../support/passwords.mjs'
import { isRoot, serverUser, until } from '../support/process.mjs'
import { startSite } from '../support/server.mjs'
import { sql, Visitor } from '../support/visitor.mjs'

const timeout = 30000

describe('users of credentials in the database', () => {
  let provider
  let site
  before(async () => {
    provider = await startProvider()
    site = await startSite('lighttpd-fastcgi', {
      configure: (site) => {
        const people = path.join(site.folder, 'people.db')
        execFileSync('sqlite3', [people, `
          CREATE TABLE people (id INTEGER PRIMARY KEY, login TEXT, name TEXT, email TEXT, password TEXT);
          INSERT INTO people VALUES (1, 'jane', 'Jane Doe', 'Jane@example.com', '${hash}'), (2, 'ann', 'Ann Other', 'ann@example.com', '${hash}'),
            (3, 'twin', 'A', NULL, '${hash}'), (4, 'twin', 'B', NULL, '${hash}')`])
        if (isRoot) chownSync(people, serverUser.uid, serverUser.gid)
        return {
          url: site.url,
          database: 'sqlite:auth.db',
          pages: { newUser: '/welcome' },
          providers: [provider.entry(), entry({
            sql: 'SELECT id, name, email, password FROM people WHERE login = :username', database: 'sqlite:people.db'
          })]
        }
      }
    })
    provider.allow(`${site.url}/callback/demo`)
  })
  after(async () => {
    await site?.stop()
    await provider?.stop()
  })
  const users = () => sql(site.database, 'SELECT u.id, u.name, u.email, a.provider_type, a.provider_id, a.provider_account_id FROM users u LEFT JOIN accounts a ON a.user_id = u.id ORDER BY u.id, a.id')

  it('are made once, and known again', { timeout }, async () => {
    const first = await submit(new Visitor(site), { username: 'jane', password })
    assert.match(first.json().url, /^\/welcome\?callbackUrl=/)
    const again = new Visitor(site)
    assert.deepEqual((await submit(again, { username: 'jane', password })).json(), { url: site.origin })
    assert.deepEqual((await again.session()).user, { name: 'Jane Doe', email: 'jane@example.com', image: null })
    assert.deepEqual(await users(), [
      { id: 1, name: 'Jane Doe', email: 'jane@example.com', provider_type: 'credentials', provider_id: 'staff', provider_account_id: '1' }
    ])
  })

  it('are not joined with another user of the same address, unless that one is signed in', { timeout }, async () => {
    const ann = new Visitor(site)
    await ann.signIn('ann')
    const stranger = new Visitor(site)
    const answer = await submit(stranger, { username: 'ann', password })
    assert.deepEqual([answer.status, answer.json()], [200, { url: `${site.url}/error?error=OAuthAccountNotLinked` }])
    assert.equal(stranger.sessionCookie, undefined)

    assert.deepEqual((await submit(ann, { username: 'ann', password })).json(), { url: site.origin })
    assert.equal((await ann.session()).user.name, 'Ann Example')
    assert.deepEqual((await submit(stranger, { username: 'ann', password })).json(), { url: site.origin })
    assert.equal((await stranger.session()).user.name, 'Ann Example')
  })

  it('take the place of another user who is signed in', { timeout }, async () => {
    const visitor = new Visitor(site)
    await visitor.signIn('ben')
    const before = visitor.sessionCookie.value
    const accounts = (await users()).length
    assert.deepEqual((await submit(visitor, { username: 'jane', password })).json(), { url: site.origin })
    assert.equal((await visitor.session()).user.name, 'Jane Doe')
    assert.equal((await users()).length, accounts)
    visitor.setCookie(site.url, 'next-auth.session-token', before)
    assert.deepEqual(await visitor.session(), {}, 'the first session is over')
  })

  it('cannot be told when the SELECT finds two', { timeout }, async () => {
    const answer = await submit(new Visitor(site), { username: 'twin', password })
    assert.deepEqual([answer.status, answer.json()], [500, { url: `${site.url}/error?error=Configuration` }])
    await until('the log says why', () => /people\.db: the SELECT finds more than 1 rows/.test(site.log()))
  })
})

describe('a token of credentials', () => {
  it('is of nobody in the database, even with the number of somebody there', { timeout }, async (t) => {
    const provider = await startProvider()
    t.after(() => provider.stop())
    const site = await startSite('lighttpd-fastcgi', {
      configure: (site) => {
        write(site, 'users', `1:${hash}\n`)
        return { url: site.url, database: 'sqlite:auth.db', session: { jwt: true }, providers: [provider.entry(), entry({ htpasswd: 'users' })] }
      }
    })
    t.after(() => site.stop())
    provider.allow(`${site.url}/callback/demo`)
    await new Visitor(site).signIn('ann')
    const [ann] = await sql(site.database, 'SELECT id FROM users')
    assert.equal(ann.id, 1)

    const mallory = new Visitor(site)
    await submit(mallory, { username: '1', password })
    assert.equal((await mallory.session()).user.name, '1')
    await mallory.signIn('ben')
    assert.deepEqual(await sql(site.database, 'SELECT u.email FROM accounts a JOIN users u ON u.id = a.user_id ORDER BY a.id'),
      [{ email: 'ann@example.com' }, { email: 'ben@example.com' }])
  })
})
