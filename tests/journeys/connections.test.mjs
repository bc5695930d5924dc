// Connections that say nothing, stop in the middle or stay open: none of them may be felt by others.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readdirSync } from 'node:fs'
import net from 'node:net'
import { once } from 'node:events'
import { FastCgiRequest, fastcgi, variables } from '../support/fastcgi.mjs'
import { until } from '../support/process.mjs'
import { layOut, spawnProgram } from '../support/server.mjs'

const url = 'http://127.0.0.1:8000/api/auth'
const csrf = (request) => request.begin().params(variables(url, 'GET', '/csrf'))

describe('connections to a FastCGI process of two threads', () => {
  const open = []
  let site
  let program
  before(async () => {
    site = layOut({ name: 'connections', config: { url, secret: 'a secret of more than thirty characters', database: null, threads: 2, providers: [] } })
    program = await spawnProgram(site)
  })
  after(async () => {
    open.forEach((connection) => connection.destroy())
    await program?.stop()
  })

  async function connect(count) {
    const connections = Array.from({ length: count }, () => net.connect(site.socket))
    open.push(...connections)
    await Promise.all(connections.map((connection) => once(connection, 'connect')))
    return connections
  }

  async function answers(count) {
    const began = performance.now()
    for (let i = 0; i < count; i++) assert.equal((await fastcgi(site.socket, url, 'GET', '/csrf')).status, 200)
    return performance.now() - began
  }

  it('silent ones, far more than threads, stop nobody', { timeout: 20000 }, async () => {
    await connect(64)
    // Each would hold a thread for 30 s, or for libfcgi's 2 s.
    assert.ok((await answers(50)) < 5000)
  })

  it('one that was silent is served as soon as it speaks', { timeout: 20000 }, async () => {
    const requests = Array.from({ length: 8 }, () => new FastCgiRequest(site.socket))
    await answers(10) // by now they have been put aside
    for (const request of requests) csrf(request).end()
    for (const request of requests) assert.equal((await request.answer).status, 200)
  })

  it('one that stops in the middle holds its own thread only', { timeout: 20000 }, async () => {
    const request = new FastCgiRequest(site.socket).begin()
    open.push(request.socket)
    assert.ok((await answers(20)) < 5000)
    request.params(variables(url, 'GET', '/csrf')).end()
    assert.equal((await request.answer).status, 200)
  })

  it('one that never ends its standard input is answered', { timeout: 20000 }, async () => {
    const requests = Array.from({ length: 4 }, () => csrf(new FastCgiRequest(site.socket)))
    for (const request of requests) assert.equal((await request.answer).status, 200)
  })

  it('one that is refused in the middle of its body gets the answer and may go on to write', { timeout: 20000 }, async () => {
    const request = new FastCgiRequest(site.socket)
    const body = Buffer.alloc(1 << 20, 'x')
    request.begin().params(variables(url, 'POST', '/signout', { body })).stdin(body).end()
    assert.equal((await request.answer).status, 413)
  })

  it('one whose peer never closes holds no thread', { timeout: 20000 }, async () => {
    const connections = await connect(6)
    for (const connection of connections) {
      connection.pause()
      const request = Object.assign(Object.create(FastCgiRequest.prototype), { socket: connection, role: 1 })
      csrf(request).end()
    }
    assert.ok((await answers(20)) < 2000)
  })

  it('all of them are let go of', { timeout: 20000 }, async () => {
    const descriptors = () => readdirSync(`/proc/${program.pid}/fd`).length
    assert.ok(descriptors() > 64, 'the silent ones are still there')
    open.splice(0).forEach((connection) => connection.destroy())
    await until('the connections are closed', () => descriptors() < 16)
  })
})
