// The database file: who may read it, what is in it, and what happens when it cannot be used.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { fastcgi } from '../support/fastcgi.mjs'
import { startProvider } from '../support/oidc_provider.mjs'
import { isRoot, isRunning, serverUser, start, until } from '../support/process.mjs'
import { layOut, spawnProgram, startSite } from '../support/server.mjs'
import { sql, Visitor } from '../support/visitor.mjs'

const url = 'http://127.0.0.1:8000/api/auth'
const modeOf = (file) => (statSync(file).mode & 0o777).toString(8)
const databaseFiles = (site) => readdirSync(site.folder).filter((name) => name.startsWith('auth.db')).map((name) => path.join(site.folder, name))
// No network at the start of a sign-in: all that can fail there is the database.
const providers = [{
  id: 'demo', name: 'Demo', type: 'oauth', version: '2.0', protection: ['state'], scope: 'all', clientId: 'id', clientSecret: 'secret',
  authorizationUrl: 'https://op.invalid/auth?response_type=code', accessTokenUrl: 'https://op.invalid/token', profileUrl: 'https://op.invalid/me',
  profile: { id: 'id', name: 'name', email: 'email', image: 'image' }
}]
const give = (file) => isRoot && chownSync(file, serverUser.uid, serverUser.gid)

describe('the database', () => {
  let provider
  let site
  before(async () => {
    provider = await startProvider()
    site = await startSite('lighttpd-fastcgi', { configure: (site) => ({ url: site.url, database: 'sqlite:auth.db', providers: [provider.entry()] }) })
    provider.allow(`${site.url}/callback/demo`)
  })
  after(async () => {
    await site?.stop()
    await provider?.stop()
  })

  it('is made on first use, for its owner only', { timeout: 20000 }, async () => {
    await new Visitor(site).signIn('ann')
    for (const file of databaseFiles(site)) assert.equal(modeOf(file), '600', file)
  })

  it('knows a session by the hash of its cookie only', { timeout: 20000 }, async () => {
    const visitor = new Visitor(site)
    await visitor.signIn('ann')
    const token = visitor.sessionCookie.value
    const rows = await sql(site.database, 'SELECT session_token FROM sessions')
    assert.ok(rows.length > 0)
    for (const row of rows) assert.match(row.session_token, /^sha256:[0-9a-f]{64}$/)
    for (const file of databaseFiles(site)) assert.ok(!readFileSync(file, 'latin1').includes(token), `${file} holds the cookie`)

    const thief = new Visitor(site)
    thief.setCookie(site.url, 'next-auth.session-token', rows.at(-1).session_token)
    assert.deepEqual(await thief.session(), {}, 'what is stored is no cookie')
  })

  it('forgets a session that has expired', { timeout: 20000 }, async () => {
    const visitor = new Visitor(site)
    await visitor.signIn('ann')
    execFileSync('sqlite3', ['-cmd', '.timeout 5000', site.database, "UPDATE sessions SET expires = '2001-01-01 00:00:00'"])
    assert.deepEqual(await visitor.session(), {})
    assert.equal(visitor.sessionCookie, undefined)
  })
})

describe('a database that cannot be used', () => {
  let site
  let program
  afterEach(() => program?.stop())

  const prepare = (before) => {
    site = layOut({ name: 'store', config: { url, database: 'sqlite:auth.db', providers } })
    before?.()
  }
  /** A request that has to look into the database. */
  const session = () => fastcgi(site.socket, url, 'GET', '/session', { headers: { Cookie: `next-auth.session-token=${'0'.repeat(64)}` } })

  async function isRefused(why) {
    const answer = await session()
    assert.equal(answer.status, 500, answer.text)
    assert.doesNotMatch(answer.text, /auth\.db/, 'the page names the file')
    logSays(answer, why)
  }

  /** The answer's own part of the log (FastCGI carries it) names file and reason; the process goes on. */
  function logSays(answer, why) {
    assert.match(answer.stderr, /auth\.db/)
    assert.match(answer.stderr, why)
    assert.ok(isRunning(program.pid))
  }

  async function works() {
    const answer = await session()
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(answer.json(), {})
  }

  it('because a folder has its name', { timeout: 30000 }, async () => {
    prepare(() => mkdirSync(site.database))
    program = await spawnProgram(site)
    await isRefused(/open|directory/i)
    rmdirSync(site.database)
    await works()
  })

  it('because it is no database, and is left as it is', { timeout: 30000 }, async () => {
    const garbage = 'This is no database. '.repeat(1000)
    prepare(() => {
      writeFileSync(site.database, garbage)
      give(site.database)
    })
    program = await spawnProgram(site)
    await isRefused(/not a database/i)
    assert.equal(readFileSync(site.database, 'utf8'), garbage)
    renameSync(site.database, `${site.folder}/garbage`)
    await works()
  })

  it('because its folder is not there', { timeout: 30000 }, async () => {
    prepare()
    writeFileSync(site.configFile, JSON.stringify({ url, database: 'sqlite:data/auth.db', providers }))
    program = await spawnProgram(site)
    await isRefused(/directory/i)
    mkdirSync(path.join(site.folder, 'data'))
    give(path.join(site.folder, 'data'))
    await works()
  })

  it('because it may only be read', { timeout: 60000 }, async () => {
    prepare()
    program = await spawnProgram(site)
    await works()
    await program.stop()
    // Not the server's own file in a folder that is not the server's: root would not be stopped by the mode alone.
    for (const file of databaseFiles(site)) {
      if (isRoot) chownSync(file, 0, 0)
      chmodSync(file, 0o444)
    }
    if (isRoot) chownSync(site.folder, 0, 0)
    chmodSync(site.folder, 0o555)
    site.socket = path.join(os.tmpdir(), `${site.name}.sock`)
    try {
      program = await spawnProgram(site)
      await writeIsRefused(/read-?only|permission/i)
    } finally {
      await program.stop()
      rmSync(site.socket, { force: true })
      chmodSync(site.folder, 0o755)
    }
  })

  it('because the disk is full', { timeout: 60000 }, async () => {
    prepare()
    // A limit on the size of files stands for the full disk: anybody may set it, and lift it again from outside.
    program = await spawnProgram(site, { before: "trap '' XFSZ" })
    await works()
    limitFiles('1024')
    await writeIsRefused(/full|disk|I\/O|too large/i)
    limitFiles('unlimited')
    const [status] = await write()
    assert.notEqual(status, 500)
    await works()
    assert.equal(execFileSync('sqlite3', [site.database, 'PRAGMA integrity_check'], { encoding: 'utf8' }).trim(), 'ok')
  })

  it('because somebody else has locked it, until it is free again', { timeout: 60000 }, async () => {
    prepare()
    program = await spawnProgram(site)
    await works()
    const lock = start(`${site.name}-lock`, 'sqlite3', ['-batch', site.database], { input: 'pipe' })
    lock.child.stdin.write('BEGIN EXCLUSIVE;\nSELECT \'locked\';\n')
    await until('it is locked', () => lock.stdout.includes('locked'), { started: lock })
    const began = Date.now()
    // Who comes while others wait already waits no longer than they do.
    const statuses = (await Promise.all(Array.from({ length: 6 }, write))).map(([status]) => status)
    const waited = Date.now() - began
    assert.deepEqual(statuses, Array(6).fill(500))
    assert.ok(waited >= 2000 && waited < 15000, `${waited} ms`)
    lock.child.stdin.end('ROLLBACK;\n')
    await lock.exited
    assert.notEqual((await write())[0], 500)
  })

  /** A request that has to write: a sign-in begins with a row. */
  async function write() {
    const csrf = await fastcgi(site.socket, url, 'GET', '/csrf')
    const cookies = csrf.setCookies.map((line) => line.split(';')[0]).join('; ')
    const body = `csrfToken=${csrf.headers['content-type']?.includes('json') ? csrf.json().csrfToken : ''}`
    const answer = await fastcgi(site.socket, url, 'POST', '/signin/demo', { body, headers: { Cookie: cookies } })
    return [answer.status, answer]
  }

  function limitFiles(size) {
    execFileSync('prlimit', ['--pid', String(program.pid), `--fsize=${size}:`], isRoot ? { uid: serverUser.uid, gid: serverUser.gid } : {})
  }

  async function writeIsRefused(why) {
    const [status, answer] = await write()
    assert.equal(status, 500, answer.text)
    logSays(answer, why)
  }
})

describe('the mode of a database', () => {
  for (const umask of ['000', '022', '277']) {
    it(`is 0600 under umask ${umask}`, { timeout: 20000 }, async () => {
      const site = layOut({ name: 'umask', config: { url, database: 'sqlite:auth.db', providers } })
      // The socket is made by spawn-fcgi under the same umask, but with a mode of its own.
      const program = await spawnProgram(site, { before: `umask ${umask}` })
      try {
        await fastcgi(site.socket, url, 'GET', '/session', { headers: { Cookie: `next-auth.session-token=${'0'.repeat(64)}` } })
        const files = databaseFiles(site)
        assert.ok(files.length > 0)
        for (const file of files) assert.equal(modeOf(file), '600', file)
      } finally {
        await program.stop()
      }
    })
  }

  it('is never loosened when the file is there already', { timeout: 20000 }, async () => {
    for (const mode of [0o600, 0o640, 0o644]) {
      const site = layOut({ name: 'mode', config: { url, database: 'sqlite:auth.db', providers } })
      writeFileSync(site.database, '')
      give(site.database)
      chmodSync(site.database, mode)
      const program = await spawnProgram(site)
      try {
        assert.equal((await fastcgi(site.socket, url, 'GET', '/session', { headers: { Cookie: `next-auth.session-token=${'0'.repeat(64)}` } })).status, 200)
        assert.equal(statSync(site.database).mode & 0o777 & ~mode, 0, modeOf(site.database))
      } finally {
        await program.stop()
      }
    }
  })
})
