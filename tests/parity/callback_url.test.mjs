// CSRF cookies good and bad, callback URLs from everywhere, json=true: as the real v3 answers.
import { after, before, describe } from 'node:test'
import { startStub } from '../support/stub_provider.mjs'
import { csrfCookie, csrfToken, origin, startBoth, url } from './both.mjs'
import { compareAll } from './compare.mjs'

const csrf = { 'next-auth.csrf-token': csrfCookie }
const form = { csrfToken }
const anotherHash = csrfCookie.replace(/.$/, (last) => (last === '0' ? '1' : '0'))

const home = 'next-auth.callback-url=http%3A%2F%2Flocalhost%3A3000; Path=/; HttpOnly; SameSite=Lax'
const ended = 'next-auth.session-token=; Max-Age=0; Path=/; Expires=<now+0s>; HttpOnly; SameSite=Lax'
const signedOut = { status: 302, location: origin, body: '' }

describe('CSRF and callback URLs', () => {
  let stub
  let sites
  before(async () => {
    stub = await startStub()
    sites = await startBoth({ db: { database: true, providers: [stub.plainEntry()] }, own: { database: true, providers: [stub.plainEntry()], pages: { error: '/oops?from=auth' } } })
  })
  after(async () => {
    await sites?.stop()
    await stub?.stop()
  })

  describe('a CSRF cookie', () => {
    const cookies = { good: csrfCookie, 'of another secret': anotherHash, 'without hash': csrfToken, 'with an empty hash': `${csrfToken}|`, empty: '', '|': '|' }
    const requests = [
      ['GET', '/csrf', {}], ['GET', '/signin', {}], ['POST', '/signin/stub', { form }], ['POST', '/signout', { form }],
      ['POST', '/signout', { form: { csrfToken: '' } }], ['POST', '/signout', { form: { csrfToken: csrfToken.slice(1) } }],
      ['POST', '/signout', { body: `csrfToken=${csrfToken}&csrfToken=${csrfToken}` }], ['POST', '/signout', { json: { csrfToken: [csrfToken] } }],
      ['POST', '/signout', { query: `csrfToken=${csrfToken}`, form: {} }]
    ]
    compareAll(() => sites.db, [
      ...Object.entries(cookies).flatMap(([what, cookie]) => requests.map(([method, route, request]) =>
        [`that is ${what}`, method, route, { ...request, cookies: { 'next-auth.csrf-token': cookie } }])),
      ['that has a third part', 'GET', '/csrf', { cookies: { 'next-auth.csrf-token': `${csrfCookie}|x` } },
        ['csrfParts', { cookies: ['next-auth.csrf-token=<64 hex digits>%7C<64 hex digits>; Path=/; HttpOnly; SameSite=Lax', home], json: '{"csrfToken":"<64 hex digits>"}' },
          { cookies: [home], json: `{"csrfToken":"${csrfToken}"}` }]],
      ['that is not there', 'POST', '/signin/stub', { form }],
      ['that comes twice', 'GET', '/csrf', { raw: `next-auth.csrf-token=${encodeURIComponent(csrfCookie)}; next-auth.csrf-token=x` }],
      ['that comes twice', 'GET', '/csrf', { raw: `next-auth.csrf-token=x; next-auth.csrf-token=${encodeURIComponent(csrfCookie)}` }],
      ['that is not encoded', 'GET', '/csrf', { raw: `next-auth.csrf-token=${csrfCookie}` }]
    ])
  })

  const inQuery = (value) => ({ cookies: csrf, query: `callbackUrl=${encodeURIComponent(value)}` })
  const inCookie = (value) => ({ cookies: { ...csrf, 'next-auth.callback-url': value } })
  const inBody = (value) => ({ cookies: csrf, form: { csrfToken, callbackUrl: value } })
  const inQueryAndBody = (value) => ({ ...inQuery(value), form: { csrfToken, callbackUrl: '/body' } })
  const inQueryAndCookie = (value) => ({ ...inQuery(value), ...inCookie(`${origin}/cookie`), form })

  describe('a callback URL', () => {
    const local = ['/', '/members', '/members?a=1&b=2#c', '//evil.example/x', '/\\evil.example', `${origin}/x`, origin, `${origin}?q`, '']
    const foreign = ['http://evil.example/', 'https://localhost:3000/', 'http://localhost:3001/', 'HTTP://LOCALHOST:3000/x', 'http:evil.example', 'http:\\\\evil.example', ' http://evil.example/ ']
    const ofOtherKinds = ['javascript:alert(1)', 'data:text/html,x', 'ftp://localhost/', 'mailto:a@b.example']
    const unreadable = ['members', './members', '?a=1', '#x', 'http://', 'http://[x]/', ' /x', 'http://localhost:3000.evil.example/']
    const everywhere = (value) => [
      ['in the query', 'GET', '/csrf', inQuery(value)],
      ['in the cookie', 'GET', '/csrf', inCookie(value)],
      ['in query and body', 'POST', '/signout', inQueryAndBody(value)],
      ['in query and cookie', 'POST', '/signout', inQueryAndCookie(value)]
    ]
    const body = (value, difference) => ['in the body', 'POST', '/signout', inBody(value), difference]

    compareAll(() => sites.db, [...local, ...foreign, ...ofOtherKinds, '//', '//['].flatMap((value) => [...everywhere(value), body(value)]))
    compareAll(() => sites.db, unreadable.flatMap((value) => [...everywhere(value),
      body(value, ['answers', { ...signedOut, cookies: [home, ended] }, { status: 504, location: undefined, body: 'v3 does not answer: Invalid URL', cookies: [] }])]))

    const userinfo = 'http://user@localhost:3000/'
    const refused = (v3) => ['userinfo', { cookies: [home, ended], location: origin }, v3]
    compareAll(() => sites.db, [
      ['with a user', 'POST', '/signout', inBody(userinfo), refused({ cookies: [home.replace('3000', '3000%2F').replace('localhost', 'user%40localhost'), ended], location: userinfo })],
      ['with a user', 'GET', '/csrf', inQuery(userinfo), ['userinfo', { cookies: [home] }, { cookies: [home.replace('3000', '3000%2F').replace('localhost', 'user%40localhost')] }]],
      ['with a space', 'POST', '/signout', inBody('/x y'), ['location', { location: `${origin}/x%20y` }, { location: `${origin}/x y` }]],
      ['with a letter that is not ASCII', 'POST', '/signout', inBody('/ü?ß=1'), ['location', { location: `${origin}/%C3%BC?%C3%9F=1` }, { location: `${origin}/ü?ß=1` }]],
      ['with a line break', 'POST', '/signout', inBody('/x\r\nSet-Cookie: a=b'),
        ['answers', { status: 302, location: `${origin}/x%0D%0ASet-Cookie:%20a=b`, body: '' }, { status: 504, location: undefined, body: 'v3 does not answer: Invalid character in header content ["Location"]' }]],
      ['twice', 'GET', '/csrf', { cookies: csrf, query: 'callbackUrl=/a&callbackUrl=/b' }],
      ['that is no text', 'POST', '/signout', { cookies: csrf, json: { csrfToken, callbackUrl: 7 } },
        ['answers', { ...signedOut, cookies: [home, ended] }, { status: 504, location: undefined, body: 'v3 does not answer: url.startsWith is not a function', cookies: [] }]],
      ['unchanged', 'GET', '/csrf', inCookie(`${origin}/x`)],
      ['of no use, at the error page', 'GET', '/error', inCookie('nonsense'),
        ['errorPage', { status: 500, location: undefined, body: undefined, page: { forms: [], links: [], complains: false }, cookies: [ended.replace('session-token', 'callback-url')] },
          { status: 302, location: `${url}/error?error=Configuration` }]],
      ['for the provider', 'POST', '/signin/stub', { cookies: csrf, form: { csrfToken, callbackUrl: '/x' } }]
    ])
    compareAll(() => sites.own, [...local, ...foreign].flatMap((value) => [['in the query', 'GET', '/csrf', inQuery(value)], body(value)]))
    compareAll(() => sites.own, [...ofOtherKinds, ...unreadable].map((value) => ['of no use, with an error page of the site', 'GET', '/csrf', inQuery(value),
      ['ownPage', { location: '/oops?from=auth&error=Configuration' }, { location: '/oops?from=auth?error=Configuration' }]]))
  })

  describe('json', () => {
    const values = ['true', 'TRUE', 'True', '1', 'yes', '', ' true', 'true ']
    compareAll(() => sites.db, [
      ...values.flatMap((json) => [
        [`is ${JSON.stringify(json)}`, 'POST', '/signout', { cookies: csrf, form: { csrfToken, json } }],
        [`is ${JSON.stringify(json)}`, 'POST', '/signin/stub', { cookies: csrf, form: { csrfToken, json, callbackUrl: '/x' } }]
      ]),
      ['is true', 'POST', '/signout', { cookies: csrf, json: { csrfToken, json: true } }],
      ['is true twice', 'POST', '/signout', { cookies: csrf, body: `csrfToken=${csrfToken}&json=true&json=true` }],
      ['is in the query', 'POST', '/signout', { cookies: csrf, form, query: 'json=true' }],
      ['and no token', 'POST', '/signout', { cookies: csrf, form: { json: 'true' } }],
      ['and no token', 'POST', '/signin/stub', { cookies: csrf, form: { json: 'true' } }],
      ['and nobody', 'POST', '/signin/nobody', { cookies: csrf, form: { csrfToken, json: 'true' } }],
      ['and an unusable callback URL', 'POST', '/signout', { cookies: csrf, form: { csrfToken, json: 'true' }, query: 'callbackUrl=nonsense' }],
      ['and a bad action', 'POST', '/nothing', { cookies: csrf, form: { csrfToken, json: 'true' } }],
      ['and a state that is missing', 'POST', '/callback/stub', { cookies: csrf, form: { json: 'true', code: 'x' } }],
      ['in a body without type', 'POST', '/signout', { cookies: csrf, body: '', type: 'text/plain' }],
      ['in a body of JSON null', 'POST', '/signout', { cookies: csrf, body: 'null', type: 'application/json' },
        ['answers', { status: 302, location: `${url}/signout?csrf=true`, body: '', cookies: [home] }, { status: 504, location: undefined, body: "v3 does not answer: Cannot read properties of null (reading 'csrfToken')" }]],
      ['in a body of no JSON', 'POST', '/signout', { cookies: csrf, body: '{', type: 'application/json' },
        ['badRequest', { status: 400, body: 'The body is no valid JSON: Missing a name for object member.' }, { status: 400, body: 'Invalid JSON' }]],
      ['in a body with a charset', 'POST', '/signout', { cookies: csrf, body: JSON.stringify({ csrfToken }), type: 'application/json; charset=utf-8' }]
    ])
  })
})

function thrice() {
  return [{}, {}]
}
