// Each way of serving in scripts/servers/, with the real server.
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startProvider } from '../support/oidc_provider.mjs'
import { isRunning, family, until } from '../support/process.mjs'
import { startSite, ways } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'
import { signInJourney } from './signin_journey.mjs'

for (const way of ways) {
  describe(way, () => {
    let provider
    let site
    before(async () => {
      provider = await startProvider()
      site = await startSite(way, { configure: ({ url, database }) => ({ url, database: `sqlite:${path.basename(database)}`, providers: [provider.entry()] }) })
      provider.allow(`${site.url}/callback/demo`)
    })
    after(async () => {
      await site?.stop()
      await provider?.stop()
    })

    it('leaves the rest of the site alone', async () => {
      const visitor = new Visitor(site)
      assert.match((await visitor.get(`${site.origin}/`)).text, /Home/)
      assert.equal((await visitor.get(`${site.url}ors`)).status, 404)
    })

    it('answers HEAD as GET, without a body', async () => {
      const answer = await new Visitor(site).request('HEAD', `${site.url}/providers`)
      assert.equal(answer.status, 200)
      assert.match(answer.headers['content-type'], /^application\/json/)
      assert.equal(answer.text, '')
    })

    it('lets no NUL into a path', { timeout: 20000 }, async () => {
      const { status } = await new Visitor(site).get(`${site.url}/csrf%00`)
      assert.ok(status === 400 || status === 404, `${status}`)
    })

    it('takes a body of 64 KiB and refuses a longer one', { timeout: 20000 }, async () => {
      const post = (length) => new Visitor(site).request('POST', `${site.url}/_log`, {
        body: `message=${'x'.repeat(length - 8)}`, type: 'application/x-www-form-urlencoded'
      })
      assert.equal((await post(65536)).status, 200)
      assert.equal((await post(65537)).status, 413)
    })

    signInJourney(() => site)

    it('serves eight visitors at once', { timeout: 60000 }, async () => {
      const people = Array.from({ length: 8 }, () => new Visitor(site))
      await Promise.all(people.map((visitor) => visitor.signIn('ben')))
      const sessions = await Promise.all(people.map((visitor) => visitor.session()))
      assert.deepEqual(sessions.map(({ user }) => user?.name), Array(8).fill('Ben Example'))
    })

    it('leaves no process behind when the server stops', { timeout: 30000 }, async () => {
      const all = family(site.server.pid)
      await site.stop()
      await until('all processes have ended', () => !all.some(isRunning))
    })
  })
}
