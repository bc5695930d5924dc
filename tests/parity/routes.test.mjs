// Every action by every method, unknown ones, parts that trail, error codes: as the real v3 answers.
import { after, before, describe } from 'node:test'
import { startStub } from '../support/stub_provider.mjs'
import { csrfCookie, csrfToken, startBoth, url } from './both.mjs'
import { compareAll } from './compare.mjs'

const actions = ['providers', 'session', 'csrf', 'signin', 'signin/stub', 'signin/nobody', 'signout', 'signout/stub', 'callback', 'callback/stub',
  'callback/nobody', 'verify-request', 'verify-request/x', 'error', 'error/Configuration', '_log', 'nothing', 'nothing/stub', 'SIGNIN', 'csrf/x', 'providers/x', 'session/x']
const ours = { cookies: { 'next-auth.csrf-token': csrfCookie, 'next-auth.callback-url': 'http://localhost:3000' } }
const form = { csrfToken }
const first = 'next-auth.csrf-token=<64 hex digits>%7C<64 hex digits>; Path=/; HttpOnly; SameSite=Lax'
const second = 'next-auth.callback-url=http%3A%2F%2Flocalhost%3A3000; Path=/; HttpOnly; SameSite=Lax'
const formPost = ['formPost', { status: 303, location: `${url}/callback/stub`, cookies: [] },
  { status: 302, location: `${url}/error?error=OAuthCallback`, cookies: [first, second] }]
const unsupported = (method, v3) => ['parts', { status: 400, location: undefined, body: `Error: This action with HTTP ${method} is not supported by NextAuth.js`, json: undefined, page: undefined }, v3]

/** What the sign-in page must hold, its hidden fields replaced by `fields`. */
function page(fields) {
  const all = Object.fromEntries(Object.entries({ csrfToken, callbackUrl: 'http://localhost:3000', ...fields }).filter(([, value]) => value !== undefined))
  const form = (id, name) => ({ action: `${url}/signin/${id}`, method: 'post', fields: all, buttons: [`Sign in with ${name}`] })
  return { forms: [form('stub', 'Stub & <Co>'), form('second-one', 'Zwölf')], links: [], complains: false }
}
const signOut = { forms: [{ action: `${url}/signout`, method: 'post', fields: { csrfToken }, buttons: ['Sign out'] }], links: [] }

describe('routes', () => {
  let stub
  let sites
  before(async () => {
    stub = await startStub()
    const providers = [stub.plainEntry({ name: 'Stub & <Co>' }), stub.plainEntry({ id: 'second-one', name: 'Zwölf' })]
    sites = await startBoth({ db: { database: true, providers }, jwt: { database: false, providers } })
  })
  after(async () => {
    await sites?.stop()
    await stub?.stop()
  })

  for (const name of ['db', 'jwt']) {
    describe(name === 'db' ? 'with a database' : 'without a database', () => {
      compareAll(() => sites[name], actions.flatMap((action) => [
        ['a browser that is new', 'GET', `/${action}`],
        ['a browser with cookies', 'GET', `/${action}`, ours],
        ['a form without token', 'POST', `/${action}`, { form: {} }, action === 'callback/stub' && formPost],
        ['a form with its token', 'POST', `/${action}`, { ...ours, form }],
        ['JSON with its token', 'POST', `/${action}`, { ...ours, json: { csrfToken, json: 'true' } }],
        ['another method', 'PUT', `/${action}`, ours],
        ['another method', 'DELETE', `/${action}`],
        ['another method', 'OPTIONS', `/${action}`]
      ]))
    })
  }

  describe('HEAD', () => {
    const json = { csrf: true, session: true, providers: true }
    const gets = { csrf: 200, session: 200, providers: 200, signin: 200, signout: 200, error: 200, 'error/Configuration': 500, 'error/Callback': 302 }
    compareAll(() => sites.db, Object.entries(gets).map(([action, status]) =>
      ['is GET', 'HEAD', `/${action}`, ours, ['head', { status, location: status === 302 ? `${url}/signin?error=Callback` : undefined, ...(action in json ? { json: '', body: undefined } : { body: '' }) }, { status: 400, body: '' }]]))
  })

  describe('more than two parts', () => {
    compareAll(() => sites.db, [
      ['unknown', 'GET', '/nothing/x/y'],
      ['unknown', 'POST', '/csrf/x/y', { ...ours, form }],
      ['known', 'GET', '/csrf/x/y', ours, unsupported('GET', { status: 200, json: `{"csrfToken":"${csrfToken}"}` })],
      ['known', 'GET', '/signout/stub/x', ours, unsupported('GET', { status: 200 })],
      ['known', 'GET', '/callback/stub/x', {}, unsupported('GET', { status: 302, location: `${url}/error?error=OAuthCallback` })],
      ['known', 'POST', '/signin/nobody/x', { ...ours, form }, unsupported('POST', { status: 302, location: `${url}/signin?csrf=true` })]
    ])
  })

  describe('the error page', () => {
    const codes = ['Configuration', 'configuration', 'AccessDenied', 'ACCESSDENIED', 'Verification', 'Signin', 'signin', 'OAuthSignin', 'OAuthCallback',
      'OAuthCreateAccount', 'EmailCreateAccount', 'Callback', 'OAuthAccountNotLinked', 'EmailSignin', 'CredentialsSignin', 'Default', 'SessionRequired', 'x%20%3Cb%3E', '']
    compareAll(() => sites.db, codes.flatMap((code) => [
      ['in the query', 'GET', '/error', { query: `error=${code}` }],
      ['in the query, over one in the path', 'GET', '/error/Verification', { query: `error=${code}` }],
      ...(code.includes('%') || !code ? [] : [['in the path', 'GET', `/error/${code}`]])
    ]))
  })

  describe('the sign-in page', () => {
    const codes = ['Signin', 'OAuthCallback', 'OAuthAccountNotLinked', 'EmailSignin', 'CredentialsSignin', 'callback', 'nonsense', '%3Cscript%3E', '']
    compareAll(() => sites.db, [
      ...codes.map((code) => ['an error', 'GET', '/signin', { query: `error=${code}` }]),
      ['an error in the path', 'GET', '/signin/OAuthCallback'],
      ['an address', 'GET', '/signin', { query: 'email=ann%40example.com&callbackUrl=http://localhost:3000/x' }],
      ['a wanted page', 'GET', '/signin', { ...ours, query: 'callbackUrl=%2Fmembers%3Fa%3D1%26b%3D2' },
        ['signinQuery', { page: page({ callbackUrl: 'http://localhost:3000/members?a=1&b=2' }) }, { page: page({ callbackUrl: '/members?a=1&b=2' }) }]],
      ['a query of ours', 'GET', '/signin', { ...ours, query: 'csrfToken=evil&callbackUrl=' },
        ['signinQuery', { page: page({}) }, { page: page({ csrfToken: 'evil', callbackUrl: undefined }) }]],
      ['a query of ours', 'GET', '/signin', { ...ours, query: 'providers=evil' },
        ['signinQuery', { status: 200, page: page({}), body: undefined }, { status: 504, page: undefined, body: 'v3 does not answer: providers.filter is not a function' }]],
      ['a stale form', 'GET', '/signin', { ...ours, query: 'csrf=true' }, ['stale', { page: { ...page({}), complains: true } }, { page: page({}) }]],
      ['a stale form', 'GET', '/signout', { ...ours, query: 'csrf=true' },
        ['stale', { page: { ...signOut, complains: true } }, { page: { ...signOut, complains: false } }]]
    ])
  })
})
