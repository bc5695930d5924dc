// Signing in with a password: as the real v3. Ours asks an htpasswd file, v3's authorize() the same people.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { temporaryFolder } from '../support/process.mjs'
import { csrfCookie, csrfToken, sides, startBoth, url } from './both.mjs'
import { claims, compareAll, differ, same, view } from './compare.mjs'
import { Person } from './person.mjs'

const cookies = { 'next-auth.csrf-token': csrfCookie }
const credentials = { username: { label: 'Username', type: 'text', placeholder: 'jsmith' }, password: { label: 'Password', type: 'password' } }

describe('credentials', () => {
  let sites
  before(async () => {
    // {SHA} is what no check should accept any more; a crypt(3) hash as `openssl passwd -6` makes it.
    const folder = temporaryFolder()
    const file = path.join(folder, 'users.htpasswd')
    const hash = (await import('node:child_process')).execFileSync('openssl', ['passwd', '-6', '-salt', 'saltsalt', 'right'], { encoding: 'utf8' }).trim()
    writeFileSync(file, `ann:${hash}\n`, { mode: 0o644 })
    const people = { ann: { password: 'right', user: { id: 'ann', name: 'ann' } } }
    const provider = (more = {}) => ({ id: 'credentials', name: 'Password', type: 'credentials', credentials, authorize: { htpasswd: file }, people, ...more })
    sites = await startBoth({
      jwt: { database: false, providers: [provider(), provider({ id: 'second', name: 'Another' })] },
      withDatabase: { database: true, session: { jwt: true }, providers: [provider()] },
      rows: { database: true, providers: [provider()] },
      welcome: { database: false, providers: [provider()], pages: { newUser: '/welcome', error: '/oops' } }
    })
  })
  after(() => sites?.stop())

  const submit = (what, fields, more = {}) => [what, 'POST', '/callback/credentials', { cookies, form: { csrfToken, callbackUrl: '/next', ...fields }, ...more }]
  const right = { username: 'ann', password: 'right' }
  for (const name of ['jwt', 'withDatabase', 'welcome']) {
    describe(name, () => {
      compareAll(() => sites[name], [
        submit('a right password', right), submit('a right password, JSON', { ...right, json: 'true' }), submit('a right password, no callback URL', { ...right, callbackUrl: '' }),
        submit('a wrong password', { ...right, password: 'wrong' }), submit('a wrong password, JSON', { ...right, password: 'wrong', json: 'true' }),
        submit('an unknown name', { username: 'bob', password: 'right' }), submit('an unknown name, JSON', { username: 'bob', password: 'right', json: 'true' }),
        submit('empty fields', { username: '', password: '' }), submit('no fields', {}), submit('no fields, JSON', { json: 'true' }),
        submit('no token', { ...right, csrfToken: '' }), submit('no token, JSON', { ...right, csrfToken: '', json: 'true' }),
        submit('a foreign callback URL', { ...right, callbackUrl: 'http://evil.example/' }),
        submit('no cookie', right, { cookies: {} }),
        ['fields in JSON', 'POST', '/callback/credentials', { cookies, json: { csrfToken, ...right, json: 'true' } }],
        ['fields in the query', 'POST', '/callback/credentials', { cookies, query: 'username=ann&password=right', form: { csrfToken } }],
        ['by GET', 'GET', '/callback/credentials', { cookies, query: 'username=ann&password=right' }],
        ['POST /signin', 'POST', '/signin/credentials', { cookies, form: { csrfToken, ...right } }],
        ['POST /signin, JSON', 'POST', '/signin/credentials', { cookies, form: { csrfToken, ...right, json: 'true' } }],
        ['the list', 'GET', '/providers', { cookies }], ['the page', 'GET', '/signin', { cookies }], ['the page after a failure', 'GET', '/signin', { cookies, query: 'error=CredentialsSignin' }]
      ])
    })
  }
  compareAll(() => sites.jwt, [['the second provider', 'POST', '/callback/second', { cookies, form: { csrfToken, ...right } }], ['a wrong password at the second', 'POST', '/callback/second', { cookies, form: { csrfToken } }]])

  it('the session is v3\'s', async () => {
    const seen = {}
    for (const side of sides) {
      const person = new Person(sites.jwt, side)
      await person.post('/callback/credentials', right)
      seen[side] = [await claims(person.cookies['next-auth.session-token'], {}), await view(await person.session())]
      const out = await view(await person.post('/signout', { callbackUrl: '/bye' }))
      seen[side].push(out, Object.keys(person.cookies).sort())
    }
    assert.deepEqual(seen.ours, seen.v3)
  })

  it('works with database sessions too, unlike v3', async () => {
    // differences.mjs: credentialsRows: 'Credentials work with database sessions too (5, 13); v3 answers Configuration.'
    const request = { cookies, form: { csrfToken, ...right, callbackUrl: '/next' } }
    const session = 'next-auth.session-token=<64 hex digits>; Path=/; Expires=<now+2592000s>; HttpOnly; SameSite=Lax'
    const back = 'next-auth.callback-url=http%3A%2F%2Flocalhost%3A3000%2Fnext; Path=/; HttpOnly; SameSite=Lax'
    await differ(sites.rows, 'credentialsRows', 'POST', '/callback/credentials', request,
      { location: 'http://localhost:3000/next', cookies: [back, session] }, { location: `${url}/error?error=Configuration`, cookies: [back] })
    await same(sites.rows, 'GET', '/signin', { cookies })
  })
})
