// For the README's "How to size it": threads, processes, sockets, web servers, SQLite's `synchronous`. Full runs only.
import { execFile } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { freePort } from '../support/process.mjs'
import { startSite, ways } from '../support/server.mjs'
import { resident } from './lib/measure.mjs'
import { startNginx, wrk } from './lib/webservers.mjs'
import { cgiProgram, databaseSubject, firstVisitor, jwtSubject, serve, siteConfiguration, tool } from './lib/world.mjs'

const run = promisify(execFile)
const rounds = 3
const connections = 64

export async function sizing(report, { quick }) {
  if (quick) return
  await threads(report)
  await processes(report)
  await sockets(report)
  await servers(report)
  await synchronous(report)
}

/** Requests a second of each of these backends behind one nginx, in turn. */
async function perSecond(all) {
  const nginx = await startNginx(all)
  const found = new Map(all.map((one) => [one, []]))
  for (let round = 0; round < rounds; round++)
    for (const [number, one] of all.entries()) {
      const url = `http://127.0.0.1:${nginx.ports[number]}/api/auth${one.route}`
      found.get(one).push((await wrk(url, { Cookie: firstVisitor(one.cookie) }, { seconds: 2, connections })).perSecond)
    }
  await nginx.stop()
  return found
}

async function threads(report) {
  const all = []
  for (const count of [1, 2, 4, 8, 16, 32])
    all.push({ ...await serve(databaseSubject({ configuration: { threads: count } })), name: `/session, database: ${count} threads` })
  for (const [one, values] of await perSecond(all)) {
    report.value('Sizing: threads, behind nginx, 64 connections', one.name, 'req/s', values)
    report.value('Sizing: threads, behind nginx, 64 connections', one.name, 'MiB RSS', [resident(one.pid)])
    await one.stop()
  }
}

async function processes(report) {
  const subject = databaseSubject()
  const started = []
  for (let i = 0; i < 1 + 2 + 4; i++) started.push(await serve(subject))
  const all = [[0, 1], [1, 3], [3, 7]].map(([from, to]) => (
    { ...subject, sockets: started.slice(from, to).map(({ socket }) => socket), name: `/session, database: ${to - from} processes of 8 threads` }))
  for (const [one, values] of await perSecond(all)) report.value('Sizing: processes, behind nginx, 64 connections', one.name, 'req/s', values)
  for (const one of started) await one.stop()
}

async function sockets(report) {
  const subject = jwtSubject()
  const all = [
    { ...await serve(subject), name: '/session, JWT: Unix socket' },
    { ...await serve(subject, { tcp: await freePort() }), name: '/session, JWT: TCP on loopback' }
  ]
  for (const [one, values] of await perSecond(all)) {
    report.value('Sizing: sockets, behind nginx, 64 connections', one.name, 'req/s', values)
    await one.stop()
  }
}

async function servers(report) {
  const { cookie, route } = jwtSubject()
  for (const way of ways) {
    const site = await startSite(way, { configure: ({ url }) => siteConfiguration({ url }) })
    if (way.endsWith('-cgi')) copyFileSync(cgiProgram, site.program)
    const values = []
    for (let round = 0; round < rounds; round++)
      values.push((await wrk(site.url + route, { Cookie: cookie }, { seconds: 2, connections: way.endsWith('-cgi') ? 4 : 16, closes: way.startsWith('apache') })).perSecond)
    report.value('Sizing: web servers, 16 connections (CGI: 4)', `/session, JWT: ${way}`, 'req/s', values)
    await site.stop()
  }
}

/** What the same writes take when SQLite waits for the disk at each, which nextauth.fcgi has it do where there is no WAL. */
async function synchronous(report) {
  const { database, token } = databaseSubject()
  for (const mode of ['NORMAL', 'FULL']) {
    const values = []
    for (let round = 0; round < rounds; round++) {
      const times = mode === 'FULL' ? 500 : 5000
      const { stdout } = await run(tool('renew'), [database, token, String(times), '1'], { env: { RENEW_SYNCHRONOUS: mode } })
      values.push(times / JSON.parse(stdout).seconds)
    }
    report.value('Sizing: SQLite in a loop, WAL', `renewals, synchronous = ${mode}`, 'per s', values)
  }
}
