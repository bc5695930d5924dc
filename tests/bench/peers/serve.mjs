// A peer in a bare Node.js server: node serve.mjs PORT next-auth-3|next-auth-3-database|next-auth-4|auth-core [DATABASE]
// Prints one line, the Cookie header of somebody who is signed in, once it listens.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { apiRoute } from '../../support/next_api.mjs'

const require = createRequire(import.meta.url)
process.env.NODE_ENV = 'production'
const [port, peer, database] = process.argv.slice(2)
process.env.NEXTAUTH_URL = `http://127.0.0.1:${port}/api/auth`
const secret = '0123456789abcdef0123456789abcdef'
const person = { name: 'Ann Example', email: 'ann@example.com', picture: 'https://example.com/ann.png', sub: '1' }
const keys = { clientId: 'client', clientSecret: 'secret' }

/** v3 would warn at each request that it made the signing key from the secret, as nextauth.fcgi does. */
const silent = { error: console.error, warn() {}, debug() {} }

const peers = {
  'next-auth-3': async () => {
    const handler = require('next-auth').default({ secret, jwt: { secret }, session: { jwt: true }, logger: silent, providers: providersOf3() })
    const token = await require('next-auth/jwt').encode({ token: person, secret })
    return { handle: nextRoute(handler), cookie: `next-auth.session-token=${token}` }
  },
  'next-auth-3-database': async () => {
    const adapter = require('next-auth/adapters').default.Default(`sqlite://localhost/x?database=${database}&synchronize=true`)
    const options = { secret, baseUrl: 'http://127.0.0.1', session: { maxAge: 2592000, updateAge: 86400 }, logger: silent }
    const open = await adapter.getAdapter(options)
    const user = await open.createUser({ name: person.name, email: person.email, image: person.picture })
    const { sessionToken } = await open.createSession(user)
    const handler = require('next-auth').default({ secret, adapter, providers: providersOf3() })
    return { handle: nextRoute(handler), cookie: `next-auth.session-token=${sessionToken}` }
  },
  'next-auth-4': async () => {
    const handler = require('next-auth-4').default({ secret, providers: [require('next-auth-4/providers/github').default(keys)] })
    const token = await require('next-auth-4/jwt').encode({ token: person, secret })
    return { handle: nextRoute(handler), cookie: `next-auth.session-token=${token}` }
  },
  'auth-core': async () => {
    const { Auth } = await import('auth-core')
    const { encode } = await import('auth-core/jwt')
    const { default: GitHub } = await import('auth-core/providers/github')
    const options = { secret, trustHost: true, basePath: '/api/auth', providers: [GitHub(keys)] }
    const token = await encode({ token: person, secret, salt: 'authjs.session-token' })
    return { handle: (request, response) => webRoute((asked) => Auth(asked, options), request, response), cookie: `authjs.session-token=${token}` }
  }
}

function providersOf3() {
  return [require('next-auth/providers').default.GitHub(keys)]
}

const nextRoute = (handler) => (request, response) => apiRoute(handler, '/api/auth', request, response)

/** Between Node.js and the web's Request and Response, as frameworks do it. */
async function webRoute(handler, request, response) {
  const answer = await handler(new Request(`http://${request.headers.host}${request.url}`, { method: request.method, headers: request.headers }))
  for (const [name, value] of answer.headers) response.appendHeader(name, value)
  response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
}

const { handle, cookie } = await peers[peer]()
createServer(handle).listen(Number(port), '127.0.0.1', () => console.log(cookie))
