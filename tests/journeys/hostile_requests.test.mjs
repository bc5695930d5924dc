// What only real processes show: answers that arrive at once, and what a CGI environment can smuggle in.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fastcgi, FastCgiRequest, parse, variables } from '../support/fastcgi.mjs'
import { startMailServer } from '../support/mail_server.mjs'
import { start } from '../support/process.mjs'
import { layOut, spawnProgram } from '../support/server.mjs'
import { answerTo, startStub } from '../support/stub_provider.mjs'

const timeout = 30000
const url = 'http://127.0.0.1:8000/api/auth'

/** The cookies of answers, as one browser would send them back. */
function jar(...answers) {
  const all = new Map(answers.flatMap(({ setCookies }) => setCookies.map((line) => line.split(';')[0].split(/=(.*)/s).slice(0, 2))))
  return [...all].map(([name, value]) => `${name}=${value}`).join('; ')
}

const signedIn = ({ setCookies }) => setCookies.some((line) => /^next-auth\.session-token=[^;]/.test(line))

describe('of answers that come at once', () => {
  let stub
  let site
  const programs = []
  before(async () => {
    stub = await startStub()
    site = layOut({ name: 'race', config: { url, database: 'sqlite:auth.db', providers: [stub.entry()] } })
    programs.push(await spawnProgram(site), await spawnProgram({ ...site, socket: `${site.socket}2` }))
  })
  after(async () => {
    for (const program of programs) await program.stop()
    await stub?.stop()
  })
  const sockets = () => [site.socket, `${site.socket}2`]

  async function begin() {
    const token = await fastcgi(site.socket, url, 'GET', '/csrf')
    const started = await fastcgi(site.socket, url, 'POST', '/signin/stub', { body: `csrfToken=${token.json().csrfToken}`, headers: { Cookie: jar(token) } })
    return { cookies: jar(token, started), query: new URL(answerTo(started.location)).search.slice(1) }
  }

  it('exactly one redeems the code, in one process and in two', { timeout }, async () => {
    for (const chosen of [() => site.socket, (i) => sockets()[i % 2]]) {
      for (let round = 0; round < 3; round++) {
        const { cookies, query } = await begin()
        const before = stub.hits.filter((hit) => hit === '/token').length
        // All but the last byte of each is there before the first is let go.
        const crowd = Array.from({ length: 12 }, (_, i) => new FastCgiRequest(chosen(i)).begin()
          .params(variables(url, 'GET', '/callback/stub', { query, headers: { Cookie: cookies } })))
        const answers = await Promise.all(crowd.map((one) => one.end().answer))
        assert.equal(answers.filter(signedIn).length, 1)
        assert.equal(answers.filter(({ location }) => location === `${url}/error?error=OAuthCallback`).length, 11)
        assert.equal(stub.hits.filter((hit) => hit === '/token').length, before + 1)
      }
    }
  })

  it('HEAD takes the code from nobody', { timeout }, async () => {
    const { cookies, query } = await begin()
    const ask = (method) => fastcgi(site.socket, url, method, '/callback/stub', { query, headers: { Cookie: cookies } })
    const looked = await Promise.all([ask('HEAD'), ask('HEAD')])
    assert.ok(looked.every((answer) => answer.status === 200 && !signedIn(answer) && answer.text === ''))
    assert.ok(signedIn(await ask('GET')))
  })
})

describe('as CGI, with an environment made of what a visitor sends', () => {
  let stub
  let mail
  let site
  let proxy
  const asked = []
  before(async () => {
    stub = await startStub()
    mail = await startMailServer()
    proxy = http.createServer((request, response) => { asked.push(request.url); response.writeHead(502).end() })
    proxy.on('connect', (request, socket) => { asked.push(request.url); socket.destroy() })
    await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    site = layOut({
      name: 'httpoxy',
      beside: true,
      config: {
        url,
        database: 'sqlite:auth.db',
        providers: [
          stub.entry(),
          { id: 'email', server: `smtp://127.0.0.1:${mail.port}`, from: 'no-reply@example.com' },
          { id: 'letter', type: 'email', server: 'sendmail:./sendmail', from: 'no-reply@example.com' },
          { id: 'staff', type: 'credentials', credentials: { username: {}, password: { type: 'password' } }, authorize: { command: './check' } },
          { id: 'remote', type: 'credentials', credentials: { username: {}, password: { type: 'password' } }, authorize: { url: `${stub.issuer}/check` } }
        ]
      }
    })
    stub.on('/check', ({ json }) => json({ id: '1', name: 'Remote' }))
    for (const [name, rest] of [['sendmail', 'cat >mail'], ['check', 'echo \'{"id":"1","name":"Staff"}\'']]) {
      writeFileSync(path.join(site.folder, name), `#!/bin/sh\ncd '${site.folder}'\nenv >${name}.env\n${rest}\n`)
      chmodSync(path.join(site.folder, name), 0o755)
    }
  })
  after(async () => {
    proxy?.close()
    await mail?.stop()
    await stub?.stop()
  })

  const hostile = () => {
    const there = `http://127.0.0.1:${proxy.address().port}`
    return {
      Proxy: there, Http_Proxy: there, Path: '/tmp/evil', LD_PRELOAD: '/tmp/evil.so', Nextauth_Config: '/tmp/evil.json', Nextauth_Url: 'https://evil.com',
      Host: 'evil.com', 'X-Forwarded-Host': 'evil.com', 'X-Forwarded-Proto': 'https', Forwarded: 'host=evil.com'
    }
  }

  async function cgi(method, route, { body, close = true, ...options } = {}) {
    const env = variables(url, method, route, { ...options, body, headers: { ...hostile(), ...options.headers } })
    const run = start(`${site.name}-cgi`, site.program, options.args ?? [], { cwd: site.folder, env, input: 'pipe' })
    run.child.stdin.on('error', () => {})
    if (body) run.child.stdin.write(body)
    if (close) run.child.stdin.end()
    const { code } = await run.exited
    return { ...parse(Buffer.from(run.stdout)), code, stderr: run.stderr }
  }

  async function post(route, form) {
    const token = await cgi('GET', '/csrf')
    return cgi('POST', route, { body: String(new URLSearchParams({ csrfToken: token.json().csrfToken, ...form })), headers: { Cookie: jar(token) } })
  }

  it('no proxy is used: towards a provider, a mail server, a password service', { timeout }, async () => {
    assert.ok((await post('/signin/stub', {})).location.startsWith(`${stub.issuer}/auth`))
    assert.equal((await post('/signin/email', { email: 'ann@example.com' })).location, `${url}/verify-request?provider=email&type=email`)
    const { text } = (await mail.next()).parsed
    assert.ok(text.includes(`${url}/callback/email?`))
    assert.ok(!text.includes('evil'))
    assert.ok(signedIn(await post('/callback/remote', { username: 'a', password: 'b' })))
    assert.deepEqual(asked, [])
  })

  it('nothing of the request is in a program\'s environment', { timeout }, async () => {
    assert.equal((await post('/signin/letter', { email: 'ann@example.com' })).location, `${url}/verify-request?provider=letter&type=email`)
    assert.ok(signedIn(await post('/callback/staff', { username: 'a', password: 'b' })))
    for (const name of ['sendmail.env', 'check.env']) {
      const file = path.join(site.folder, name)
      assert.ok(existsSync(file), name)
      assert.doesNotMatch(readFileSync(file, 'utf8'), /evil|127\.0\.0\.1:|HTTP_|QUERY|GATEWAY|CONTENT_|LD_PRELOAD|csrf/i)
    }
  })

  it('a length that is none is refused at once, though nothing more comes', { timeout }, async () => {
    for (const length of ['-1', '+3', '0x3', '3,3', '3 3', ' ']) {
      assert.equal((await cgi('POST', '/_log', { body: 'a=b', close: false, more: { CONTENT_LENGTH: length } })).status, 400, length)
    }
    assert.equal((await cgi('POST', '/_log', { close: false, headers: { 'Transfer-Encoding': 'chunked' } })).status, 411)
    assert.equal((await cgi('POST', '/_log', { body: 'a=b', close: false, headers: { 'Transfer-Encoding': 'chunked' } })).status, 200)
    assert.equal((await cgi('POST', '/_log', { body: 'a=bGET /api/auth/session', close: false, more: { CONTENT_LENGTH: '3' } })).status, 200)
  })

  it('arguments of a query without "=" are no options', { timeout }, async () => {
    for (const args of [['check'], ['--help'], ['secret'], ['-c', '/tmp/evil.json'], ['providers', '--json']]) {
      const answer = await cgi('GET', '/csrf', { args, query: args.join('+') })
      assert.match(answer.json().csrfToken, /^[0-9a-f]{64}$/)
    }
  })

  it('names of variables that mean something elsewhere mean nothing', { timeout }, async () => {
    const answer = await cgi('GET', '/providers', { more: { HTTPS: 'on', SERVER_NAME: 'evil.com', REMOTE_USER: 'admin', AUTH_USER: 'admin', REDIRECT_URL: 'https://evil.com', DOCUMENT_ROOT: '/tmp/evil' } })
    assert.equal(answer.status, 200)
    assert.ok(!answer.text.includes('evil'))
    assert.ok(answer.text.includes(url))
  })

  it('a body that ends early is refused', { timeout }, async () => {
    assert.equal((await cgi('POST', '/_log', { body: 'a=b', more: { CONTENT_LENGTH: '10' } })).status, 400)
  })
})
