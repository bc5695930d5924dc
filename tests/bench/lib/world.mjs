// What is measured, side by side: this executable and the limit programs, each behind a Unix socket, with the same request.
import { execFileSync } from 'node:child_process'
import crypto from 'node:crypto'
import { chmodSync, chownSync, copyFileSync, existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { accepts, buildFolder, executable, isRoot, serverUser, start, temporaryFolder, until } from '../../support/process.mjs'

export const tools = path.join(buildFolder, 'bench')
export const tool = (name) => path.join(tools, name)
const dist = path.join(buildFolder, 'dist/nextauth.fcgi')
/** What is best as CGI: a static program starts sooner. */
export const cgiProgram = !process.env.NEXTAUTH_FCGI && existsSync(dist) ? dist : executable

export const url = 'http://127.0.0.1:8000/api/auth'
const secret = '0123456789abcdef0123456789abcdef'
const person = { name: 'Ann Example', email: 'ann@example.com', picture: 'https://example.com/ann.png' }
const month = 30 * 24 * 3600

const base64url = (bytes) => Buffer.from(bytes).toString('base64url')

/** next-auth 3's signing key of a secret. */
const signingKey = Buffer.from(crypto.hkdfSync('sha256', secret, '', 'NextAuth.js Generated Signing Key', 64))

function jwt() {
  const issued = Math.floor(Date.now() / 1000)
  const claims = { ...person, sub: '1', iat: issued, exp: issued + month }
  const text = `${base64url('{"alg":"HS512"}')}.${base64url(JSON.stringify(claims))}`
  return `${text}.${base64url(crypto.createHmac('sha512', signingKey).update(text).digest())}`
}

/** What a browser that has signed in sends with each request. */
function cookies(sessionToken) {
  const csrf = 'b6511fff1ea9936e4f3f1363a40b21f71ba9d2a2094ba389c5582ca3eb6474dd'
  const hash = crypto.createHash('sha256').update(csrf + secret).digest('hex')
  return `next-auth.csrf-token=${csrf}%7C${hash}; next-auth.callback-url=${encodeURIComponent(new URL(url).origin)}; ` +
    `next-auth.session-token=${sessionToken}`
}

/** The variables nginx sends with its own fastcgi_params, and a browser's headers. */
export function variables(route, cookie) {
  const { pathname } = new URL(url)
  return {
    QUERY_STRING: '', REQUEST_METHOD: 'GET', SCRIPT_NAME: pathname, PATH_INFO: route, REQUEST_URI: pathname + route,
    DOCUMENT_URI: pathname + route, DOCUMENT_ROOT: '/var/www/html', SERVER_PROTOCOL: 'HTTP/1.1', REQUEST_SCHEME: 'http',
    GATEWAY_INTERFACE: 'CGI/1.1', SERVER_SOFTWARE: 'nginx/1.22.1', REMOTE_ADDR: '127.0.0.1', REMOTE_PORT: '50000',
    SERVER_ADDR: '127.0.0.1', SERVER_PORT: '8000', SERVER_NAME: '127.0.0.1', REDIRECT_STATUS: '200', HTTP_HOST: '127.0.0.1:8000',
    HTTP_USER_AGENT: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', HTTP_ACCEPT: '*/*',
    HTTP_ACCEPT_LANGUAGE: 'en-US,en;q=0.5', HTTP_ACCEPT_ENCODING: 'gzip, deflate', HTTP_CONNECTION: 'keep-alive',
    HTTP_COOKIE: cookie
  }
}

function own(file) {
  if (isRoot) chownSync(file, serverUser.uid, serverUser.gid)
  return file
}

/** A copy that the server user can reach. */
function copied(folder, program) {
  const copy = path.join(folder, path.basename(program))
  if (!existsSync(copy)) copyFileSync(program, copy)
  chmodSync(copy, 0o755)
  return copy
}

export function sqlite(file, sql) {
  return execFileSync('sqlite3', ['-batch', file], { input: sql, encoding: 'utf8' }).trim()
}

/** Whose requests come in turn; any number of others may be in the database, too. */
const visitors = 1000
const sqlTime = (time) => new Date(time).toISOString().replace('T', ' ').replace('Z', '')

/** `rows` people with a session each. In the order of the indexes, which is quick. The visitors' tokens end in 0000 to 0999. */
function fill(file, token, rows) {
  const expires = sqlTime(Date.now() + month * 1000)
  const known = Array.from({ length: visitors }, (_, i) => {
    const hash = crypto.createHash('sha256').update(token + String(i).padStart(4, '0')).digest('hex')
    return `INSERT INTO users (id, name, email, image) VALUES (${i + 1}, '${person.name}', 'ann${i || ''}@example.com', '${person.picture}');
INSERT INTO sessions (user_id, expires, session_token, access_token) VALUES (${i + 1}, '${expires}', 'sha256:${hash}', '${hash}');`
  })
  const step = Math.floor(0xffffffff / rows)
  const others = `WITH RECURSIVE n(i) AS (SELECT ${visitors + 1} WHERE ${rows} > ${visitors} UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`
  sqlite(file, `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -500000; BEGIN;
${others} INSERT INTO users (id, name, email, image) SELECT i, 'Person ' || i, printf('p%08d@example.com', i), '${person.picture}' FROM n;
${others} INSERT INTO sessions (user_id, expires, session_token, access_token) SELECT i, '${expires}',
  'sha256:' || token, token FROM (SELECT i, printf('%08x%056x', i * ${step}, i) AS token FROM n);
${known.join('\n')}
COMMIT; PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL;`)
}

/** What goes into nextauth.json. */
export function siteConfiguration(more = {}) {
  const providers = ['github', 'google'].map((id) => ({ id, clientId: 'client', clientSecret: 'secret' }))
  return { url, secret, providers, database: null, ...more }
}

/** A folder as a site's owner has it: `configuration` beside a copy of the executable. */
export function site(configuration = {}, program = executable) {
  const folder = temporaryFolder()
  const file = path.join(folder, 'nextauth.json')
  writeFileSync(file, JSON.stringify(siteConfiguration(configuration), null, 2), { mode: 0o600 })
  own(file)
  return { folder, database: path.join(folder, 'auth.db'), program: copied(folder, program), configuration: file,
    variables: (route, cookie) => own(writeVariables(path.join(folder, `${path.basename(route)}.variables`), variables(route, cookie))) }
}

export function writeVariables(file, values) {
  writeFileSync(file, Object.entries(values).map(([name, value]) => `${name}=${value}\n`).join(''))
  return file
}

/** As `site`, with people in its database: at least 1000, whose tokens are `token` and four digits. */
export function siteWithSessions(rows, configuration = {}, program = executable) {
  const made = site({ database: 'sqlite:auth.db', ...configuration }, program)
  made.token = crypto.randomBytes(30).toString('hex')
  const env = { NEXTAUTH_CONFIG: made.configuration, ...variables('/session', cookies(`${made.token}0000`)) }
  const as = isRoot ? { uid: serverUser.uid, gid: serverUser.gid } : {}
  execFileSync(made.program, [], { env, cwd: made.folder, stdio: 'pipe', ...as })  // makes the tables
  fill(made.database, made.token, rows)
  for (const end of ['', '-wal', '-shm']) if (existsSync(made.database + end)) own(made.database + end)
  return made
}

/** Nobody counts its requests but tools/fastcgi.c: others are always the first visitor. */
export const firstVisitor = (text) => text.replace(/##+/, (digits) => '0'.repeat(digits.length))

/** /session of a site with `rows` sessions. */
export function databaseSubject({ rows = 1000, program = executable, configuration = {} } = {}) {
  const made = siteWithSessions(rows, configuration, program)
  return subjectOf('/session, database', made, '/session', cookies(`${made.token}0###`), '"name":"Ann Example"')
}

/** /session of somebody with a JWT, without a database. */
export function jwtSubject({ program = executable, configuration = {} } = {}) {
  return subjectOf('/session, JWT', site(configuration, program), '/session', cookies(jwt()), '"email":"ann@example.com"')
}

function subjectOf(name, where, route, cookie, expected, limit) {
  return {
    name, limit, expected, command: [where.program], folder: where.folder, database: where.database, token: where.token,
    env: { NEXTAUTH_CONFIG: where.configuration }, variables: where.variables(route, cookie), route, cookie
  }
}

/** The limit program that answers the requests of `like`. */
export function limitOf(name, work, like, env = {}) {
  return { ...like, name, limit: undefined, command: [copied(like.folder, tool(`fcgi-${work}`))], env }
}

/**
 * The subjects of the first table: { name, command, env, variables (a file), expected, limit (a subject's name) }.
 * `threads` is for both sides.
 */
export function fastcgiSubjects({ threads = 8, rows = 1000, program = executable } = {}) {
  const stateless = site({ threads }, program)
  const stored = siteWithSessions(rows, { threads }, program)
  const token = jwt()
  const limit = (name, work, like, env) => limitOf(name, work, like, { LIMIT_THREADS: String(threads), ...env })
  const jwtSession = subjectOf('/session, JWT', stateless, '/session', cookies(token), '"email":"ann@example.com"', 'hello + HMAC-SHA512')
  const databaseSession = subjectOf('/session, database', stored, '/session', cookies(`${stored.token}0###`), '"name":"Ann Example"', 'hello + SQLite join')
  return [
    jwtSession,
    databaseSession,
    subjectOf('/csrf', stateless, '/csrf', cookies(token), '"csrfToken":"b6511fff', 'hello'),
    subjectOf('/providers', stateless, '/providers', cookies(token), '"signinUrl"', 'hello'),
    limit('hello', 'hello', jwtSession),
    limit('hello + HMAC-SHA512', 'jwt', jwtSession, { LIMIT_JWT_KEY: signingKey.toString('hex') }),
    limit('hello + SQLite join', 'session', databaseSession, { LIMIT_DATABASE: stored.database })
  ]
}

let sockets = 0

/**
 * Starts a subject behind a socket of its own, as spawn-fcgi does it; `through` are words before the command (valgrind),
 * `tcp` is a port on loopback in place of a Unix socket.
 */
export async function serve(subject, { through = [], tcp } = {}) {
  const socket = tcp ? `127.0.0.1:${tcp}` : path.join(subject.folder, `${++sockets}.sock`)
  const user = isRoot ? ['-u', serverUser.name] : []
  const where = tcp ? ['-a', '127.0.0.1', '-p', String(tcp)] : ['-s', socket, '-M', '0600', ...(isRoot ? ['-U', serverUser.name] : [])]
  const args = ['-n', ...where, ...user, '--', ...through, ...subject.command]
  const program = start('bench', 'spawn-fcgi', args, { cwd: subject.folder, env: subject.env })
  await until(`${subject.name} listens`, () => accepts(tcp ?? socket), { started: program, seconds: 30 })
  return { ...subject, socket, program, pid: program.pid, stop: () => program.stop() }
}
