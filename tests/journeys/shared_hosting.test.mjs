// The README's five steps on shared hosting, as they are written there, and what one sees where a host or a step is amiss.
import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { oneFile } from '../support/empty_root.mjs'
import { blocks, readme, section as textOf } from '../support/readme.mjs'
import { moveIntoDocuments, startSite } from '../support/server.mjs'
import { forms, Visitor } from '../support/visitor.mjs'

const timeout = 60000

/** The folder of the site after steps 1 to 4; `options`: what else startSite takes. */
function takeSteps(options = {}) {
  const [config] = blocks.filter(({ section, language }) => section === 'On shared hosting, in five steps' && language === 'jsonc')
  return startSite('apache-htaccess', {
    prepare: (site) => {
      moveIntoDocuments(site)
      copyFileSync(oneFile, site.program)
    },
    configure: ({ origin }) => JSON.parse(config.text.replace('https://example.com', origin)),
    ...options
  })
}

describe('the five steps on shared hosting', () => {
  let site
  before(async () => { site = await takeSteps() })
  after(() => site?.stop())

  it('lead to a sign-in page, and on to the provider with the address that was registered', { timeout }, async () => {
    const visitor = new Visitor(site)
    const page = await visitor.get(`${site.origin}/api/auth/signin`)
    assert.equal(page.status, 200)
    const [form] = forms(page.text)
    assert.deepEqual(form.buttons, ['Sign in with GitHub'])
    const { location } = await visitor.post(new URL(form.action, site.origin).href, form.fields)
    const asked = new URL(location)
    assert.equal(asked.origin + asked.pathname, 'https://github.com/login/oauth/authorize')
    assert.equal(asked.searchParams.get('redirect_uri'), `${site.origin}/api/auth/callback/github`)
    assert.equal(asked.searchParams.get('client_id'), 'Ov23liExample')
    assert.ok(readme.includes('`https://example.com/api/auth/callback/github`'))
  })

  it('leave nothing to download', { timeout }, async () => {
    assert.ok(existsSync(path.join(site.documents, '.htauth.db')))
    for (const file of ['.htnextauth.json', '.htauth.db', '.htaccess']) assert.equal((await new Visitor(site).get(`${site.origin}/${file}`)).status, 403, file)
  })
})

describe('beside the rules of another program in the same .htaccess', () => {
  // As WordPress writes it: all that is no file goes to its own program.
  const wordpress = `
# BEGIN WordPress
RewriteEngine On
RewriteBase /
RewriteRule ^index\\.php$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /index.php [L]
# END WordPress
`
  for (const [first, outcome] of [[true, 'it works at the beginning'], [false, 'the other one takes its requests where it stands below']]) {
    it(outcome, { timeout }, async (t) => {
      const site = await takeSteps()
      t.after(() => site.stop())
      const file = path.join(site.documents, '.htaccess')
      const own = readFileSync(file, 'utf8')
      writeFileSync(file, first ? own + wordpress : wordpress + own)
      writeFileSync(path.join(site.documents, 'index.php'), 'the other program')
      const visitor = new Visitor(site)
      assert.equal((await visitor.get(`${site.origin}/api/auth/signin`)).text.includes('Sign in with GitHub'), first)
      assert.match((await visitor.get(`${site.origin}/2026/11/hello`)).text, /the other program/)
      assert.match(textOf('On shared hosting, in five steps'), /at the beginning of the one that is there/)
    })
  }
})

/**
 * A site that is amiss, and what its sign-in page is; another such site where that takes long: mod_fcgid answers at once when a
 * program that cannot be started ends after it has been connected to, and tries for up to a minute when it ends before.
 */
async function look(t, options, amiss) {
  for (let i = 0; i < 10; i++) {
    const site = await takeSteps(options)
    t.after(() => site.stop())
    amiss(site)
    const asked = new Visitor(site).get(`${site.origin}/api/auth/signin`)
    asked.catch(() => {})
    const page = await Promise.race([asked, setTimeout(3000)])
    if (page) return { site, page }
  }
  return assert.fail('no answer')
}

describe('what the README says one sees', () => {
  const overriding = (what) => ({ apache: ({ documents }) => `<Directory ${documents}>\nAllowOverride ${what}\n</Directory>` })
  const withoutFcgid = ['mpm_event', 'cgid', 'rewrite']
  const cases = [
    ['"Not Found"', 'the host ignores .htaccess', { options: overriding('None') }],
    ['"Not Found"', 'the host runs no programs', { options: { modules: ['mpm_event', 'rewrite'] } }],
    ['"Internal Server Error"', 'Options are not allowed', { options: overriding('FileInfo AuthConfig'), log: /not allowed here/ }],
    ['"Internal Server Error"', 'the file is not executable, mod_cgid', { options: { modules: withoutFcgid }, amiss: ({ program }) => chmodSync(program, 0o644), log: /Permission denied/ }],
    ['"Internal Server Error"', 'the file is not executable, mod_fcgid', { amiss: ({ program }) => chmodSync(program, 0o644), log: /End of script output/ }],
    ['"Server error"', 'the configuration is wrong', { amiss: ({ configFile }) => writeFileSync(configFile, '{'), log: /configuration_error .*\.htnextauth\.json:1: / }]
  ]
  for (const [seen, why, { options, amiss = () => {}, log }] of cases) {
    it(`${seen} where ${why}`, { timeout }, async (t) => {
      const row = textOf('On shared hosting, in five steps').split('\n').find((line) => line.startsWith(`| ${seen}`))
      assert.ok(row)
      const { site, page } = await look(t, options, amiss)
      assert.ok(page.text.includes(seen.replaceAll('"', '')), page.text)
      // The log's words, where the row quotes any.
      if (log) await site.says(log)
      if (log && seen === '"Internal Server Error"') assert.match(row, log)
    })
  }
})
