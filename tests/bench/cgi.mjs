// CGI, from fork to exit, beside static C programs.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { root } from '../support/process.mjs'
import { cgiProgram, fastcgiSubjects, firstVisitor, tool, variables } from './lib/world.mjs'

const run = promisify(execFile)

// Of wall time. What a static program that answers the same bytes without any work takes is the limit of a session, too.
const pairs = [
  ['/csrf', 'static hello', 1.5],
  ['/providers', 'static hello', 1.5],
  ['/session, JWT', 'static hello', 2],
  ['/session, JWT', 'static HMAC-SHA512'],
  ['/session, database', 'static SQLite join', 1.3],
  ['dynamic hello', 'static hello'],
  ['static-pie hello', 'static hello']
]

export async function cgi(report, { quick }) {
  const programs = cgiPrograms(cgiProgram)
  const rounds = []
  for (let round = 0; round < (quick ? 7 : 15); round++) rounds.push(await spawnInTurn(programs, quick ? 30 : 80))
  const of = (name, figure) => rounds.map((round) => round.get(name)[figure])
  const section = `CGI, fork to exit, ${path.relative(root, cgiProgram)}`
  for (const [ours, limit, most] of pairs)
    report.ratio(section, ours, limit, 'µs wall', of(ours, 'wall'), of(limit, 'wall'), most && { most })
  for (const [ours, limit] of pairs) report.ratio(section, ours, limit, 'µs CPU', of(ours, 'cpu'), of(limit, 'cpu'))
  for (const [ours, limit] of pairs) report.ratio(section, ours, limit, 'faults', of(ours, 'faults'), of(limit, 'faults'))
}

/** [{ name, command, file, expected }] */
function cgiPrograms(program) {
  const subjects = fastcgiSubjects({ program })
  const like = (name) => subjects.find((subject) => subject.name === name)
  const limit = (name, built, subject) => asCgi({ ...subject, name, command: [tool(built)] })
  return [
    ...subjects.filter((subject) => subject.limit).map(asCgi),
    limit('static hello', 'cgi-hello-static', like('hello')),
    limit('dynamic hello', 'cgi-hello-dynamic', like('hello')),
    limit('static-pie hello', 'cgi-hello-static-pie', like('hello')),
    limit('static HMAC-SHA512', 'cgi-jwt-static', like('hello + HMAC-SHA512')),
    limit('static SQLite join', 'cgi-session-static', like('hello + SQLite join'))
  ]
}

function asCgi({ name, command, folder, route, cookie, env, expected }) {
  const file = path.join(folder, `${name.replace(/\W+/g, '-')}.cgi`)
  const all = { ...variables(route, firstVisitor(cookie)), ...env }
  writeFileSync(file, Object.entries(all).map(([variable, value]) => `${variable}=${value}\n`).join(''))
  return { name, command: command[0], file, expected }
}

async function spawnInTurn(programs, times) {
  const args = programs.flatMap(({ file, command, expected }) => [file, command, expected])
  const { stdout } = await run(tool('spawn'), [String(times), ...args], { timeout: 120000 })
  return new Map(JSON.parse(stdout).map((figures, number) => [programs[number].name, figures]))
}
