// `make install`: what it puts where, and that it works from there.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { before, describe, it } from 'node:test'
import { root, temporaryFolder } from '../support/process.mjs'

const run = (command, ...args) => execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe('make install', () => {
  const folder = temporaryFolder()
  before(() => run('make', '-s', 'install', 'PREFIX=/opt/x', `DESTDIR=${folder}`))

  it('writes below DESTDIR and PREFIX only', () => {
    const files = readdirSync(folder, { recursive: true }).filter((file) => !statSync(path.join(folder, file)).isDirectory())
    const under = (from) => readdirSync(path.join(root, from), { recursive: true }).filter((file) => path.extname(file))
    const shown = ['.readme', 'scripts/examples'].flatMap((from) => under(from).map((file) => `opt/x/share/doc/nextauth/${path.basename(from)}/${file}`))
    const servers = readdirSync(path.join(root, 'scripts/servers')).map((file) => `opt/x/share/doc/nextauth/servers/${file}`)
    assert.deepEqual(files.sort(), [
      'opt/x/bin/nextauth.fcgi', 'opt/x/lib/nextauth/nextauth.fcgi', 'opt/x/share/man/man8/nextauth.fcgi.8',
      'opt/x/share/doc/nextauth/README.md', 'opt/x/share/doc/nextauth/LICENSE', ...shown, ...servers,
      'opt/x/share/bash-completion/completions/nextauth.fcgi'
    ].sort())
  })

  it('puts a program there that works, and that everybody may run and nobody but its owner change', () => {
    assert.match(run(path.join(folder, 'opt/x/bin/nextauth.fcgi'), 'version'), /^nextauth\.fcgi \d/)
    assert.equal(statSync(path.join(folder, 'opt/x/lib/nextauth/nextauth.fcgi')).mode & 0o777, 0o755)
  })

  it('completes its commands in bash', () => {
    const file = path.join(folder, 'opt/x/share/bash-completion/completions/nextauth.fcgi')
    assert.match(run('bash', '-c', `. ${file} && complete -p nextauth.fcgi`), /nextauth\.fcgi$/m)
  })

  it('says what to do when nothing has been built', () => {
    assert.throws(() => run('make', '-s', 'install', 'BUILD=/nonexistent', `DESTDIR=${folder}/2`), /run make first/)
    assert.ok(!existsSync(`${folder}/2`))
  })

  it('brings a manual page without mistakes', () => {
    const page = path.join(folder, 'opt/x/share/man/man8/nextauth.fcgi.8')
    run('mandoc', '-T', 'lint', '-W', 'warning', page)
    const text = run('mandoc', '-T', 'utf8', page).replace(/.\x08/g, '')
    assert.match(text, /nextauth\.fcgi – sign-in for a web site/)
  })
})
