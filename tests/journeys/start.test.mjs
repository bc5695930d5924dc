// How it is started: sockets and descriptors as process managers leave them, not only as spawn-fcgi does.
import assert from 'node:assert/strict'
import { readlinkSync } from 'node:fs'
import path from 'node:path'
import { afterEach, before, describe, it } from 'node:test'
import { fastcgi, parse, variables } from '../support/fastcgi.mjs'
import { start } from '../support/process.mjs'
import { layOut, spawnProgram } from '../support/server.mjs'

const timeout = 20000
const url = 'http://127.0.0.1:8000/api/auth'

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
})

describe('a CGI process', () => {
  let site
  before(() => {
    site = layOut({ name: 'start-cgi', config: { url, secret: 'a secret of more than thirty characters', database: null, providers: [] } })
  })

  const cgi = (command, args, { cwd, config = site.configFile, ...request } = {}) =>
    start(`${site.name}-cgi`, command, args, { cwd, env: { ...variables(url, 'POST', '/_log', request), NEXTAUTH_CONFIG: config }, input: 'pipe' })

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
