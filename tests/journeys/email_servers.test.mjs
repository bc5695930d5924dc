// How mails go out: SMTP in all its forms, sendmail commands, and what happens where they do not.
import assert from 'node:assert/strict'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { simpleParser } from 'mailparser'
import { linkOf, makeCertificates, startMailServer } from '../support/mail_server.mjs'
import { executable, family, freePort, start, until } from '../support/process.mjs'
import { layOut, startSite } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'

const timeout = 30000
const from = 'Example <no-reply@example.com>'
const login = { user: 'mailer@example.com', password: 'p@ss "w\\ö:rd/?#' }
const userinfo = `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}`

describe('a mail', () => {
  let site
  let authority
  const servers = {}
  const silent = { connections: [] }
  before(async () => {
    const certificates = makeCertificates()
    authority = certificates.authority
    silent.port = await freePort()
    silent.server = net.createServer((socket) => silent.connections.push(socket.on('error', () => {}))).listen(silent.port, '127.0.0.1')
    const strange = makeCertificates()
    servers.plain = await startMailServer({ refuse: (address) => address.startsWith('nobody@') })
    servers.plainLogin = await startMailServer({ login, methods: ['PLAIN'] })
    servers.loginLogin = await startMailServer({ login, methods: ['LOGIN'] })
    servers.cramLogin = await startMailServer({ login, methods: ['CRAM-MD5'] })
    servers.startTls = await startMailServer({ certificates, login })
    servers.tls = await startMailServer({ certificates, secure: true, login })
    servers.strangeTls = await startMailServer({ certificates: strange, secure: true, login })
    servers.strangeStartTls = await startMailServer({ certificates: strange, login })
    const nobody = await freePort()
    const at = (name, { scheme = 'smtp', host = '127.0.0.1', who = userinfo, more = '' } = {}) =>
      `${scheme}://${who && `${who}@`}${host}:${servers[name].port}${more}`
    const ways = {
      plain: at('plain', { who: '' }),
      auth_plain: at('plainLogin'),
      auth_login: at('loginLogin'),
      auth_cram: at('cramLogin'),
      auth_cram_wrong: at('cramLogin', { who: 'mailer:hunter2' }),
      starttls: at('startTls'),
      starttls_by_name: at('startTls', { host: 'localhost' }),
      tls: at('tls', { scheme: 'smtps' }),
      tls_off: at('startTls', { more: '?tls=off' }),
      strange_tls: at('strangeTls', { scheme: 'smtps' }),
      strange_starttls: at('strangeStartTls'),
      // Names that curl resolves to this machine, and that the certificate has not.
      wrong_name: at('tls', { scheme: 'smtps', host: 'other.localhost' }),
      wrong_name_starttls: at('startTls', { host: 'other.localhost' }),
      wrong_password: at('plainLogin', { who: 'mailer:hunter2' }),
      // A name that curl resolves to this machine, but that says nothing of it: a server somewhere.
      remote_without_tls: at('plainLogin', { host: 'mail.localhost' }),
      remote_tls_off: at('plainLogin', { host: 'mail.localhost', more: '/?tls=off' }),
      remote_starttls: at('startTls', { host: 'mail.localhost' }),
      remote_without_login: at('plain', { who: '', host: 'mail.localhost' }),
      silent: `smtp://mailer:hunter2@127.0.0.1:${silent.port}`,
      not_there: `smtp://127.0.0.1:${nobody}`,
      sendmail: 'sendmail:./bin/../sendmail -oi',
      sendmail_failing: 'sendmail:/bin/false',
      sendmail_missing: 'sendmail:/nowhere/sendmail'
    }
    site = await startSite('lighttpd-socket', {
      env: { SSL_CERT_FILE: certificates.authority },
      configure: ({ url }) => ({
        url,
        secret: 'secret',
        providers: Object.entries(ways).map(([id, server]) => ({ id, name: id, type: 'email', server, from }))
      })
    })
    const script = path.join(site.folder, 'sendmail')
    writeFileSync(script, `#!/bin/sh\nprintf '%s\\n' "$@" >${site.folder}/arguments\ncat >${site.folder}/mail\nenv >${site.folder}/environment\n`)
    chmodSync(script, 0o755)
  })
  after(async () => {
    await site?.stop()
    silent.server?.close()
    await Promise.all(Object.values(servers).map((server) => server.stop()))
  })

  async function ask(provider, email = 'ann@example.org') {
    const visitor = new Visitor(site)
    return (await visitor.post(`${site.url}/signin/${provider}`, { csrfToken: await visitor.csrf(), email })).location
  }
  const sent = (provider) => `${site.url}/verify-request?provider=${provider}&type=email`
  const failed = () => `${site.url}/error?error=EmailSignin`
  const count = () => Object.values(servers).reduce((sum, { mails }) => sum + mails.length, 0)

  async function arrives(provider, server, { secure, anonymous = false }) {
    assert.equal(await ask(provider), sent(provider), site.log())
    const mail = await servers[server].next()
    assert.deepEqual([mail.from, mail.to, mail.secure, mail.user],
      ['no-reply@example.com', ['ann@example.org'], secure, anonymous ? undefined : login.user])
    assert.equal(new URL(linkOf(mail)).pathname, `/api/auth/callback/${provider}`)
  }

  async function isRefused(provider, reason, email) {
    const before = count()
    const old = site.log().length
    assert.equal(await ask(provider, email), failed())
    // The server's log may come a moment after the answer.
    await until(`the log says ${reason}`, () => reason.test(site.log().slice(old)), { seconds: 3 })
    assert.equal(count(), before)
  }

  it('goes out by SMTP', { timeout }, () => arrives('plain', 'plain', { secure: false, anonymous: true }))

  it('goes out after a login by PLAIN', { timeout }, async () => {
    await arrives('auth_plain', 'plainLogin', { secure: false })
    assert.deepEqual(servers.plainLogin.logins.at(-1), { method: 'PLAIN', username: login.user, password: login.password, secure: false })
  })

  it('goes out after a login by LOGIN', { timeout }, async () => {
    await arrives('auth_login', 'loginLogin', { secure: false })
    assert.deepEqual(servers.loginLogin.logins.at(-1), { method: 'LOGIN', username: login.user, password: login.password, secure: false })
  })

  it('goes out after a login by CRAM-MD5', { timeout }, async () => {
    await arrives('auth_cram', 'cramLogin', { secure: false })
    assert.deepEqual(servers.cramLogin.logins.at(-1), { method: 'CRAM-MD5', username: login.user, password: undefined, secure: false })
    await isRefused('auth_cram_wrong', /curl: \(67\)/)
  })

  it('is encrypted by STARTTLS where that is offered, the login too', { timeout }, async () => {
    await arrives('starttls', 'startTls', { secure: true })
    await arrives('starttls_by_name', 'startTls', { secure: true })
    await arrives('remote_starttls', 'startTls', { secure: true })
    assert.ok(servers.startTls.logins.every(({ secure }) => secure))
  })

  it('is encrypted from the start by smtps', { timeout }, () => arrives('tls', 'tls', { secure: true }))

  it('is not encrypted where the owner says so', { timeout }, async () => {
    await arrives('tls_off', 'startTls', { secure: false })
    await arrives('remote_tls_off', 'plainLogin', { secure: false })
  })

  it('is not given to a server whose certificate nobody vouches for', { timeout }, async () => {
    for (const way of ['strange_tls', 'strange_starttls']) await isRefused(way, /curl: \(60\)/)
    assert.deepEqual([servers.strangeTls.logins, servers.strangeStartTls.logins], [[], []])
  })

  it('is not given to a server whose certificate is for another name', { timeout }, async () => {
    const logins = () => servers.tls.logins.length + servers.startTls.logins.length
    const before = logins()
    for (const way of ['wrong_name', 'wrong_name_starttls']) await isRefused(way, /curl: \(60\).*other\.localhost/)
    assert.equal(logins(), before)
  })

  it('goes to no server elsewhere with a password in the clear', { timeout }, async () => {
    const before = servers.plainLogin.logins.length
    await isRefused('remote_without_tls', /curl: \(64\)/)
    assert.equal(servers.plainLogin.logins.length, before)
    await arrives('remote_without_login', 'plain', { secure: false, anonymous: true })
  })

  it('that does not go out is an error for the visitor and a reason in the log', { timeout }, async () => {
    await isRefused('plain', /curl: \(55\).*550/, 'nobody@example.org')
    await isRefused('wrong_password', /curl: \(67\)/)
    await isRefused('not_there', /curl: \(7\)/)
    await isRefused('sendmail_failing', /\/bin\/false: ended with 1/)
    await isRefused('sendmail_missing', /\/nowhere\/sendmail: No such file/)
  })

  it('goes out by a sendmail command, relative to the configuration', { timeout }, async () => {
    assert.equal(await ask('sendmail'), sent('sendmail'))
    const read = (name) => readFileSync(path.join(site.folder, name), 'utf8')
    assert.equal(read('arguments'), '-oi\n-i\n-f\nno-reply@example.com\n--\nann@example.org\n')
    assert.doesNotMatch(read('environment'), /NEXTAUTH|HTTP|REMOTE|SSL|SOCKET/)
    const parsed = await simpleParser(read('mail'))
    assert.equal(parsed.from.text, '"Example" <no-reply@example.com>')
    assert.match(linkOf({ parsed }), /\/callback\/sendmail\?email=ann%40example\.org&token=[0-9a-f]{64}$/)
  })

  it('shows no password in a list of processes', { timeout }, async () => {
    const answer = ask('silent')
    const curl = await until('curl runs', () =>
      family(site.responder.pid).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('curl')))
    const shown = readFileSync(`/proc/${curl}/cmdline`, 'utf8') + readFileSync(`/proc/${curl}/environ`, 'utf8')
    silent.connections.forEach((socket) => socket.destroy())
    await answer
    assert.equal(shown, `curl\0-q\0-K\0/dev/fd/3\0SSL_CERT_FILE=${authority}\0`)
  })

  it('shows no password to the log', { timeout }, async () => {
    await site.says(/signin_email_error/)
    for (const secret of [login.password, encodeURIComponent(login.password), 'hunter2']) assert.ok(!site.log().includes(secret), secret)
  })
})

describe('the configuration of mails', () => {
  async function check(config) {
    const site = layOut({ name: 'mail-check', config: { url: 'https://example.com/api/auth', secret: 'x', ...config } })
    const run = start(`${site.name}-check`, executable, ['check'], { env: { NEXTAUTH_CONFIG: site.configFile } })
    const { code } = await run.exited
    return { code, text: run.stdout, site }
  }

  it('is complained about key by key', { timeout }, async () => {
    for (const [provider, complaint] of [
      [{ id: 'email', from }, /providers\[0\]\.server: missing: who takes mail, as "smtp:/],
      [{ id: 'email', server: 'smtp://localhost:25' }, /providers\[0\]\.from: missing: who the mail is from/],
      [{ id: 'email', from: 'nobody', server: 'smtp://localhost:25' }, /providers\[0\]\.from: must be one address/],
      [{ id: 'email', from, server: 'http://localhost:25' }, /providers\[0\]\.server: must be smtp:/],
      [{ id: 'email', from, server: 'smtp://localhost:25', maxAge: 315360001 }, /providers\[0\]\.maxAge: must be at most 315360000 seconds/],
      [{ id: 'email', from, server: 'smtp://localhost:25', maxAge: 0 }, /providers\[0\]\.maxAge: must be a whole number above 0/],
      [{ id: 'email', from, server: 'smtp://localhost:25', clientId: 'x' }, /unknown key "clientId"/],
      [{ id: 'email', from, server: 'smtp://u:hunter2@localhost:99999' }, /providers\[0\]\.server: must have a port from 1 to 65535/]
    ]) {
      const { code, text } = await check({ providers: [provider] })
      assert.match(text, complaint)
      assert.doesNotMatch(text, /hunter2/)
      assert.equal(code, 1)
    }
    const good = await check({ providers: [{ id: 'email', from, server: 'smtp://localhost:25', maxAge: 315360000 }] })
    assert.deepEqual([good.code, good.text.includes('warning')], [0, false], good.text)
  })

  it('is warned about where a password would be seen', { timeout }, async () => {
    const { code, text } = await check({ providers: [{ id: 'email', from, server: 'smtp://ann:hunter2@example.com:25?tls=off' }] })
    assert.match(text, /warning: providers\[0\]\.server: tls=off: anyone on the way can read the password/)
    assert.doesNotMatch(text, /hunter2/)
    assert.equal(code, 0)
  })

  it('without a database is reported, and answered as by v3', { timeout }, async () => {
    const site = await startSite('lighttpd-fastcgi', {
      configure: ({ url }) => ({ url, secret: 'x', database: null, providers: [{ id: 'email', from, server: 'smtp://127.0.0.1:1' }] })
    })
    const { code, text } = await check({ database: null, providers: [{ id: 'email', from, server: 'smtp://127.0.0.1:1' }] })
    assert.match(text, /warning: providers\[0\]: links in mails need a database/)
    assert.equal(code, 0)
    const visitor = new Visitor(site)
    const form = { csrfToken: await visitor.csrf(), email: 'ann@example.org' }
    const configuration = `${site.url}/error?error=Configuration`
    assert.equal((await visitor.post(`${site.url}/signin/email`, form)).location, configuration)
    assert.equal((await visitor.get(`${site.url}/callback/email?email=ann%40example.org&token=x`)).location, configuration)
    assert.equal((await visitor.get(configuration)).status, 500)
    await site.stop()
  })
})

describe('mails to one mailbox', () => {
  it('are limited, whoever asks for them; to others they go on', { timeout }, async () => {
    const server = await startMailServer()
    const site = await startSite('lighttpd-fastcgi', {
      configure: ({ url }) => ({
        url, secret: 'x', providers: [{ id: 'email', from, server: `smtp://127.0.0.1:${server.port}` }],
        rateLimits: { address: null, account: null, recipient: '2/1h' }
      })
    })
    const ask = async (email) => {
      const visitor = new Visitor(site)
      const answer = await visitor.post(`${site.url}/signin/email`, { csrfToken: await visitor.csrf(), email, json: 'true' })
      return answer.status
    }
    assert.deepEqual([await ask('ann@example.org'), await ask('ANN@example.org')], [200, 200])
    for (const same of ['ann@example.org', 'ann+1@example.org', 'a.n.n@example.org']) assert.equal(await ask(same), 429)
    assert.equal(await ask('bob@example.org'), 200)
    assert.deepEqual(server.mails.map(({ to }) => to[0]), ['ann@example.org', 'ann@example.org', 'bob@example.org'])
    await site.stop()
    await server.stop()
  })
})
