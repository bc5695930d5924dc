// A disk that is really full, or read-only as one is that was found damaged: an error until it is well again, and nothing lost.
import assert from 'node:assert/strict'
import { chownSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fastcgi } from '../support/fastcgi.mjs'
import { directVisitor } from '../support/load.mjs'
import { accepts, family, isRoot, isRunning, serverUser, start, until } from '../support/process.mjs'
import { layOut } from '../support/server.mjs'
import { startStub } from '../support/stub_provider.mjs'

const url = 'http://127.0.0.1:8000/api/auth'
const home = 'http://127.0.0.1:8000'

describe('a database on a disk of its own', () => {
  let stub
  let site
  let shell
  let visitor
  const sessions = []
  before(async () => {
    stub = await startStub()
    site = layOut({ name: 'disk', config: { url, database: 'sqlite:data/auth.db', providers: [stub.plainEntry()] } })
    mkdirSync(path.join(site.folder, 'data'))
    visitor = directVisitor(site.socket, url)
    // Mounts of its own: nobody else sees them, and they go with the last process in there.
    shell = start(site.name, 'unshare', [isRoot ? '-m' : '-Urm', 'bash'], { input: 'pipe', cwd: site.folder, env: { NEXTAUTH_CONFIG: site.configFile } })
    const owner = isRoot ? `,uid=${serverUser.uid},gid=${serverUser.gid}` : ''
    await tell(`mount -t tmpfs -o size=1m,mode=700${owner} tmpfs data`)
    if (isRoot) chownSync(site.folder, serverUser.uid, serverUser.gid)
    await spawn(site.socket)
    sessions.push(await visitor.signIn())
  })
  after(async () => {
    // Its programs first: they hold its output open.
    shell?.child.stdin.end('kill $(jobs -p); wait\n')
    await shell?.stop('SIGCONT')
    await stub?.stop()
  })

  let told = 0
  /** Runs a line in there, and gives what it has written. */
  async function tell(line) {
    const from = shell.stdout.length
    const end = `-- ${++told} --`
    shell.child.stdin.write(`${line} && echo '${end}'\n`)
    await until(`done: ${line}`, () => shell.stdout.slice(from).includes(end), { started: shell })
    return shell.stdout.slice(from).replace(end, '').trim()
  }

  async function spawn(socket, environment = '') {
    const user = isRoot ? `-u ${serverUser.name} -U ${serverUser.name}` : ''
    await tell(`${environment} spawn-fcgi -n -s ${socket} -M 0600 ${user} -- ./nextauth.fcgi & true`)
    await until('nextauth.fcgi listens', () => accepts(socket), { started: shell })
  }

  /** The sign-in ends at an error, without a cookie; the log says why. It may take a few: what the disk has left is used. */
  async function comesToRefuse(why, socket = site.socket) {
    const csrf = await fastcgi(socket, url, 'GET', '/csrf')
    const headers = { Cookie: csrf.setCookies.map((line) => line.split(';')[0]).join('; ') }
    const body = new URLSearchParams({ csrfToken: csrf.json().csrfToken }).toString()
    const answer = await until('it is refused', async () => {
      const one = await fastcgi(socket, url, 'POST', '/signin/stub', { body, headers })
      return one.status === 500 && one
    }, { started: shell })
    assert.match(answer.stderr, why)
    assert.match(answer.stderr, /auth\.db/)
    assert.doesNotMatch(answer.text, /auth\.db/)
  }

  async function isWell() {
    assert.equal(await tell('sqlite3 data/auth.db "PRAGMA integrity_check"'), 'ok')
    sessions.push(await visitor.signIn())
    for (const { Cookie } of sessions) {
      assert.equal((await visitor.ask('GET', '/session', { headers: { Cookie } })).json().user.name, 'Stub User')
    }
  }

  const sameProcess = () => family(shell.pid).filter(isRunning).length

  it('that is full takes no sign-in, goes on showing sessions, and recovers by itself', { timeout: 60000 }, async () => {
    const processes = sameProcess()
    await tell('dd if=/dev/zero of=data/ballast bs=4096 2>/dev/null || true')
    await comesToRefuse(/full/)
    const { Cookie } = sessions[0]
    assert.equal((await visitor.ask('GET', '/session', { headers: { Cookie } })).json().user.name, 'Stub User')
    await tell('rm data/ballast')
    await isWell()
    assert.equal(sameProcess(), processes)
  })

  it('that fills up at any moment of a sign-in keeps all of it or nothing', { timeout: 60000 }, async () => {
    for (let free = 0; free <= 40; free += 4) {
      const begun = await visitor.begin()
      await tell('dd if=/dev/zero of=data/ballast bs=4096 2>/dev/null || true')
      await tell(`truncate -s -${free * 1024} data/ballast`)
      const answer = await visitor.finish(begun)
      const cookie = answer.setCookies.find((line) => line.startsWith('next-auth.session-token='))
      await tell('rm data/ballast')
      if (cookie) sessions.push({ Cookie: cookie.split(';')[0] })
      else assert.notEqual(answer.location, home)
    }
    await isWell()
  })

  it('that is read-only takes no sign-in, and recovers by itself', { timeout: 60000 }, async () => {
    // Another process sees the same disk through a mount of its own: the first has files open, which keep theirs writable.
    await tell('mkdir view && mount --bind data view && mount -o remount,ro,bind view')
    const reader = { ...site, socket: path.join(site.folder, 'reader.sock') }
    await spawn(reader.socket, 'DATABASE_URL=sqlite:view/auth.db')
    await comesToRefuse(/read-?only/i, reader.socket)
    await tell('mount -o remount,rw,bind view')
    sessions.push(await directVisitor(reader.socket, url).signIn())
    await isWell()
  })
})
