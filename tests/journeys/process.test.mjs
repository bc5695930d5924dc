// The program as a process: signals, requests at once, CGI, command line.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { FastCgiRequest, fastcgi, parse, variables } from '../support/fastcgi.mjs'
import { executable, freePort, isRunning, start, until } from '../support/process.mjs'
import { layOut, spawnProgram } from '../support/server.mjs'
import { answerTo, startStub } from '../support/stub_provider.mjs'

const url = 'http://127.0.0.1:8000/api/auth'

/** A visitor straight over FastCGI: begins a sign-in and gives what its callback needs. */
async function beginSignIn(socket) {
  const csrf = await fastcgi(socket, url, 'GET', '/csrf')
  const cookies = csrf.setCookies.map((line) => line.split(';')[0]).join('; ')
  const body = new URLSearchParams({ csrfToken: csrf.json().csrfToken }).toString()
  const started = await fastcgi(socket, url, 'POST', '/signin/stub', { body, headers: { Cookie: cookies } })
  assert.equal(started.status, 302, started.text)
  return { query: new URL(answerTo(started.location)).search.slice(1), headers: { Cookie: cookies } }
}

const callback = (socket, signIn) => fastcgi(socket, url, 'GET', '/callback/stub', signIn)

describe('a FastCGI process', () => {
  let stub
  let site
  let program
  before(async () => {
    stub = await startStub()
    site = layOut({
      name: 'process',
      config: { url, database: 'sqlite:auth.db', providers: [stub.plainEntry()] }
    })
  })
  after(() => stub?.stop())
  afterEach(async () => {
    stub.reset()
    await program?.stop()
  })

  /** Token requests wait until `count` of them are there; or until release() with no count. */
  function holdTokens(count = Infinity) {
    const waiting = []
    let arrived = 0
    const release = () => waiting.splice(0).forEach((go) => go())
    stub.on('/token', async ({ json }) => {
      arrived++
      await new Promise((resolve) => {
        waiting.push(resolve)
        if (waiting.length >= count) release()
      })
      json(stub.tokens())
    })
    return { release, arrived: () => arrived }
  }

  it('answers nobody who asks in a role that it does not know', { timeout: 30000 }, async () => {
    program = await spawnProgram(site)
    const filter = 3
    const answer = await fastcgi(site.socket, url, 'GET', '/csrf', { role: filter })
    assert.deepEqual([answer.status, answer.text, answer.setCookies], [403, '', []])
    assert.match(answer.stderr, /error fastcgi_error reason=/)
    assert.equal((await fastcgi(site.socket, url, 'GET', '/csrf')).status, 200)
  })

  for (const signal of ['SIGTERM', 'SIGUSR1', 'SIGHUP']) {
    it(`finishes what it has begun on ${signal} and ends with 0`, { timeout: 30000 }, async () => {
      program = await spawnProgram(site)
      const signIn = await beginSignIn(site.socket)
      const held = holdTokens()
      const answer = callback(site.socket, signIn)
      await until('the token request is on its way', () => held.arrived() === 1, { started: program })
      process.kill(program.pid, signal)
      held.release()
      assert.equal((await answer).location, 'http://127.0.0.1:8000')
      assert.deepEqual(await program.exited, { code: 0, signal: null })
    })

    it(`ends at once on ${signal} when there is nothing to do`, { timeout: 10000 }, async () => {
      program = await spawnProgram(site)
      await fastcgi(site.socket, url, 'GET', '/csrf')
      const began = Date.now()
      process.kill(program.pid, signal)
      assert.deepEqual(await program.exited, { code: 0, signal: null })
      assert.ok(Date.now() - began < 3000, `${Date.now() - began} ms`)
    })
  }

  it('takes no notice of SIGHUP where nohup started it', { timeout: 10000 }, async () => {
    program = await spawnProgram(site, { before: "trap '' HUP" })
    process.kill(program.pid, 'SIGHUP')
    assert.equal((await fastcgi(site.socket, url, 'GET', '/csrf')).status, 200)
    process.kill(program.pid, 'SIGTERM')
    assert.deepEqual(await program.exited, { code: 0, signal: null })
  })

  it('answers on SIGTERM who has connected and is about to ask', { timeout: 10000 }, async () => {
    program = await spawnProgram(site)
    assert.equal((await fastcgi(site.socket, url, 'GET', '/csrf')).status, 200) // it has started: before, SIGTERM just ends it
    const late = Array.from({ length: 20 }, () => new FastCgiRequest(site.socket))
    await new Promise((resolve) => setTimeout(resolve, 200)) // long enough to count as silent
    process.kill(program.pid, 'SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 20))
    const answers = late.map((request) => request.begin().params(variables(url, 'GET', '/csrf')).end().answer)
    for (const { status } of await Promise.all(answers)) assert.equal(status, 200)
    assert.deepEqual(await program.exited, { code: 0, signal: null })
  })

  it('ends on SIGTERM though a request stopped in the middle, and finishes one that takes longer itself', { timeout: 40000 }, async () => {
    program = await spawnProgram(site)
    const signIn = await beginSignIn(site.socket)
    const held = holdTokens()
    const answer = callback(site.socket, signIn)
    await until('the token request is on its way', () => held.arrived() === 1, { started: program })
    const body = 'message=half'
    const stopped = new FastCgiRequest(site.socket).begin().params(variables(url, 'POST', '/_log', { body })).stdin(body.slice(0, 5))
    const slow = new FastCgiRequest(site.socket).begin().params(variables(url, 'POST', '/_log', { body })).stdin(body.slice(0, 5))
    await new Promise((resolve) => setTimeout(resolve, 300))
    process.kill(program.pid, 'SIGTERM')
    setTimeout(() => slow.stdin(body.slice(5)).end(), 1000)
    assert.equal((await slow.answer).status, 200)
    setTimeout(held.release, 6000)
    assert.equal((await answer).location, 'http://127.0.0.1:8000')
    assert.deepEqual(await program.exited, { code: 0, signal: null })
    stopped.close()
  })

  it('serves nine requests at once, as eight of them wait for their provider', { timeout: 60000 }, async () => {
    program = await spawnProgram(site)
    const signIns = []
    for (let i = 0; i < 9; i++) signIns.push(await beginSignIn(site.socket))
    // Nobody is answered before all have asked: one request after the other would never get there.
    const held = holdTokens(9)
    const answers = signIns.map((signIn) => callback(site.socket, signIn))
    await until('all have asked', () => held.arrived() === 9, { started: program })
    for (const answer of await Promise.all(answers)) assert.equal(answer.location, 'http://127.0.0.1:8000')
  })

  it('survives clients that go away', { timeout: 30000 }, async () => {
    program = await spawnProgram(site)
    const params = variables(url, 'POST', '/_log', { body: 'x'.repeat(1000) })
    for (let i = 0; i < 20; i++) {
      new FastCgiRequest(site.socket).begin().close()
      new FastCgiRequest(site.socket).begin().params(params).close()
      new FastCgiRequest(site.socket).begin().params(params).stdin('x'.repeat(500)).close()
      new FastCgiRequest(site.socket).begin().params(params).stdin('x'.repeat(500)).abort().close()
    }
    const answers = await Promise.all(Array.from({ length: 16 }, () => fastcgi(site.socket, url, 'GET', '/csrf')))
    assert.ok(answers.every(({ status }) => status === 200))
    assert.ok(isRunning(program.pid))
  })

  it('survives what is no FastCGI', { timeout: 30000 }, async () => {
    program = await spawnProgram(site)
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\0'.repeat(64), '\x01'.repeat(64), '\xff'.repeat(64)]) {
      const request = new FastCgiRequest(site.socket)
      request.socket.end(Buffer.from(bytes, 'latin1'))
      await request.answer.catch(() => {})
    }
    assert.equal((await fastcgi(site.socket, url, 'GET', '/csrf')).status, 200)
  })

  it('keeps its sessions when it is killed', { timeout: 30000 }, async () => {
    program = await spawnProgram(site)
    const { setCookies } = await callback(site.socket, await beginSignIn(site.socket))
    const cookie = setCookies.find((line) => line.startsWith('next-auth.session-token=')).split(';')[0]
    process.kill(program.pid, 'SIGKILL')
    await program.exited
    program = await spawnProgram(site)
    const session = await fastcgi(site.socket, url, 'GET', '/session', { headers: { Cookie: cookie } })
    assert.equal(session.json().user.name, 'Stub User')
  })
})

describe('a CGI program', () => {
  let site
  let stub
  before(async () => {
    stub = await startStub()
    site = layOut({ name: 'cgi', beside: true, config: { url, database: 'sqlite:auth.db', providers: [stub.entry()] } })
  })
  after(() => stub?.stop())

  async function cgi(method, route, { args = [], body, ...options } = {}) {
    const run = start(`${site.name}-cgi`, site.program, args, { cwd: site.folder, env: variables(url, method, route, { body, ...options }), input: 'pipe' })
    run.child.stdin.on('error', () => {})
    run.child.stdin.end(body)
    const { code } = await run.exited
    return { ...parse(Buffer.from(run.stdout)), code }
  }

  it('answers one request and ends with 0', { timeout: 20000 }, async () => {
    const answer = await cgi('GET', '/csrf')
    assert.equal(answer.status, 200)
    assert.match(answer.json().csrfToken, /^[0-9a-f]{64}$/)
    assert.equal(answer.code, 0)
  })

  it('reads a body', { timeout: 20000 }, async () => {
    assert.equal((await cgi('POST', '/signout', { body: 'csrfToken=x' })).location, `${url}/signout?csrf=true`)
  })

  it('does not wait for more than CONTENT_LENGTH', { timeout: 20000 }, async () => {
    const run = start(`${site.name}-cgi`, site.program, [], { env: variables(url, 'POST', '/signout', { body: 'a=b' }), input: 'pipe' })
    run.child.stdin.write('a=b')
    assert.equal((await run.exited).code, 0)
  })

  it('ignores arguments: a query without "=" arrives as such', { timeout: 20000 }, async () => {
    for (const args of [['help'], ['--version'], ['users', 'list']]) {
      assert.match((await cgi('GET', '/csrf', { query: args.join('+'), args })).json().csrfToken, /^[0-9a-f]{64}$/)
    }
  })

  it('takes no proxy from the request', { timeout: 20000 }, async () => {
    const token = await cgi('GET', '/csrf')
    const cookies = token.setCookies.map((line) => line.split(';')[0]).join('; ')
    const started = await cgi('POST', '/signin/stub', {
      body: `csrfToken=${token.json().csrfToken}`, headers: { Cookie: cookies, Proxy: `http://127.0.0.1:${await freePort()}` }
    })
    assert.ok(started.location.startsWith(`${stub.issuer}/auth`), started.location)
  })

  it('answers 500 when its configuration is wrong, with the key in the log only', { timeout: 20000 }, async () => {
    const wrong = layOut({ name: 'wrong', beside: true, config: { url, providers: [], databse: 'sqlite:auth.db' } })
    const run = start(`${wrong.name}-cgi`, wrong.program, [], { env: variables(url, 'GET', '/csrf') })
    await run.exited
    const answer = parse(Buffer.from(run.stdout))
    assert.equal(answer.status, 500)
    assert.doesNotMatch(answer.text, /databse/)
    assert.match(run.stderr, /:4:.*databse.*did you mean \W*database/)
  })
})

describe('the command line', () => {
  async function command(...args) {
    const run = start('command-line', executable, args)
    const { code } = await run.exited
    return { code, stdout: run.stdout, stderr: run.stderr }
  }

  it('is what it is without a server', { timeout: 10000 }, async () => {
    const { code, stdout } = await command('help')
    assert.equal(code, 0)
    assert.match(stdout, /help/)
    assert.match(stdout, /check/)
  })

  it('refuses a command it does not know', { timeout: 10000 }, async () => {
    const { code, stdout, stderr } = await command('hlep')
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /help/)
  })
})
