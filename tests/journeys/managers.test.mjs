// Among those who start, stop, restart, replace and restrict processes.
import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, renameSync, statSync } from 'node:fs'
import { after, afterEach, before, describe, it } from 'node:test'
import { startProvider } from '../support/oidc_provider.mjs'
import { family, isRoot, isRunning, until } from '../support/process.mjs'
import { spawnProgram, startSite, usePlainBuild } from '../support/server.mjs'
import { answerTo, startStub } from '../support/stub_provider.mjs'
import { startSystemd } from '../support/systemd.mjs'
import { Visitor } from '../support/visitor.mjs'
import { signInJourney } from './signin_journey.mjs'

const inode = (file) => statSync(file).ino

/** The processes of a site that run nextauth.fcgi: [{ pid, program (its inode) }]. */
function programs(site) {
  const all = [site.server, site.responder].filter(Boolean).flatMap(({ pid }) => family(pid))
  return [...new Set(all)].map((pid) => {
    try {
      const comm = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
      return comm === 'nextauth.fcgi' && isRunning(pid) ? { pid, program: inode(`/proc/${pid}/exe`) } : undefined
    } catch {
      return undefined
    }
  }).filter(Boolean)
}

/** Puts a new executable where the old one is, as an upgrade does: nobody ever sees half of it. */
function upgrade(program) {
  copyFileSync(program, `${program}.new`)
  renameSync(`${program}.new`, program)
  return inode(program)
}

/** Asks without a pause until `finish()`, which gives how often it was answered; anything but 200 fails. */
function keepAsking(url, askers = 4) {
  let go = true
  let count = 0
  const asking = Array.from({ length: askers }, async () => {
    while (go) {
      const { status } = await new Visitor({}).get(`${url}/providers`)
      assert.equal(status, 200)
      count++
    }
  })
  return {
    count: () => count,
    finish: async () => {
      go = false
      await Promise.all(asking)
      return count
    }
  }
}

// Some hosts count addresses instead of memory (ulimit -v, RLimitMEM of Apache), which is far more: 64 MiB of them have to do
// for a visitor, 256 MiB for many at once.
for (const [addresses, visitors] of [[64, 1], [256, 16]]) {
  describe(`in 64 MiB of memory and ${addresses} MiB of addresses, with 8 threads`, () => {
    const limit = 64 * 1024
    let provider
    let site
    before(async () => {
      provider = await startProvider()
      site = await startSite('lighttpd-socket', {
        prepare: usePlainBuild,
        responder: (site, options) => spawnProgram(site, { ...options, before: `ulimit -v ${addresses * 1024}` }),
        configure: ({ url }) => ({ url, database: 'sqlite:auth.db', threads: 8, providers: [provider.entry()] })
      })
      provider.allow(`${site.url}/callback/demo`)
    })
    after(async () => {
      await site?.stop()
      await provider?.stop()
    })

    signInJourney(() => site)

    it(`signs in ${visitors} at once`, { timeout: 60000 }, async () => {
      const people = Array.from({ length: visitors }, () => new Visitor(site))
      await Promise.all(people.map((visitor) => visitor.signIn('ben')))
      for (const { user } of await Promise.all(people.map((visitor) => visitor.session()))) assert.equal(user?.name, 'Ben Example')
    })

    it('never used more', () => {
      const [{ pid }] = programs(site)
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const [, most] = /^VmHWM:\s+(\d+) kB$/m.exec(status)
      const threads = Number(/^Threads:\s+(\d+)$/m.exec(status)[1])
      assert.ok(threads >= (visitors > 8 ? 9 : 3), `${threads} threads`) // they are started when they are needed
      assert.ok(Number(most) <= limit, `${most} KiB`)
    })
  })
}

describe('mod_fcgid', () => {
  let stub
  let site
  before(async () => { stub = await startStub() })
  after(() => stub?.stop())
  afterEach(async () => {
    stub.reset()
    await site?.stop()
  })
  const start = (apache) => startSite('apache-fcgid', {
    apache: () => apache, configure: ({ url }) => ({ url, database: 'sqlite:auth.db', providers: [stub.plainEntry()] })
  })

  async function signIn() {
    const visitor = new Visitor(site)
    await visitor.get(answerTo((await visitor.startSignIn('stub')).location))
    return visitor
  }

  it('may end it when it is idle: the next request starts it, and sessions go on', { timeout: 60000 }, async () => {
    site = await start('FcgidIdleTimeout 1\nFcgidIdleScanInterval 1\nFcgidMinProcessesPerClass 0\nFcgidZombieScanInterval 1\n')
    const visitor = await signIn()
    await until('it has been ended', () => programs(site).length === 0, { seconds: 30 })
    assert.equal((await visitor.session()).user.name, 'Stub User')
  })

  it('may end it while it is busy: that visitor sees an error, and nothing is lost', { timeout: 60000 }, async () => {
    site = await start('FcgidBusyTimeout 1\nFcgidBusyScanInterval 1\nFcgidErrorScanInterval 1\nFcgidZombieScanInterval 1\n')
    const before = await signIn()
    let release
    const held = new Promise((resolve) => { release = resolve })
    let asked
    const arrived = new Promise((resolve) => { asked = resolve })
    stub.on('/token', async ({ json }) => {
      asked()
      await held
      json(stub.tokens())
    })
    const visitor = new Visitor(site)
    const answer = visitor.get(answerTo((await visitor.startSignIn('stub')).location))
    await arrived
    const [{ pid }] = programs(site)
    await until('it has been ended', () => !isRunning(pid), { seconds: 30 }).finally(release)
    // It was told to stop and finishes what it has begun; killed, Apache answers.
    const { status, location } = await answer
    assert.ok(status === 500 || location === new URL(site.url).origin, `${status} ${location}`)
    stub.reset()
    assert.equal((await before.session()).user.name, 'Stub User')
    assert.equal((await (await signIn()).session()).user.name, 'Stub User')
  })

  it('starts the new executable after an upgrade, and sessions go on', { timeout: 60000 }, async () => {
    site = await start('')
    const visitor = await signIn()
    const renewed = upgrade(site.program)
    assert.ok(programs(site).every(({ program }) => program !== renewed))
    assert.equal((await visitor.session()).user.name, 'Stub User')
    assert.ok(programs(site).some(({ program }) => program === renewed))
  })
})

describe('lighttpd', () => {
  let stub
  let site
  let visitor
  before(async () => {
    stub = await startStub()
    site = await startSite('lighttpd-fastcgi', { configure: ({ url }) => ({ url, database: 'sqlite:auth.db', providers: [stub.plainEntry()] }) })
    visitor = new Visitor(site)
    await visitor.get(answerTo((await visitor.startSignIn('stub')).location))
  })
  after(async () => {
    await site?.stop()
    await stub?.stop()
  })
  const isKnown = async () => assert.equal((await visitor.session()).user?.name, 'Stub User')

  it('restarts it when it has ended', { timeout: 30000 }, async () => {
    const [{ pid }] = programs(site)
    process.kill(pid, 'SIGTERM')
    await until('it has ended', () => !isRunning(pid))
    await until('lighttpd has started it again', () => programs(site).some((one) => one.pid !== pid))
    await isKnown()
  })

  it('can be restarted gracefully', { timeout: 30000 }, async () => {
    const old = programs(site).map(({ pid }) => pid)
    process.kill(site.server.pid, 'SIGUSR1')
    await until('a new one is there', () => programs(site).some(({ pid }) => !old.includes(pid)))
    await isKnown()
    await until('the old one has gone', () => !old.some(isRunning))
  })

  it('goes on with the old executable after an upgrade, and starts the new one', { timeout: 30000 }, async () => {
    const [{ pid, program }] = programs(site)
    const renewed = upgrade(site.program)
    assert.notEqual(renewed, program)
    await isKnown()
    assert.deepEqual(programs(site), [{ pid, program }])
    process.kill(pid, 'SIGTERM')
    await until('the new one is there', () => programs(site).some((one) => one.program === renewed))
    await isKnown()
  })
})

describe('CGI', () => {
  let site
  before(async () => { site = await startSite('lighttpd-cgi', { configure: ({ url }) => ({ url, database: 'sqlite:auth.db', providers: [] }) }) })
  after(() => site?.stop())

  it('answers every request while the executable is replaced', { timeout: 30000 }, async () => {
    const asking = keepAsking(site.url, 2)
    for (let i = 0; i < 5; i++) {
      const before = asking.count()
      upgrade(site.program)
      await until('it was asked again', () => asking.count() >= before + 4)
    }
    assert.ok(await asking.finish() >= 20)
  })
})

if (isRoot) {
  describe('systemd, which keeps the socket', () => {
    let site
    before(async () => {
      site = await startSite('nginx', { responder: startSystemd, configure: ({ url }) => ({ url, database: 'sqlite:auth.db', providers: [] }) })
    })
    after(() => site?.stop())

    it('answers every request through stops and an upgrade', { timeout: 60000 }, async () => {
      const asking = keepAsking(site.url)
      const program = `/proc/${site.responder.init()}/root/usr/lib/nextauth/nextauth.fcgi`
      for (let i = 0; i < 3; i++) {
        const before = asking.count()
        await until('it runs and answers', () => programs(site).length === 1 && asking.count() > before + 20)
        const [{ pid }] = programs(site)
        const renewed = upgrade(program)
        process.kill(pid, 'SIGTERM')
        await until('the new one is there', () => programs(site).some((one) => one.program === renewed))
      }
      assert.ok(await asking.finish() > 60)
    })
  })
}
