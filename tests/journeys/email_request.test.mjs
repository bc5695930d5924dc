// Asking for a link in a mail: the form, the mail, and to whom it goes.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { linkOf } from '../support/mail_server.mjs'
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
    const { mail, link } = await mailSite.ask('Ann@Example.com')
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
      const { mail, link } = await mailSite.ask('ann@example.com', {}, { 'accept-language': `${language}-XX,en;q=0.1` })
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
    const { link } = await mailSite.ask('kept@example.com')
    const [row] = await sql(site.database, "SELECT * FROM verification_requests WHERE identifier = 'kept@example.com'")
    assert.equal(row.token, storedAs(new URL(link).searchParams.get('token')))
    const left = Date.parse(`${row.expires.replace(' ', 'T')}Z`) - Date.now()
    assert.ok(Math.abs(left - 86400e3) < 60e3, row.expires)
  })

  it('goes to one plain address or to none', { timeout: 60000 }, async () => {
    const before = server.mails.length
    for (const email of [undefined, '', 'ann', 'ann@', 'ann@a@b.example', 'ann@example.com,bob@evil.example', 'ann@example.com\r\nBcc: bob@evil.example', 'a@example.com\nb@example.com',
      '"ann"@example.com', 'ann@example.com> NOTIFY=NEVER', '-f@example.com', 'ann@evil.example＠example.com', `${'a'.repeat(65)}@example.com`, 'bücher@example.com']) {
      const form = email === undefined ? {} : { email }
      const visitor = new Visitor(site)
      const answer = await visitor.post(`${site.url}/signin/email`, { csrfToken: await visitor.csrf(), ...form })
      assert.equal(answer.location, mailSite.error('EmailSignin'), email)
    }
    const shown = await new Visitor(site).get(`${site.url}/signin?error=EmailSignin`)
    assert.match(shown.text, /check the address and try again/)
    assert.equal(server.mails.length, before)
  })

  it('goes to an international domain by its ASCII name', { timeout }, async () => {
    const { mail, link } = await mailSite.ask('Ann@BÜCHER.example')
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
    const answer = await mailSite.request(visitor, 'ann@example.com', { json: 'true' })
    assert.deepEqual([answer.status, answer.json()], [200, { url: `${site.url}/verify-request?provider=email&type=email` }])
    mailSite.tokens.push(new URL(linkOf(await server.next())).searchParams.get('token'))
    assert.match((await visitor.get(answer.json().url)).text, /Check your email/)
  })

  it('never gets to the log', { timeout }, async () => {
    assert.ok(mailSite.tokens.length > 12)
    for (const token of mailSite.tokens) assert.ok(!site.log().includes(token))
    await site.says(/signin_email_sent/)
  })
})
