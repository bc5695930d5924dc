// The process itself: how soon it answers after it was started, and how much memory it takes.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { executable, isRoot, serverUser } from '../support/process.mjs'
import { load, resident } from './lib/measure.mjs'
import { check, startNginx, wrk } from './lib/webservers.mjs'
import { cgiProgram, fastcgiSubjects, firstVisitor, serve, tool } from './lib/world.mjs'

const run = promisify(execFile)
const section = 'The process (8 threads)'

export async function processItself(report, { quick }) {
  const subjects = fastcgiSubjects()
  const like = (name) => subjects.find((subject) => subject.name === name)
  const oneFile = cgiProgram === executable ? [] : fastcgiSubjects({ program: cgiProgram }).filter(({ name }) => name.startsWith('/session'))
  const started = [
    ...['/session, JWT', '/session, database', 'hello'].map((name) => ({ ...like(name), as: 'first answer after start' })),
    ...oneFile.map((subject) => ({ ...subject, as: 'first answer, one file' }))
  ]
  const times = new Map(started.map((one) => [one, []]))
  for (let round = 0; round < (quick ? 11 : 50); round++)
    for (const one of started) times.get(one).push(await firstAnswer(one))
  for (const one of started)
    report.value(section, `${one.as}: ${one.name}`, 'ms', times.get(one), one.limit && { most: 10 })
  await memory(report, like('/session, JWT'), quick)
  await memory(report, like('/session, database'), quick)
}

async function firstAnswer({ folder, variables, expected, command, env }) {
  const args = [path.join(folder, 'first.sock'), variables, expected, '1', ...command]
  const as = isRoot ? { uid: serverUser.uid, gid: serverUser.gid } : {}
  const { stdout } = await run(tool('first'), args, { cwd: folder, env: { ...process.env, ...env }, ...as, timeout: 60000 })
  return JSON.parse(stdout)[0] / 1000
}

async function memory(report, subject, quick) {
  const served = await serve(subject)
  await load(served, 64, 16)  // by then all threads have been started
  report.value(section, `memory at rest: ${subject.name}`, 'MiB RSS', [resident(served.pid)], { most: 12 })
  const nginx = await startNginx([served])
  const url = `http://127.0.0.1:${nginx.ports[0]}/api/auth${served.route}`
  await check(served.name, url, { Cookie: firstVisitor(served.cookie) }, served.expected)
  await wrk(url, { Cookie: firstVisitor(served.cookie) }, { seconds: quick ? 1 : 5, connections: 64 })
  report.value(section, `most memory under load: ${subject.name}`, 'MiB RSS', [resident(served.pid, 'VmHWM')], { most: 24 })
  await nginx.stop()
  await served.stop()
}
