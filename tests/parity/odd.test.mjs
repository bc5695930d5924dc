// Odd values: cookies that are no cookies, lists, repeated and empty parameters; as the real v3 takes them.
import { after, before, describe, it } from 'node:test'
import { startStub } from '../support/stub_provider.mjs'
import { csrfCookie, csrfToken, origin, startBoth } from './both.mjs'
import { compareAll } from './compare.mjs'

const csrf = { 'next-auth.csrf-token': csrfCookie }
const form = { csrfToken }
const encoded = encodeURIComponent(csrfCookie)
const signedOut = ['next-auth.callback-url=http%3A%2F%2Flocalhost%3A3000; Path=/; HttpOnly; SameSite=Lax', 'next-auth.session-token=; Max-Age=0; Path=/; Expires=<now+0s>; HttpOnly; SameSite=Lax']

describe('odd values', () => {
  let stub
  let sites
  before(async () => {
    stub = await startStub()
    const providers = [stub.plainEntry(), stub.plainEntry({ id: 'queried', authorizationUrl: `${stub.issuer}/auth?response_type=code&prompt=none&x=`, authorizationParams: { prompt: 'login', audience: 'a b' } })]
    sites = await startBoth({
      db: { database: true, providers }, jwt: { database: false, providers },
      named: { database: true, providers, cookies: { sessionToken: { name: 'sid' }, callbackUrl: { name: 'back', options: {} }, csrfToken: { name: 'csrf', options: { sameSite: true, path: '/' } } } },
      flags: { database: true, providers, cookies: { sessionToken: { name: 'sid', options: { sameSite: false, httpOnly: true } }, callbackUrl: { name: 'back', options: { sameSite: 'Strict', path: '', httpOnly: true } }, csrfToken: { name: 'csrf', options: { domain: '', httpOnly: true, secure: true, sameSite: 'None' } } } },
      emptyPages: { database: true, providers, pages: {} }
    })
  })
  after(async () => {
    await sites?.stop()
    await stub?.stop()
  })

  describe('cookies', () => {
    const csrfs = { quoted: `"${encoded}"`, 'quoted, not encoded': `"${csrfCookie}"`, 'in broken encoding': '%zz', 'half encoded': `${csrfCookie}%`, 'with a plus': encoded.replace('%7C', '+'), 'in capital letters': encoded.toUpperCase() }
    compareAll(() => sites.db, [
      ...Object.entries(csrfs).flatMap(([what, value]) => [[`CSRF, ${what}`, 'GET', '/csrf', { raw: `next-auth.csrf-token=${value}` }], [`CSRF, ${what}`, 'POST', '/signout', { raw: `next-auth.csrf-token=${value}`, form }]]),
      ['a callback URL, quoted', 'GET', '/csrf', { raw: `next-auth.csrf-token=${encoded}; next-auth.callback-url="http%3A%2F%2Flocalhost%3A3000%2Fx"` }],
      ['a callback URL, in broken encoding', 'GET', '/csrf', { raw: `next-auth.csrf-token=${encoded}; next-auth.callback-url=%zz` }],
      ['a callback URL, in broken encoding', 'GET', '/csrf', { raw: `next-auth.csrf-token=${encoded}; next-auth.callback-url=/x%zz` }],
      ['a callback URL, not encoded', 'GET', '/csrf', { raw: `next-auth.csrf-token=${encoded}; next-auth.callback-url=http://localhost:3000/x?a=b` }],
      ['a callback URL, empty', 'GET', '/csrf', { raw: `next-auth.csrf-token=${encoded}; next-auth.callback-url=` }],
      ['a callback URL with a plus', 'GET', '/csrf', { raw: `next-auth.csrf-token=${encoded}; next-auth.callback-url=/a+b` }],
      ['without space', 'GET', '/csrf', { raw: `a=b;next-auth.csrf-token=${encoded};c` }],
      ['with spaces', 'GET', '/csrf', { raw: `a=b;  next-auth.csrf-token = ${encoded} ; c=` }],
      ['a name in other letters', 'GET', '/csrf', { raw: `Next-Auth.csrf-token=${encoded}` }]
    ])
    describe('with options of their own', () => {
      const known = { cookies: { csrf: csrfCookie, sid: 'x' } }
      compareAll(() => sites.flags, [['new', 'GET', '/csrf'], ['known', 'GET', '/csrf', known], ['an unknown session', 'GET', '/session', known],
        ['signing out', 'POST', '/signout', { ...known, form }], ['signing in', 'POST', '/signin/stub', { ...known, form: { ...form, callbackUrl: '/x' } }]])
      const [token, back, ended] = ['csrf=<64 hex digits>%7C<64 hex digits>; Path=/', 'back=http%3A%2F%2Flocalhost%3A3000; Path=/', 'sid=; Max-Age=0; Path=/; Expires=<now+0s>']
      compareAll(() => sites.named, [['with some options only', 'GET', '/session', { cookies: { sid: 'x' } }, ['cookieDefaults',
        { cookies: [`${token}; HttpOnly; SameSite=Strict`, `${back}; HttpOnly; SameSite=Lax`, `${ended}; HttpOnly; SameSite=Lax`] }, { cookies: [`${token}; SameSite=Strict`, back, ended] }]]])
    })
  })

  describe('parameters', () => {
    compareAll(() => sites.db, [
      ['two of a name', 'POST', '/signin/stub', { cookies: csrf, form, query: 'x=1&x=2' }],
      ['two of one it has', 'POST', '/signin/stub', { cookies: csrf, form, query: 'scope=a&scope=b' }],
      ['three of a name', 'POST', '/signin/stub', { cookies: csrf, form, query: 'x=1&y=3&x=2&x=' }],
      ['an empty one', 'POST', '/signin/stub', { cookies: csrf, form, query: 'x=&y' }],
      ['an empty name', 'POST', '/signin/stub', { cookies: csrf, form, query: '=1&&' }],
      ['a plus', 'POST', '/signin/stub', { cookies: csrf, form, query: 'x=a+b%2Bc' }],
      ['letters', 'POST', '/signin/stub', { cookies: csrf, form, query: `x=${encodeURIComponent('ü😀!\'()*~"<')}` }],
      ['brackets', 'POST', '/signin/stub', { cookies: csrf, form, query: 'x[]=1&x[a]=2' }],
      ['of the URL and of its own', 'POST', '/signin/queried', { cookies: csrf, form }],
      ['of the URL, of its own and more', 'POST', '/signin/queried', { cookies: csrf, form, query: 'prompt=consent&x=9&audience=' }],
      ['json and csrfToken', 'POST', '/signin/stub', { cookies: csrf, form, query: 'json=true&csrfToken=x' }],
      ['an error', 'POST', '/signin/stub', { cookies: csrf, form, query: 'error=x' }],
      ['fields of more', 'POST', '/signin/stub', { cookies: csrf, form: { ...form, x: '1', prompt: 'login', state: 'evil' } }],
      ['an empty callback URL', 'POST', '/signin/stub', { cookies: csrf, form: { ...form, callbackUrl: '' }, query: 'callbackUrl=' }],
      ['a token twice', 'POST', '/signin/stub', { cookies: csrf, body: `csrfToken=${csrfToken}&csrfToken=x` }],
      ['a token in a list', 'POST', '/signin/stub', { cookies: csrf, json: { csrfToken: [csrfToken] } }],
      ['JSON that is nested', 'POST', '/signin/stub', { cookies: csrf, json: { csrfToken, a: { b: [1] }, callbackUrl: '/x', json: 'true' } }],
      ['JSON with numbers', 'POST', '/signout', { cookies: csrf, json: { csrfToken, json: 1, callbackUrl: '' } }],
      ['JSON with null', 'POST', '/signout', { cookies: csrf, json: { csrfToken, json: null, callbackUrl: null } }],
      ['JSON with a list as callback URL', 'POST', '/signout', { cookies: csrf, json: { csrfToken, callbackUrl: [] } },
        ['answers', { status: 302, location: origin, body: '', cookies: signedOut }, { status: 504, location: undefined, body: 'v3 does not answer: url.startsWith is not a function', cookies: [] }]],
      ['an error page of a list', 'GET', '/error', { query: 'error[]=Configuration' }],
      ['a provider in other letters', 'POST', '/signin/STUB', { cookies: csrf, form }],
      ['a provider of the prototype', 'POST', '/signin/__proto__', { cookies: csrf, form }],
      ['a provider of the prototype', 'POST', '/callback/constructor', { cookies: csrf, form }],
      ['an error of the prototype', 'GET', '/error', { query: 'error=toString' }],
      ['an error of the prototype', 'GET', '/signin', { query: 'error=toString' }],
      ['an encoded route', 'GET', '/%63srf', { cookies: csrf }],
      ['a trailing slash', 'GET', '/csrf/', { cookies: csrf }],
      ['a trailing slash', 'GET', '/signin/stub/', { cookies: csrf }],
      ['an action in the query', 'GET', '/csrf', { cookies: csrf, query: 'action=_log' }, ['route', { status: 200, json: JSON.stringify({ csrfToken }), body: undefined }, { status: 400, json: undefined, body: 'Error: This action with HTTP GET is not supported by NextAuth.js' }]],
      ['nextauth in the query', 'GET', '/csrf', { cookies: csrf, query: 'nextauth=providers' }],
      ['a code in the query of a POST', 'POST', '/callback/stub', { cookies: csrf, query: 'code=x&state=y', form: {} }],
      ['a client\'s log', 'POST', '/_log', { form: { level: 'error', code: 'X', message: '[{"a":1}]' } }],
      ['a client\'s log of no level', 'POST', '/_log', { cookies: csrf, form: { level: 'constructor', message: '{' } }],
      ['a client\'s log, JSON', 'POST', '/_log', { json: { level: 'warn', code: 'X', message: '[]' } }],
      ['a client\'s log without body', 'POST', '/_log', {}],
      ['a client\'s log by GET', 'GET', '/_log', { cookies: csrf }]
    ])
    compareAll(() => sites.emptyPages, [['no own pages', 'GET', '/signin', { cookies: csrf }], ['no own pages', 'GET', '/error', { query: 'error=AccessDenied' }]])
  })
})
