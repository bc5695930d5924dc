// next-auth's clients in a Node.js server (getServerSideProps): they ask with the cookies of the visitor whom the server serves.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import { startProvider } from '../support/oidc_provider.mjs'
import { startSite } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'

const require = createRequire(import.meta.url)
const timeout = 60000

describe('a Node.js server', () => {
  let provider
  let site
  before(async () => {
    provider = await startProvider()
    site = await startSite('lighttpd-fastcgi', { configure: ({ url }) => ({ url, database: 'sqlite:auth.db', providers: [provider.entry()] }) })
    provider.allow(`${site.url}/callback/demo`)
    process.env.NEXTAUTH_URL = site.url // read by the clients when they are loaded
  }, { timeout })
  after(async () => {
    await site?.stop()
    await provider?.stop()
  })

  for (const name of ['next-auth/client', 'next-auth-4/react']) {
    it(`with ${name} knows its visitor's session and CSRF token`, { timeout }, async () => {
      const { getSession, getCsrfToken, getProviders } = require(name)
      const visitor = new Visitor(site)
      await visitor.signIn('ben')
      const req = { headers: { cookie: visitor.cookieHeader(new URL(site.url)) } }
      assert.equal((await getSession({ req })).user.email, 'ben@example.com')
      assert.equal(await getCsrfToken({ req }), await visitor.csrf())
      assert.deepEqual(Object.keys(await getProviders()), ['demo'])
      assert.equal(await getSession({ req: { headers: { cookie: '' } } }), null)
    })
  }
})
