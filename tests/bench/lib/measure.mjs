// CPU, instructions, system calls and latencies of a process that serves FastCGI.
import { execFile, execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { start, until } from '../../support/process.mjs'
import { serve, tool } from './world.mjs'

const run = promisify(execFile)

/** Nanoseconds of CPU that a process has had so far, threads that have ended included. */
export function cpu(pid) {
  return Number(execFileSync(tool('cputime'), [String(pid)], { encoding: 'utf8' }))
}

/** MiB that are resident: now, or the most there ever were. */
export function resident(pid, line = 'VmRSS') {
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
}

/**
 * Sends `requests` over `connections` at once; throws if one of them is not answered as it should be. With a `rate` each
 * is sent when it is due, and its latency counts from then, whatever those before it do.
 */
export async function load(served, requests, connections = 1, rate = 0) {
  const args = [served.socket, served.variables, String(requests), String(connections), served.expected, String(rate)]
  const { stdout } = await run(tool('load'), args, { timeout: 120000 })
  const result = JSON.parse(stdout)
  if (result.failed > 0) throw new Error(`${served.name}: ${result.failed} of ${requests} answers were wrong\n${served.program.output()}`)
  return result
}

/** Microseconds of CPU for one request. */
export async function cpuPerRequest(served, requests, connections) {
  const before = cpu(served.pid)
  const result = await load(served, requests, connections)
  return { cpu: (cpu(served.pid) - before) / requests / 1000, ...result }
}

/** libfcgi overlooks a SIGTERM that comes between two of its steps, and who has to be killed then has counted nothing: once more. */
async function instructionsOf(subject, requests, attempts = 3) {
  const out = path.join(subject.folder, 'callgrind.out')
  const served = await serve(subject, { through: ['/usr/bin/valgrind', '--tool=callgrind', `--callgrind-out-file=${out}`] })
  await load(served, requests)
  await served.stop()
  const counted = /Collected : (\d+)/.exec(served.program.output())
  if (counted) return Number(counted[1])
  if (attempts === 1) throw new Error(`valgrind counted nothing:\n${served.program.output()}`)
  return instructionsOf(subject, requests, attempts - 1)
}

/** User instructions of one request: what twice as many requests take more, so that the start drops out. */
export async function instructions(subject, requests = 300) {
  const once = await instructionsOf(subject, requests)
  return (await instructionsOf(subject, 2 * requests) - once) / requests
}

/** System calls of one request, and which: by strace, attached to a process that is at work already. */
export async function systemCalls(served, requests = 300) {
  await load(served, 50)
  const tracer = start('bench-strace', 'strace', ['-f', '-c', '-U', 'calls,name', '-p', String(served.pid)])
  await until('strace is there', () => traced(served.pid), { started: tracer })
  await load(served, requests)
  await tracer.stop('SIGINT')
  const calls = [...tracer.stderr.matchAll(/^ *(\d+) (\w+)$/gm)].filter(([, , name]) => name !== 'total')
    .map(([, count, name]) => [name, Number(count) / requests])
  return { count: calls.reduce((sum, [, each]) => sum + each, 0), calls: Object.fromEntries(calls) }
}

function traced(pid) {
  return readdirSync(`/proc/${pid}/task`).every((thread) =>
    !/TracerPid:\t0/.test(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')))
}
