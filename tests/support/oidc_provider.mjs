// A real OpenID provider (npm oidc-provider) on loopback, with two people to choose from and no passwords.
// Tests import it; `make run` starts it: node oidc_provider.mjs --port 8081 --client ID --secret SECRET --redirect URL
import { createServer } from 'node:http'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import Provider from 'oidc-provider'
import { choosePage, errorPage, portrait } from './oidc_pages.mjs'
import { MemoryAdapter } from './oidc_memory.mjs'

export const people = {
  ann: { sub: 'ann', name: 'Ann Example', email: 'ann@example.com', email_verified: true },
  ben: { sub: 'ben', name: 'Ben Example', email: 'ben@example.com', email_verified: true, picture: 'people/ben.svg' }
}

/**
 * Starts it; port 0 takes a free one. Gives { issuer, clientId, clientSecret, entry, allow, requests, stop }:
 * `entry()` is what goes into `providers` of nextauth.json, `allow(uri)` registers one more redirect URI,
 * `requests` are the paths asked for so far. `client` changes how the client is registered, `clients` are further ones.
 */
export async function startProvider({ port = 0, clientId = 'demo-client', clientSecret = 'demo-secret', redirectUris = [], id = 'demo', name = 'Demo', client = {}, clients = [] } = {}) {
  let handle = (request, response) => response.writeHead(503).end()
  const server = createServer((request, response) => handle(request, response))
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${server.address().port}`
  const allowed = new Set(redirectUris)
  const requests = []
  const register = (own) => ({
    client_id: clientId,
    client_secret: clientSecret,
    // Tests learn their site's port only after this has started: see redirectUriAllowed.
    redirect_uris: ['http://127.0.0.1/registered-later'],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_post',
    ...own
  })
  const provider = makeProvider(issuer, [client, ...clients].map(register))
  provider.Client.prototype.redirectUriAllowed = (uri) => allowed.has(uri)
  const callback = provider.callback()
  handle = (request, response) => {
    const path = new URL(request.url, issuer).pathname
    requests.push(`${request.method} ${path}`)
    if (path.startsWith('/interaction/')) return interact(provider, request, response).catch((error) => fail(response, error))
    if (path.startsWith('/people/')) return portrait(response)
    forgetSession(request)
    callback(request, response)
  }
  return {
    issuer,
    clientId,
    clientSecret,
    requests,
    provider,
    allow: (uri) => allowed.add(uri),
    entry: (more = {}) => ({ id, name, type: 'oauth', version: '2.0', issuer, scope: 'openid profile email', clientId, clientSecret, ...more }),
    stop: () => new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  }
}

function makeProvider(issuer, clients) {
  const provider = new Provider(issuer, {
    adapter: MemoryAdapter,
    clients,
    jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: { openid: ['sub'], profile: ['name', 'picture'], email: ['email', 'email_verified'] },
    // Claims in the id_token as well as at userinfo: many providers do so, and nextauth.fcgi must cope with both.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    pkce: { methods: ['S256'], required: () => false },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (ctx, sub) => people[sub] && {
      accountId: sub,
      claims: () => ({ ...people[sub], ...(people[sub].picture && { picture: `${issuer}/${people[sub].picture}` }) })
    },
    // Nobody is asked for consent: whoever chose a person has agreed.
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
    renderError: (ctx, out) => {
      ctx.type = 'html'
      ctx.body = errorPage(out)
    },
    ttl: { AccessToken: 3600, AuthorizationCode: 60, IdToken: 3600, Interaction: 3600, Session: 3600, Grant: 3600, RefreshToken: 3600 }
  })
  return provider
}

function key(type, options, alg) {
  const { privateKey } = generateKeyPairSync(type, options)
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg }
}

/** Without its own session the provider asks at every sign-in, or the second one would silently be the first person again. */
function forgetSession(request) {
  const cookies = (request.headers.cookie ?? '').split('; ').filter((cookie) => !cookie.startsWith('_session'))
  request.headers.cookie = cookies.join('; ')
}

async function interact(provider, request, response) {
  const { params } = await provider.interactionDetails(request, response)
  if (request.method !== 'POST') {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
    return response.end(choosePage(Object.entries(people), params.redirect_uri))
  }
  const person = new URLSearchParams(await body(request)).get('person')
  const result = people[person]
    ? { login: { accountId: person } }
    : { error: 'access_denied', error_description: 'the person went away' }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

async function body(request) {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

function fail(response, error) {
  response.writeHead(error.statusCode ?? 500, { 'Content-Type': 'text/html; charset=utf-8' })
  response.end(errorPage({ error: error.error ?? 'error', error_description: error.error_description ?? error.message }))
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8081' },
      client: { type: 'string', default: 'demo-client' },
      secret: { type: 'string', default: 'demo-secret' },
      redirect: { type: 'string', multiple: true, default: [] }
    }
  })
  const { issuer, stop } = await startProvider({
    port: Number(values.port), clientId: values.client, clientSecret: values.secret, redirectUris: values.redirect
  })
  console.log(`OpenID provider: ${issuer}`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop().then(() => process.exit(0)))
}
