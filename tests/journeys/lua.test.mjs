// callbacks.lua in a site: each callback and event, with both kinds of session.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { start, until } from '../support/process.mjs'
import { layOut, startSite } from '../support/server.mjs'
import { answerTo, startStub } from '../support/stub_provider.mjs'
import { Visitor } from '../support/visitor.mjs'

const timeout = 30000
const callbacks = (stub) => `
local people = require("lib.people")
return {
  signIn = function(user, account, profile)
    assert(account.provider and profile.sub)
    if user.name == "Banned" then return false end
    if user.name == "Elsewhere" then return "/pay" end
    if user.name == "Thrower" then error("No entry & no return") end
    if user.name == "Rejected" then error({ redirect = "https://example.com/rejected" }) end
    if user.name == "Faulty" then return user.address.street end
    if user.name == "Endless" then while true do end end
    return true
  end,

  redirect = function(url, baseUrl)
    if url == "/faulty" then error("no redirect today") end
    if url:sub(1, 1) == "/" then return baseUrl .. "/members" .. url end
    return url:sub(1, #baseUrl) == baseUrl and url or baseUrl
  end,

  session = function(session, userOrToken)
    if session.user.name == "Broken" then error("no session today") end
    session.user.id = userOrToken.id or userOrToken.sub
    session.role = userOrToken.role or people.role(session.user.email)
    return session
  end,

  jwt = function(token, user, account, profile, isNewUser)
    if user and user.name == "Tokenless" then error("no token today") end
    if user then
      token.role = people.role(user.email)
      token.login = profile.sub
      token.remote = json.decode(http.get("${stub.issuer}/remote").body).answer
      token.isNewUser = isNewUser
      if user.name == "Hoarder" then token.load = ("x"):rep(50000) end
    end
    return token
  end,

  profile = {
    own = function(profile, tokens)
      if profile.name == "Unreadable" then error("what a profile") end
      return { id = profile.sub, name = profile.name .. " by Lua", email = profile.email, image = tokens.token_type }
    end,
  },

  events = {
    signIn = function(message) log.info("event_sign_in", { message.user.name, message.isNewUser }) end,
    signOut = function(message) log.info("event_sign_out", message.userId and "row" or message.name) end,
    createUser = function(user) log.info("event_create_user", user.name) end,
    linkAccount = function(message) log.info("event_link_account", message.providerAccount.provider) end,
    session = function(message)
      log.info("event_session", message.jwt and message.jwt.login or "row")
      error("events are let pass")
    end,
  },
}
`
const people = `local admins = { ["ann@example.com"] = true }
return { role = function(email) return admins[email] and "admin" or "member" end }
`

const kinds = { 'database sessions': { database: 'sqlite:auth.db' }, 'JWT sessions': { database: 'sqlite:auth.db', session: { jwt: true } } }

for (const [kind, options] of Object.entries(kinds)) {
  const jwt = kind === 'JWT sessions'
  describe(`callbacks.lua with ${kind}`, () => {
    let stub
    let site
    before(async () => {
      stub = await startStub()
      stub.on('/remote', ({ json }) => json({ answer: 42 }))
      site = await startSite('lighttpd-fastcgi', {
        configure: ({ url, folder }) => {
          mkdirSync(path.join(folder, 'lib'))
          writeFileSync(path.join(folder, 'lib/people.lua'), people)
          writeFileSync(path.join(folder, 'callbacks.lua'), callbacks(stub))
          return { url, ...options, callbacks: 'callbacks.lua', providers: [stub.plainEntry({ id: 'plain' }), stub.plainEntry({ id: 'own' })] }
        }
      })
    })
    after(async () => {
      await site?.stop()
      await stub?.stop()
    })

    async function signIn(name, { provider = 'plain', ...form } = {}) {
      stub.on('/me', ({ json }) => json({ sub: name.toLowerCase(), name, email: `${name.toLowerCase()}@example.com` }))
      const visitor = new Visitor(site)
      const started = await visitor.startSignIn(provider, form)
      assert.ok(started.location.startsWith(stub.issuer), started.location)
      const answer = await visitor.get(answerTo(started.location))
      return { visitor, answer }
    }
    // lighttpd writes a Location of its own out of a path.
    const isAt = (location, expected) => assert.equal(new URL(location, site.origin).href, new URL(expected, site.origin).href)
    const logs = (pattern) => until(`the log has ${pattern}`, () => pattern.test(site.log()), { seconds: 5 })

    it('adds to the session, and tells the events', { timeout }, async () => {
      const { visitor, answer } = await signIn('Ann')
      isAt(answer.location, '/')
      const session = await visitor.session()
      assert.equal(session.user.name, 'Ann')
      assert.equal(session.role, 'admin')
      assert.equal(String(session.user.id), '1')
      assert.deepEqual(Object.keys(session), jwt ? ['user', 'expires', 'role'] : ['user', 'accessToken', 'expires', 'role'])
      assert.deepEqual(Object.keys(session.user), ['name', 'email', 'image', 'id'])
      await visitor.signOut()
      assert.deepEqual(await visitor.session(), {})
      await logs(/info event_create_user message=Ann/)
      await logs(/info event_link_account message=plain/)
      await logs(/info event_sign_in message="\[\\"Ann\\",true\]"/)
      await logs(jwt ? /info event_session message=ann/ : /info event_session message=row/)
      await logs(jwt ? /info event_sign_out message=Ann/ : /info event_sign_out message=row/)
      await logs(/error event_error callback=events\.session reason="callbacks\.lua:\d+: events are let pass"/)
    })

    it('decides who may sign in', { timeout }, async () => {
      const ends = async (name, location) => {
        const { visitor, answer } = await signIn(name)
        isAt(answer.location, location)
        assert.equal(visitor.sessionCookie, undefined)
      }
      await ends('Banned', `${site.url}/error?error=AccessDenied`)
      await ends('Elsewhere', '/pay')
      await ends('Thrower', `${site.url}/error?error=No%20entry%20%26%20no%20return`)
      await logs(/warn callback_error callback=signIn reason="callbacks\.lua:8: No entry & no return"/)
      await ends('Rejected', 'https://example.com/rejected')
      await ends('Faulty', `${site.url}/error?error=Callback`)
      await logs(/error callback_error callback=signIn reason="callbacks\.lua:10: attempt to index a nil value \(field 'address'\)"/)
      await ends('Endless', `${site.url}/error?error=Callback`)
      await logs(/callbacks\.lua:11: it takes more than \d+ steps/)
    })

    it('decides where visitors go next', { timeout }, async () => {
      const { answer } = await signIn('Bob', { callbackUrl: '/start' })
      assert.equal(answer.location, `${site.origin}/members/start`)
      isAt((await signIn('Bob', { callbackUrl: 'https://evil.example/' })).answer.location, '/')
    })

    it('answers properly where redirect fails', { timeout }, async () => {
      const visitor = new Visitor(site)
      const page = await visitor.get(`${site.url}/signin?callbackUrl=/faulty`)
      assert.equal(page.status, 500)
      assert.match(page.text, /<title>/)
      const json = await visitor.post(`${site.url}/signin/plain`, { csrfToken: await visitor.csrf(), callbackUrl: '/faulty', json: 'true' })
      assert.equal(json.status, 500)
      assert.deepEqual(json.json(), { url: `${site.url}/error?error=Configuration` })
      await logs(/error configuration_error action=signin reason="callbacks: redirect failed/)
      await logs(/callback=redirect reason="callbacks\.lua:16: no redirect today"/)
    })

    it('makes the user out of the profile', { timeout }, async () => {
      const { visitor } = await signIn('Cid', { provider: 'own' })
      const { user } = await visitor.session()
      assert.deepEqual([user.name, user.email, user.image], ['Cid by Lua', 'cid@example.com', 'Bearer'])
      const unreadable = await signIn('Unreadable', { provider: 'own' })
      assert.equal(unreadable.answer.location, `${site.url}/signin`)
      await logs(/oauth_parse_profile_error/)
    })

    it('shows no session where the session callback throws', { timeout }, async () => {
      const { visitor } = await signIn('Broken')
      const token = visitor.sessionCookie.value
      assert.deepEqual(await visitor.session(), {})
      // As in v3: a JWT's cookie goes, a database session stays.
      if (jwt) assert.equal(visitor.sessionCookie, undefined)
      else assert.equal(visitor.sessionCookie.value, token)
      await logs(jwt ? /error jwt_session_error/ : /error session_error/)
    })

    if (jwt) {
      it('puts claims into the token, which stay', { timeout }, async () => {
        const { visitor } = await signIn('Dan')
        const claims = () => JSON.parse(Buffer.from(visitor.sessionCookie.value.split('.')[1], 'base64url'))
        const { name, role, login, remote, isNewUser } = claims()
        assert.deepEqual([name, role, login, remote, isNewUser], ['Dan', 'member', 'dan', 42, true])
        await visitor.session()
        assert.deepEqual([claims().role, claims().login, claims().remote], ['member', 'dan', 42])
        assert.ok(stub.hits.includes('/remote'))
      })

      it('signs nobody in without a token, or with one too large for cookies', { timeout }, async () => {
        for (const name of ['Tokenless', 'Hoarder']) {
          const { visitor, answer } = await signIn(name)
          assert.equal(answer.location, `${site.url}/error?error=Callback`)
          assert.equal(visitor.sessionCookie, undefined)
        }
        await logs(/callbacks\.lua:\d+: no token today/)
        await logs(/the session token has \d+ bytes/)
      })
    }
  })
}

describe('a callbacks.lua that asks the database', () => {
  /** What the session has after a sign-in with these callbacks. */
  async function ask(options) {
    const stub = await startStub()
    const site = await startSite('lighttpd-fastcgi', {
      configure: ({ url, folder }) => {
        writeFileSync(path.join(folder, 'callbacks.lua'), `return { session = function(session, user)
          session.row = db.query("SELECT name FROM users WHERE id = :id", { id = user.id })[1].name
          session.written = pcall(db.query, "UPDATE users SET image = :image WHERE id = :id", { id = user.id, image = "/new.png" })
          session.attached = pcall(db.query, "ATTACH 'other.db' AS other")
          session.dropped = pcall(db.query, "DROP TABLE users")
          session.twice = pcall(db.query, "SELECT 1; DELETE FROM users")
          session.image = db.query("SELECT image FROM users")[1].image
          return session
        end }`)
        return { url, database: 'sqlite:auth.db', ...options, providers: [stub.plainEntry({ id: 'plain' })] }
      }
    })
    try {
      const visitor = new Visitor(site)
      await visitor.get(answerTo((await visitor.startSignIn('plain')).location))
      const { row, written, attached, dropped, twice, image } = await visitor.session()
      return { row, written, attached, dropped, twice, image }
    } finally {
      await site.stop()
      await stub.stop()
    }
  }

  it('reads, and cannot write', { timeout }, async () => {
    assert.deepEqual(await ask({ callbacks: 'callbacks.lua' }),
      { row: 'Stub User', written: false, attached: false, dropped: false, twice: false, image: null })
  })

  it('writes where it is allowed to', { timeout }, async () => {
    assert.deepEqual(await ask({ callbacks: { file: 'callbacks.lua', database: 'write' } }),
      { row: 'Stub User', written: true, attached: false, dropped: false, twice: false, image: '/new.png' })
  })
})

describe('a callbacks.lua of no use', () => {
  const config = { url: 'http://127.0.0.1/api/auth', database: 'sqlite:auth.db', providers: [], callbacks: 'callbacks.lua' }
  async function check(site) {
    const program = start(`${site.name}-check`, site.program, ['check'], { env: { NEXTAUTH_CONFIG: site.configFile } })
    return { ...await program.exited, text: program.stdout }
  }

  it('is reported by check, with file and line', { timeout }, async () => {
    const site = layOut({ name: 'lua-check', config })
    const file = path.join(site.folder, 'callbacks.lua')
    const missing = await check(site)
    assert.equal(missing.code, 1)
    assert.match(missing.text, /nextauth\.json:\d+: callbacks: there is no file /)
    writeFileSync(file, 'return {\n  signIn = function( end\n}')
    const broken = await check(site)
    assert.equal(broken.code, 1)
    assert.ok(broken.text.includes(`${file}:2: callbacks: `), broken.text)
    writeFileSync(file, 'return {\n  signin = function() end,\n  events = { signedOut = function() end },\n}')
    const misnamed = await check(site)
    assert.equal(misnamed.code, 1)
    assert.match(misnamed.text, /callbacks\.lua:2: .*"signin" \(did you mean "signIn"\?\)/)
    assert.match(misnamed.text, /callbacks\.lua:3: .*"signedOut"/)
    writeFileSync(file, 'return { signIn = function() end }')
    const well = await check(site)
    assert.equal(well.code, 0, well.text)
  })

  it('signs nobody in, and is read again when it is mended', { timeout }, async () => {
    const stub = await startStub()
    let file
    const site = await startSite('lighttpd-fastcgi', {
      configure: ({ url, folder }) => {
        file = path.join(folder, 'callbacks.lua')
        writeFileSync(file, 'return {')
        return { url, database: 'sqlite:auth.db', callbacks: 'callbacks.lua', providers: [stub.plainEntry({ id: 'plain' })] }
      }
    })
    try {
      const visitor = new Visitor(site)
      // The redirect callback is the first to be needed.
      const answer = await visitor.startSignIn('plain')
      assert.equal(answer.status, 500)
      assert.match(answer.text, /<title>/)
      await until('the log says why', () => /configuration_error .*callbacks\.lua:1: unexpected symbol near <eof>/.test(site.log()), { seconds: 5 })
      writeFileSync(file, 'return {}')
      await visitor.get(answerTo((await visitor.startSignIn('plain')).location))
      assert.equal((await visitor.session()).user.name, 'Stub User')
    } finally {
      await site.stop()
      await stub.stop()
    }
  })
})
