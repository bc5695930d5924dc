// The peers of npm: installed when first wanted, each a process of its own at a port of its own.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { accepts, freePort, root, start, temporaryFolder, until } from '../../support/process.mjs'
import { tools } from './world.mjs'

const bench = path.join(root, 'tests/bench')
const packages = path.join(bench, 'node_modules')
const nextFolder = path.join(tools, 'next12')

function inBench(command, args, options = {}) {
  execFileSync(command, args, { cwd: bench, stdio: ['ignore', 'inherit', 'inherit'], ...options })
}

/** npm's packages, by the lock file; only SQLite's may run a script, as it has to be compiled. */
export function installPeers() {
  const installed = path.join(packages, '.installed')
  const lock = readFileSync(path.join(bench, 'package-lock.json'), 'utf8')
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
    console.log('Installing npm packages into tests/bench/node_modules (once)')
    inBench('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
    buildSqlite()
    writeFileSync(installed, lock)
  }
  if (!existsSync(path.join(nextFolder, '.next/BUILD_ID'))) buildNext()
}

function buildSqlite() {
  try {
    inBench('npm', ['rebuild', 'sqlite3', '--loglevel=error'])
  } catch (error) {
    console.error(`sqlite3 of npm cannot be built: ${error.message}`)  // next-auth 3 with its database is then missing
  }
}

function buildNext() {
  console.log('Building the Next.js 12 site (once; log: build/bench/next12.log)')
  rmSync(nextFolder, { recursive: true, force: true })
  cpSync(path.join(bench, 'peers/next12'), nextFolder, { recursive: true })
  symlinkSync(packages, path.join(nextFolder, 'node_modules'))
  writeFileSync(path.join(nextFolder, 'package.json'), '{"private":true}\n')
  const log = `>"${tools}/next12.log" 2>&1`
  inBench('/bin/sh', ['-c', `node node_modules/next/dist/bin/next build ${log}`],
    { cwd: nextFolder, env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } })
}

export const hasSqlite = () => existsSync(path.join(packages, 'sqlite3/build/Release/node_sqlite3.node'))

/** Starts one of peers/serve.mjs: { port, cookie, node, stop }; `node` is the number of its process. */
export async function startPeer(name) {
  const port = await freePort()
  const database = path.join(temporaryFolder(), 'peer.db')
  const peer = start(`bench-${name}`, process.execPath, [path.join(bench, 'peers/serve.mjs'), String(port), name, database])
  await until(`${name} listens`, () => /token=/.test(peer.stdout), { started: peer, seconds: 30 })
  return { name, port, cookie: /^.*token=.*$/m.exec(peer.stdout)[0], node: peer.pid, stop: () => peer.stop() }
}

export async function startNext12(cookie) {
  const port = await freePort()
  const args = ['node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', String(port)]
  const env = { NEXTAUTH_URL: `http://127.0.0.1:${port}/api/auth`, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
  const next = start('bench-next12', process.execPath, args, { cwd: nextFolder, env })
  await until('Next.js listens', () => accepts(port), { started: next, seconds: 30 })
  return { name: 'next-auth 3, Next 12', port, cookie, node: next.pid, stop: () => next.stop() }
}
