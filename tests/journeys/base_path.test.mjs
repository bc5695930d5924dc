// Where the routes are: the path of `url`, however the server splits it into SCRIPT_NAME and PATH_INFO.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fastcgi } from '../support/fastcgi.mjs'
import { startProvider } from '../support/oidc_provider.mjs'
import { layOut, spawnProgram, startSite } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'
import { signInJourney } from './signin_journey.mjs'

const elsewhere = [
  ['lighttpd-fastcgi', '/myapp/api/authentication'],
  ['apache-proxy-fcgi', '/myapp/api/authentication'],
  ['lighttpd-cgi', '/cgi-bin/nextauth.fcgi'],
  ['apache-cgi', '/cgi-bin/nextauth.fcgi']
]

for (const [way, path] of elsewhere) {
  describe(`${way} at ${path}`, () => {
    let provider
    let site
    before(async () => {
      provider = await startProvider()
      site = await startSite(way, { path, configure: ({ url }) => ({ url, providers: [provider.entry()], database: 'sqlite:auth.db' }) })
      provider.allow(`${site.url}/callback/demo`)
    })
    after(async () => {
      await site?.stop()
      await provider?.stop()
    })
    signInJourney(() => site)
  })
}

describe('a program in /cgi-bin/ whose public address is another', () => {
  let site
  before(async () => {
    site = await startSite('apache-cgi', {
      path: '/cgi-bin/nextauth.fcgi',
      configure: ({ origin }) => ({ url: `${origin}/api/auth`, database: 'sqlite:auth.db', providers: [] })
    })
  })
  after(() => site?.stop())

  it('answers there, with the public address in what it says', async () => {
    const visitor = new Visitor(site)
    assert.match(await visitor.csrf(), /^[0-9a-f]{64}$/)
    assert.equal((await visitor.post(`${site.url}/signout`, {})).location, `${site.origin}/api/auth/signout?csrf=true`)
  })
})

describe('what servers send', () => {
  const url = 'https://example.com/api/auth'
  let site
  let program
  before(async () => {
    site = layOut({ name: 'variables', config: { url, database: 'sqlite:auth.db', providers: [] } })
    program = await spawnProgram(site)
  })
  after(() => program?.stop())
  const ask = (more, options = {}) => fastcgi(site.socket, url, 'GET', '', { ...options, more })

  const csrf = [
    ['SCRIPT_NAME and PATH_INFO', { SCRIPT_NAME: '/api/auth', PATH_INFO: '/csrf' }],
    ['all in SCRIPT_NAME (Apache mod_proxy_fcgi)', { SCRIPT_NAME: '/api/auth/csrf', PATH_INFO: undefined, REQUEST_URI: '/api/auth/csrf' }],
    ['SCRIPT_NAME and nothing else', { SCRIPT_NAME: '/api/auth/csrf', PATH_INFO: undefined, REQUEST_URI: undefined }],
    ['all in PATH_INFO', { SCRIPT_NAME: '', PATH_INFO: '/api/auth/csrf' }],
    ['split in the middle', { SCRIPT_NAME: '/api', PATH_INFO: '/auth/csrf' }],
    ['a program elsewhere', { SCRIPT_NAME: '/cgi-bin/nextauth.fcgi', PATH_INFO: '/csrf', REQUEST_URI: '/cgi-bin/nextauth.fcgi/csrf' }],
    ['REQUEST_URI only (nginx)', { SCRIPT_NAME: undefined, PATH_INFO: undefined, REQUEST_URI: '/api/auth/csrf?x=1' }],
    ['REQUEST_URI and a script (a rewrite)', { SCRIPT_NAME: '/nextauth.fcgi', PATH_INFO: '', REQUEST_URI: '/api/auth/csrf' }],
    ['a slash at the end', { PATH_INFO: '/csrf/', REQUEST_URI: '/api/auth/csrf/' }]
  ]
  for (const [what, variables] of csrf) {
    it(`finds the route: ${what}`, async () => {
      const answer = await ask(variables)
      assert.equal(answer.status, 200, answer.text)
      assert.match(answer.json().csrfToken, /^[0-9a-f]{64}$/)
    })
  }

  const unknown = ['/nothing', '/csrf/x/y', '/signin/demo/more', '/CSRF', '//csrf', '/<script>alert(1)</script>', '/..']
  for (const route of unknown) {
    it(`answers ${route} with 400 and a line of text`, async () => {
      const answer = await ask({ PATH_INFO: route, REQUEST_URI: `/api/auth${encodeURI(route)}` })
      assert.equal(answer.status, 400)
      assert.match(answer.text, /GET/)
      assert.doesNotMatch(answer.text, /<script>/)
    })
  }

  it('answers a method that a route does not have with 400', async () => {
    for (const [method, route] of [['POST', '/csrf'], ['PUT', '/session'], ['DELETE', '/signout'], ['OPTIONS', '/providers'], ['GET', '/_log']]) {
      assert.equal((await fastcgi(site.socket, url, method, route)).status, 400, `${method} ${route}`)
    }
  })

  it('takes no address from the request', async () => {
    const headers = {
      'Host': 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'http', 'X-Forwarded-Prefix': '/evil',
      'Forwarded': 'host=evil.example;proto=http', 'X-Original-URL': '/evil', 'X-Rewrite-URL': '/evil', 'Origin': 'https://evil.example'
    }
    for (const route of ['/signin', '/signout', '/error', '/csrf', '/session', '/verify-request']) {
      const answer = await fastcgi(site.socket, url, 'GET', route, { headers, more: { SERVER_NAME: 'evil.example' } })
      assert.doesNotMatch(answer.head + answer.text, /evil/, route)
    }
    const out = await fastcgi(site.socket, url, 'POST', '/signout', { headers, body: 'x=1' })
    assert.equal(out.location, `${url}/signout?csrf=true`)
  })

  it('prefixes its cookies on https', async () => {
    const { setCookies } = await fastcgi(site.socket, url, 'GET', '/csrf')
    assert.ok(setCookies.some((line) => /^__Host-next-auth\.csrf-token=.*; *Secure/i.test(line)), setCookies.join('\n'))
    assert.ok(setCookies.every((line) => /Path=\//i.test(line) && /HttpOnly/i.test(line) && /SameSite=Lax/i.test(line)), setCookies.join('\n'))
  })
})
