// The servers' files as hosts have them: other modules of Apache, a user's own folder, suexec, a proxy for TLS, systemd.
import assert from 'node:assert/strict'
import { chownSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { trust } from '../support/browser_jar.mjs'
import { makeCertificates } from '../support/mail_server.mjs'
import { startProvider } from '../support/oidc_provider.mjs'
import { isRoot } from '../support/process.mjs'
import { moveIntoDocuments, startSite } from '../support/server.mjs'
import { startSystemd } from '../support/systemd.mjs'
import { Visitor } from '../support/visitor.mjs'
import { signInJourney } from './signin_journey.mjs'

/** What every one of them is about: `way` with `options` of startSite, the journey, and `more(at)` sentences. */
function hosted(what, way, options, more = () => {}) {
  describe(what, () => {
    let provider
    let site
    before(async () => {
      provider = await startProvider()
      site = await startSite(way, {
        configure: ({ url, database }) => ({ url, database: `sqlite:${path.basename(database)}`, providers: [provider.entry()] }), ...options
      })
      provider.allow(`${site.url}/callback/demo`)
    })
    after(async () => {
      await site?.stop()
      await provider?.stop()
    })
    signInJourney(() => site)
    more(() => site)
  })
}

hosted('Apache, mod_cgi', 'apache-cgi', { modules: ['mpm_prefork', 'cgi'] })

/** Neither configuration nor database nor the program itself is to be had. */
function keepsItsFiles(at) {
  it('gives nobody its configuration and its database', async () => {
    const visitor = new Visitor(at())
    const folder = at().url.replace(/api\/auth$/, '')
    for (const file of ['.htnextauth.json', '.htauth.db', '.htauth.db-wal', '.htaccess']) {
      assert.equal((await visitor.get(`${folder}${file}`)).status, 403, file)
    }
    assert.ok(statSync(at().database).isFile())
    assert.doesNotMatch((await visitor.get(`${folder}nextauth.fcgi`)).text, /ELF/)
  })
}

/** A folder of somebody's own, at /~ann, with an .htaccess and nothing else. */
function ofAnn(user) {
  return (site) => {
    const folder = path.join(site.folder, 'ann')
    mkdirSync(folder)
    moveIntoDocuments(site, folder)
    if (user) for (const file of [folder, site.program]) chownSync(file, user.uid, user.gid)
    site.owner = user
  }
}
const alias = (site) => `Alias /~ann ${site.folder}/ann
<Directory ${site.folder}/ann>
  Require all granted
  AllowOverride FileInfo AuthConfig Options=ExecCGI
</Directory>
`

hosted("a user's folder, mod_fcgid", 'apache-htaccess', { path: '/~ann/api/auth', prepare: ofAnn(), apache: alias }, keepsItsFiles)
hosted("a user's folder, mod_cgid", 'apache-htaccess', {
  path: '/~ann/api/auth', prepare: ofAnn(), apache: alias, modules: ['mpm_event', 'cgid', 'rewrite']
}, keepsItsFiles)

const certificates = makeCertificates()
trust(readFileSync(certificates.authority, 'utf8'))
hosted('behind a proxy that speaks TLS', 'lighttpd-fastcgi', { tls: certificates }, (at) => {
  it('lets its cookies out over https only', async () => {
    const visitor = new Visitor(at())
    await visitor.signIn('ben')
    assert.match(visitor.sessionCookie.line, /^__Secure-next-auth\.session-token=.*; *Secure/)
    assert.match(visitor.csrfCookie.line, /^__Host-next-auth\.csrf-token=.*; *Secure/)
  })
})

// suexec changes the user, which only root can let it, and wants all below the folder that Debian compiled into it.
const nobody = { name: 'nobody', group: 'nogroup', uid: 65534, gid: 65534 }
const suexec = {
  path: '/~ann/api/auth', below: '/var/www', prepare: ofAnn(nobody), apache: (site) => `${alias(site)}SuexecUserGroup nobody nogroup\n`
}
function runsAsItsOwner(at) {
  keepsItsFiles(at)
  it('runs as the owner of the folder', () => assert.equal(statSync(at().database).uid, nobody.uid))
}
if (isRoot) {
  mkdirSync('/var/log/apache2', { recursive: true })  // suexec runs nothing that it cannot log
  hosted('suexec, mod_fcgid', 'apache-htaccess', { ...suexec, modules: ['mpm_event', 'fcgid', 'rewrite', 'suexec'] }, runsAsItsOwner)
  hosted('suexec, mod_cgid', 'apache-htaccess', { ...suexec, modules: ['mpm_event', 'cgid', 'rewrite', 'suexec'] }, runsAsItsOwner)
  hosted('systemd, which starts it with the first request', 'nginx', { responder: startSystemd })
} else {
  console.error('suexec and systemd are tested by root only')
}
