// What the README says of the command line, run as it stands; and the servers' snippets, in those servers.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { change, commandLine } from '../support/command.mjs'
import { accepts, freePort, isRoot, root, serverUser, start, until } from '../support/process.mjs'
import { layOut, spawnProgram, startSite } from '../support/server.mjs'
import { startStub } from '../support/stub_provider.mjs'

const timeout = 60000
const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
const section = readme.split('\n## Command line\n')[1].split('\n## ')[0]
const block = (language) => new RegExp('```' + language + '\\n([^]*?)```').exec(section)[1]

describe('the command line in the README', () => {
  let stub
  let site
  let line
  before(async () => {
    stub = await startStub()
    site = await startSite('lighttpd-cgi', { configure: (site) => ({ url: site.url, providers: [stub.entry()] }) })
    line = commandLine()
    copyFileSync(site.configFile, line.file('.htnextauth.json'))
    line.write('nextauth.json', readFileSync(site.configFile, 'utf8'))
    line.write('users.csv', block('csv'))
  })
  after(async () => {
    await site?.stop()
    await stub?.stop()
  })

  it('has every command, with what it does', { timeout }, () => {
    const listed = [...section.matchAll(/^\| `(\w+)` \| \S/gm)].map(([, name]) => name)
    assert.deepEqual(listed, line.run('help', '--json').json().map(({ name }) => name))
    for (const name of listed) assert.match(block('sh'), name === 'help' || name === 'version' ? /nextauth/ : new RegExp(`nextauth.fcgi ${name}\\b`), name)
  })

  it('has the same commands as the manual page', { timeout }, () => {
    const page = readFileSync(path.join(root, 'scripts/nextauth.fcgi.8'), 'utf8')
    assert.deepEqual([...page.matchAll(/^\.It Cm (\w+)$/gm)].map(([, name]) => name), line.run('help', '--json').json().map(({ name }) => name))
  })

  for (const command of block('sh').trim().split('\n')) {
    it(`\`${command}\` does it`, { timeout }, async () => {
      if (command.includes('sessions')) change(line.database, "INSERT OR IGNORE INTO sessions (id, user_id, expires, session_token, access_token) VALUES (1, 1, datetime('now', '+1 day'), 'a', 'a')")
      const { code, stdout, stderr } = await line.shellMeanwhile(command)
      assert.deepEqual([code, stderr], [0, ''], stdout)
      if (!/^eval|>/.test(command)) assert.notEqual(stdout, '')
    })
  }

  it('has imported the users of the table', { timeout }, () => {
    const users = line.run('users', '--json').json().map(({ email, accounts }) => [email, accounts.length])
    assert.deepEqual(users, [['ann@example.com', 1], ['bob@example.com', 0], ['cy@example.com', 2]])
    assert.match(readFileSync(line.file('nextauth.conf'), 'utf8'), /SetHandler fcgid-script/)
  })
})

describe('a snippet', () => {
  const files = readdirSync(path.join(root, 'scripts/servers'))
  const site = layOut({ name: 'snippet', beside: true, config: { url: 'https://login.example.org/konto', secret: 'x', providers: [] } })
  const snippet = (...words) => execFileSync(site.program, ['snippet', ...words], { encoding: 'utf8', env: {}, stdio: ['ignore', 'pipe', 'pipe'] })

  for (const file of files) {
    const name = file.replace(/\.conf$/, '')
    it(`${name} has this site's paths in it`, { timeout }, () => {
      const socket = readFileSync(path.join(root, 'scripts/servers', file), 'utf8').includes('/nextauth.sock') ? ['--socket', '/run/other.sock'] : []
      const text = snippet(name, ...socket)
      assert.doesNotMatch(text, /\/usr\/lib\/|\/etc\/nextauth|\/run\/nextauth|\/run\/lighttpd|api\/auth(?!ors)/)
      // One that follows another's snippet goes on with the names that are defined there.
      assert.ok([...(name === 'guard-lighttpd' ? ['\nvar.nextauth_guarded'] : []), 'konto', site.program, '/run/other.sock'].some((own) => text.includes(own)), text)
      assert.equal(text.includes('/run/other.sock'), socket.length > 0)
      assert.deepEqual(JSON.parse(snippet(name, ...socket, '--json')), { name, file: `scripts/servers/${file}`, text })
    })
  }

  it('guards this site\'s first path', { timeout }, () => {
    const guarded = layOut({ name: 'snippet', beside: true, config: { url: 'https://example.org', secret: 'x', providers: [], protect: [{ path: '/club', allow: 'signed-in' }] } })
    for (const name of ['guard-nginx', 'guard-lighttpd']) {
      const text = execFileSync(guarded.program, ['snippet', name], { encoding: 'utf8', env: {} })
      assert.match(text, /[ "]\/club\b/)
      assert.doesNotMatch(text, /\/members/)
    }
  })

  it('is there for each server by its name alone, and for nothing else', { timeout }, () => {
    assert.equal(snippet('apache'), snippet('apache-fcgid'))
    assert.equal(snippet('lighttpd'), snippet('lighttpd-fastcgi'))
    for (const server of new Set(files.map((file) => file.replace(/\.conf$/, '').split('-')[0]))) assert.notEqual(snippet(server), '')
    assert.throws(() => snippet('lighttpd-fcgi'), ({ status, stderr }) => status === 2 && /did you mean "lighttpd-cgi"|there are: /.test(stderr))
  })

  it('keeps a path that looks like something else', { timeout }, () => {
    const odd = commandLine()
    odd.shell('mkdir -p etc/nextauth/api/auth; mv nextauth.json etc/nextauth/api/auth')
    const { stdout } = odd.shell('NEXTAUTH_CONFIG=$PWD/etc/nextauth/api/auth/nextauth.json NEXTAUTH_URL=https://example.org/konto nextauth.fcgi snippet lighttpd')
    assert.ok(stdout.includes(`"${odd.folder}/etc/nextauth/api/auth/nextauth.json"`), stdout)
    assert.match(stdout, /^var\.nextauth_path {3}= "\/konto"$/m)
  })

  it('for .htaccess has the path below the folder of the site, which may be a user\'s own', { timeout }, () => {
    const line = commandLine()
    for (const [path, below] of [['/konto', 'konto'], ['/a/b', 'a/b'], ['/~ann/konto', 'konto'], ['/~ann/a/b', 'a/b'], ['/~ann', '~ann']]) {
      const { stdout } = line.shell(`NEXTAUTH_URL=https://example.org${path} nextauth.fcgi snippet htaccess`)
      assert.ok(stdout.includes(`\n# ${below} below this folder`) && stdout.includes(`\nRewriteRule ^${below}(/.*)?$ nextauth.fcgi$1 [END]\n`), stdout)
    }
  })

  it('is none where a path would have to be quoted', { timeout }, () => {
    const spaced = commandLine()
    spaced.shell('mkdir "a b"; mv nextauth.json "a b"')
    const { code, stdout, stderr } = spaced.shell('NEXTAUTH_CONFIG="a b/nextauth.json" nextauth.fcgi snippet apache')
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /a b\/nextauth\.json: has a character that would have to be quoted/)
  })

  for (const [name, program, config] of [
    ['lighttpd-cgi', 'lighttpd', (port, file) => [['-D', '-f'], `
      server.document-root = "${site.documents}"
      server.bind = "127.0.0.1"
      server.port = ${port}
      server.upload-dirs = ( "${site.folder}" )
      ${isRoot ? `server.username = "${serverUser.name}"` : ''}
      include "${file}"`]],
    ['apache-cgi', 'apache2', (port, file) => [['-DFOREGROUND', '-f'], `
      ServerRoot ${site.folder}
      ServerName 127.0.0.1
      PidFile ${site.folder}/apache2.pid
      DefaultRuntimeDir ${site.folder}
      ErrorLog ${site.folder}/error.log
      Listen 127.0.0.1:${port}
      ${['mpm_event', 'authz_core', 'alias', 'cgid'].map((module) => `LoadModule ${module}_module /usr/lib/apache2/modules/mod_${module}.so`).join('\n')}
      ${isRoot ? `User ${serverUser.name}\nGroup ${serverUser.name}` : ''}
      ScriptSock ${site.folder}/cgid.sock
      Include ${file}`]],
    ['nginx', 'nginx', (port, file) => [['-e', 'stderr', '-c'], `
      ${isRoot ? `user ${serverUser.name};` : ''}
      daemon off;
      pid ${site.folder}/nginx.pid;
      events { }
      http {
        access_log off;
        upstream nextauth { server unix:${site.socket}; }
        server { listen 127.0.0.1:${port}; include ${file}; }
      }`]],
    ['caddy', 'caddy', (port, file) => [['run', '--adapter', 'caddyfile', '--config'], `
      {
        admin off
        auto_https off
        storage file_system ${site.folder}/caddy
      }
      http://127.0.0.1:${port} {
        import ${file}
      }`]]
  ]) {
    it(`${name} is all that ${program} needs`, { timeout }, async (t) => {
      const file = path.join(site.folder, `${name}.conf`)
      writeFileSync(file, snippet(name, ...(name.endsWith('-cgi') ? [] : ['--socket', site.socket])))
      if (!name.endsWith('-cgi')) {
        const program = await spawnProgram(site, { env: { NEXTAUTH_CONFIG: undefined } })
        t.after(() => program.stop())
      }
      // "include fastcgi_params" looks beside the configuration.
      if (name === 'nginx') symlinkSync('/etc/nginx/fastcgi_params', path.join(site.folder, 'fastcgi_params'))
      const port = await freePort()
      const [words, text] = config(port, file)
      writeFileSync(`${file}.main`, text)
      const server = start(`snippet-${name}`, program, [...words, `${file}.main`], { env: { PATH: `${process.env.PATH}:/usr/sbin` } })
      t.after(() => server.stop())
      await until(`${program} answers`, () => accepts(port), { started: server })
      const answer = await fetch(`http://127.0.0.1:${port}/konto/csrf`)
      assert.equal(answer.status, 200, server.output())
      assert.match((await answer.json()).csrfToken, /^[0-9a-f]{64}$/)
    })
  }
})
