// Signing in with a name and a password, behind lighttpd: by the form, as next-auth/client does it, and wrongly.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { launchChromium } from '../support/chromium.mjs'
import { fastcgi } from '../support/fastcgi.mjs'
import { startProvider } from '../support/oidc_provider.mjs'
import { isRoot, serverUser, until } from '../support/process.mjs'
import { layOut, spawnProgram, startSite, writeConfig } from '../support/server.mjs'
import { forms, sql, Visitor } from '../support/visitor.mjs'

const timeout = 30000
// "jane's secret", by htpasswd -B -C 5.
const password = 'jane\'s secret'
const hash = execFileSync('perl', ['-e', 'print crypt($ARGV[0], q($2b$05$abcdefghijklmnopqrstuu))', password], { encoding: 'utf8' })
const fields = {
  username: { label: 'Login', type: 'text', placeholder: 'jsmith' },
  password: { label: 'Password', type: 'password' }
}
const write = (site, name, text, mode = 0o600) => {
  const file = path.join(site.folder, name)
  writeFileSync(file, text)
  chmodSync(file, mode)
  if (isRoot) chownSync(file, serverUser.uid, serverUser.gid)
}
const entry = (authorize, more = {}) => ({ id: 'staff', name: 'Staff', type: 'credentials', credentials: fields, authorize, ...more })

/** As next-auth/client's signIn('staff', { redirect: false, … }): the answer is JSON. */
async function submit(visitor, form, { provider = 'staff', json = true } = {}) {
  return visitor.post(`${visitor.site.url}/callback/${provider}`, { csrfToken: await visitor.csrf(), ...(json && { json: 'true' }), ...form })
}

for (const [kind, session] of Object.entries({ JWT: { jwt: true }, database: { jwt: false } })) {
  describe(`credentials with ${kind} sessions`, () => {
    let site
    before(async () => {
      site = await startSite('lighttpd-fastcgi', {
        configure: (site) => {
          write(site, 'users', `jane:${hash}\nold:jane's secret\n`)
          return { url: site.url, database: 'sqlite:auth.db', session, providers: [entry({ htpasswd: 'users' })] }
        }
      })
    })
    after(() => site?.stop())

    it('is in the list of providers', { timeout }, async () => {
      assert.deepEqual((await new Visitor(site).get(`${site.url}/providers`)).json(), {
        staff: { id: 'staff', name: 'Staff', type: 'credentials', signinUrl: `${site.url}/signin/staff`, callbackUrl: `${site.url}/callback/staff` }
      })
    })

    it('signs in by the form, without script', { timeout }, async () => {
      const visitor = new Visitor(site)
      const page = await visitor.get(`${site.url}/signin?callbackUrl=${encodeURIComponent('/?back')}`)
      const [form] = forms(page.text)
      assert.equal(form.action, `${site.url}/callback/staff`)
      assert.deepEqual(Object.keys(form.fields), ['csrfToken', 'username', 'password'])
      assert.deepEqual(form.buttons, ['Sign in with Staff'])
      const answer = await visitor.post(form.action, { ...form.fields, username: 'jane', password })
      assert.equal(answer.status, 302)
      assert.equal(answer.location, `${site.origin}/?back`)
      const seen = await visitor.session()
      assert.deepEqual(seen.user, { name: 'jane', email: null, image: null })
      assert.deepEqual(Object.keys(seen), kind === 'JWT' ? ['user', 'expires'] : ['user', 'accessToken', 'expires'])
      await visitor.signOut()
      assert.deepEqual(await visitor.session(), {})
    })

    it('signs in as next-auth/client does', { timeout }, async () => {
      const visitor = new Visitor(site)
      const answer = await submit(visitor, { username: 'jane', password, callbackUrl: `${site.origin}/there`, redirect: 'false' })
      assert.equal(answer.status, 200)
      assert.deepEqual(answer.json(), { url: `${site.origin}/there` })
      assert.equal((await visitor.session()).user.name, 'jane')
    })

    it('takes a JSON body', { timeout }, async () => {
      const visitor = new Visitor(site)
      const csrfToken = await visitor.csrf()
      const answer = await visitor.request('POST', `${site.url}/callback/staff`, { json: { csrfToken, json: 'true', username: 'jane', password } })
      assert.deepEqual([answer.status, answer.json()], [200, { url: site.origin }])
      assert.equal((await visitor.session()).user.name, 'jane')
    })

    it('refuses what is wrong, always in the same way', { timeout }, async () => {
      for (const form of [
        { username: 'jane', password: 'wrong' }, { username: 'nobody', password }, { username: 'old', password }, {},
        { username: 'jane' }, { username: 'jane', password: '' }, { username: '', password }
      ]) {
        const visitor = new Visitor(site)
        const answer = await submit(visitor, form)
        assert.deepEqual([answer.status, answer.json()], [401, { url: `${site.url}/error?error=CredentialsSignin&provider=staff` }])
        assert.equal(visitor.sessionCookie, undefined)
        const plain = await submit(visitor, form, { json: false })
        assert.deepEqual([plain.status, plain.location], [302, `${site.url}/error?error=CredentialsSignin&provider=staff`])
        const page = await visitor.follow(plain)
        assert.equal(page.url, `${site.url}/signin?error=CredentialsSignin`)
        assert.match(page.text, /Check the details you provided are correct/)
      }
    })

    it('refuses a password with a NUL in it, and fields of another kind', { timeout }, async () => {
      for (const [form, status] of [
        [{ username: 'jane', password: `${password}\0x` }, 400], [{ username: ['jane'], password }, 401], [{ username: 'jane', password: [password] }, 401]
      ]) {
        const visitor = new Visitor(site)
        const csrfToken = await visitor.csrf()
        const answer = await visitor.request('POST', `${site.url}/callback/staff`, { json: { csrfToken, json: 'true', ...form } })
        assert.equal(answer.status, status)
        assert.equal(visitor.sessionCookie, undefined)
      }
    })

    it('wants the CSRF token', { timeout }, async () => {
      const visitor = new Visitor(site)
      await visitor.csrf()
      for (const csrfToken of ['', 'f'.repeat(64)]) {
        const answer = await visitor.post(`${site.url}/callback/staff`, { csrfToken, username: 'jane', password })
        assert.deepEqual([answer.status, answer.location], [302, `${site.url}/signin?csrf=true`])
        const json = await visitor.post(`${site.url}/callback/staff`, { csrfToken, username: 'jane', password, json: 'true' })
        assert.deepEqual([json.status, json.json()], [200, { url: `${site.url}/signin?csrf=true` }])
      }
      assert.equal(visitor.sessionCookie, undefined)
    })

    it('answers the other routes as v3 does', { timeout }, async () => {
      const visitor = new Visitor(site)
      const get = await visitor.get(`${site.url}/callback/staff?username=jane&password=x`)
      assert.deepEqual([get.status, get.text], [500, 'Error: Callback for provider type credentials not supported'])
      const started = await visitor.startSignIn('staff')
      assert.deepEqual([started.status, started.location], [302, `${site.url}/signin`])
    })

    it('writes no password to the log', { timeout }, async () => {
      await site.says(/credentials_refused/)
      await site.says(/htpasswd_hash_unusable/)
      assert.ok(!site.log().includes(password))
      assert.ok(!site.log().includes(hash))
    })
  })
}

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

describe('a check by URL and by program', () => {
  let backend
  let site
  const asked = []
  before(async () => {
    backend = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      asked.push(JSON.parse(body))
      const known = { good: [200, '{"id":"u1","name":"By URL","email":"url@example.com"}'], bad: [401, ''], broken: [500, 'oops'] }
      const [status, answer] = known[asked.at(-1).username]
      response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': answer.length }).end(answer)
    })
    await new Promise((resolve) => backend.listen(0, '127.0.0.1', resolve))
    site = await startSite('lighttpd-fastcgi', {
      configure: (site) => {
        write(site, 'check.mjs', `#!${process.execPath}
          import { readFileSync } from 'node:fs'
          const { username, password } = JSON.parse(readFileSync(0, 'utf8'))
          if (username === 'broken') { console.error(password); process.exit(7) }
          if (username !== 'good' || password !== "jane's secret") process.exit(1)
          console.log(JSON.stringify({ id: 'u2', name: process.argv[2] }))`, 0o700)
        return {
          url: site.url,
          database: null,
          secret: 'for the tests',
          providers: [
            entry({ url: `http://127.0.0.1:${backend.address().port}/check?key=k` }, { id: 'url' }),
            entry({ command: ['check.mjs', 'By program'] }, { id: 'command' })
          ]
        }
      }
    })
  })
  after(async () => {
    await site?.stop()
    backend?.closeAllConnections()
    await new Promise((resolve) => backend.close(resolve))
  })

  for (const [provider, name] of [['url', 'By URL'], ['command', 'By program']]) {
    it(`${provider}: accepts, refuses, and tells a breakdown from a wrong password`, { timeout }, async () => {
      const visitor = new Visitor(site)
      assert.deepEqual((await submit(visitor, { username: 'good', password }, { provider })).json(), { url: site.origin })
      assert.equal((await visitor.session()).user.name, name)
      const refused = await submit(new Visitor(site), { username: 'bad', password: 'x' }, { provider })
      assert.deepEqual([refused.status, refused.json()], [401, { url: `${site.url}/error?error=CredentialsSignin&provider=${provider}` }])
      const broken = await submit(new Visitor(site), { username: 'broken', password }, { provider })
      assert.deepEqual([broken.status, broken.json()], [500, { url: `${site.url}/error?error=Configuration` }])
      const page = await submit(new Visitor(site), { username: 'broken', password }, { provider, json: false })
      assert.equal(page.status, 500)
      assert.match(page.text, /Server error/)
    })
  }

  it('gets the fields as they were submitted', { timeout }, async () => {
    const visitor = new Visitor(site)
    const csrfToken = await visitor.csrf()
    await submit(visitor, { username: 'good', password, extra: 'ü' }, { provider: 'url' })
    assert.deepEqual(asked.at(-1), { csrfToken, json: 'true', username: 'good', password, extra: 'ü' })
  })

  it('says in the log what broke, and no password', { timeout }, async () => {
    await until('the log says it', () => /callback_credentials_handler_error.*check: the status is 500/.test(site.log()) &&
      /callback_credentials_handler_error.*check\.mjs: exit code 7/.test(site.log()))
    assert.ok(!site.log().includes(password))
    assert.doesNotMatch(site.log(), /key=k/)
  })
})

describe('the sign-in form of credentials', () => {
  it('is labelled, and known to password managers', { timeout: 60000 }, async (t) => {
    const site = await startSite('lighttpd-fastcgi', {
      configure: (site) => {
        write(site, 'users', `jane:${hash}\n`)
        return { url: site.url, providers: [entry({ htpasswd: 'users' }), entry('lua', { id: 'hidden', credentials: null })] }
      }
    })
    t.after(() => site.stop())
    const browser = await launchChromium()
    t.after(() => browser.close())
    const page = await browser.newPage()
    await page.goto(`${site.url}/signin`)
    assert.equal(await page.locator('form').count(), 1, 'without fields there is no form, as in v3')
    const login = page.getByLabel('Login')
    assert.deepEqual(await login.evaluate(({ id, name, type, placeholder, autocomplete, value }) => [id, name, type, placeholder, autocomplete, value]),
      ['input-username-for-staff-provider', 'username', 'text', 'jsmith', 'username', ''])
    const secret = page.getByLabel('Password')
    assert.deepEqual(await secret.evaluate(({ id, name, type, placeholder, autocomplete }) => [id, name, type, placeholder, autocomplete]),
      ['input-password-for-staff-provider', 'password', 'password', '', 'current-password'])
    await login.fill('jane')
    await secret.fill('wrong')
    await page.keyboard.press('Enter')
    await page.waitForURL(/error=CredentialsSignin/)
    assert.match(await page.getByRole('alert').innerText(), /Check the details/)
    await page.getByLabel('Login').fill('jane')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in with Staff' }).click()
    await page.waitForURL(`${site.origin}/`)
    assert.equal((await (await page.context().request.get(`${site.url}/session`)).json()).user.name, 'jane')
  })
})

describe('a configuration of credentials', () => {
  it('is complained about before anybody tries to sign in', { timeout }, async () => {
    const site = layOut({ name: 'credentials' })
    writeConfig(site, { url: 'http://127.0.0.1:8000', providers: [entry({ htpasswd: 'users' })] })
    const program = await spawnProgram(site)
    try {
      const answer = await fastcgi(site.socket, 'http://127.0.0.1:8000/api/auth', 'GET', '/signin')
      assert.equal(answer.status, 500)
      assert.match(program.output() + answer.stderr, /providers\[0\]\.authorize\.htpasswd: there is no file .*users/)
    } finally {
      await program.stop()
    }
  })
})
