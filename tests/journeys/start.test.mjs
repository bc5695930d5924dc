// How it is started: sockets and descriptors as process managers leave them, not only as spawn-fcgi does.
import assert from 'node:assert/strict'
import { readlinkSync } from 'node:fs'
import path from 'node:path'
import { afterEach, before, describe, it } from 'node:test'
import { FastCgiRequest, fastcgi, parse, variables } from '../support/fastcgi.mjs'
import { accepts, freePort, serverUser, start, until } from '../support/process.mjs'
import { layOut, spawnProgram } from '../support/server.mjs'

const timeout = 20000
const url = 'http://127.0.0.1:8000/api/auth'

/** Becomes the program, with a listening socket as descriptor 0 that is non-blocking. */
const nonBlocking = `
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
os.chown(sys.argv[1], int(sys.argv[3]), int(sys.argv[4]))
listener.listen(64)
listener.setblocking(False)
os.dup2(listener.fileno(), 0)
os.setgid(int(sys.argv[4])); os.setuid(int(sys.argv[3]))
os.execv(sys.argv[2], [sys.argv[2]])
`

describe('a FastCGI process', () => {
  let site
  let program
  before(() => {
    site = layOut({ name: 'start', config: { url, secret: 'a secret of more than thirty characters', database: null, providers: [] } })
  })
  afterEach(() => program?.stop())

  const csrf = (target) => fastcgi(target, url, 'GET', '/csrf')

  it('whose standard output and error are closed has no file of its own in their place', { timeout }, async () => {
    program = await spawnProgram(site, { before: 'exec 1>&- 2>&-' })
    assert.equal((await csrf(site.socket)).status, 200)
    for (const number of [1, 2]) assert.equal(readlinkSync(`/proc/${program.pid}/fd/${number}`), '/dev/null')
  })

  it('at a socket that is non-blocking waits for requests, and says nothing of it', { timeout }, async () => {
    const socket = path.join(site.folder, 'non-blocking.sock')
    const { uid, gid } = serverUser
    program = start(`${site.name}-non-blocking`, '/usr/bin/python3', ['-c', nonBlocking, socket, site.program, uid, gid], { env: { NEXTAUTH_CONFIG: site.configFile } })
    await until('it listens', () => accepts(socket), { started: program })
    for (let i = 0; i < 20; i++) assert.equal((await csrf(socket)).status, 200)
    const request = new FastCgiRequest(socket)
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal((await request.begin().params(variables(url, 'GET', '/csrf')).end().answer).status, 200)
    assert.equal(program.output(), '')
    assert.deepEqual(await program.stop(), { code: 0, signal: null })
  })

  it('at a TCP port takes requests from those alone whom FCGI_WEB_SERVER_ADDRS names', { timeout }, async () => {
    for (const [list, admits] of [[undefined, true], ['192.0.2.1,127.0.0.1', true], ['192.0.2.1', false], ['localhost', false]]) {
      const port = await freePort()
      program = start(`${site.name}-tcp`, 'spawn-fcgi', ['-n', '-a', '127.0.0.1', '-p', String(port), '--', site.program], {
        env: { NEXTAUTH_CONFIG: site.configFile, ...(list && { FCGI_WEB_SERVER_ADDRS: list }) }
      })
      await until('it listens', () => accepts(port), { started: program })
      const asked = csrf(port)
      if (admits) assert.equal((await asked).status, 200)
      else await assert.rejects(asked)
      if (!admits) await until('it says so', () => program.output().includes('warn fastcgi_error reason="FCGI_WEB_SERVER_ADDRS does not name 127.0.0.1"'))
      await program.stop()
    }
  })
})

/** Runs the program as CGI, with standard input and output that are non-blocking. */
const nonBlockingPipes = `
import os, sys
for number in (0, 1): os.set_blocking(number, False)
os.execv(sys.argv[1], [sys.argv[1]])
`

describe('a CGI process', () => {
  let site
  before(() => {
    site = layOut({ name: 'start-cgi', config: { url, secret: 'a secret of more than thirty characters', database: null, providers: [] } })
  })

  const cgi = (command, args, { cwd, config = site.configFile, ...request } = {}) =>
    start(`${site.name}-cgi`, command, args, { cwd, env: { ...variables(url, 'POST', '/_log', request), NEXTAUTH_CONFIG: config }, input: 'pipe' })

  it('whose standard input is non-blocking waits for the body', { timeout }, async () => {
    const run = cgi('/usr/bin/python3', ['-c', nonBlockingPipes, site.program], { body: 'message=late' })
    await new Promise((resolve) => setTimeout(resolve, 500))
    run.child.stdin.end('message=late')
    assert.deepEqual(await run.exited, { code: 0, signal: null })
    assert.equal(parse(Buffer.from(run.stdout)).status, 200)
    assert.match(run.stderr, /message=late/)
  })

  it('in a folder that is gone answers, also where its configuration was to be there', { timeout }, async () => {
    for (const [config, status] of [[site.configFile, 200], ['nextauth.json', 500]]) {
      const run = cgi('/bin/sh', ['-c', 'mkdir "$1" && cd "$1" && rmdir "$1" && exec "$0"', site.program, path.join(site.folder, 'gone')], { config })
      run.child.stdin.end()
      assert.equal((await run.exited).code, 0)
      assert.equal(parse(Buffer.from(run.stdout)).status, status)
      if (status === 500) assert.match(run.stderr, /configuration_error reason="NEXTAUTH_CONFIG: .*nextauth\.json.* is relative to a folder that is gone"/)
    }
  })
})
