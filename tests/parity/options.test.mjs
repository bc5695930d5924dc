// pages, cookies, useSecureCookies and base paths of the configuration: as the real v3 takes them.
import { after, before, describe } from 'node:test'
import { startStub } from '../support/stub_provider.mjs'
import { csrfCookie, csrfToken, startBoth } from './both.mjs'
import { compareAll } from './compare.mjs'

const form = { csrfToken }
const pages = { signIn: '/own/signin', signOut: '/own/signout', error: '/own/error', verifyRequest: '/own/verify', newUser: '/own/welcome' }
const withQuery = Object.fromEntries(Object.entries(pages).map(([name, page]) => [name, `${page}?lang=de`]))
const elsewhere = Object.fromEntries(Object.entries(pages).map(([name, page]) => [name, `https://www.example.com${page}`]))
const named = (name, options = {}) => ({ name, options: { httpOnly: true, sameSite: 'lax', path: '/', secure: false, ...options } })

const sitesOf = (stub) => {
  const common = { database: true, providers: [stub.plainEntry()] }
  return {
    pages: { ...common, pages },
    withQuery: { ...common, pages: withQuery },
    elsewhere: { ...common, pages: elsewhere },
    secure: { ...common, useSecureCookies: true },
    https: { ...common, url: 'https://example.com/api/auth' },
    insecure: { ...common, url: 'https://example.com/api/auth', useSecureCookies: false },
    renamed: {
      ...common,
      cookies: {
        sessionToken: named('sid', { domain: 'example.com', sameSite: 'strict' }),
        callbackUrl: named('back', { path: '/app', httpOnly: false }),
        csrfToken: named('csrf'),
        pkceCodeVerifier: named('verifier')
      }
    },
    lasting: { ...common, cookies: { csrfToken: named('csrf', { maxAge: 3600 }) } },
    host: { ...common, url: 'http://localhost:3000' },
    slash: { ...common, url: 'http://localhost:3000/' },
    deep: { ...common, url: 'http://localhost:3000/myapp/api/authentication' },
    deepSlash: { ...common, url: 'http://localhost:3000/myapp/api/authentication/' },
    port: { ...common, url: 'https://example.com:8443/auth' }
  }
}

describe('options', () => {
  let stub
  let sites
  before(async () => {
    stub = await startStub()
    sites = await startBoth(sitesOf(stub))
  })
  after(async () => {
    await sites?.stop()
    await stub?.stop()
  })

  for (const name of ['pages', 'withQuery', 'elsewhere']) {
    const cookies = { 'next-auth.csrf-token': csrfCookie, 'next-auth.callback-url': 'http://localhost:3000' }
    const own = { pages, withQuery, elsewhere }[name]
    // Both say the same; ours is encoded. "%%" stands for the base URL.
    const signIn = (route, query, added) => {
      const location = `${own.signIn}${own.signIn.includes('?') ? '&' : '?'}${added}`
      const [ours, v3] = ['http%3A%2F%2Flocalhost%3A3000', 'http://localhost:3000'].map((base) => location.replace('%%', base))
      return ['the sign-in page', 'GET', `/signin${route}`, { cookies, query }, ['ownSignIn', { location: ours }, { location: v3.replace('%2Fx', '/x') }]]
    }
    describe(`pages (${name})`, () => {
      compareAll(() => sites[name], [
        signIn('', '', 'callbackUrl=%%'),
        signIn('', 'callbackUrl=%2Fx', 'callbackUrl=%%%2Fx'),
        signIn('', 'error=OAuthCallback', 'callbackUrl=%%&error=OAuthCallback'),
        signIn('/stub', '', 'callbackUrl=%%&error=stub'),
        ['the sign-out page', 'GET', '/signout', { cookies }],
        ['the page after a mail', 'GET', '/verify-request', { cookies, query: 'provider=email&type=email' }],
        ...['Configuration', 'AccessDenied', 'Signin', 'OAuthCallback', 'nonsense'].map((code) => ['the error page', 'GET', '/error', { cookies, query: `error=${code}` }]),
        ['the error page', 'GET', '/error/Verification', { cookies }],
        ['the error page without error', 'GET', '/error', { cookies }, ['ownError', { location: own.error }, { location: `${own.error}${own.error.includes('?') ? '&' : '?'}error=undefined` }]],
        ['no token', 'POST', '/signin/stub', { cookies, form: {} }],
        ['no state', 'GET', '/callback/stub', { cookies, query: 'code=x' }]
      ])
    })
  }

  describe('a cookie with maxAge', () => {
    const tokens = 'csrf=<64 hex digits>%7C<64 hex digits>'
    const back = 'next-auth.callback-url=http%3A%2F%2Flocalhost%3A3000; Path=/; HttpOnly; SameSite=Lax'
    compareAll(() => sites.lasting, [['new', 'GET', '/csrf', {}, ['maxAge',
      { cookies: [`${tokens}; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax`, back] },
      { cookies: [`${tokens}; Max-Age=0; Path=/; Expires=<now+0s>; HttpOnly; SameSite=Lax`, back] }]]])
  })

  for (const name of ['secure', 'https', 'insecure', 'renamed', 'host', 'slash', 'deep', 'deepSlash', 'port']) {
    describe(`the configuration "${name}"`, () => {
      const prefixed = ['secure', 'https', 'insecure', 'port'].includes(name)
      const csrfName = name === 'renamed' ? 'csrf' : `${prefixed ? '__Host-' : ''}next-auth.csrf-token`
      const sessionName = name === 'renamed' ? 'sid' : `${prefixed ? '__Secure-' : ''}next-auth.session-token`
      const backName = name === 'renamed' ? 'back' : `${prefixed ? '__Secure-' : ''}next-auth.callback-url`
      const cookies = { [csrfName]: csrfCookie }
      compareAll(() => sites[name], [
        ['new', 'GET', '/csrf'], ['new', 'GET', '/providers'], ['new', 'GET', '/signin'], ['new', 'GET', '/signout'], ['new', 'GET', '/error/AccessDenied'],
        ['known', 'GET', '/csrf', { cookies }],
        ['with the other name\'s cookie', 'GET', '/csrf', { cookies: { [prefixed ? 'next-auth.csrf-token' : '__Host-next-auth.csrf-token']: csrfCookie } }],
        ['a callback URL', 'GET', '/csrf', { cookies: { ...cookies, [backName]: 'nonsense' } }],
        ['a callback URL', 'GET', '/csrf', { cookies: { ...cookies, [backName]: 'http://localhost:3000/x' } }],
        ['a session that is unknown', 'GET', '/session', { cookies: { ...cookies, [sessionName]: 'x' } }],
        ['signing in', 'POST', '/signin/stub', { cookies, form }],
        ['signing in without token', 'POST', '/signin/stub', { cookies, form: {} }],
        ['signing out', 'POST', '/signout', { cookies: { ...cookies, [sessionName]: 'x' }, form }],
        ['an error', 'GET', '/error/Callback', { cookies }]
      ])
    })
  }
})
