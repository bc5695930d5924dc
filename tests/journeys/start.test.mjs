// How it is started: sockets and descriptors as process managers leave them, not only as spawn-fcgi does.
import assert from 'node:assert/strict'
import { readlinkSync } from 'node:fs'
import { afterEach, before, describe, it } from 'node:test'
import { fastcgi } from '../support/fastcgi.mjs'
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
