// FastCGI beside its limits: the same requests, the same number of threads, in turn.
import { availableParallelism } from 'node:os'
import { fastcgi } from '../support/fastcgi.mjs'
import { cpu, cpuPerRequest, instructions, load, systemCalls } from './lib/measure.mjs'
import { check, startLighttpd, startNginx, wrk } from './lib/webservers.mjs'
import { fastcgiSubjects, firstVisitor, serve, url } from './lib/world.mjs'

const targets = {
  '/session, JWT': { cpu: 1.15, instructions: 1.25, calls: 1 },
  '/session, database': { cpu: 1.15, instructions: 1.5, calls: 1 },
  '/csrf': { cpu: 1.15 },
  '/providers': { cpu: 1.15 }
}

export async function fastCgi(report, { quick }) {
  const served = []
  for (const subject of fastcgiSubjects()) served.push(await serve(subject))
  const pairs = served.filter(({ limit }) => limit).map((ours) => [ours, served.find(({ name }) => name === ours.limit)])
  for (const [ours, limit] of pairs) if (ours.route === '/session') await answersAlike(ours, limit)
  await straight(report, served, pairs, { rounds: quick ? 11 : 41, requests: quick ? 300 : 500 })
  await counted(report, served, pairs, quick ? 100 : 300)
  const some = pairs.filter(([ours]) => !quick || ours.name === '/session, JWT')
  const settings = { rounds: quick ? 1 : 3, seconds: quick ? 1 : 2 }
  await behind(report, 'nginx', startNginx, some, settings)
  await behind(report, 'lighttpd', startLighttpd, some, settings)
  for (const one of served) await one.stop()
}

/** A limit that answers less than we do would be no limit: the same headers, and a body of the same length. */
async function answersAlike(ours, limit) {
  const shape = async ({ socket, route, cookie }) => {
    const answer = await fastcgi(socket, url, 'GET', route, { headers: { Cookie: firstVisitor(cookie) } })
    return JSON.stringify([Object.entries(answer.headers), answer.setCookies.map((line) => line.replace(/[^;]*GMT|=[^;]*/g, ({ length }) => length)), answer.text.length])
  }
  const [mine, theirs] = [await shape(ours), await shape(limit)]
  if (mine !== theirs) throw new Error(`${limit.name} does not answer as ${ours.name} does:\n${mine}\n${theirs}`)
}

/** Rounds of every one in turn: { subject: [value, …] }. */
async function inTurn(all, rounds, measure) {
  const found = new Map(all.map((one) => [one, []]))
  for (let round = 0; round < rounds; round++) for (const one of all) found.get(one).push(await measure(one))
  return found
}

async function straight(report, served, pairs, { rounds, requests }) {
  for (const one of served) await load(one, 500)
  const found = await inTurn(served, rounds, async (one) => (await cpuPerRequest(one, requests)).cpu)
  for (const [ours, limit] of pairs)
    report.ratio('FastCGI, straight at the socket', ours.name, limit.name, 'µs CPU', found.get(ours), found.get(limit), { most: targets[ours.name].cpu })
}

async function counted(report, served, pairs, requests) {
  const section = 'FastCGI, counted for one request (valgrind, strace)'
  const calls = new Map()
  for (const one of served) calls.set(one.name, (await systemCalls(one)).count)
  // One thread: valgrind runs one at a time, and a signal then ends the limit programs at once.
  const counts = await eachOnce(fastcgiSubjects({ threads: 1 }), async (subject) => [subject.name, await instructions(subject, requests)])
  for (const [ours, limit] of pairs) {
    const aim = targets[ours.name]
    report.ratio(section, ours.name, limit.name, 'instr', [counts.get(ours.name)], [counts.get(limit.name)], aim.instructions && { most: aim.instructions })
  }
  for (const [ours, limit] of pairs) {
    const [mine, least] = [calls.get(ours.name), calls.get(limit.name)].map((count) => Math.round(count * 10) / 10)
    report.value(section, `${ours.name}: calls above ${least}`, 'calls', [mine - least], targets[ours.name].calls && { most: targets[ours.name].calls })
  }
}

/** Counting is not disturbed by company: as many at once as there are cores. */
async function eachOnce(all, measure) {
  const waiting = [...all]
  const found = new Map()
  const worker = async () => {
    for (let next; (next = waiting.shift());) found.set(...await measure(next))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return found
}

async function behind(report, name, startServer, pairs, { rounds, seconds }) {
  const all = [...new Set(pairs.flat())]
  const server = await startServer(all)
  const at = (one) => `http://127.0.0.1:${server.ports[all.indexOf(one)]}/api/auth${one.route}`
  for (const one of all) await check(one.name, at(one), { Cookie: firstVisitor(one.cookie) }, one.limit ? one.expected : '')
  const found = await inTurn(all, rounds, async (one) => {
    const before = cpu(one.pid)
    const { perSecond, requests } = await wrk(at(one), { Cookie: firstVisitor(one.cookie) }, { seconds })
    return { perSecond, cpu: (cpu(one.pid) - before) / requests / 1000 }
  })
  const of = (one, what) => found.get(one).map((round) => round[what])
  for (const [ours, limit] of pairs) {
    report.ratio(`FastCGI behind ${name}, 16 connections`, ours.name, limit.name, 'µs CPU', of(ours, 'cpu'), of(limit, 'cpu'))
    report.ratio(`FastCGI behind ${name}, 16 connections`, ours.name, limit.name, 'req/s', of(ours, 'perSecond'), of(limit, 'perSecond'))
  }
  await server.stop()
}
