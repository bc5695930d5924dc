// A JWT session that needs more than one cookie, through each real server: each has limits of its own for headers.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startProvider } from '../support/oidc_provider.mjs'
import { startSite, ways } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'

// Below the 8 KiB that Apache, lighttpd and nginx take of a browser's cookies.
const callbacks = `
return { jwt = function(token, user)
  if user then token.groups = string.rep('x', 4500) end
  return token
end }
`

for (const way of ways) {
  describe(`a session of two cookies, through ${way}`, () => {
    let provider
    let site
    before(async () => {
      provider = await startProvider()
      site = await startSite(way, {
        configure: ({ url, configFile }) => {
          writeFileSync(path.join(path.dirname(configFile), 'callbacks.lua'), callbacks)
          return { url, database: null, secret: 'a secret of more than thirty characters', callbacks: 'callbacks.lua', providers: [provider.entry()] }
        }
      })
      provider.allow(`${site.url}/callback/demo`)
    })
    after(async () => {
      await site?.stop()
      await provider?.stop()
    })

    it('is set, read back, renewed and ended', { timeout: 30000 }, async () => {
      const visitor = new Visitor(site)
      const piece = (number) => visitor.cookie(site.url, `next-auth.session-token.${number}`)
      assert.equal((await visitor.signIn('ben')).location, `${site.origin}/`)
      assert.ok(piece(0) && piece(1))
      for (let i = 0; i < 2; i++) assert.equal((await visitor.session()).user?.name, 'Ben Example')
      await visitor.signOut()
      assert.equal(piece(0) ?? piece(1), undefined)
      assert.deepEqual(await visitor.session(), {})
    })
  })
}
