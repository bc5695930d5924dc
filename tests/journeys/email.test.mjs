// Signing in by a link in a mail: what it is worth, to whom, and how often.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startMailSite, storedAs } from '../support/mail_site.mjs'
import { forms, sql, Visitor } from '../support/visitor.mjs'

const timeout = 30000

describe('a link in a mail', () => {
  let mailSite
  let server
  let site
  before(async () => {
    mailSite = await startMailSite()
    ;({ server, site } = mailSite)
  })
  after(() => mailSite?.stop())

  it('signs in by the button behind it, verifies the address and makes the user', { timeout }, async () => {
    const visitor = new Visitor(site)
    const { link } = await mailSite.ask('new@example.com')
    const page = await visitor.get(link)
    assert.match(page.text, /new@example\.com/)
    assert.match(page.headers['cache-control'], /no-store/)
    assert.equal(page.headers['referrer-policy'], 'no-referrer')
    assert.equal(visitor.sessionCookie, undefined)
    const answer = await mailSite.press(visitor, forms(page.text)[0])
    assert.equal(answer.location, `${site.origin}/welcome?callbackUrl=${encodeURIComponent(site.origin)}`)
    assert.deepEqual((await visitor.session()).user, { name: null, email: 'new@example.com', image: null })
    const [user] = await sql(site.database, "SELECT email_verified FROM users WHERE email = 'new@example.com'")
    assert.match(user.email_verified, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)
  })

  it('knows a returning person, and sends them where they wanted to go', { timeout }, async () => {
    const visitor = new Visitor(site)
    await visitor.get(`${site.url}/signin?callbackUrl=${encodeURIComponent('/inside')}`)
    mailSite.write("UPDATE users SET name = 'Newman', email_verified = NULL WHERE email = 'new@example.com'")
    assert.equal((await mailSite.signIn(visitor, 'NEW@example.com')).location, `${site.origin}/inside`)
    assert.equal((await visitor.session()).user.name, 'Newman')
    const users = await sql(site.database, "SELECT email_verified FROM users WHERE email = 'new@example.com'")
    assert.equal(users.length, 1)
    assert.ok(users[0].email_verified)
  })

  it('is not used up by whatever only looks at it', { timeout }, async () => {
    const { link } = await mailSite.ask('scanned@example.com')
    for (let i = 0; i < 3; i++) {
      const scanner = new Visitor(site)
      assert.equal((await scanner.get(link)).status, 200)
      const head = await scanner.request('HEAD', link)
      assert.deepEqual([head.status, head.text], [200, ''])
      assert.equal((await scanner.post(link, {})).location, `${site.url}/signin?csrf=true`)
      assert.equal(scanner.sessionCookie, undefined)
    }
    const visitor = new Visitor(site)
    await mailSite.press(visitor, await mailSite.open(visitor, link))
    assert.equal((await visitor.session()).user.email, 'scanned@example.com')
  })

  it('works once', { timeout }, async () => {
    const visitor = new Visitor(site)
    const { link } = await mailSite.ask('once@example.com')
    const form = await mailSite.open(visitor, link)
    await mailSite.press(visitor, form)
    const again = new Visitor(site)
    assert.equal((await mailSite.press(again, { ...form, fields: { ...form.fields, csrfToken: await again.csrf() } })).location, mailSite.error('Verification'))
    assert.equal((await again.get(link)).location, mailSite.error('Verification'))
    assert.equal((await again.follow(await again.get(link))).status, 403)
    assert.equal(again.sessionCookie, undefined)
  })

  it('works once even when many press at once', { timeout }, async () => {
    for (let round = 0; round < 3; round++) {
      const { link } = await mailSite.ask(`race${round}@example.com`)
      const crowd = await Promise.all(Array.from({ length: 8 }, async () => {
        const visitor = new Visitor(site)
        return { visitor, form: await mailSite.open(visitor, link) }
      }))
      const answers = await Promise.all(crowd.map(({ visitor, form }) => mailSite.press(visitor, form)))
      assert.equal(answers.filter(({ location }) => location === mailSite.error('Verification')).length, 7)
      assert.equal(crowd.filter(({ visitor }) => visitor.sessionCookie).length, 1)
      assert.equal((await sql(site.database, `SELECT id FROM users WHERE email = 'race${round}@example.com'`)).length, 1)
    }
  })

  it('wants the CSRF token of the browser that shows the button', { timeout }, async () => {
    const { link } = await mailSite.ask('csrf@example.com')
    const form = await mailSite.open(new Visitor(site), link)
    const attacked = new Visitor(site)
    await attacked.csrf()
    assert.equal((await mailSite.press(attacked, form)).location, `${site.url}/signin?csrf=true`)
    assert.equal(attacked.sessionCookie, undefined)
    await mailSite.open(new Visitor(site), link)
  })

  it('is worth nothing for another address, changed, repeated, or as its own hash', { timeout }, async () => {
    const visitor = new Visitor(site)
    const { link } = await mailSite.ask('exact@example.com')
    const token = new URL(link).searchParams.get('token')
    const query = (pairs) => `${site.url}/callback/email?${new URLSearchParams(pairs)}`
    for (const url of [
      query([['email', 'other@example.com'], ['token', token]]),
      query([['email', 'EXACT@example.com'], ['token', token]]),
      query([['email', 'exact@example.com'], ['token', token.toUpperCase()]]),
      query([['email', 'exact@example.com'], ['token', storedAs(token)]]),
      query([['email', 'exact@example.com'], ['token', '']]),
      query([['email', 'exact@example.com'], ['token', token], ['token', token]]),
      query([['email', 'exact@example.com'], ['email', 'other@example.com'], ['token', token]]),
      query([['email', 'exact@example.com']]),
      `${site.url}/callback/email`
    ]) assert.equal((await visitor.get(url)).location, mailSite.error('Verification'), url)
    assert.equal((await visitor.post(`${site.url}/callback/email`, [
      ['csrfToken', await visitor.csrf()], ['email', 'exact@example.com'], ['token', token], ['token', token]
    ])).location, mailSite.error('Verification'))
    await mailSite.open(visitor, link)
  })

  it('expires', { timeout }, async () => {
    const visitor = new Visitor(site)
    const { link } = await mailSite.ask('late@example.com')
    const form = await mailSite.open(visitor, link)
    mailSite.write("UPDATE verification_requests SET expires = '2020-01-01 00:00:00' WHERE identifier = 'late@example.com'")
    assert.equal((await visitor.get(link)).location, mailSite.error('Verification'))
    assert.equal((await mailSite.press(visitor, form)).location, mailSite.error('Verification'))
    assert.equal(visitor.sessionCookie, undefined)
  })

  it('that NextAuth.js v3 sent still works, with its own rows and secret', { timeout }, async () => {
    const link = (email, token, expires) => {
      mailSite.write(`INSERT INTO verification_requests (identifier, token, expires, created_at, updated_at)
        VALUES ('${email}', '${storedAs(token)}', '${expires}', datetime('now'), datetime('now'))`)
      return `${site.url}/callback/email?email=${encodeURIComponent(email)}&token=${token}`
    }
    const visitor = new Visitor(site)
    const old = link('v3@example.com', 'b2'.repeat(32), '2021-01-01 00:00:00.000')
    assert.equal((await visitor.get(old)).location, mailSite.error('Verification'))
    await mailSite.press(visitor, await mailSite.open(visitor, link('v3@example.com', 'a1'.repeat(32), '2099-01-01 00:00:00.000')))
    assert.equal((await visitor.session()).user.email, 'v3@example.com')
  })

  it('signs in by itself where the owner wants that, as in v3', { timeout }, async () => {
    const visitor = new Visitor(site)
    const { link } = await mailSite.ask('direct@example.com', { provider: 'at-once' })
    assert.match(link, /\/callback\/at-once\?/)
    assert.equal((await new Visitor(site).request('HEAD', link)).status, 200)
    assert.ok((await visitor.get(link)).location.startsWith(`${site.origin}/welcome`))
    assert.equal((await visitor.session()).user.email, 'direct@example.com')
    assert.equal((await new Visitor(site).get(link)).location, mailSite.error('Verification'))
  })

  it('ends the session of somebody else in this browser, but for a new user', { timeout }, async () => {
    const visitor = new Visitor(site)
    const tried = async (token) => {
      const other = new Visitor(site)
      other.setCookie(site.url, 'next-auth.session-token', token)
      return (await other.session()).user?.email
    }
    await mailSite.signIn(visitor, 'one@example.com')
    await mailSite.signIn(new Visitor(site), 'two@example.com')
    const first = visitor.sessionCookie.value
    await mailSite.signIn(visitor, 'two@example.com')
    assert.equal(await tried(first), undefined)
    const second = visitor.sessionCookie.value
    await mailSite.signIn(visitor, 'three@example.com')
    assert.equal((await visitor.session()).user.email, 'three@example.com')
    assert.equal(await tried(second), 'two@example.com')
  })

  it('never gets to the log', { timeout }, async () => {
    assert.ok(mailSite.tokens.length > 10)
    for (const token of mailSite.tokens) assert.ok(!site.log().includes(token))
    await site.says(/signin_email_sent/)
  })
})
