// What the executable is made with, and what a process of it can still do when somebody has taken it over.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, before, describe, it } from 'node:test'
import { fastcgi, variables } from '../support/fastcgi.mjs'
import { directVisitor } from '../support/load.mjs'
import { buildFolder, isRoot, plainExecutable, serverUser, start, temporaryFolder, until } from '../support/process.mjs'
import { layOut, spawnProgram, startSite, usePlainBuild } from '../support/server.mjs'
import { startStub } from '../support/stub_provider.mjs'

const url = 'http://127.0.0.1:8000/api/auth'
const timeout = 30000

const executables = { 'the executable': plainExecutable, 'the executable of one file': path.join(buildFolder, 'dist/nextauth.fcgi') }
for (const [name, file] of Object.entries(executables)) {
  describe(name, () => {
    const readelf = (...args) => execFileSync('readelf', ['-W', ...args, file], { encoding: 'utf8', maxBuffer: 1 << 26 })
    let headers
    let dynamic
    before(() => {
      headers = readelf('-h', '-l')
      dynamic = readelf('-d')
    })

    it('is loaded to another place each time', () => {
      assert.match(headers, /Type:\s+DYN/)
      assert.match(dynamic, /FLAGS_1.*PIE/)
    })
    it('has its tables of functions read-only from the start on', () => {
      assert.match(headers, /GNU_RELRO/)
      assert.match(dynamic, /BIND_NOW/)
    })
    it('has no memory that is both written and run, the stack least of all', () => {
      const flags = (type) => [...headers.matchAll(new RegExp(`^\\s+${type}(?:\\s+0x[0-9a-f]+){5}\\s+([RWE ]+?)\\s+0x`, 'gm'))].map(([, found]) => found)
      // -z separate-code: what is only data is not in the same pages as code.
      assert.deepEqual([...new Set(flags('LOAD'))].sort(), ['R', 'R E', 'RW'])
      assert.deepEqual(flags('GNU_STACK'), ['RW'])
      assert.doesNotMatch(dynamic, /TEXTREL/)
    })
  })
}

describe('the code', () => {
  it('notices when its stack or a buffer is written beyond', () => {
    const symbols = execFileSync('readelf', ['-W', '--dyn-syms', plainExecutable], { encoding: 'utf8', maxBuffer: 1 << 26 })
    for (const checked of ['__stack_chk_fail', '__snprintf_chk']) assert.ok(symbols.includes(checked), checked)
  })
  if (process.arch === 'x64') it('marks where jumps and calls may lead', () => {
    const code = execFileSync('objdump', ['-d', '--no-show-raw-insn', '--disassemble=main', plainExecutable], { encoding: 'utf8' })
    assert.match(code, /<main>:\n\s+[0-9a-f]+:\s+endbr64/)
  })
})

describe('a process', () => {
  let site
  let program
  let stub
  let waiting
  afterEach(async () => {
    waiting?.child.stdin.end('x')
    await waiting?.exited
    waiting = undefined
    await program?.stop()
    program = undefined
    await stub?.stop()
    stub = undefined
  })

  const status = (pid, name) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]
  const csrf = () => fastcgi(site.socket, url, 'GET', '/csrf')

  /** Writes a file of the server user's, in a folder that is there. */
  function write(file, text) {
    writeFileSync(file, text, { mode: 0o600 })
    if (isRoot) chownSync(file, serverUser.uid, serverUser.gid)
    return file
  }

  async function run(config, prepare = () => {}, env = {}) {
    site = layOut({ name: 'privilege', config: { url, database: 'sqlite:auth.db', providers: [], debug: true, ...config } })
    usePlainBuild(site)
    prepare()
    program = await spawnProgram(site, { env })
    assert.equal((await csrf()).status, 200)
  }

  /** What somebody else's program of the same user sees of a process. */
  const look = (pid, what) => {
    const program = ['cat', `/proc/${pid}/${what}`]
    const [command, ...args] = isRoot ? ['setpriv', `--reuid=${serverUser.uid}`, `--regid=${serverUser.gid}`, '--clear-groups', ...program] : program
    return execFileSync(command, args, { stdio: 'pipe' }).length
  }
  const isClosed = (pid) => {
    assert.throws(() => look(pid, 'environ'), /Permission denied/)
    assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /^Max core file size\s+0\s+0/m)
  }

  it('leaves no core dump, and shows nobody its memory', { timeout }, async () => {
    await run()
    isClosed(program.pid)
    const other = start('not-closed', 'sleep', ['20'])
    assert.ok(look(other.pid, 'status') > 0)
    await other.stop()
  })

  it('neither as CGI', { timeout }, async () => {
    site = layOut({ name: 'privilege-cgi', beside: true, config: { url, database: 'sqlite:auth.db', providers: [] } })
    // It waits for its body, long enough to be looked at.
    const env = variables(url, 'POST', '/_log', { body: 'xx' })
    const user = isRoot ? ['setpriv', `--reuid=${serverUser.uid}`, `--regid=${serverUser.gid}`, '--clear-groups'] : ['env']
    waiting = start(site.name, user[0], [...user.slice(1), site.program], { env, input: 'pipe' })
    waiting.child.stdin.write('x')
    await until('it has closed itself', () => {
      try {
        look(waiting.pid, 'environ')
        return false
      } catch (error) {
        return /Permission denied/.test(error.message)
      }
    }, { started: waiting })
    isClosed(waiting.pid)
  })

  it('is in the sandbox unless it is told not to', { timeout }, async () => {
    await run()
    assert.deepEqual([status(program.pid, 'Seccomp'), status(program.pid, 'NoNewPrivs')], ['2', '1'])
    assert.match(program.output(), /debug sandbox landlock=[1-9]\d* seccomp=on/)
    await program.stop()
    await run({ sandbox: false })
    assert.deepEqual([status(program.pid, 'Seccomp'), status(program.pid, 'NoNewPrivs')], ['0', '0'])
  })

  it('is in the sandbox, with its threads, once a configuration that had an error is mended', { timeout }, async () => {
    const mended = { url, database: 'sqlite:auth.db', providers: [], threads: 3 }
    site = layOut({ name: 'privilege', config: { ...mended, thread: 3 } })
    usePlainBuild(site)
    program = await spawnProgram(site)
    assert.equal((await csrf()).status, 500)
    assert.equal(status(program.pid, 'Seccomp'), '0')
    write(site.configFile, JSON.stringify(mended))
    assert.equal((await csrf()).status, 200)
    const confined = (thread) => {
      try {
        return status(`${program.pid}/task/${thread}`, 'Seccomp')
      } catch {
        return 'it has ended meanwhile'
      }
    }
    const threads = () => readdirSync(`/proc/${program.pid}/task`).map(confined).join()
    // The process's own, the two that it begins with, and one that it may have needed since.
    await until('all of its threads are in it', () => /^2,2,2(,2)?$/.test(threads()), { started: program })
    assert.equal((await csrf()).status, 200)
    process.kill(program.pid, 'SIGTERM')
    assert.deepEqual(await program.exited, { code: 0, signal: null })
  })

  it('is not where something is preloaded, as valgrind is', { timeout }, async () => {
    await run({}, undefined, { LD_PRELOAD: 'libz.so.1' })
    assert.equal(status(program.pid, 'Seccomp'), '0')
    assert.match(program.output(), /debug sandbox_off reason=/)
  })

  const commands = {
    'a sendmail': () => ({ id: 'email', server: 'sendmail:/bin/true', from: 'no-reply@example.com' }),
    'a command': () => ({ id: 'staff', name: 'Staff', type: 'credentials', credentials: { username: {} }, authorize: { command: '/bin/true' } })
  }
  for (const [what, provider] of Object.entries(commands)) {
    it(`is not, and says so, where ${what} may need more`, { timeout }, async () => {
      await run({ providers: [provider()] })
      assert.equal(status(program.pid, 'NoNewPrivs'), '0')
      assert.match(program.output(), /debug sandbox_off reason=/)
    })
  }

  for (const sandbox of [false, true]) {
    it(`with the sandbox ${sandbox ? 'on reads no template' : 'off reads templates'} that a link puts outside of its folders`, { timeout }, async () => {
      const outside = temporaryFolder()
      write(path.join(outside, 'secret.html'), 'somebody else\'s secret')
      await run({ sandbox, templates: 'templates', database: 'sqlite:data/auth.db' }, () => {
        for (const name of ['templates', 'data']) {
          mkdirSync(path.join(site.folder, name))
          if (isRoot) chownSync(path.join(site.folder, name), serverUser.uid, serverUser.gid)
        }
        symlinkSync(path.join(outside, 'secret.html'), path.join(site.folder, 'templates/verify-request.html'))
        // By its name alone a part is never looked for outside, sandbox or not.
        write(path.join(site.folder, 'templates/signout.html'), `{{>../../${path.basename(outside)}/secret}}`)
        write(path.join(site.folder, 'templates/error.html'), `{{>${outside}/secret}}`)
        symlinkSync(path.join(outside, 'secret.html'), path.join(site.folder, 'templates/secret.html'))
        write(path.join(site.folder, 'templates/signin.html'), '{{>secret}}')
      })
      for (const page of ['/verify-request', '/signin', '/signout', '/error']) {
        const answer = await fastcgi(site.socket, url, 'GET', page)
        if (sandbox) {
          assert.equal(answer.status, 500, answer.text)
          assert.match(answer.stderr, /templates: .*(denied|cannot|no partial)/i)
        }
        if (sandbox || page === '/signout' || page === '/error') assert.doesNotMatch(answer.text, /somebody else/)
        else assert.match(answer.text, /somebody else/)
      }
      assert.equal((await csrf()).status, 200)
    })
  }

  it('runs callbacks that find no way out', { timeout }, async () => {
    stub = await startStub()
    const outside = temporaryFolder()
    write(path.join(outside, 'secret.lua'), 'return "out"')
    await run({ providers: [stub.plainEntry()], callbacks: 'callbacks.lua' }, () => {
      symlinkSync(path.join(outside, 'secret.lua'), path.join(site.folder, 'link.lua'))
      write(path.join(site.folder, 'callbacks.lua'), `
        local ways = {
          open = function() return io.open("/etc/passwd"):read("a") end,
          popen = function() return io.popen("id"):read("a") end,
          execute = function() return os.execute("id") end,
          getenv = function() return os.getenv("NEXTAUTH_CONFIG") end,
          remove = function() return os.remove("auth.db") end,
          exit = function() os.exit(true) end,
          loadlib = function() return package.loadlib("libc.so.6", "system") end,
          searchers = function() return package.searchers end,
          load = function() return load("return io")() end,
          bytecode = function() return load(string.dump(function() return 1 end), "x", "b")() end,
          dofile = function() return dofile("${outside}/secret.lua") end,
          loadfile = function() return loadfile("${outside}/secret.lua")() end,
          above = function() return require("..secret") end,
          absolute = function() return require("${outside}/secret") end,
          link = function() return require("link") end,
          debug = function() return debug.getregistry() end,
          attach = function() return db.query("ATTACH 'file:${outside}/x.db' AS x") end,
          extension = function() return db.query("SELECT load_extension('libc.so.6')") end,
          read = function() return db.query("SELECT readfile('/etc/passwd') AS x")[1].x end,
        }
        return { session = function(session)
          session.out, session.tried = {}, 0
          for name, way in pairs(ways) do
            session.tried = session.tried + 1
            local well, got = pcall(way)
            if well and got ~= nil then table.insert(session.out, name) end
          end
          return session
        end }`)
    })
    const visitor = directVisitor(site.socket, url)
    const { Cookie } = await visitor.signIn()
    const session = (await visitor.ask('GET', '/session', { headers: { Cookie } })).json()
    assert.equal(session.tried, 19)
    assert.equal(Object.keys(session.out).length, 0, JSON.stringify(session.out))
  })

  it('that lighttpd has started listens for lighttpd alone', { timeout }, async () => {
    const site = await startSite('lighttpd-fastcgi', { configure: () => ({ url, database: 'sqlite:auth.db', providers: [] }) })
    try {
      assert.equal((await fetch(`${site.url}/csrf`)).status, 200)
      // To connect is to write.
      const [socket] = execFileSync('find', [site.folder, '-type', 's'], { encoding: 'utf8' }).trim().split('\n')
      assert.equal(statSync(socket).mode & 0o022, 0)
    } finally {
      await site.stop()
    }
  })
})
