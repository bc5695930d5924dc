// An OpenID provider whose every answer a test can bend: what the real one (oidc_provider.mjs) would never do.
// Nobody signs in there: a test takes the nonce from the authorization URL and uses it as the code.
import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'

const makeKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** With `tls`, { key, cert } of localhost, it speaks https. */
export async function startStub({ id = 'stub', clientId = 'stub-client', clientSecret = 'stub-secret', tls } = {}) {
  const key = makeKey()
  const otherKey = makeKey()
  const routes = new Map()
  const hits = []
  const answerOne = async (request, response) => {
    const { pathname } = new URL(request.url, 'http://stub')
    hits.push(pathname)
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const answer = routes.get(pathname) ?? defaults[pathname]
    if (!answer) return response.writeHead(404).end()
    try {
      await answer({ request, response, form: new URLSearchParams(body), json: (value, status = 200) => sendJson(response, value, status) })
    } catch (error) {
      response.destroy(error)
    }
  }
  const server = tls ? createTlsServer(tls, answerOne) : createServer(answerOne)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${server.address().port}`

  const stub = {
    issuer,
    hits,
    otherKey,
    clientSecret,
    /** Replaces the answer at a path; see `defaults` for what it gets. */
    on: (path, answer) => routes.set(path, answer),
    /** All as a good provider would answer. */
    reset: () => routes.clear(),
    claims: (nonce, more = {}) => {
      const now = Math.floor(Date.now() / 1000)
      return { iss: issuer, aud: clientId, sub: 'stub-user', iat: now, exp: now + 300, nonce, name: 'Stub User', email: 'stub@example.com', ...more }
    },
    idToken: (claims, { header = {}, with: pair = key } = {}) => {
      const head = { alg: 'RS256', typ: 'JWT', kid: 'stub', ...header }
      const input = `${base64url(head)}.${base64url(claims)}`
      const signature = head.alg === 'none' ? ''
        : head.alg === 'HS256' ? createHmac('sha256', pair).update(input).digest('base64url')
          : sign('sha256', Buffer.from(input), pair.privateKey).toString('base64url')
      return `${input}.${signature}`
    },
    tokens: (idToken) => ({ access_token: 'stub-access-token', token_type: 'Bearer', expires_in: 60, ...(idToken && { id_token: idToken }) }),
    publicKeyPem: key.publicKey.export({ type: 'spki', format: 'pem' }),
    /** For `providers` of nextauth.json: found by discovery … */
    entry: (more = {}) => ({ id, name: 'Stub', type: 'oauth', version: '2.0', issuer, scope: 'openid', clientId, clientSecret, ...more }),
    /** … or plain OAuth, without discovery and id_token. */
    plainEntry: (more = {}) => ({
      id, name: 'Stub', type: 'oauth', version: '2.0', protection: ['state'],
      authorizationUrl: `${issuer}/auth?response_type=code`, accessTokenUrl: `${issuer}/token`, profileUrl: `${issuer}/me`, scope: 'all',
      profile: { id: 'sub', name: 'name', email: 'email', image: 'picture' }, clientId, clientSecret, ...more
    }),
    stop: () => new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  }

  const defaults = {
    '/.well-known/openid-configuration': ({ json }) => json({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/me`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_post']
    }),
    '/jwks': ({ json }) => json({ keys: [{ ...key.publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'stub' }] }),
    '/token': ({ json, form }) => json(stub.tokens(stub.idToken(stub.claims(form.get('code'))))),
    '/me': ({ json }) => json({ sub: 'stub-user', name: 'Stub User', email: 'stub@example.com' })
  }
  return stub
}

function sendJson(response, value, status) {
  const text = JSON.stringify(value)
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

/** OpenID Connect Core 3.1.3.6: the left half of the access token's hash. */
export const atHash = (accessToken) => createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')

/** Where the provider would send the visitor back to, after the authorization request at `location`. */
export function answerTo(location, more = {}) {
  const asked = new URL(location).searchParams
  const back = new URL(asked.get('redirect_uri'))
  back.searchParams.set('code', asked.get('nonce') ?? 'code')
  if (asked.has('state')) back.searchParams.set('state', asked.get('state'))
  for (const [name, value] of Object.entries(more)) back.searchParams.set(name, value)
  return back.href
}
