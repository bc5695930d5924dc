// Eight threads of one process at work on everything at once. `make test` runs this with the thread sanitizer too, which
// sees a race whether or not it does harm.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { simpleParser } from 'mailparser'
import { fastcgi } from '../support/fastcgi.mjs'
import { isRoot, serverUser, until } from '../support/process.mjs'
import { layOut, spawnProgram, writeConfig } from '../support/server.mjs'
import { answerTo, startStub } from '../support/stub_provider.mjs'

const url = 'http://127.0.0.1:8000/api/auth'
const visitors = 12
const hash = execFileSync('perl', ['-e', 'print crypt("secret", q($2b$05$abcdefghijklmnopqrstuu))'], { encoding: 'utf8' })

const callbacks = `
return {
  signIn = function(user) return user.name ~= "Banned" end,
  redirect = function(url, baseUrl) return url:match("^/") and baseUrl .. url or url end,
  session = function(session, userOrToken) session.kind = json.decode('{"of":"lua"}').of return session end,
  jwt = function(token, user) if user then token.login = user.name end return token end,
  authorize = function(credentials)
    return credentials.password == "lua" and { id = credentials.username, name = credentials.username } or nil
  end,
  events = { signIn = function(message) log.info("signed_in", message.user.name) end },
}
`

/** A browser straight over FastCGI, so that all requests come at the same moment. */
class Visitor {
  cookies = new Map()

  constructor(site) {
    this.site = site
  }

  async ask(method, route, { query = '', form } = {}) {
    const body = form && new URLSearchParams(form).toString()
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fastcgi(this.site.socket, url, method, route, { query, body, headers: cookie ? { Cookie: cookie } : {} })
    for (const line of answer.setCookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (/; Max-Age=0/.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return answer
  }

  async post(route, form = {}) {
    this.token ??= (await this.ask('GET', '/csrf')).json().csrfToken
    return this.ask('POST', route, { form: { csrfToken: this.token, ...form } })
  }

  /** Several at once, as the tabs of a browser ask. */
  async session() {
    const answers = await Promise.all([1, 2, 3].map(() => this.ask('GET', '/session')))
    return answers.map((answer) => answer.json())[0]
  }

  async isSignedIn(name) {
    const session = await this.session()
    assert.equal(session.user?.name ?? session.user?.email, name, JSON.stringify(session))
    assert.equal(session.kind, 'lua')
    await this.post('/signout')
    assert.deepEqual(await this.session(), {})
  }
}

const ways = {
  async provider(visitor) {
    const started = await visitor.post('/signin/stub', { callbackUrl: '/members' })
    assert.equal(started.status, 302, started.text)
    const query = new URL(answerTo(started.location)).search.slice(1)
    const answer = await visitor.ask('GET', '/callback/stub', { query })
    assert.equal(answer.location, 'http://127.0.0.1:8000/members')
    await visitor.isSignedIn('Stub User')
  },

  async htpasswd(visitor) {
    const wrong = await visitor.post('/callback/staff', { username: 'jane', password: 'wrong' })
    assert.match(wrong.location, /error=CredentialsSignin/)
    await visitor.post('/callback/staff', { username: 'jane', password: 'secret' })
    await visitor.isSignedIn('jane')
  },

  async lua(visitor, number) {
    await visitor.post('/callback/lua', { username: `person ${number}`, password: 'lua' })
    await visitor.isSignedIn(`person ${number}`)
  },

  async mail(visitor, number) {
    const address = `person-${number}@example.com`
    const sent = await visitor.post('/signin/email', { email: address })
    assert.match(sent.location, /verify-request/)
    const mail = () => path.join(visitor.site.folder, 'mail', address)
    await until(`a mail to ${address}`, () => existsSync(mail()))
    const { text } = await simpleParser(readFileSync(mail()))
    const asked = new URL(/http:\S+/.exec(text)[0]).searchParams
    const [email, token] = ['email', 'token'].map((name) => asked.get(name))
    // Pressed twice at the same moment: one of them is signed in.
    const answers = await Promise.all([1, 2].map(() => visitor.post('/callback/email', { email, token })))
    assert.equal(answers.filter(({ location }) => /error=Verification/.test(location)).length, 1)
    await visitor.isSignedIn(address)
  }
}

const pages = ['/signin', '/signout', '/providers', '/error', '/verify-request', '/csrf']

for (const [kind, options] of Object.entries({ database: {}, JWT: { session: { jwt: true } } })) {
  describe(`eight threads with ${kind} sessions`, () => {
    let stub
    let site
    let program
    before(async () => {
      stub = await startStub()
      site = layOut({ name: `threads-${kind}` })
      const own = (name, text, mode = 0o600) => {
        writeFileSync(path.join(site.folder, name), text, { mode })
        chmodSync(path.join(site.folder, name), mode)
        if (isRoot) chownSync(path.join(site.folder, name), serverUser.uid, serverUser.gid)
      }
      own('callbacks.lua', callbacks)
      own('users', `jane:${hash}\n`)
      own('sendmail', `#!/bin/sh\nmkdir -p ${site.folder}/mail\nfor to; do :; done\ncat >"${site.folder}/new.$$"\nmv "${site.folder}/new.$$" "${site.folder}/mail/$to"\n`, 0o755)
      const field = { label: 'x', type: 'text' }
      const password = (id, authorize) => ({ id, name: id, type: 'credentials', credentials: { username: field, password: field }, authorize })
      writeConfig(site, {
        url, ...options, database: 'sqlite:auth.db', callbacks: 'callbacks.lua', threads: 8,
        providers: [
          stub.entry(), password('staff', { htpasswd: 'users' }), password('lua', 'lua'),
          { id: 'email', server: `sendmail:${site.folder}/sendmail`, from: 'site@example.com' }
        ]
      })
      program = await spawnProgram(site)
    })
    after(async () => {
      await program?.stop()
      await stub?.stop()
    })

    it('sign everybody in and out, each in every way', { timeout: 120000 }, async () => {
      await Promise.all(Array.from({ length: visitors }, async (_, number) => {
        const names = Object.keys(ways)
        // Each begins with another way.
        for (let i = 0; i < names.length; i++) {
          const name = names[(number + i) % names.length]
          await ways[name](new Visitor(site), number)
          const page = await new Visitor(site).ask('GET', pages[(number + i) % pages.length])
          assert.ok(page.status < 500, `${page.status}`)
        }
      }))
    })

    it('end well', { timeout: 30000 }, async () => {
      assert.deepEqual(await program.stop(), { code: 0, signal: null })
    })
  })
}
