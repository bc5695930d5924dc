// Signing in by a link in a mail: what it is worth, to whom, and how often.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { linkOf, startMailServer } from '../support/mail_server.mjs'
import { startSite } from '../support/server.mjs'
import { forms, sql, Visitor } from '../support/visitor.mjs'

const timeout = 30000
const secret = 'the secret of this journey'
const sha256 = (text) => createHash('sha256').update(text).digest('hex')

describe('a link in a mail', () => {
  let server
  let site
  const tokens = []
  before(async () => {
    server = await startMailServer()
    const smtp = `smtp://127.0.0.1:${server.port}`
    site = await startSite('lighttpd-fastcgi', {
      configure: ({ url }) => ({
        url,
        secret,
        database: 'sqlite:auth.db',
        pages: { newUser: '/welcome' },
        providers: [
          { id: 'email', server: smtp, from: 'Bücher & Co. <No-Reply@Bücher.example>' },
          { id: 'at-once', type: 'email', name: 'Letter', server: smtp, from: 'no-reply@example.com', confirm: false, maxAge: 600 }
        ]
      })
    })
  })
  after(async () => {
    await site?.stop()
    await server?.stop()
  })

  const error = (code) => `${site.url}/error?error=${code}`
  const write = (statement) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', site.database, statement])
  const request = async (visitor, email, { provider = 'email', ...form } = {}, headers = {}) =>
    visitor.post(`${site.url}/signin/${provider}`, { csrfToken: await visitor.csrf(), email, ...form }, { headers })

  /** Asks for a link and gives it: out of the mail, as people get it. */
  async function ask(email, options, headers) {
    const answer = await request(new Visitor(site), email, options, headers)
    assert.equal(answer.location, `${site.url}/verify-request?provider=${options?.provider ?? 'email'}&type=email`)
    const mail = await server.next()
    const link = linkOf(mail)
    tokens.push(new URL(link).searchParams.get('token'))
    return { mail, link }
  }

  /** Opens the link and gives the form of its page. */
  const open = async (visitor, link) => forms((await visitor.get(link)).text)[0]

  const press = (visitor, form) => visitor.post(new URL(form.action, site.url).href, form.fields)

  async function signIn(visitor, email) {
    const { link } = await ask(email)
    return press(visitor, await open(visitor, link))
  }

  it('is asked for on the sign-in page, one form a provider', { timeout }, async () => {
    const page = await new Visitor(site).get(`${site.url}/signin?email=${encodeURIComponent('"ann"<@example.com')}`)
    const [first, second] = forms(page.text)
    assert.deepEqual([first.action, first.method, first.buttons], [`${site.url}/signin/email`, 'post', ['Sign in with Email']])
    assert.deepEqual([second.action, second.buttons], [`${site.url}/signin/at-once`, ['Sign in with Letter']])
    assert.equal(first.fields.email, '"ann"<@example.com')
    assert.match(page.text, /<input id="input-email-for-email-provider" type="email" name="email"/)
    assert.equal(page.text.match(/autofocus/g).length, 1)
    assert.doesNotMatch(page.text, /no way to sign in/)
  })

  it('comes in a mail of text and HTML that says whose it is', { timeout }, async () => {
    const { mail, link } = await ask('Ann@Example.com')
    assert.match(link, new RegExp(`^${site.url}/callback/email\\?email=ann%40example\\.com&token=[0-9a-f]{64}$`))
    // ASCII on its way; smtp-server shows it as people read it.
    assert.deepEqual([mail.from, mail.to], ['no-reply@bücher.example', ['ann@example.com']])
    assert.match(mail.raw, /^From: =\?UTF-8\?B\?[\w+/=]+\?= <no-reply@xn--bcher-kva\.example>$/m)
    const { parsed } = mail
    assert.deepEqual(parsed.from.value, [{ name: 'Bücher & Co.', address: 'no-reply@bücher.example' }])
    assert.deepEqual(parsed.to.value, [{ name: '', address: 'ann@example.com' }])
    assert.equal(parsed.subject, `Sign in to ${new URL(site.url).host}`)
    assert.equal(parsed.headers.get('auto-submitted'), 'auto-generated')
    assert.match(parsed.messageId, /^<[0-9a-f]{32}@xn--bcher-kva\.example>$/)
    assert.ok(Math.abs(parsed.date - Date.now()) < 60000, parsed.date)
    assert.equal(parsed.headers.get('content-type').value, 'multipart/alternative')
    assert.match(parsed.text, /If you did not request this email you can safely ignore it\./)
    assert.equal(parsed.html.split(link.replace('&', '&amp;')).length, 4, 'the button, the address to copy and its text')
    for (const line of mail.raw.split('\r\n')) assert.match(line, /^[\x20-\x7e\t]{0,76}$/)
    assert.deepEqual(parsed.attachments, [])
  })

  it('is written in the language of whoever asks', { timeout }, async () => {
    const scripts = { ar: /[\u0600-\u06ff]/, ja: /[\u3040-\u30ff]/, zh: /[\u4e00-\u9fff]/, de: /^(Bei|Anmeld)/ }
    for (const language of ['ar', 'de', 'en', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt', 'sv', 'zh']) {
      const { mail, link } = await ask('ann@example.com', {}, { 'accept-language': `${language}-XX,en;q=0.1` })
      const { subject, text, html } = mail.parsed
      assert.match(subject, scripts[language] ?? /\S/)
      assert.ok(subject.includes(new URL(site.url).host), subject)
      assert.ok(text.startsWith(`${subject}\n${link}\n\n`), text)
      assert.match(html, new RegExp(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`))
      for (const part of [subject, text, html]) assert.doesNotMatch(part, /[{}]|\ufffd/)
      assert.deepEqual(mail.raw.match(/^Content-Language: .*$/gm), Array(2).fill(`Content-Language: ${language}`))
    }
  })

  it('is kept as v3 keeps it: its hash, the address, a day', { timeout }, async () => {
    const { link } = await ask('kept@example.com')
    const [row] = await sql(site.database, "SELECT * FROM verification_requests WHERE identifier = 'kept@example.com'")
    assert.equal(row.token, sha256(new URL(link).searchParams.get('token') + secret))
    const left = Date.parse(`${row.expires.replace(' ', 'T')}Z`) - Date.now()
    assert.ok(Math.abs(left - 86400e3) < 60e3, row.expires)
  })

  it('signs in by the button behind it, verifies the address and makes the user', { timeout }, async () => {
    const visitor = new Visitor(site)
    const { link } = await ask('new@example.com')
    const page = await visitor.get(link)
    assert.match(page.text, /new@example\.com/)
    assert.match(page.headers['cache-control'], /no-store/)
    assert.equal(page.headers['referrer-policy'], 'no-referrer')
    assert.equal(visitor.sessionCookie, undefined)
    const answer = await press(visitor, forms(page.text)[0])
    assert.equal(answer.location, `${site.origin}/welcome?callbackUrl=${encodeURIComponent(site.origin)}`)
    assert.deepEqual((await visitor.session()).user, { name: null, email: 'new@example.com', image: null })
    const [user] = await sql(site.database, "SELECT email_verified FROM users WHERE email = 'new@example.com'")
    assert.match(user.email_verified, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)
  })

  it('knows a returning person, and sends them where they wanted to go', { timeout }, async () => {
    const visitor = new Visitor(site)
    await visitor.get(`${site.url}/signin?callbackUrl=${encodeURIComponent('/inside')}`)
    write("UPDATE users SET name = 'Newman', email_verified = NULL WHERE email = 'new@example.com'")
    assert.equal((await signIn(visitor, 'NEW@example.com')).location, `${site.origin}/inside`)
    assert.equal((await visitor.session()).user.name, 'Newman')
    const users = await sql(site.database, "SELECT email_verified FROM users WHERE email = 'new@example.com'")
    assert.equal(users.length, 1)
    assert.ok(users[0].email_verified)
  })

  it('is not used up by whatever only looks at it', { timeout }, async () => {
    const { link } = await ask('scanned@example.com')
    for (let i = 0; i < 3; i++) {
      const scanner = new Visitor(site)
      assert.equal((await scanner.get(link)).status, 200)
      const head = await scanner.request('HEAD', link)
      assert.deepEqual([head.status, head.text], [200, ''])
      assert.equal((await scanner.post(link, {})).location, `${site.url}/signin?csrf=true`)
      assert.equal(scanner.sessionCookie, undefined)
    }
    const visitor = new Visitor(site)
    await press(visitor, await open(visitor, link))
    assert.equal((await visitor.session()).user.email, 'scanned@example.com')
  })

  it('works once', { timeout }, async () => {
    const visitor = new Visitor(site)
    const { link } = await ask('once@example.com')
    const form = await open(visitor, link)
    await press(visitor, form)
    const again = new Visitor(site)
    assert.equal((await press(again, { ...form, fields: { ...form.fields, csrfToken: await again.csrf() } })).location, error('Verification'))
    assert.equal((await again.get(link)).location, error('Verification'))
    assert.equal((await again.follow(await again.get(link))).status, 403)
    assert.equal(again.sessionCookie, undefined)
  })

  it('works once even when many press at once', { timeout }, async () => {
    for (let round = 0; round < 3; round++) {
      const { link } = await ask(`race${round}@example.com`)
      const crowd = await Promise.all(Array.from({ length: 8 }, async () => {
        const visitor = new Visitor(site)
        return { visitor, form: await open(visitor, link) }
      }))
      const answers = await Promise.all(crowd.map(({ visitor, form }) => press(visitor, form)))
      assert.equal(answers.filter(({ location }) => location === error('Verification')).length, 7)
      assert.equal(crowd.filter(({ visitor }) => visitor.sessionCookie).length, 1)
      assert.equal((await sql(site.database, `SELECT id FROM users WHERE email = 'race${round}@example.com'`)).length, 1)
    }
  })

  it('wants the CSRF token of the browser that shows the button', { timeout }, async () => {
    const { link } = await ask('csrf@example.com')
    const form = await open(new Visitor(site), link)
    const attacked = new Visitor(site)
    await attacked.csrf()
    assert.equal((await press(attacked, form)).location, `${site.url}/signin?csrf=true`)
    assert.equal(attacked.sessionCookie, undefined)
    await open(new Visitor(site), link)
  })

  it('is worth nothing for another address, changed, repeated, or as its own hash', { timeout }, async () => {
    const visitor = new Visitor(site)
    const { link } = await ask('exact@example.com')
    const token = new URL(link).searchParams.get('token')
    const query = (pairs) => `${site.url}/callback/email?${new URLSearchParams(pairs)}`
    for (const url of [
      query([['email', 'other@example.com'], ['token', token]]),
      query([['email', 'EXACT@example.com'], ['token', token]]),
      query([['email', 'exact@example.com'], ['token', token.toUpperCase()]]),
      query([['email', 'exact@example.com'], ['token', sha256(token + secret)]]),
      query([['email', 'exact@example.com'], ['token', '']]),
      query([['email', 'exact@example.com'], ['token', token], ['token', token]]),
      query([['email', 'exact@example.com'], ['email', 'other@example.com'], ['token', token]]),
      query([['email', 'exact@example.com']]),
      `${site.url}/callback/email`
    ]) assert.equal((await visitor.get(url)).location, error('Verification'), url)
    assert.equal((await visitor.post(`${site.url}/callback/email`, [
      ['csrfToken', await visitor.csrf()], ['email', 'exact@example.com'], ['token', token], ['token', token]
    ])).location, error('Verification'))
    await open(visitor, link)
  })

  it('expires', { timeout }, async () => {
    const visitor = new Visitor(site)
    const { link } = await ask('late@example.com')
    const form = await open(visitor, link)
    write("UPDATE verification_requests SET expires = '2020-01-01 00:00:00' WHERE identifier = 'late@example.com'")
    assert.equal((await visitor.get(link)).location, error('Verification'))
    assert.equal((await press(visitor, form)).location, error('Verification'))
    assert.equal(visitor.sessionCookie, undefined)
  })

  it('that NextAuth.js v3 sent still works, with its own rows and secret', { timeout }, async () => {
    const link = (email, token, expires) => {
      write(`INSERT INTO verification_requests (identifier, token, expires, created_at, updated_at)
        VALUES ('${email}', '${sha256(token + secret)}', '${expires}', datetime('now'), datetime('now'))`)
      return `${site.url}/callback/email?email=${encodeURIComponent(email)}&token=${token}`
    }
    const visitor = new Visitor(site)
    const old = link('v3@example.com', 'b2'.repeat(32), '2021-01-01 00:00:00.000')
    assert.equal((await visitor.get(old)).location, error('Verification'))
    await press(visitor, await open(visitor, link('v3@example.com', 'a1'.repeat(32), '2099-01-01 00:00:00.000')))
    assert.equal((await visitor.session()).user.email, 'v3@example.com')
  })

  it('signs in by itself where the owner wants that, as in v3', { timeout }, async () => {
    const visitor = new Visitor(site)
    const { link } = await ask('direct@example.com', { provider: 'at-once' })
    assert.match(link, /\/callback\/at-once\?/)
    assert.equal((await new Visitor(site).request('HEAD', link)).status, 200)
    assert.ok((await visitor.get(link)).location.startsWith(`${site.origin}/welcome`))
    assert.equal((await visitor.session()).user.email, 'direct@example.com')
    assert.equal((await new Visitor(site).get(link)).location, error('Verification'))
  })

  it('ends the session of somebody else in this browser, but for a new user', { timeout }, async () => {
    const visitor = new Visitor(site)
    const tried = async (token) => {
      const other = new Visitor(site)
      other.setCookie(site.url, 'next-auth.session-token', token)
      return (await other.session()).user?.email
    }
    await signIn(visitor, 'one@example.com')
    await signIn(new Visitor(site), 'two@example.com')
    const first = visitor.sessionCookie.value
    await signIn(visitor, 'two@example.com')
    assert.equal(await tried(first), undefined)
    const second = visitor.sessionCookie.value
    await signIn(visitor, 'three@example.com')
    assert.equal((await visitor.session()).user.email, 'three@example.com')
    assert.equal(await tried(second), 'two@example.com')
  })

  it('goes to one plain address or to none', { timeout: 60000 }, async () => {
    const before = server.mails.length
    for (const email of [undefined, '', 'ann', 'ann@', 'ann@a@b.example', 'ann@example.com,bob@evil.example', 'ann@example.com\r\nBcc: bob@evil.example', 'a@example.com\nb@example.com',
      '"ann"@example.com', 'ann@example.com> NOTIFY=NEVER', '-f@example.com', 'ann@evil.example＠example.com', `${'a'.repeat(65)}@example.com`, 'bücher@example.com']) {
      const form = email === undefined ? {} : { email }
      const visitor = new Visitor(site)
      const answer = await visitor.post(`${site.url}/signin/email`, { csrfToken: await visitor.csrf(), ...form })
      assert.equal(answer.location, error('EmailSignin'), email)
    }
    const shown = await new Visitor(site).get(`${site.url}/signin?error=EmailSignin`)
    assert.match(shown.text, /check the address and try again/)
    assert.equal(server.mails.length, before)
  })

  it('goes to an international domain by its ASCII name', { timeout }, async () => {
    const { mail, link } = await ask('Ann@BÜCHER.example')
    assert.deepEqual(mail.to, ['ann@bücher.example'])
    assert.match(mail.raw, /^To: ann@xn--bcher-kva\.example$/m)
    assert.equal(new URL(link).searchParams.get('email'), 'ann@xn--bcher-kva.example')
  })

  it('is sent by a POST with the CSRF token only; json=true gets the URL', { timeout }, async () => {
    const visitor = new Visitor(site)
    const before = server.mails.length
    assert.equal((await visitor.post(`${site.url}/signin/email`, { email: 'ann@example.com' })).location, `${site.url}/signin?csrf=true`)
    assert.equal((await visitor.get(`${site.url}/signin/email?email=ann@example.com`)).status, 200)
    assert.equal(server.mails.length, before)
    const answer = await request(visitor, 'ann@example.com', { json: 'true' })
    assert.deepEqual([answer.status, answer.json()], [200, { url: `${site.url}/verify-request?provider=email&type=email` }])
    tokens.push(new URL(linkOf(await server.next())).searchParams.get('token'))
    assert.match((await visitor.get(answer.json().url)).text, /Check your email/)
  })

  it('never gets to the log', { timeout }, async () => {
    assert.ok(tokens.length > 20)
    for (const token of tokens) assert.ok(!site.log().includes(token))
    await site.says(/signin_email_sent/)
  })
})
