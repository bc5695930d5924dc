#!/usr/bin/env node
// node tests/load/flat.mjs [REQUESTS]: whether a process stays as large as it is. By hand: a million takes minutes.
import { descriptors, directVisitor, residentKiB, sendMany, signInAtOnce, threads } from '../support/load.mjs'
import { layOut, spawnProgram } from '../support/server.mjs'
import { startStub } from '../support/stub_provider.mjs'

const url = 'http://127.0.0.1:8000/api/auth'
const count = Number(process.argv[2] ?? 1000000)
const warmUp = Math.min(100000, count / 10)

const stub = await startStub()
const site = layOut({ name: 'flat', config: { url, database: 'sqlite:auth.db', providers: [stub.plainEntry()] } })
const program = await spawnProgram(site)
const look = () => ({ KiB: residentKiB(program.pid), descriptors: descriptors(program.pid), threads: threads(program.pid) })
const tell = (sent, found = look()) =>
  console.log(`${String(sent).padStart(8)} requests: ${found.KiB} KiB, ${found.descriptors} descriptors, ${found.threads} threads`)

await signInAtOnce(directVisitor(site.socket, url), stub, 32)
await sendMany(site, url, warmUp)
const before = look()
tell(warmUp, before)
const began = Date.now()
await sendMany(site, url, count, { progress: (sent) => sent % 100000 === 0 && sent && tell(warmUp + sent) })
const seconds = (Date.now() - began) / 1000
const after = look()
tell(warmUp + count, after)
console.log(`grown by ${after.KiB - before.KiB} KiB in ${count} requests (${Math.round(count / seconds)} a second)`)
await program.stop()
await stub.stop()
process.exitCode = after.KiB - before.KiB < 1024 && after.descriptors <= before.descriptors + 3 ? 0 : 1
