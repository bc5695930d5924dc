// The README's page in PHP, as it stands, beside nextauth.fcgi: with php-cgi under lighttpd and Apache.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { root } from '../support/process.mjs'
import { startSite } from '../support/server.mjs'
import { answerTo, startStub } from '../support/stub_provider.mjs'
import { forms, Visitor } from '../support/visitor.mjs'

const timeout = 30000
const example = readFileSync(path.join(root, 'scripts/examples/members.php'), 'utf8')
const askedAt = (url) => {
  assert.equal(example.split('https://example.com/api/auth').length, 2)
  return example.replace('https://example.com/api/auth', url)
}

const ways = {
  'lighttpd-fastcgi': { lighttpd: () => 'server.modules += ( "mod_cgi" )\ncgi.assign = ( ".php" => "/usr/bin/php-cgi" )' },
  'apache-htaccess': {
    apache: () => '<FilesMatch "\\.php$">\nSetHandler fcgid-script\nFcgidWrapper /usr/bin/php-cgi .php\nOptions +ExecCGI\n</FilesMatch>'
  }
}

/** A site with the page, and with the same page that asks `elsewhere` for the session. */
async function startWithPhp(way, { stub, elsewhere, config = {} }) {
  const site = await startSite(way, { ...ways[way], configure: ({ url }) => ({ url, providers: [stub.plainEntry()], ...config }) })
  writeFileSync(path.join(site.documents, 'members.php'), askedAt(site.url))
  writeFileSync(path.join(site.documents, 'elsewhere.php'), askedAt(`${elsewhere}/api/auth`))
  return site
}

/** What stands in nextauth.fcgi's place: `answer(response)` may be anything, `asked` are the requests' headers. */
async function startStandIn() {
  const standIn = { asked: [], answer: undefined }
  const server = createServer((request, response) => {
    standIn.asked.push({ url: request.url, headers: request.headers })
    standIn.answer(response)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  standIn.origin = `http://127.0.0.1:${server.address().port}`
  standIn.stop = () => new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
  return standIn
}

for (const way of Object.keys(ways)) {
  describe(`a page in PHP, ${way}`, () => {
    let stub
    let standIn
    let site
    before(async () => {
      stub = await startStub()
      standIn = await startStandIn()
      site = await startWithPhp(way, { stub, elsewhere: standIn.origin })
    })
    after(async () => {
      await site?.stop()
      await standIn?.stop()
      await stub?.stop()
    })

    it('sends a stranger to sign in, greets who comes back, and lets go', { timeout }, async () => {
      stub.on('/me', ({ json }) => json({ sub: 'oneil', name: `Bo <O'Neil> & "Co"`, email: 'bo@example.com' }))
      const visitor = new Visitor(site)
      const sentAway = await visitor.get(`${site.origin}/members.php?tab=1&b=%26`)
      assert.equal(sentAway.status, 303)
      assert.equal(new URL(sentAway.location).searchParams.get('callbackUrl'), '/members.php?tab=1&b=%26')
      const [form] = forms((await visitor.get(sentAway.location)).text)
      const { location } = await visitor.post(new URL(form.action, site.origin).href, form.fields)
      const back = await visitor.get(answerTo(location))
      assert.equal(new URL(back.location, site.origin).href, `${site.origin}/members.php?tab=1&b=%26`)
      const page = await visitor.get(new URL(back.location, site.origin).href)
      assert.equal(page.status, 200)
      assert.match(page.text, /<h1>Hello, Bo &lt;O&#039;Neil&gt; &amp; &quot;Co&quot;<\/h1>/)
      assert.match(page.text, /signed in as bo@example\.com\./)
      assert.equal(page.headers['cache-control'], 'private, no-store')
      assert.ok(page.setCookies.length > 0 && page.setCookies.every((line) => line.startsWith('next-auth.session-token=')), page.setCookies.join('\n'))

      const [, signOut] = /href="([^"]*\/signout[^"]*)"/.exec(page.text)
      assert.equal((await visitor.get(signOut)).status, 200)
      await visitor.signOut()
      assert.equal((await visitor.get(`${site.origin}/members.php`)).status, 303)
    })

    it('hands on the session cookie and no other', { timeout }, async () => {
      standIn.answer = (response) => response.setHeader('Set-Cookie', ['next-auth.session-token=new; Path=/', 'other=1; Path=/']).end('{"user":{"name":"Ann"}}')
      standIn.asked.length = 0
      const cookie = 'PHPSESSID=a; x-next-auth.session-token=b; next-auth.session-token.0=c%20; __Secure-next-auth.session-token.1=d; next-auth.csrf-token=e'
      const page = await new Visitor(site).get(`${site.origin}/elsewhere.php`, { headers: { cookie } })
      assert.match(page.text, /Hello, Ann<.*without an address/s)
      assert.deepEqual(page.setCookies, ['next-auth.session-token=new; Path=/'])
      assert.deepEqual(standIn.asked.map(({ url, headers }) => [url, headers.cookie]),
        [['/api/auth/session', 'next-auth.session-token.0=c%20; __Secure-next-auth.session-token.1=d']])
    })

    it('asks nobody for a visitor without a session cookie', { timeout }, async () => {
      standIn.asked.length = 0
      const page = await new Visitor(site).get(`${site.origin}/elsewhere.php`, { headers: { cookie: 'PHPSESSID=a' } })
      assert.deepEqual([page.status, standIn.asked.length], [303, 0])
    })

    const troubles = {
      'an error': (response) => { response.statusCode = 500; response.end('{"user":{"name":"Ann"}}') },
      'a redirect': (response) => { response.writeHead(302, { Location: '/other' }).end() },
      'no JSON': (response) => response.end('<h1>Hello</h1>'),
      'too much': (response) => response.end(`{"user":{"name":"${'x'.repeat(65536)}"}}`),
      'silence': () => {}
    }
    for (const [what, answer] of Object.entries(troubles)) {
      if (what === 'silence' && way !== 'lighttpd-fastcgi') continue  // it takes the five seconds that the page waits
      it(`lets nobody in, and says so in time, for ${what}`, { timeout }, async () => {
        standIn.answer = answer
        standIn.asked.length = 0
        const began = Date.now()
        const page = await new Visitor(site).get(`${site.origin}/elsewhere.php`, { headers: { cookie: 'next-auth.session-token=a' } })
        assert.equal(page.status, 503, page.text)
        assert.match(page.text, /^We cannot see who you are/)
        assert.equal(standIn.asked.length, 1)
        assert.ok(Date.now() - began < 15000)
      })
    }
  })
}

describe('a page in PHP with JWT sessions', () => {
  it('gives the browser the token that is signed anew', { timeout }, async (t) => {
    const stub = await startStub()
    t.after(() => stub.stop())
    const site = await startWithPhp('lighttpd-fastcgi', { stub, elsewhere: stub.issuer, config: { database: null, secret: 'of a site without a database' } })
    t.after(() => site.stop())
    const visitor = new Visitor(site)
    await visitor.get(answerTo((await visitor.startSignIn('stub')).location))
    const issued = () => JSON.parse(Buffer.from(visitor.sessionCookie.value.split('.')[1], 'base64url')).iat
    const before = visitor.sessionCookie
    assert.match((await visitor.get(`${site.origin}/members.php`)).text, /Hello, Stub User/)
    assert.notEqual(visitor.sessionCookie, before, 'the browser has a new one')
    assert.ok(Math.abs(issued() - Date.now() / 1000) < 60)
    assert.equal((await visitor.session()).user.name, 'Stub User')
  })
})
