// How long /session takes while 200 visitors send their requests slowly and sign-ins wait for a provider.
import net from 'node:net'
import { startStub } from '../support/stub_provider.mjs'
import { load } from './lib/measure.mjs'
import { newVisitor } from './lib/sign_in.mjs'
import { startNginx } from './lib/webservers.mjs'
import { databaseSubject, serve } from './lib/world.mjs'

const slowClients = 200
const waitingSignIns = 16 // twice as many as there are threads
const providerTakes = 8000 // ms, or until all has been asked
const rate = 200 // questions a second, each asked when it is due

export async function slow(report, { quick }) {
  const stub = await startStub()
  const unlimited = { address: null, account: null, recipient: null }
  const served = await serve(databaseSubject({ configuration: { providers: [stub.plainEntry()], rateLimits: unlimited } }))
  await load(served, 200)
  const ask = async () => (await load(served, rate * (quick ? 2 : 5), 64, rate)).p99 / 1000
  const idle = []
  const busy = []
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    idle.push(await ask())
    const end = await disturb(served, stub)
    busy.push(await ask())
    await end()
  }
  report.ratio('200 slow visitors and a slow provider', `/session, p99; ${waitingSignIns} sign-ins wait`, 'nobody else', 'ms', busy, idle, { most: 10 })
  await served.stop()
  await stub.stop()
}

async function disturb(served, stub) {
  let release
  const released = new Promise((resolve) => { release = resolve })
  const timer = setTimeout(release, providerTakes)
  stub.on('/token', async ({ json }) => {
    await released
    json(stub.tokens())
  })
  const nginx = await startNginx([served])
  const clients = connectSlowly(nginx.ports[0])
  const visitor = await newVisitor(served.socket)
  const begun = []
  for (let i = 0; i < waitingSignIns; i++) begun.push(await visitor.begin())
  const ends = begun.map((query) => visitor.finish(query).catch(() => 'refused'))
  return async () => {
    clients.end()
    clearTimeout(timer)
    release()
    await Promise.all(ends)
    stub.reset()
    await nginx.stop()
  }
}

/** Half of them are still within their headers, half within their body, and send a byte or a line now and then. */
function connectSlowly(port) {
  const head = 'POST /api/auth/_log HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n'
  const open = Array.from({ length: slowClients }, (_, i) => {
    const connection = net.connect(port, '127.0.0.1').on('error', () => {})
    connection.write(i % 2 ? head : `${head}\r\nx`)
    return connection
  })
  const drip = setInterval(() => open.forEach((connection, i) => connection.write(i % 2 ? 'A: b\r\n' : 'x')), 500)
  return { end: () => { clearInterval(drip); open.forEach((connection) => connection.destroy()) } }
}
