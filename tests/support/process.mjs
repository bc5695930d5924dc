// Child processes, ports and folders that belong to one test file and go when it goes, however it ends.
import { spawn } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
export const buildFolder = path.join(root, 'build')
export const executable = process.env.NEXTAUTH_FCGI ?? path.join(buildFolder, 'nextauth.fcgi')
export const isRoot = process.getuid() === 0

/** Who servers and nextauth.fcgi run as. A test run by root must not run them as root: no server would. */
export const serverUser = isRoot ? account('www-data') : { name: os.userInfo().username, uid: process.getuid(), gid: process.getgid() }

/** Programs made with a sanitizer (SAN=address,undefined or SAN=thread) take several times as long. */
export const slowness = process.env.SAN ? 5 : 1
/** The ordinary build. What a sanitizer changes by its nature - memory, hardening, no sandbox - is looked at there. */
export const plainExecutable = process.env.SAN ? path.join(buildFolder, 'nextauth.fcgi') : executable
const reports = []
const report = /^.*(?:ERROR: [A-Za-z]+Sanitizer|WARNING: ThreadSanitizer|:[0-9]+: runtime error: ).*$/m

/** Looks for a sanitizer's complaint in what a program wrote: this test file then fails, whatever its tests say. */
export function checkReports(name, text) {
  const found = report.exec(text)
  if (found) reports.push(`${name}: ${text.slice(found.index, found.index + 4000)}`)
}

const logFolder = process.env.TEST_LOGS ?? path.join(buildFolder, 'test-logs')
const children = new Set()
const folders = new Set()

function account(name) {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((entry) => entry.startsWith(`${name}:`))
  if (!line) throw new Error(`no user ${name} on this system`)
  const [, , uid, gid] = line.split(':')
  return { name, uid: Number(uid), gid: Number(gid) }
}

/** A folder the server user may write to, gone when the test file ends. */
export function temporaryFolder(below = os.tmpdir()) {
  const folder = mkdtempSync(path.join(below, 'nextauth-test-'))
  chmodSync(folder, 0o755)
  if (isRoot) chownSync(folder, serverUser.uid, serverUser.gid)
  folders.add(folder)
  return folder
}

// Below the ephemeral range, so that no outgoing connection takes it, and a range for each test process.
let nextPort = 20000 + (process.pid % 240) * 50

export async function freePort() {
  for (let tries = 0; tries < 50; tries++) {
    const port = nextPort++
    const free = await new Promise((resolve) => {
      const server = net.createServer()
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
  throw new Error('no free port')
}

/**
 * Starts a program. What it writes is kept in memory (`output()`) and in build/test-logs/NAME.log.
 * (`stdout` and `stderr` apart, too.) `exited` resolves to { code, signal }. Through a pipe, so that a file size limit on the program does not limit its log.
 */
export function start(name, command, args = [], { env = {}, cwd, input = 'ignore' } = {}) {
  mkdirSync(logFolder, { recursive: true })
  const logFile = path.join(logFolder, `${name}.log`)
  appendFileSync(logFile, `--- ${command} ${args.join(' ')}\n`)
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: os.tmpdir(), NEXTAUTH_FCGI: executable, ...env },
    stdio: [input, 'pipe', 'pipe'],
    // Its own process group: Ctrl-C in a terminal then ends the test, and the test ends the servers in order.
    detached: true
  })
  const started = { name, child, pid: child.pid, text: '', stdout: '', stderr: '', output: () => started.text }
  const keep = (chunk) => {
    started.text += chunk
    appendFileSync(logFile, chunk)
  }
  child.stdout.setEncoding('utf8').on('data', (chunk) => { started.stdout += chunk; keep(chunk) })
  child.stderr.setEncoding('utf8').on('data', (chunk) => { started.stderr += chunk; keep(chunk) })
  children.add(started)
  started.exited = new Promise((resolve) => {
    child.once('error', (error) => {
      children.delete(started)
      keep(`${error.message}\n`)
      resolve({ code: null, signal: null, error })
    })
    // 'close' and not 'exit': by then all it wrote has been read.
    child.once('exit', () => { started.ended = true })
    child.once('close', (code, signal) => {
      children.delete(started)
      checkReports(name, started.text)
      resolve({ code, signal })
    })
  })
  started.stop = async (signal = 'SIGTERM') => {
    const all = family(started.pid)
    if (!started.ended) kill(started.pid, signal)
    const patience = setTimeout(() => all.filter(isRunning).forEach((pid) => kill(pid, 'SIGKILL')), 5000 * slowness)
    const result = await started.exited
    clearTimeout(patience)
    return result
  }
  return started
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // It has gone by itself.
  }
}

/** Calls `probe` until it gives something true; fails after `seconds`, or at once when `started` has ended. */
export async function until(what, probe, { seconds = 15, started } = {}) {
  const deadline = Date.now() + seconds * 1000 * slowness
  for (;;) {
    const result = await probe()
    if (result) return result
    if (started?.ended) throw new Error(`${started.name} ended before ${what}:\n${started.output()}`)
    if (Date.now() > deadline) throw new Error(`gave up waiting: ${what}\n${started?.output() ?? ''}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Whether something accepts connections at a port number or a unix socket's path. */
export function accepts(target, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const socket = typeof target === 'number' ? net.connect(target, host) : net.connect(target)
    socket.once('error', () => resolve(false))
    socket.once('connect', () => { socket.destroy(); resolve(true) })
  })
}

/** Process ids of a process and all below it, from /proc. */
export function family(pid) {
  let below = []
  try {
    // Any of its threads may have started one.
    below = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number))
  } catch {
    return []
  }
  return [pid, ...below.flatMap(family)]
}

export function isRunning(pid) {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function endAll() {
  const groups = [...children].filter((started) => started.pid).map((started) => started.pid)
  const all = groups.flatMap(family)
  for (const pid of groups) kill(pid, 'SIGTERM')
  const nap = new Int32Array(new SharedArrayBuffer(4))
  for (let i = 0; i < 40 && all.some(isRunning); i++) Atomics.wait(nap, 0, 0, 50)
  for (const pid of all) if (isRunning(pid)) kill(pid, 'SIGKILL')
  for (const folder of folders) {
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch (error) {
      console.error(error.message)
    }
  }
}

process.once('exit', endAll)
process.once('exit', () => {
  if (reports.length) process.exitCode = 1
  for (const text of reports) console.error(text)
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
