// The real NextAuth.js v3, next-auth 3.29.10 of npm, with its own TypeORM adapter on SQLite (sql.js: nothing to compile).
// A program of its own: an exception that v3 forgets to catch would end the test. Its one argument: [{ socket, name, options }] in JSON.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { apiRoute } from './next_api.mjs'

const require = createRequire(import.meta.url)
process.env.NODE_ENV = 'production'
const NextAuth = require('next-auth').default
const adapters = require('next-auth/adapters').default
const builtIn = require('next-auth/providers').default
const { getConnection } = require('typeorm')

/** What the mails would have said: [{ identifier, url, token }]. */
const mails = []

// The names of the configuration's keys are v3's; what v3 has as a function is data there.
function provider({ type, profile, params, ...entry }, hooks) {
  if (type === 'email') return builtIn.Email({ ...entry, sendVerificationRequest: ({ identifier, url, token }) => { mails.push({ identifier, url, token }) } })
  if (type === 'credentials') return { ...builtIn.Credentials({ ...entry, authorize: hooks ? (credentials) => asked('authorize', hooks)(credentials) : authorize(entry.people) }), id: entry.id }
  return { type, params: params ?? { grant_type: 'authorization_code' }, ...entry, profile: (from) => mapped(profile, from) }
}

function authorize(people = {}) {
  return async ({ username, password }) => (Object.hasOwn(people, username) && people[username].password === password ? people[username].user : null)
}

function mapped(profile, from) {
  return Object.fromEntries(Object.entries(profile).map(([name, path]) => [name, from[path]]))
}

/** A function of the site's owner that does what the test at this address says: hooks.mjs. */
function asked(name, address) {
  return async (...given) => {
    const said = await (await fetch(address, { method: 'POST', body: JSON.stringify({ name, given }) })).json()
    if ('throws' in said) throw new Error(said.throws)
    if ('rejects' in said) throw said.rejects
    return said.gives
  }
}

const callbackNames = ['signIn', 'redirect', 'session', 'jwt']
const eventNames = ['signIn', 'signOut', 'createUser', 'updateUser', 'linkAccount', 'session', 'error']
const functions = (names, prefix, address) => Object.fromEntries(names.map((name) => [name, asked(prefix + name, address)]))
const ownersOf = (address) => address && { callbacks: functions(callbackNames, '', address), events: functions(eventNames, 'events.', address) }

function handlerOf(name, { url, database, providers, hooks, ...options }) {
  // TypeORM knows `url` for other databases only; the adapter takes SQLite's column types because of it.
  const adapter = database ? adapters.Default({ name, type: 'sqljs', url: 'sqlite:', synchronize: true }) : undefined
  const nextAuth = NextAuth({ ...options, ...ownersOf(hooks), adapter, providers: providers.map((entry) => provider(entry, hooks)) })
  return (request, response) => {
    process.env.NEXTAUTH_URL = url // read by v3 at every request, before it first waits
    return nextAuth(request, response)
  }
}

const waiting = new Set()
process.on('unhandledRejection', (error) => {
  console.error('v3 does not answer:', error)
  for (const response of waiting) response.writeHead(504).end(`v3 does not answer: ${error?.message}`)
})

function serve({ socket, name, options }) {
  const handler = handlerOf(name, options)
  const { pathname } = new URL(options.url)
  const basePath = pathname === '/' ? '/api/auth' : pathname.replace(/\/$/, '')
  createServer(async (request, response) => {
    if (request.url === '/+sql') return runSql(name, request, response)
    if (request.url === '/+mails') return response.end(JSON.stringify(mails.splice(0)))
    waiting.add(response)
    response.once('close', () => waiting.delete(response))
    await apiRoute(handler, basePath, request, response)
  }).listen(socket)
}

/** For a test's own look into the database, which lives in this process's memory. */
async function runSql(name, request, response) {
  let statements = ''
  for await (const chunk of request.setEncoding('utf8')) statements += chunk
  let rows
  for (const statement of statements.split('; ')) rows = await getConnection(name).query(statement)
  response.end(JSON.stringify(rows ?? []))
}

for (const site of JSON.parse(process.argv[2])) serve(site)
