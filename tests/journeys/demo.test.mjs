// `make run`: a working site, and nothing left of it afterwards.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import { family, freePort, isRunning, root, start, until } from '../support/process.mjs'
import { Visitor } from '../support/visitor.mjs'

const timeout = 60000

async function startDemo(t, { env = {} } = {}) {
  // The provider takes the port above.
  const port = await freePort()
  await freePort()
  const run = start(`demo-${process.pid}`, path.join(root, 'scripts/run'), ['--port', String(port)], { cwd: root, env })
  t.after(() => run.stop('SIGINT'))
  const origin = `http://localhost:${port}`
  return { run, port, site: { origin, url: `${origin}/api/auth` } }
}

const ready = ({ run, site }) => until('the demo says where it is', () => run.stdout.includes(site.origin), { seconds: 40, started: run })

describe('make run', () => {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    it(`is a site to sign in to, and ${signal} ends all of it`, { timeout }, async (t) => {
      const demo = await startDemo(t)
      await ready(demo)
      const visitor = new Visitor(demo.site)
      const page = await visitor.get(`${demo.site.origin}/`)
      assert.equal(page.status, 200)
      for (const [, file] of page.text.matchAll(/(?:src|href)="([^"#:]+\.(?:js|css))"/g)) {
        assert.equal((await visitor.get(new URL(file, `${demo.site.origin}/`).href)).status, 200, file)
      }
      assert.deepEqual(Object.keys((await visitor.get(`${demo.site.url}/providers`)).json()), ['demo', 'credentials'])
      const answer = await visitor.signIn('ben', { callbackUrl: '/' })
      assert.equal(new URL(answer.location).origin, demo.site.origin)
      assert.equal((await visitor.session()).user.email, 'ben@example.com')
      await visitor.signOut()
      assert.deepEqual(await visitor.session(), {})

      const [, name, password] = /type (\S+) and (\S+)\./.exec(demo.run.stdout)
      const submit = async (word) => visitor.post(`${demo.site.url}/callback/credentials`, { csrfToken: await visitor.csrf(), username: name, password: word })
      assert.equal(new URL((await submit(`${password}x`)).location).searchParams.get('error'), 'CredentialsSignin')
      assert.equal(new URL((await submit(password)).location).origin, demo.site.origin)
      assert.equal((await visitor.session()).user.name, 'jane')

      const all = family(demo.run.pid)
      assert.ok(all.length >= 4, 'shell, provider, lighttpd, nextauth.fcgi')
      process.kill(demo.run.pid, signal)
      await demo.run.exited
      await until('no process is left', () => !all.some(isRunning))
    })
  }

  it('offers real providers whose ids are in the environment', { timeout }, async (t) => {
    const demo = await startDemo(t, { env: { GITHUB_ID: 'the-id', GITHUB_SECRET: 'the-secret', AZURE_AD_ID: 'x', NONSENSE_ID: 'x', NONSENSE_SECRET: 'x' } })
    await ready(demo)
    const visitor = new Visitor(demo.site)
    assert.deepEqual(Object.keys((await visitor.get(`${demo.site.url}/providers`)).json()), ['demo', 'github', 'credentials'])
    const { location } = await visitor.startSignIn('github')
    assert.equal(new URL(location).hostname, 'github.com')
    assert.equal(new URL(location).searchParams.get('client_id'), 'the-id')
  })

  it('says so when its port is taken', { timeout }, async (t) => {
    const port = await freePort()
    const server = net.createServer().listen(port, '127.0.0.1')
    t.after(() => server.close())
    await once(server, 'listening')
    const run = start(`demo-${process.pid}`, path.join(root, 'scripts/run'), ['--port', String(port)], { cwd: root })
    assert.notEqual((await run.exited).code, 0)
    assert.match(run.stderr, new RegExp(`${port}.*make run PORT=`, 's'))
  })
})
