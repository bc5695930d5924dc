// Many at once, slow ones among them, and for long: others are served, and nothing is held on to.
import assert from 'node:assert/strict'
import net from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { FastCgiRequest, variables } from '../support/fastcgi.mjs'
import { descriptors, directVisitor, residentKiB, sendMany, signInAtOnce, threads } from '../support/load.mjs'
import { isRunning, until } from '../support/process.mjs'
import { layOut, spawnProgram, startSite, usePlainBuild } from '../support/server.mjs'
import { startStub } from '../support/stub_provider.mjs'

const url = 'http://127.0.0.1:8000/api/auth'
const configuredThreads = 8 // README: threads
const waitsAtOnce = 4 * configuredThreads // README: how many requests may wait for others
const slowClients = 200
const soon = 3000 // ms: far below the 8 s and more that the slow ones take

describe('a FastCGI process', () => {
  let stub
  let site
  let program
  let visitor
  const open = []
  before(async () => {
    stub = await startStub()
    site = layOut({ name: 'load', config: { url, database: 'sqlite:auth.db', providers: [stub.plainEntry()] } })
    visitor = directVisitor(site.socket, url)
  })
  after(() => stub?.stop())
  afterEach(async () => {
    stub.reset()
    open.splice(0).forEach((connection) => connection.destroy())
    await program?.stop()
  })

  /** Twenty times what every page asks for. */
  async function sessionsAreServed(headers) {
    for (let i = 0; i < 20; i++) {
      const began = Date.now()
      const answer = await visitor.ask('GET', '/session', { headers })
      assert.equal(answer.json().user.name, 'Stub User')
      assert.ok(Date.now() - began < soon, `${Date.now() - began} ms`)
    }
  }

  it('serves others while as many wait for a provider as may, and refuses one more at once', { timeout: 60000 }, async () => {
    program = await spawnProgram(site)
    const { Cookie } = await visitor.signIn()
    assert.ok(threads(program.pid) < configuredThreads, 'threads are started when they are needed')
    const begun = []
    for (let i = 0; i <= waitsAtOnce; i++) begun.push(await visitor.begin())
    const last = begun.pop()
    const held = []
    stub.on('/token', ({ json }) => held.push(() => json(stub.tokens())))
    const answers = begun.map((one) => visitor.finish(one))
    await until(`all ${waitsAtOnce} wait`, () => held.length === waitsAtOnce, { started: program })

    await sessionsAreServed({ Cookie })
    const began = Date.now()
    const refused = await visitor.finish(last)
    assert.ok(Date.now() - began < soon, `${Date.now() - began} ms`)
    assert.equal(refused.location, `${url}/error?error=Callback`)
    assert.match(refused.stderr, /too many requests wait for others already/)

    held.splice(0).forEach((answer) => answer())
    for (const answer of await Promise.all(answers)) assert.equal(answer.location, 'http://127.0.0.1:8000')
    const others = 2 // one for the process, one that looks after requests to providers
    await until('the threads that stood in are gone', () => threads(program.pid) === configuredThreads + others)
    stub.reset()
    await visitor.signIn()
  })

  /** So many connections made by `connect(i)`, until the end of the test. */
  async function keepOpen(connect) {
    for (let i = 0; i < slowClients; i++) open.push(connect(i).on('error', () => {}))
    await until('all are connected', () => open.every((connection) => !connection.connecting))
  }

  it('serves others while web servers keep connections silent', { timeout: 60000 }, async () => {
    program = await spawnProgram(site)
    const { Cookie } = await visitor.signIn()
    await keepOpen(() => net.connect(site.socket))
    await sessionsAreServed({ Cookie })
  })

  it('serves others while visitors send their bodies in drips, and refuses some of those', { timeout: 60000 }, async () => {
    program = await spawnProgram(site)
    const { Cookie } = await visitor.signIn()
    const params = variables(url, 'POST', '/_log', { body: 'x'.repeat(100) })
    const refused = []
    // As Apache's mod_proxy_fcgi hands it on.
    await keepOpen(() => {
      const request = new FastCgiRequest(site.socket).begin().params(params).stdin('x')
      request.answer.then(({ status }) => refused.push(status), () => {})
      return request.socket
    })
    const drip = setInterval(() => open.forEach((connection) => connection.writable && connection.write(Buffer.from([1, 5, 0, 1, 0, 1, 0, 0, 0x78]))), 500)
    try {
      await sessionsAreServed({ Cookie })
      await until('the others are refused', () => refused.length === slowClients - waitsAtOnce)
      await sessionsAreServed({ Cookie })
    } finally {
      clearInterval(drip)
    }
    assert.ok(refused.every((status) => status === 503))
  })

  it('holds on to nothing: no memory, no descriptor, no thread', { timeout: 120000 }, async () => {
    usePlainBuild(site)
    program = await spawnProgram(site)
    await signInAtOnce(visitor, stub, waitsAtOnce)
    await sendMany(site, url, 8000) // until all threads have done everything, and their heaps have their size
    const [memory, files, tasks] = [residentKiB(program.pid), descriptors(program.pid), threads(program.pid)]
    await sendMany(site, url, 12000)
    assert.ok(isRunning(program.pid))
    const grown = residentKiB(program.pid) - memory
    assert.ok(grown < 1024, `${grown} KiB more after 12000 requests`)
    // A thread's connection to the database has two or three files, and it may have been idle before.
    await until('connections are closed', () => descriptors(program.pid) <= files + 3)
    await until('threads are gone', () => threads(program.pid) <= tasks)
  })
})

describe('a site with slow visitors', () => {
  let site
  const open = []
  before(async () => {
    site = await startSite('lighttpd-fastcgi', { configure: () => ({ url, database: 'sqlite:auth.db', providers: [] }) })
  })
  after(async () => {
    open.forEach((connection) => connection.destroy())
    await site?.stop()
  })

  it('serves the others', { timeout: 60000 }, async () => {
    const { hostname, port } = new URL(site.url)
    const head = `POST /api/auth/_log HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n`
    for (let i = 0; i < slowClients; i++) {
      const connection = net.connect(Number(port), hostname)
      connection.on('error', () => {})
      connection.write(i % 2 ? head : `${head}\r\nx`) // half of them are still within their headers
      open.push(connection)
    }
    const drip = setInterval(() => open.forEach((connection, i) => connection.write(i % 2 ? 'A: b\r\n' : 'x')), 500)
    try {
      await until('all are connected', () => open.every((connection) => !connection.connecting))
      for (let i = 0; i < 20; i++) {
        const began = Date.now()
        assert.equal((await fetch(`${site.url}/session`)).status, 200)
        assert.ok(Date.now() - began < soon, `${Date.now() - began} ms`)
      }
    } finally {
      clearInterval(drip)
    }
  })
})
