// The shared libraries that are loaded when they are first needed: that they are not there before, and that where one cannot be
// had, only what needs it fails, and nobody is let in.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { directVisitor } from '../support/load.mjs'
import { entry, hash, password, write } from '../support/passwords.mjs'
import { temporaryFolder } from '../support/process.mjs'
import { layOut, spawnProgram, writeConfig } from '../support/server.mjs'
import { startStub } from '../support/stub_provider.mjs'

const timeout = 20000
const url = 'http://127.0.0.1:8000/api/auth'
const late = ['libcpp-httplib.so.0.11', 'libssl.so.3', 'libcrypt.so.1', 'liblua5.4.so.0', 'libidn2.so.0']

if (process.arch === 'x64') describe('a library that few processes need', () => {
  let stub
  let site
  let program
  let visitor
  before(async () => {
    stub = await startStub()
    site = layOut({ name: 'late' })
    write(site, 'users', `jane:${hash}\n`)
    write(site, 'callbacks.lua', 'return { signIn = function() return true end }')
    visitor = directVisitor(site.socket, url)
  })
  afterEach(() => program?.stop())
  after(() => stub?.stop())

  /** A folder with a file of this name that is no library. */
  function brokenLibrary(name) {
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, name), 'no library')
    return folder
  }

  /** Without the library of this name: the loader takes the broken one, which comes first. */
  async function startWith(config, without) {
    const providers = [stub.plainEntry(), entry({ htpasswd: 'users' }), { id: 'email', server: 'smtp://127.0.0.1:1', from: 'us@example.com' }]
    // The sandbox lets no library be read from there.
    writeConfig(site, { url, database: 'sqlite:auth.db', sandbox: !without, providers, ...config })
    program = await spawnProgram(site, { env: without ? { LD_LIBRARY_PATH: brokenLibrary(without) } : {} })
  }
  const maps = () => readFileSync(`/proc/${program.pid}/maps`, 'utf8')
  const loaded = () => late.filter((name) => maps().includes(name.replace(/\.so\..*/, '.so')))
  /** Which parts of the program itself can be read, written and run. */
  const rights = () => maps().split('\n').filter((line) => line.endsWith(site.program)).map((line) => line.split(' ', 2).join(' '))

  const post = async (...form) => (await visitor.post(...form)).answer
  const byPassword = () => post('/callback/staff', { username: 'jane', password })
  const byMail = () => post('/signin/email', { email: 'jane@bücher.example' })
  const isSignedIn = (answer) => answer.setCookies.some((line) => line.startsWith('next-auth.session-token='))

  it('is loaded by what needs it, in the sandbox', { timeout }, async () => {
    await startWith()
    assert.equal((await visitor.ask('GET', '/session')).status, 200)
    assert.deepEqual(loaded(), [])
    const before = rights()
    assert.ok(before.length > 2 && before.some((line) => line.endsWith('r--p')))
    await byMail()
    assert.deepEqual(loaded(), ['libidn2.so.0'])
    assert.ok(isSignedIn(await byPassword()))
    assert.deepEqual(loaded(), ['libcrypt.so.1', 'libidn2.so.0'])
    await visitor.signIn()
    assert.deepEqual(loaded(), ['libcpp-httplib.so.0.11', 'libssl.so.3', 'libcrypt.so.1', 'libidn2.so.0'])
    assert.deepEqual(rights(), before) // what was filled in is read-only again
  })

  it('is loaded at the first request of a site with callbacks', { timeout }, async () => {
    await startWith({ callbacks: 'callbacks.lua' })
    assert.ok(isSignedIn(await byPassword()))
    assert.deepEqual(loaded(), ['libcrypt.so.1', 'liblua5.4.so.0'])
  })

  /** 500, no session, and a line in the log that names the library. */
  function failsFor(answer, library) {
    assert.deepEqual([answer.status, answer.setCookies], [500, []])
    const [line] = answer.stderr.trim().split('\n').slice(-1)
    assert.match(line, /error internal_error reason="a library must be installed for this: /)
    assert.ok(line.includes(library), line)
  }

  for (const library of ['libcpp-httplib.so.0.11', 'libssl.so.3'])
    it(`${library}: without it nobody comes in from a provider, others do`, { timeout }, async () => {
      await startWith({}, library)
      for (let i = 0; i < 2; i++) failsFor(await visitor.finish(await visitor.begin()), library)
      assert.ok(isSignedIn(await byPassword()))
    })

  it('libcrypt.so.1: without it nobody comes in with a password, others do', { timeout }, async () => {
    await startWith({}, 'libcrypt.so.1')
    for (let i = 0; i < 2; i++) failsFor(await byPassword(), 'libcrypt.so.1')
    await visitor.signIn()
  })

  it('liblua5.4.so.0: without it nobody comes in where the owner has callbacks', { timeout }, async () => {
    await startWith({ callbacks: 'callbacks.lua' }, 'liblua5.4.so.0')
    for (let i = 0; i < 2; i++) failsFor(await byPassword(), 'liblua5.4.so.0')
    await assert.rejects(visitor.signIn(), /no way to the provider: 500/)
  })

  it('libidn2.so.0: without it there is no mail to an international domain', { timeout }, async () => {
    await startWith({}, 'libidn2.so.0')
    for (let i = 0; i < 2; i++) failsFor(await byMail(), 'libidn2.so.0')
    await visitor.signIn()
  })
})
