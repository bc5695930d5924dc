// Passwords that a URL or a program checks, and a check that cannot be made.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { fastcgi } from '../support/fastcgi.mjs'
import { entry, password, submit, write } from '../support/passwords.mjs'
import { until } from '../support/process.mjs'
import { layOut, spawnProgram, startSite, writeConfig } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'

const timeout = 30000

describe('a check by URL and by program', () => {
  let backend
  let site
  const asked = []
  before(async () => {
    backend = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      asked.push(JSON.parse(body))
      const known = { good: [200, '{"id":"u1","name":"By URL","email":"url@example.com"}'], bad: [401, ''], broken: [500, 'oops'] }
      const [status, answer] = known[asked.at(-1).username]
      response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': answer.length }).end(answer)
    })
    await new Promise((resolve) => backend.listen(0, '127.0.0.1', resolve))
    site = await startSite('lighttpd-fastcgi', {
      configure: (site) => {
        write(site, 'check.mjs', `#!${process.execPath}
          import { readFileSync } from 'node:fs'
          const { username, password } = JSON.parse(readFileSync(0, 'utf8'))
          if (username === 'broken') { console.error(password); process.exit(7) }
          if (username !== 'good' || password !== "jane's secret") process.exit(1)
          console.log(JSON.stringify({ id: 'u2', name: process.argv[2] }))`, 0o700)
        return {
          url: site.url,
          database: null,
          secret: 'for the tests',
          providers: [
            entry({ url: `http://127.0.0.1:${backend.address().port}/s3cret?key=k` }, { id: 'url' }),
            entry({ command: ['check.mjs', 'By program'] }, { id: 'command' })
          ]
        }
      }
    })
  })
  after(async () => {
    await site?.stop()
    backend?.closeAllConnections()
    await new Promise((resolve) => backend.close(resolve))
  })

  for (const [provider, name] of [['url', 'By URL'], ['command', 'By program']]) {
    it(`${provider}: accepts, refuses, and tells a breakdown from a wrong password`, { timeout }, async () => {
      const visitor = new Visitor(site)
      assert.deepEqual((await submit(visitor, { username: 'good', password }, { provider })).json(), { url: site.origin })
      assert.equal((await visitor.session()).user.name, name)
      const refused = await submit(new Visitor(site), { username: 'bad', password: 'x' }, { provider })
      assert.deepEqual([refused.status, refused.json()], [401, { url: `${site.url}/error?error=CredentialsSignin&provider=${provider}` }])
      const broken = await submit(new Visitor(site), { username: 'broken', password }, { provider })
      assert.deepEqual([broken.status, broken.json()], [500, { url: `${site.url}/error?error=Configuration` }])
      const page = await submit(new Visitor(site), { username: 'broken', password }, { provider, json: false })
      assert.equal(page.status, 500)
      assert.match(page.text, /Server error/)
    })
  }

  it('gets the fields as they were submitted', { timeout }, async () => {
    const visitor = new Visitor(site)
    const csrfToken = await visitor.csrf()
    await submit(visitor, { username: 'good', password, extra: 'ü' }, { provider: 'url' })
    assert.deepEqual(asked.at(-1), { csrfToken, json: 'true', username: 'good', password, extra: 'ü' })
  })

  it('says in the log what broke, and no password', { timeout }, async () => {
    await until('the log says it', () => /callback_credentials_handler_error.*127\.0\.0\.1:\d+: the status is 500/.test(site.log()) &&
      /callback_credentials_handler_error.*check\.mjs: exit code 7/.test(site.log()))
    assert.ok(!site.log().includes(password))
    assert.doesNotMatch(site.log(), /s3cret|key=k/)
  })
})

describe('a configuration of credentials', () => {
  it('is complained about before anybody tries to sign in', { timeout }, async () => {
    const site = layOut({ name: 'credentials' })
    writeConfig(site, { url: 'http://127.0.0.1:8000', providers: [entry({ htpasswd: 'users' })] })
    const program = await spawnProgram(site)
    try {
      const answer = await fastcgi(site.socket, 'http://127.0.0.1:8000/api/auth', 'GET', '/signin')
      assert.equal(answer.status, 500)
      assert.match(program.output() + answer.stderr, /providers\[0\]\.authorize\.htpasswd: there is no file .*users/)
    } finally {
      await program.stop()
    }
  })
})
