// The database: does its size slow a session down, and do renewals cost more than SQLite's own writes.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { cpuPerRequest, load } from './lib/measure.mjs'
import { spread } from './lib/report.mjs'
import { databaseSubject, limitOf, serve, sqlite, tool, variables, writeVariables } from './lib/world.mjs'

const run = promisify(execFile)
const section = 'Sessions in the database'

export async function store(report, { quick }) {
  await size(report, quick)
  await renewals(report, quick)
  await writers(report, quick)
}

/** A million sessions against a thousand; a thousand people ask in turn. */
async function size(report, quick) {
  const many = await serve(databaseSubject({ rows: 1_000_000 }))
  const few = await serve(databaseSubject({ rows: 1_000 }))
  const times = { many: [], few: [] }
  for (const one of [many, few]) await load(one, 500)
  for (let round = 0; round < (quick ? 11 : 61); round++) {
    times.many.push((await cpuPerRequest(many, 200)).cpu)
    times.few.push((await cpuPerRequest(few, 200)).cpu)
  }
  report.ratio(section, 'lookup among 1,000,000', 'among 1,000', 'µs CPU', times.many, times.few, { most: 1.2 })
  await many.stop()
  await few.stop()
}

/**
 * Every request renews its session: `updateAge` is 0. Against a C program that does the same commits behind libfcgi, and
 * against one that does them in a loop, with no server and nobody who asks.
 */
async function renewals(report, quick) {
  const ours = await serve(databaseSubject({ configuration: { session: { updateAge: 0 } } }))
  const theirs = databaseSubject()
  const limit = await serve(limitOf('libfcgi and SQLite', 'session', theirs, { LIMIT_DATABASE: theirs.database, LIMIT_RENEW: '1' }))
  const loop = databaseSubject()
  for (const one of [ours, limit]) await load(one, 1000)
  for (const connections of [1, 8]) {
    const found = { ours: [], limit: [], loop: [] }
    const times = 500
    const rate = async (one) => times / (await load(one, times, connections)).seconds
    for (let round = 0; round < (quick ? 8 : 81); round++) {
      // In turn: whoever follows the loop, which has its whole log written to the database at its end, finds the disk busy.
      const turns = [async () => found.ours.push(await rate(ours)), async () => found.limit.push(await rate(limit))]
      for (const turn of round % 2 ? turns.reverse() : turns) await turn()
      const { stdout } = await run(tool('renew'), [loop.database, loop.token, String(times), String(connections)])
      found.loop.push(times / JSON.parse(stdout).seconds)
    }
    const name = `renewals, ${connections} at once`
    report.ratio(section, name, 'SQLite behind libfcgi', 'per s', found.ours, found.limit, { least: 0.9 })
    report.ratio(section, name, 'SQLite in a loop', 'per s', found.ours, found.loop)
  }
  for (const one of [ours, limit]) await one.stop()
}

/** Eight processes renew at once, each the sessions of a hundred people, and a trigger counts what reached the database. */
async function writers(report, quick) {
  const subject = databaseSubject({ configuration: { session: { updateAge: 0 } } })
  const processes = []
  for (let number = 0; number < 8; number++)
    processes.push(await serve({ ...subject, variables: renamed(subject, number) }))
  for (const one of processes) await load(one, 100)
  sqlite(subject.database, `CREATE TABLE written (times integer); INSERT INTO written VALUES (0);
CREATE TRIGGER count_renewals AFTER UPDATE OF expires ON sessions BEGIN UPDATE written SET times = times + 1; END;`)
  const each = quick ? 500 : 2500
  const results = await Promise.all(processes.map((one) => load(one, each)))
  const written = Number(sqlite(subject.database, 'SELECT times FROM written;'))
  report.value(section, `${8 * each} renewals by 8 processes: lost`, 'rows', [8 * each - written], { most: 0 })
  report.value(section, 'longest wait of each process', 'ms', results.map(({ max }) => max / 1000), { most: 2000 })
  report.value(section, 'time of each process', 's', results.map(({ seconds }) => seconds))
  const slowest = spread(results.map(({ seconds }) => seconds))
  report.value(section, 'slowest process against fastest', 'ratio', [slowest.max / slowest.min])
  for (const one of processes) await one.stop()
}

/** The same request for the people number00 to number99. */
function renamed({ folder, route, cookie }, number) {
  return writeVariables(path.join(folder, `writer${number}.variables`), variables(route, cookie.replace('0###', `0${number}##`)))
}
