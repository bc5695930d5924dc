// What the real NextAuth.js 3.29.10 sends browsers to, for each of its OAuth providers. Regenerates the fixture:
//   npm install --prefix /tmp/v3 next-auth@3.29.10
//   node tests/parity/authorization_urls.mjs /tmp/v3/node_modules > tests/oauth/v3_authorization_urls.json
// Options are the catalogue's examples. What differs from run to run is a placeholder: STATE, CODE_CHALLENGE.
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const modules = path.resolve(process.argv[2] ?? path.join(root, 'tests/node_modules'))
const nextAuth = path.join(modules, 'next-auth')
const require = createRequire(path.join(nextAuth, 'package.json'))
const { version } = require('./package.json')
if (version !== '3.29.10') throw new Error(`next-auth is ${version}, not 3.29.10`)

process.env.NEXTAUTH_URL = 'https://site.example/api/auth'
const NextAuth = require('./dist/server/index.js').default

/** An OAuth 1.0a provider's answer to the request for a token. */
const tokens = createServer((request, response) => response.end('oauth_token=TOKEN&oauth_token_secret=SECRET&oauth_callback_confirmed=true'))
await new Promise((resolve) => tokens.listen(0, '127.0.0.1', resolve))
const requestTokenUrl = `http://127.0.0.1:${tokens.address().port}/`

/** A request as Next.js hands it to an API route. Gives the answer's JSON and the cookies it sets. */
async function call(options, { method = 'GET', nextauth, body = {}, cookies = {} }) {
  const headers = {}
  const response = {
    getHeader: (name) => headers[name],
    setHeader: (name, value) => { headers[name] = value },
    status: () => response,
    end: () => response,
    send: () => response,
    json: (value) => { response.value = value }
  }
  await NextAuth({ method, query: { nextauth }, body, cookies, headers: {} }, response, options)
  const set = Object.fromEntries((headers['Set-Cookie'] ?? []).map((line) => line.split(';')[0].split(/=(.*)/s)))
  return { value: response.value, cookies: Object.fromEntries(Object.entries(set).map(([name, value]) => [name, decodeURIComponent(value)])) }
}

async function authorizationUrl(provider) {
  const options = { providers: [provider], secret: 'secret', session: { jwt: true } }
  const { value, cookies } = await call(options, { nextauth: ['csrf'] })
  const body = { csrfToken: value.csrfToken, json: 'true' }
  const answer = await call(options, { method: 'POST', nextauth: ['signin', provider.id], body, cookies })
  if (/\/api\/auth\//.test(new URL(answer.value.url).pathname)) throw new Error(`${provider.id}: ${answer.value.url}`)
  return answer.value.url.replace(/([?&]state=)[^&]*/, '$1STATE').replace(/([?&]code_challenge=)[^&]*/, '$1CODE_CHALLENGE')
}

/** What somebody configures who follows the catalogue's examples. */
function exampleOptions(id) {
  const { options = {} } = JSON.parse(readFileSync(path.join(root, 'src/providers', `${id}.json`), 'utf8'))
  return Object.fromEntries(Object.entries(options).filter(([, { required }]) => required).map(([name, { example }]) => [name, example]))
}

const folder = path.join(nextAuth, 'dist/providers')
const urls = {}
for (const file of readdirSync(folder).filter((name) => name.endsWith('.js') && name !== 'index.js').sort()) {
  const make = require(path.join(folder, file)).default
  const { id, type } = make({ region: 'EU', domain: 'x', tenantId: 'x', primaryUserFlow: 'x' })
  if (type !== 'oauth') continue
  const options = { clientId: 'app', clientSecret: 's3cret', ...exampleOptions(id) }
  const provider = make(options)
  if (!provider.version.startsWith('2.')) provider.requestTokenUrl = requestTokenUrl
  urls[id] = await authorizationUrl(provider)
}
tokens.close()
process.stdout.write(`${JSON.stringify(urls, null, 2)}\n`)
