// Sign-in attempts are limited for each client address, in the database, so that it does not matter which process serves them.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startSite } from '../support/server.mjs'
import { startStub } from '../support/stub_provider.mjs'
import { Visitor } from '../support/visitor.mjs'

describe('sign-in attempts', () => {
  let stub
  let site
  before(async () => {
    stub = await startStub()
    // CGI: a process for each request.
    site = await startSite('lighttpd-cgi', {
      configure: ({ url }) => ({
        url,
        providers: [stub.plainEntry()],
        trustedProxies: ['127.0.0.1'],
        rateLimits: { address: '3/1h' }
      })
    })
  })
  after(async () => {
    await site?.stop()
    await stub?.stop()
  })

  const from = (address) => ({ headers: { 'X-Forwarded-For': address } })
  const attempt = async (address, form = {}) => {
    const visitor = new Visitor(site)
    const csrfToken = await visitor.csrf()
    return visitor.post(`${site.url}/signin/stub`, { csrfToken, ...form }, from(address))
  }

  it('go through up to the limit and then are 429, with the time to wait', async () => {
    for (let i = 0; i < 3; i++) assert.equal((await attempt('192.0.2.1')).status, 302)
    const refused = await attempt('192.0.2.1')
    assert.equal(refused.status, 429)
    assert.match(refused.headers['content-type'], /text\/html/)
    const wait = Number(refused.headers['retry-after'])
    assert.ok(wait > 1100 && wait <= 1200, `Retry-After: ${wait}`)
  })

  it('are counted for each address alone', async () => {
    assert.equal((await attempt('192.0.2.2')).status, 302)
  })

  it('are refused to programs in JSON', async () => {
    for (let i = 0; i < 3; i++) await attempt('192.0.2.3')
    const refused = await attempt('192.0.2.3', { json: 'true' })
    assert.equal(refused.status, 429)
    assert.equal(refused.json().url, `${site.url}/error?error=TooManyRequests`)
    assert.ok(Number(refused.headers['retry-after']) > 0)
  })

  it('without a CSRF token are none, and use up no one\'s tokens', async () => {
    const visitor = new Visitor(site)
    for (let i = 0; i < 5; i++) {
      const answer = await visitor.post(`${site.url}/signin/stub`, { csrfToken: 'x' }, from('192.0.2.4'))
      assert.equal(answer.location, `${site.url}/signin?csrf=true`)
    }
    assert.equal((await attempt('192.0.2.4')).status, 302)
  })
})
