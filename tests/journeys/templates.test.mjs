// The owner's own templates, messages and languages, in a process that has given up what it does not need.
import assert from 'node:assert/strict'
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { linkOf, startMailServer } from '../support/mail_server.mjs'
import { isRoot, serverUser, start } from '../support/process.mjs'
import { startSite } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'

const timeout = 30000

describe('templates of one\'s own', () => {
  let server
  let site
  before(async () => {
    server = await startMailServer()
    site = await startSite('lighttpd-fastcgi', {
      configure: ({ url, folder }) => {
        mkdirSync(path.join(folder, 'own/messages'), { recursive: true })
        return {
          url, templates: 'own', theme: 'light', brand: { color: '#0a7', logo: '/logo.svg' },
          providers: [{ id: 'email', server: `smtp://127.0.0.1:${server.port}`, from: 'no-reply@example.com' }]
        }
      }
    })
  })
  after(async () => {
    await site?.stop()
    await server?.stop()
  })

  function write(name, text) {
    const file = path.join(site.folder, 'own', name)
    writeFileSync(file, text)
    if (isRoot) chownSync(file, serverUser.uid, serverUser.gid)
    return () => rmSync(file)
  }

  const page = async (route, language = 'en') => new Visitor(site).request('GET', site.url + route, { headers: { 'accept-language': language } })

  async function check() {
    const program = start(`${site.name}-check`, site.program, ['check'], { env: { NEXTAUTH_CONFIG: site.configFile } })
    const { code } = await program.exited
    return { code, text: program.stdout }
  }

  it('count as soon as they are there, and no longer than that', { timeout }, async () => {
    const remove = write('signout.html', '{{>head}}<h2>{{t.signOutQuestion}} {{t.bye}}</h2>{{>foot}}')
    const removeMessages = write('messages/nl.json', '{ "bye": "Doei!" }')
    assert.match((await page('/signout', 'nl')).text, /<h2>[^<]+\? Doei!<\/h2><\/main>/)
    assert.match((await page('/signin', 'nl')).text, /<img class="logo" src="\/logo\.svg" alt="">/)
    remove()
    removeMessages()
    assert.doesNotMatch((await page('/signout', 'nl')).text, /Doei/)
  })

  it('may be in a language that is not built in', { timeout }, async () => {
    const remove = write('messages/fi.json', '{ "signOut": "Kirjaudu ulos" }')
    const answer = await page('/signout', 'fi-FI,fi;q=0.9')
    assert.match(answer.text, /<html lang="fi" dir="ltr"/)
    assert.match(answer.text, />Kirjaudu ulos<\/button>/)
    assert.match(answer.text, /Are you sure you want to sign out\?/)
    assert.equal(answer.headers['content-language'], 'fi')
    const { code, text } = await check()
    assert.equal(code, 0, text)
    remove()
  })

  it('write mails that arrive as they were written', { timeout }, async () => {
    const lines = ['.', '..', '.x', 'From here', `${'long '.repeat(500)}end.`, 'tab\tand blanks   ', 'ünï "cödé" <&> 漢字 😀', '=3D =20', '--', '']
    const remove = [write('mail.txt', `${lines.join('\n')}\n{{{url}}}\n`), write('mail.html', '<p>.\n{{t.mailButton}} {{url}}</p>'), write('messages/en.json', '{ "mailSubject": "Grüße – von {site}, „bitte“ klicken: ein sehr langer Betreff über mehrere Zeilen hinweg" }')]
    const visitor = new Visitor(site)
    await visitor.post(`${site.url}/signin/email`, { csrfToken: await visitor.csrf(), email: 'ann@example.org' })
    const { parsed, raw } = await server.next()
    const link = linkOf({ parsed })
    assert.equal(parsed.text, `${lines.join('\n')}\n${link}`) // the last line end is the boundary's
    assert.equal(parsed.html, `<p>.\nSign in ${link.replace('&', '&amp;')}</p>`)
    assert.equal(parsed.subject, `Grüße – von ${new URL(site.url).host}, „bitte“ klicken: ein sehr langer Betreff über mehrere Zeilen hinweg`)
    for (const line of raw.split('\r\n')) assert.match(line, /^[\x20-\x7e\t]{0,76}$/)
    remove.forEach((one) => one())
  })

  it('are named by check and the log where they are broken, and hurt no other page', { timeout }, async () => {
    const remove = [write('foot.html', '</main>\n{{#oops}}'), write('messages/sv.json', '{\n  "signIn": "a"\n  "signOut": "b"\n}')]
    const answer = await page('/signout')
    assert.equal(answer.status, 500)
    assert.match(answer.text, /There is a problem with the server configuration\./)
    await site.says(/configuration_error action=signout reason="templates: foot\.html:2: Unclosed section \\"oops\\""/)
    assert.equal((await new Visitor(site).get(`${site.url}/providers`)).status, 200)
    const { code, text } = await check()
    assert.equal(code, 1)
    assert.ok(text.includes(`${path.join(site.folder, 'own/foot.html')}:2: templates: Unclosed section "oops"\n`), text)
    assert.match(text, /own\/messages\/sv\.json:3: templates: /)
    remove.forEach((one) => one())
    assert.equal((await page('/signout')).status, 200)
    assert.equal((await check()).code, 0)
  })
})
