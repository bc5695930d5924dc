// What `check --online` and `doctor` find out of a running site, behind real servers and behind such as spoil it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { commandLine } from '../support/command.mjs'
import { fastcgi } from '../support/fastcgi.mjs'
import { makeCertificates, startMailServer } from '../support/mail_server.mjs'
import { freePort, start } from '../support/process.mjs'
import { layOut, spawnProgram, startSite } from '../support/server.mjs'
import { startStub } from '../support/stub_provider.mjs'

const timeout = 60000
const from = 'Example <no-reply@example.com>'

/** `nextauth.fcgi WORDS --json` with this configuration: { code, found(about): [[level, message], …], … }. */
async function ask(configFile, program, words, env = {}) {
  const run = start(`doctor-${words[0]}`, program, [...words, '--json'], { env: { NEXTAUTH_CONFIG: configFile, ...env } })
  const { code } = await run.exited
  const result = JSON.parse(run.stdout || '{}')
  const findings = result.findings ?? result.online ?? []
  return { code, result, stderr: run.stderr, found: (about) => findings.filter((one) => one.about === about).map(({ level, message }) => [level, message]) }
}

describe('a site', () => {
  let stub
  let site
  let proxy
  let spoil
  const certificates = makeCertificates()
  const doctor = (...words) => ask(site.configFile, site.program, ['doctor', ...words], { SSL_CERT_FILE: certificates.authority })
  const servers = []
  const listen = async (server) => {
    servers.push(server)
    const port = await freePort()
    await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
    return port
  }

  /** In front of the real server, with TLS; `spoil(request, answer)` does what servers do to answers. */
  function forward(request, response) {
    if (spoil?.request?.(request, response)) return
    const out = http.request(`${site.origin}${request.url}`, { method: request.method, headers: { ...request.headers, host: '127.0.0.1' } }, (answer) => {
      spoil?.answer?.(answer.headers)
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    request.pipe(out)
  }

  before(async () => {
    stub = await startStub()
    const port = await listen(https.createServer({ key: certificates.key, cert: certificates.cert }, forward))
    proxy = `https://localhost:${port}`
    site = await startSite('lighttpd-cgi', {
      // Else it gives files out for a second or two after they have been removed.
      lighttpd: () => 'server.stat-cache-engine = "disable"\n',
      configure: () => ({ url: `${proxy}/api/auth`, database: 'sqlite:.htauth.db', providers: [stub.entry()] })
    })
  })
  after(async () => {
    for (const server of servers) { server.close(); server.closeAllConnections() }
    await site?.stop()
    await stub?.stop()
  })

  it('that is well is told so, with the redirect URIs to register', { timeout }, async () => {
    const { code, result, found } = await doctor()
    assert.equal(code, 0, JSON.stringify(result))
    assert.equal(result.well, true)
    for (const about of ['permissions', 'database', 'site', 'cookies', 'session', 'downloads', 'clock']) assert.deepEqual(found(about).map(([level]) => level), ['ok'], about)
    assert.deepEqual(result.redirectUris, [`${proxy}/api/auth/callback/stub`])
    assert.match(found('downloads')[0][1], /^[3-9] private files were asked for at \d+ addresses: none can be downloaded$/)
    const run = start('doctor-text', site.program, ['doctor'], { env: { NEXTAUTH_CONFIG: site.configFile, SSL_CERT_FILE: certificates.authority } })
    assert.equal((await run.exited).code, 0)
    assert.match(run.stdout, /^ok {7}permissions: .*\n[^]*\nRedirect URIs, to be registered at each provider:\n {2}https:\/\/localhost:\d+\/api\/auth\/callback\/stub\n$/)
  })

  it('whose files can be downloaded is told so loudly, with the address', { timeout }, async (t) => {
    // What somebody does who unpacks everything into the web's folder.
    for (const [name, file] of [['nextauth.json', site.configFile], ['nextauth.fcgi', site.program]]) {
      copyFileSync(file, path.join(site.documents, name))
      chmodSync(path.join(site.documents, name), 0o644)
    }
    writeFileSync(path.join(site.documents, 'error_log'), 'a line\n', { mode: 0o644 })
    const config = path.join(site.documents, 'nextauth.json')
    t.after(() => ['nextauth.json', '.htauth.db', 'nextauth.fcgi', 'error_log'].forEach((name) => rmSync(path.join(site.documents, name))))
    const seen = async (words) => (await ask(config, path.join(site.documents, 'nextauth.fcgi'), words, { SSL_CERT_FILE: certificates.authority }))
    chmodSync(path.join(site.documents, 'nextauth.fcgi'), 0o755)
    const database = path.join(site.documents, '.htauth.db')
    await seen(['migrate'])
    chmodSync(database, 0o644)
    for (const words of [['doctor', '--allow-readable'], ['check', '--online', '--allow-readable']]) {
      const { code, result, found } = await seen(words)
      assert.equal(code, 1)
      assert.ok(words[0] === 'check' || result.well === false)
      const said = found('downloads').map(([level, message]) => `${level} ${message.split(': move it')[0]}`)
      assert.deepEqual(said, ['configuration nextauth.json', 'database .htauth.db', 'executable nextauth.fcgi', 'log error_log'].map((one) => {
        const [about, name] = one.split(' ')
        return `error ANYBODY CAN DOWNLOAD the ${about} ${path.join(site.documents, name)} at ${proxy}/${name}`
      }))
    }
  })

  it('that gives out whole files, whatever is asked for, and answers not everywhere, is told of large ones and of passwords', { timeout }, async (t) => {
    const folder = path.join(site.folder, 'unpacked')
    const inside = (name) => path.join(folder, name)
    mkdirSync(folder)
    t.after(() => rmSync(folder, { recursive: true }))
    copyFileSync(site.program, inside('nextauth.fcgi'))
    execFileSync('sqlite3', [inside('people.db'), 'CREATE TABLE people (login, password); INSERT INTO people VALUES (1, randomblob(2000000))'])
    writeFileSync(inside('judge'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    let refused
    const port = await listen(http.createServer((request, response) => {
      const file = inside(path.basename(request.url))
      if (refused.test(request.url)) return response.destroy()
      if (path.dirname(request.url) === '/' && existsSync(file)) return response.end(readFileSync(file))
      return response.writeHead(404).end()
    }))
    const password = (id, authorize) => ({ id, type: 'credentials', authorize })
    const providers = [password('a', { sql: 'SELECT password FROM people WHERE login = :login', database: 'sqlite:people.db' }), password('b', { command: './judge' })]
    writeFileSync(inside('nextauth.json'), JSON.stringify({ url: `http://127.0.0.1:${port}/api/auth`, providers }), { mode: 0o600 })
    for (const [where, trouble] of [[/\/cgi-bin\/judge$/, /^warning some could not be tried: .*\/cgi-bin\/judge: /], [/\/cgi-bin\//, /^warning could not be tried: /]]) {
      refused = where
      const { code, found } = await ask(inside('nextauth.json'), inside('nextauth.fcgi'), ['doctor'])
      const said = found('downloads').map(([level, message]) => `${level} ${message.split(': move it')[0]}`)
      const each = [['configuration', 'nextauth.json'], ['passwords', 'people.db'], ['program', 'judge'], ['executable', 'nextauth.fcgi']]
      const loud = each.map(([about, name]) => `error ANYBODY CAN DOWNLOAD the ${about} ${inside(name)} at http://127.0.0.1:${port}/${name}`)
      assert.equal(code, 1)
      assert.match(said.pop(), trouble)
      assert.deepEqual(said, trouble.source.includes('some') ? loud : loud.slice(0, 2))
    }
  })

  for (const [what, broken, about, complaint] of [
    ['takes Set-Cookie away', { answer: (headers) => delete headers['set-cookie'] }, 'cookies', /takes the cookie __Host-next-auth\.csrf-token out/],
    ['takes Cookie away', { request: ({ headers }) => { delete headers.cookie } }, 'cookies', /does not pass the cookie .* on: nobody could sign in/],
    ['changes Cache-Control', { answer: (headers) => { headers['cache-control'] = 'max-age=60' } }, 'session', /changes Cache-Control/],
    ['drops the path', { request: (request) => { request.url = '/api/auth' } }, 'site', /answers with status 400 and is not nextauth\.fcgi as configured/],
    ['does not know the path', { request: (request) => { request.url = '/nothing' } }, 'site', /is not found: the server does not send this path/],
    ['redirects', { request: (_, response) => response.writeHead(301, { location: 'https://www.example.com/' }).end() }, 'site', /redirects to https:\/\/www\.example\.com\//],
    ['gives the executable away', { request: (_, response) => response.end(readFileSync(site.program).subarray(0, 5000)) }, 'site', /gives the executable itself/],
    ['closes the connection', { request: (_, response) => { response.destroy(); return true } }, 'site', /is "url" the site's address\?/]
  ]) {
    it(`whose server ${what} is told so`, { timeout }, async () => {
      spoil = broken
      try {
        const { code, found } = await doctor()
        assert.equal(code, 1)
        const problems = found(about).filter(([level]) => level === 'error').map(([, message]) => message)
        assert.equal(problems.length, 1)
        assert.match(problems[0], complaint)
      } finally {
        spoil = undefined
      }
    })
  }

  it('is to lead from plain http to https', { timeout }, async () => {
    let answer
    const plain = `http://localhost:${await listen(http.createServer((request, response) => answer(request, response)))}/api/auth/csrf`
    for (const [how, level, message, code] of [
      [(_, response) => response.writeHead(301, { location: `${proxy}/api/auth/csrf` }).end(), 'ok', /leads to https/, 0],
      [(_, response) => response.end('Welcome'), 'warning', /does not lead to https/, 0],
      [(request, response) => { request.url = '/api/auth/csrf'; forward(request, response) }, 'error', /is answered without encryption/, 1],
      [(_, response) => response.destroy(), 'ok', /nothing answers by plain http/, 0]
    ]) {
      answer = how
      const seen = await doctor('--plain', plain)
      assert.deepEqual([seen.code, seen.found('https')[0][0]], [code, level], JSON.stringify(seen.result))
      assert.match(seen.found('https')[0][1], message)
    }
  })

  it('with a clock of its own is told so', { timeout }, async () => {
    for (const [seconds, level, message] of [[3600, 'error', /is 3\d{3} s behind that of stub/], [-3600, 'error', /is 3\d{3} s ahead of that of stub/], [5, 'ok', /as that of stub/]]) {
      stub.on('/', ({ response }) => response.writeHead(200, { Date: new Date(Date.now() + seconds * 1000).toUTCString() }).end())
      const { code, result, found } = await doctor()
      assert.deepEqual([code, found('clock')[0][0]], [level === 'ok' ? 0 : 1, level], JSON.stringify(result))
      assert.match(found('clock')[0][1], message)
    }
    stub.reset()
  })
})

describe('check --online', () => {
  const check = (config) => {
    const site = layOut({ name: 'online', config: { url: 'http://127.0.0.1:9/api/auth', ...config } })
    return ask(site.configFile, site.program, ['check', '--online'])
  }

  it('asks providers for their documents and endpoints', { timeout }, async (t) => {
    const stub = await startStub()
    t.after(() => stub.stop())
    const good = await check({ providers: [stub.entry({ id: 'found' }), stub.plainEntry({ id: 'plain' })] })
    assert.equal(good.code, 0)
    assert.deepEqual(good.found('found'), [['ok', `discovery at ${stub.issuer}, 1 key(s) of id_tokens`]])
    assert.deepEqual(good.found('plain'), [['ok', `${stub.issuer}/token answers`]])
    assert.deepEqual(good.found('database').map(([level]) => level), ['ok'])
    stub.on('/jwks', ({ json }) => json({ keys: [] }))
    stub.on('/token', ({ json }) => json({}, 503))
    const bad = await check({ providers: [stub.entry({ id: 'found' }), stub.plainEntry({ id: 'plain' })] })
    assert.equal(bad.code, 1)
    assert.deepEqual(bad.found('found'), [['error', `${stub.issuer}/jwks has no keys: no id_token could be verified`]])
    assert.deepEqual(bad.found('plain'), [['warning', `${stub.issuer}/token answers with status 503`]])
    await stub.stop()
    const gone = await check({ providers: [stub.entry({ id: 'found' })] })
    assert.deepEqual([gone.code, gone.found('found')[0][0]], [1, 'error'])
    assert.ok(gone.found('found')[0][1].startsWith(`${stub.issuer}/.well-known/openid-configuration: `))
  })

  it('logs in at the mail server, and sends nothing', { timeout }, async (t) => {
    const login = { user: 'mailer', password: 'right' }
    const server = await startMailServer({ login })
    t.after(() => server.stop())
    const mails = (password) => ({ providers: [{ id: 'email', server: `smtp://mailer:${password}@127.0.0.1:${server.port}`, from }] })
    const good = await check(mails('right'))
    assert.deepEqual([good.code, good.found('email')], [0, [['ok', 'the mail server takes us']]])
    const bad = await check(mails('wr0ng'))
    assert.equal(bad.code, 1)
    assert.match(bad.found('email')[0][1], /^curl: ended with 67: /)
    assert.ok(!JSON.stringify(bad.result).includes('wr0ng'))
    assert.equal(server.mails.length, 0)
    assert.equal(server.logins.filter(({ password }) => password === 'right').length, 1)
    const none = await check({ providers: [{ id: 'email', server: 'sendmail:/nowhere/sendmail', from }] })
    assert.deepEqual(none.found('email'), [['error', '/nowhere/sendmail: there is no such program that could be run']])
    assert.deepEqual((await check({ providers: [{ id: 'email', server: 'sendmail:cat', from }] })).found('email'), [['ok', 'the program is there']])
  })

  it('tries the database, and makes none', { timeout }, async () => {
    const none = await check({ providers: [], database: 'sqlite:nowhere/auth.db' })
    assert.equal(none.code, 1)
    assert.match(none.found('database')[0][1], /there is no directory/)
    const fresh = await check({ providers: [] })
    assert.match(fresh.found('database')[0][1], /will be made on first use/)
  })
})

describe('a configuration that others can read', () => {
  const config = { secret: 's3cret', url: 'http://127.0.0.1:8000/api/auth', providers: [] }

  it('is refused by check unless told', { timeout }, () => {
    const open = commandLine(config, { mode: 0o644 })
    const { code, stdout } = open.run('check')
    assert.equal(code, 1)
    assert.ok(stdout.startsWith(`${open.file('nextauth.json')}: every user of this machine can read the secrets in it: \`chmod 600\` it; `))
    assert.equal(open.run('check', '--json').json().problems.length, 1)
    assert.match(open.run('check', '--allow-readable').stdout, /: well; 0 provider/)
    assert.equal(commandLine({ ...config, allowReadableConfig: true }, { mode: 0o644 }).run('check').code, 0)
    assert.equal(commandLine(config).run('check').code, 0)
  })

  it('is served, with one line in the log of a process', { timeout }, async (t) => {
    const site = layOut({ name: 'readable', config })
    chmodSync(site.configFile, 0o644)
    const program = await spawnProgram(site)
    t.after(() => program.stop())
    for (let i = 0; i < 3; i++) assert.equal((await fastcgi(site.socket, config.url, 'GET', '/csrf')).status, 200)
    assert.equal(program.output().split('configuration_exposed').length, 2)
    assert.ok(!program.output().includes('s3cret'))
    await program.stop()
    chmodSync(site.configFile, 0o600)
    const quiet = await spawnProgram(site)
    t.after(() => quiet.stop())
    assert.equal((await fastcgi(site.socket, config.url, 'GET', '/csrf')).status, 200)
    assert.ok(!quiet.output().includes('configuration_exposed'))
  })
})
