// Requests a second behind nginx at 16 connections, beside what else could tell who is signed in.
import { startAuthOpenidc } from './lib/auth_openidc.mjs'
import { cpu } from './lib/measure.mjs'
import { hasSqlite, installPeers, startNext12, startPeer } from './lib/node_peers.mjs'
import { check, startNginx, wrk } from './lib/webservers.mjs'
import { fastcgiSubjects, firstVisitor, serve } from './lib/world.mjs'

const section = 'Peers, /session behind nginx, 16 connections'
const session = '/api/auth/session'
const info = '/protected/callback?info=json'

/**
 * A peer, which of ours it is compared with, and how often as many requests we aim at. nginx keeps its connections to
 * Node.js, which is best for it; for Apache both ways are shown, and as nginx does it by itself is what is aimed at.
 * nginx and wrk share the cores with whoever answers, and the faster that is, the more of the time is theirs: so the
 * same is said of the CPU that a request takes of the process alone. Of Node.js, which is one process.
 */
const peers = [
  { name: 'next-auth 3, bare Node', ours: '/session, JWT', least: 30, start: () => startPeer('next-auth-3') },
  { name: 'next-auth 3, Next 12', ours: '/session, JWT', least: 30, start: startNext12WithCookie },
  { name: 'next-auth 3, its database', ours: '/session, database', least: 10, start: () => startPeer('next-auth-3-database'), there: hasSqlite },
  { name: 'next-auth 4', ours: '/session, JWT', least: 5, start: () => startPeer('next-auth-4') },
  { name: '@auth/core', ours: '/session, JWT', start: () => startPeer('auth-core') },
  ...['cache', 'cookie'].flatMap((where) => [false, true].map((kept) => ({
    name: `mod_auth_openidc, ${where}${kept ? ', kept' : ''}`, ours: where === 'cookie' ? '/session, JWT' : '/session, database',
    least: kept ? undefined : 1.5, path: info, expected: '"name"', kept, start: () => startAuthOpenidc(where === 'cookie' ? 'client-cookie' : 'server-cache')
  })))
]

/** A JWT session is the same for both: the keys are. */
async function startNext12WithCookie() {
  const bare = await startPeer('next-auth-3')
  await bare.stop()
  return startNext12(bare.cookie)
}

export async function comparePeers(report, { quick }) {
  installPeers()
  const ours = []
  for (const subject of fastcgiSubjects().filter(({ name }) => name.startsWith('/session'))) ours.push(await serve(subject))
  for (const peer of peers.filter(({ least }) => !quick || least)) {
    if (peer.there && !peer.there()) {
      report.lacks(section, peer.name, 'npm\'s sqlite3 could not be built here')
      continue
    }
    await compare(report, peer, ours.find(({ name }) => name === peer.ours), quick)
  }
  for (const one of ours) await one.stop()
}

async function compare(report, peer, ours, quick) {
  const started = await peer.start()
  const nginx = await startNginx([ours, { ...started, kept: peer.kept ?? true }])
  const url = { ours: `http://127.0.0.1:${nginx.ports[0]}${session}`, theirs: `http://127.0.0.1:${nginx.ports[1]}${peer.path ?? session}` }
  const headers = { ours: { Cookie: firstVisitor(ours.cookie) }, theirs: { Cookie: started.cookie } }
  await check(ours.name, url.ours, headers.ours, '"user"')
  await check(peer.name, url.theirs, headers.theirs, peer.expected ?? '"user"')
  await wrk(url.theirs, headers.theirs, { seconds: 1 })  // V8 has compiled what it will
  const pids = { ours: ours.pid, theirs: started.node }
  const found = { ours: [], theirs: [] }
  for (let round = 0; round < (quick ? 1 : 3); round++)
    for (const side of ['ours', 'theirs'])
      found[side].push(await measure(url[side], headers[side], pids[side], quick ? 1 : 2))
  const of = (what) => [found.ours, found.theirs].map((rounds) => rounds.map((round) => round[what]))
  report.ratio(section, peer.ours, peer.name, 'req/s', ...of('perSecond'), peer.least && { least: peer.least })
  if (started.node) report.ratio(section, peer.ours, peer.name, 'µs CPU', ...of('cpu'), peer.least && { most: Number((1 / peer.least).toPrecision(2)) })
  await nginx.stop()
  await started.stop()
}

async function measure(url, headers, pid, seconds) {
  const before = pid && cpu(pid)
  const { perSecond, requests } = await wrk(url, headers, { seconds })
  return { perSecond, cpu: pid && (cpu(pid) - before) / requests / 1000 }
}
