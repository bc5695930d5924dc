// Counts what a request takes beside the limit programs: node tests/bench/count.mjs [--program FILE] [--no-valgrind] [NAME ...]
import { parseArgs } from 'node:util'
import { cpuPerRequest, instructions, load, systemCalls } from './lib/measure.mjs'
import { fastcgiSubjects, serve } from './lib/world.mjs'

const { values, positionals } = parseArgs({
  options: { program: { type: 'string' }, 'no-valgrind': { type: 'boolean' }, rounds: { type: 'string', default: '5' }, requests: { type: 'string', default: '2000' } },
  allowPositionals: true
})
const subjects = fastcgiSubjects(values.program ? { program: values.program } : {})
const single = fastcgiSubjects({ threads: 1, ...(values.program && { program: values.program }) })
const wanted = subjects.filter(({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)))
const served = []
for (const subject of wanted) served.push(await serve(subject))
for (const one of served) await load(one, 200)
const times = new Map(served.map((one) => [one, []]))
for (let round = 0; round < Number(values.rounds); round++)
  for (const one of served) times.get(one).push((await cpuPerRequest(one, Number(values.requests), 1)).cpu)

console.log('CPU µs (min median max)   system calls   user instructions')
for (const one of served) {
  const sorted = times.get(one).sort((a, b) => a - b)
  const calls = await systemCalls(one)
  await one.stop()
  const instructed = values['no-valgrind'] ? NaN : await instructions(single.find(({ name }) => name === one.name))
  console.log(one.name.padEnd(22), [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((us) => us.toFixed(1).padStart(6)).join(' '),
    calls.count.toFixed(2).padStart(8), String(Math.round(instructed)).padStart(8),
    Object.entries(calls.calls).map(([name, count]) => `${name} ${count.toFixed(2)}`).join(', '))
}
process.exit(0)
