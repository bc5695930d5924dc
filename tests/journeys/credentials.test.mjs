// Signing in with a name and a password, behind lighttpd: by the form, as next-auth/client does it, and wrongly.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launchChromium } from '../support/chromium.mjs'
import { entry, hash, password, submit, write } from '../support/passwords.mjs'
import { startSite } from '../support/server.mjs'
import { forms, Visitor } from '../support/visitor.mjs'

const timeout = 30000

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
