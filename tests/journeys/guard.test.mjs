// The guard of other paths, on real servers, before files and a program.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startProvider } from '../support/oidc_provider.mjs'
import { root } from '../support/process.mjs'
import { blocks } from '../support/readme.mjs'
import { startSite } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'

const protect = [
  { path: '/members', allow: 'signed-in' },
  { path: '/members/staff', allow: { emails: ['ben@example.com'] } },
  { path: '/members/open', allow: 'everybody' },
  { path: '/members/lua', allow: 'lua' }
]

/** The README's function: only the first user may enter. */
const callbacks = blocks.find(({ section, language }) => section === 'Guarding other paths' && language === 'lua').text

const php = '<?php foreach (["AUTH_USER", "AUTH_EMAIL", "AUTH_NAME", "AUTH_PROVIDER", "REMOTE_USER", "HTTP_AUTH_EMAIL"] as $name) echo $name, "=", $_SERVER[$name] ?? "none", "\\n";'

/** The files of a site with a guarded folder; `.htaccess` as the README shows it. */
function fill(site) {
  const file = (name, text) => {
    mkdirSync(path.dirname(path.join(site.documents, name)), { recursive: true })
    writeFileSync(path.join(site.documents, name), text)
  }
  for (const folder of ['', 'staff/', 'open/', 'lua/', 'my files/']) file(`members/${folder}index.html`, `secret of members/${folder}`)
  file('members/who.php', php)
  file('membership.html', 'how to become a member')
  const guard = readFileSync(path.join(root, 'scripts/servers/guard-htaccess.conf'), 'utf8')
  file('members/.htaccess', guard.replace('/usr/lib/nextauth/nextauth.fcgi', site.program))
}

const guardFile = (name) => path.join(root, `scripts/servers/guard-${name}.conf`)
const phpBehindApache = '<FilesMatch "\\.php$">\nSetHandler fcgid-script\nFcgidWrapper /usr/bin/php-cgi .php\nOptions +ExecCGI\n</FilesMatch>'
const servers = {
  'apache-fcgid': { apache: () => phpBehindApache },
  'apache-htaccess': { apache: () => phpBehindApache },
  'lighttpd-fastcgi': {
    lighttpd: (site) => `server.modules += ( "mod_cgi" )
cgi.assign = ( ".php" => "/usr/bin/php-cgi" )
var.nextauth_guarded = "/members"
var.nextauth_documents = "${site.documents}"
include "${guardFile('lighttpd')}"`
  },
  nginx: { nginx: () => `include ${guardFile('nginx')}; add_header X-Seen-User $auth_user;` }
}

/** A request for a path that a browser would tidy up first. */
function asWritten(method, origin, where) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const request = http.request({ method, hostname, port, path: where, headers: page, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk) => { text += chunk }).once('error', reject).once('end', () => resolve({ status: answer.statusCode, text }))
    })
    request.once('error', reject).end()
  })
}

const page = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'sec-fetch-mode': 'navigate' }

for (const [way, options] of Object.entries(servers)) {
  describe(`a guarded folder, ${way}`, () => {
    let provider
    let site
    const at = (where) => site.origin + where
    const load = (visitor, where) => visitor.get(at(where), { headers: page })
    before(async () => {
      provider = await startProvider()
      site = await startSite(way, {
        ...options,
        configure: ({ url, database, configFile }) => {
          writeFileSync(path.join(path.dirname(configFile), 'callbacks.lua'), callbacks)
          return { url, database: `sqlite:${path.basename(database)}`, providers: [provider.entry()], callbacks: 'callbacks.lua', protect }
        }
      })
      fill(site)
      provider.allow(`${site.url}/callback/demo`)
    })
    after(async () => {
      await site?.stop()
      await provider?.stop()
    })

    it('sends who comes for a page to the sign-in, and lets them in when they come back', async () => {
      const visitor = new Visitor(site)
      const sent = await load(visitor, '/members/my%20files/?tab=1&b=%26')
      assert.equal(sent.status, 302, sent.text)
      assert.equal(sent.location, `${site.url}/signin?callbackUrl=${encodeURIComponent(at('/members/my%20files/?tab=1&b=%26'))}`)
      assert.doesNotMatch(sent.text, /secret/)
      assert.equal((await visitor.get(sent.location, { headers: page })).status, 200)
      const back = await visitor.signIn('ann')
      assert.equal(back.location, at('/members/my%20files/?tab=1&b=%26'))
      assert.match((await visitor.get(back.location, { headers: page })).text, /secret of members\/my files/)
    })

    it('sends there from a page with a long address, too', async () => {
      const where = `/members/?filter=${'a/'.repeat(1500)}`
      const { status, location } = await load(new Visitor(site), where)
      assert.deepEqual([status, location], [302, `${site.url}/signin?callbackUrl=${encodeURIComponent(at(where))}`])
      assert.equal((await new Visitor(site).get(location, { headers: page })).status, 200)
    })

    it('tells 401 to what a script fetches', async () => {
      for (const headers of [{ accept: '*/*' }, { accept: 'text/html', 'sec-fetch-mode': 'cors' }]) {
        const { status, location, text } = await new Visitor(site).get(at('/members/'), { headers })
        assert.deepEqual([status, location], [401, undefined])
        assert.doesNotMatch(text, /secret/)
      }
    })

    it('lets in whom the longest path names', async () => {
      const [ann, ben] = [new Visitor(site), new Visitor(site)]
      await ann.signIn('ann')
      await ben.signIn('ben')
      assert.match((await load(ann, '/members/')).text, /secret of members\//)
      assert.match((await load(ben, '/members/staff/')).text, /secret of members\/staff/)
      const refused = await load(ann, '/members/staff/')
      assert.deepEqual([refused.status, refused.location], [302, `${site.url}/error?error=AccessDenied`])
      assert.match((await load(new Visitor(site), '/members/open/')).text, /secret of members\/open/)
      assert.match((await load(ann, '/members/lua/')).text, /secret of members\/lua/)
      assert.equal((await load(ben, '/members/lua/')).location, `${site.url}/error?error=AccessDenied`)
    })

    it('tells the program behind who it is, whatever the visitor says of it', async () => {
      const ann = new Visitor(site)
      await ann.signIn('ann')
      const lies = { 'auth-user': 'root', 'auth-email': 'root@example.com', 'remote-user': 'root', 'x-auth-user': 'root', 'variable-auth_user': 'root' }
      const answer = await ann.get(at(way === 'nginx' ? '/members/' : '/members/who.php'), { headers: { ...page, ...lies } })
      assert.equal(answer.setCookies.length, 0)
      if (way === 'nginx') return assert.equal(answer.headers['x-seen-user'], '1')
      const seen = Object.fromEntries(answer.text.trim().split('\n').map((line) => line.split('=')))
      assert.deepEqual(seen, { AUTH_USER: '1', AUTH_EMAIL: 'ann@example.com', AUTH_NAME: 'Ann Example', AUTH_PROVIDER: 'demo', REMOTE_USER: '1', HTTP_AUTH_EMAIL: 'root@example.com' })
    })

    it('ends with the session', async () => {
      const ann = new Visitor(site)
      await ann.signIn('ann')
      const cookie = `next-auth.session-token=${ann.sessionCookie.value}`
      assert.equal((await load(ann, '/members/')).status, 200)
      await ann.signOut()
      assert.equal((await new Visitor(site).get(at('/members/'), { headers: { ...page, cookie } })).status, 302)
    })

    it('cannot be talked past with another spelling of the path, or another method', async () => {
      const spellings = ['/members/staff', '//members/staff/', '/members//staff/', '/members/./staff/', '/members/open/../staff/', '/members/%73taff/',
        '/%6dembers/staff/', '/members/open/%2e%2e/staff/', '/members/open/..%2fstaff/', '/api/auth/../../members/staff/', '/members/staff/index.html/', '/members/staff/?/members/open']
      for (const spelling of spellings)
        for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
          const { status, text } = await asWritten(method, site.origin, spelling)
          assert.ok(status >= 301 && status !== 304, `${method} ${spelling}: ${status}`)
          assert.doesNotMatch(text, /secret/, `${method} ${spelling}`)
        }
    })

    it('is looked at by the doctor, who sees an open door', async () => {
      const env = { ...process.env, NEXTAUTH_CONFIG: site.configFile }
      const doctor = () => new Promise((resolve) => execFile(site.program, ['doctor', '--json'], { env }, (_, stdout) =>
        resolve(JSON.parse(stdout).findings.filter(({ about }) => about.startsWith('protect')).map(({ about, level }) => `${about}: ${level}`))))
      const paths = ['/members', '/members/staff', '/members/lua']
      assert.deepEqual(await doctor(), paths.map((where) => `protect ${where}: ok`))
      if (!way.startsWith('apache')) return
      renameSync(path.join(site.documents, 'members/.htaccess'), path.join(site.folder, 'kept'))
      try {
        assert.deepEqual(await doctor(), paths.map((where) => `protect ${where}: error`))
      } finally {
        renameSync(path.join(site.folder, 'kept'), path.join(site.documents, 'members/.htaccess'))
      }
    })

    it('stays closed while the configuration is of no use', async () => {
      const ann = new Visitor(site)
      await ann.signIn('ann')
      const broken = await startSite(way, { ...options, configure: ({ url }) => ({ url, database: 'sqlite:auth.db', providers: [provider.entry()], protect, porviders: [] }) })
      try {
        fill(broken)
        const cookie = `next-auth.session-token=${ann.sessionCookie.value}`
        const { status, text } = await new Visitor(broken).get(`${broken.origin}/members/`, { headers: { ...page, cookie } })
        assert.ok(status >= 400, `${status}`)
        assert.doesNotMatch(text, /secret/)
      } finally {
        await broken.stop()
      }
    })
  })
}
