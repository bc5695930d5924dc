// The callbacks in the README: those in Lua are the callbacks of a real site, those in JavaScript beside them are called with the same
// values, and both decide alike.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import vm from 'node:vm'
import { blocks } from '../support/readme.mjs'
import { startSite } from '../support/server.mjs'
import { answerTo, startStub } from '../support/stub_provider.mjs'
import { Visitor } from '../support/visitor.mjs'

const timeout = 30000
const of = (section, language) => blocks.filter((block) => block.section === section && block.language === language).map(({ text }) => text)
const [signIn, thrown, rejected, redirect, session, jwt, authorize, profile, events] = of('From JavaScript to Lua', 'lua')
const js = of('From JavaScript to Lua', 'js')

/** As callbacks.lua: all that the section shows. What fails on purpose has a visitor's name, the mistake is on line 11 as in the README. */
const callbacks = (stub) => `${'\n'.repeat(8)}local function faulty(user)
  -- there is no such member:
  return user.address.street
end
local shown = (function()
${signIn}
end)()
local site = {
${redirect}
${session.replaceAll('foo', 'remembered')}
${jwt.replaceAll('token.accessToken', 'token.remembered')}
${authorize.replace('https://example.com', stub.issuer)}
${profile}
${events}
}
function site.signIn(user, account, profile)
  if user.name == "Thrown" then
    ${thrown}
  elseif user.name == "Rejected" then
    ${rejected}
  elseif user.name == "Faulty" then
    return faulty(user)
  end
  return shown.signIn(user, account, profile)
end
return site
`

/** The value of a JavaScript block that is an expression, members of an object, or statements. */
function evaluate(text, { as = 'expression', ...globals } = {}) {
  const kinds = { expression: `(${text})`, members: `({${text}})`, body: `(async () => {${text}})` }
  const names = { Promise, Error, JSON, Providers: { Credentials: (given) => given, Google: (given) => given }, ...globals }
  return vm.runInNewContext(kinds[as], names)
}

describe('callbacks of the README', () => {
  let stub
  let site
  before(async () => {
    assert.deepEqual([js.length, of('From JavaScript to Lua', 'lua').length], [9, 9])
    stub = await startStub()
    site = await startSite('lighttpd-fastcgi', {
      configure: ({ url, folder }) => {
        writeFileSync(path.join(folder, 'callbacks.lua'), callbacks(stub))
        const password = { id: 'pw', type: 'credentials', authorize: 'lua', credentials: { username: {}, password: { type: 'password' } } }
        const google = stub.plainEntry({ id: 'google' })
        // Google's own entry is for the id_token; here its function gets what the stub's profile has.
        return { url, callbacks: 'callbacks.lua', session: { jwt: true }, providers: [google, password] }
      }
    })
  })
  after(async () => {
    await site?.stop()
    await stub?.stop()
  })

  async function signInAs(name, email, { callbackUrl } = {}) {
    stub.on('/me', ({ json }) => json({ sub: email, name, email, picture: `/${name}.png` }))
    const visitor = new Visitor(site)
    const answer = await visitor.get(answerTo((await visitor.startSignIn('google', { ...(callbackUrl && { callbackUrl }) })).location))
    return { visitor, location: new URL(answer.location, site.origin) }
  }
  const error = ({ location }) => location.searchParams.get('error')

  it('signIn: lets in whom they should, and nobody else', { timeout }, async () => {
    const { callbacks: { signIn: v3 } } = evaluate(js[0], { as: 'members' })
    for (const [email, isLetIn] of [['ann@example.com', true], ['eve@example.org', false], ['eve@notexample.com', false]]) {
      assert.equal(await v3({ email }), isLetIn)
      const came = await signInAs('Ann', email)
      assert.equal(error(came), isLetIn ? null : 'AccessDenied', email)
      assert.equal((await came.visitor.session()).user?.email, isLetIn ? email : undefined)
    }
  })

  it('signIn: show a message, or lead elsewhere', { timeout }, async () => {
    await assert.rejects(evaluate(js[1], { as: 'body' })(), { message: 'No entry' })
    assert.equal(error(await signInAs('Thrown', 'thrown@example.com')), 'No entry')
    await assert.rejects(evaluate(js[2], { as: 'body' })(), (reason) => reason === '/pay')
    const { location } = await signInAs('Rejected', 'rejected@example.com')
    assert.equal(location.href, `${site.origin}/pay`)
  })

  it('redirect: leads to this site only', { timeout }, async () => {
    const { redirect: v3 } = evaluate(js[3], { as: 'members' })
    for (const [wanted, expected] of [[`${site.origin}/there`, `${site.origin}/there`], ['https://other.example/', site.origin]]) {
      assert.equal(await v3(wanted, site.origin), expected)
      const { location } = await signInAs('Ann', 'ann@example.com', { callbackUrl: wanted })
      assert.equal(location.href, new URL(expected).href)
    }
    // Where the README's Lua is stricter than v3's example.
    const tricky = `${site.origin}.evil.example/`
    assert.equal(await v3(tricky, site.origin), tricky)
    assert.equal((await signInAs('Ann', 'ann@example.com', { callbackUrl: tricky })).location.href, `${site.origin}/`)
  })

  it('jwt and session: keep something in the token and show it', { timeout }, async () => {
    const [v3, v3Session] = [evaluate(js[5], { as: 'members' }).jwt, evaluate(js[4], { as: 'members' }).session]
    const token = await v3({ name: 'Ann' }, {}, { accessToken: 'stub-access-token' })
    assert.equal(token.accessToken, 'stub-access-token')
    assert.deepEqual(await v3({ name: 'Ann' }), { name: 'Ann' })
    assert.equal((await v3Session({}, { foo: 1 })).foo, 1)
    const { visitor } = await signInAs('Ann', 'ann@example.com')
    assert.equal((await visitor.session()).remembered, 'stub-access-token')
  })

  it('profile: makes the user', { timeout }, async () => {
    const raw = { sub: '1', name: 'Ann', email: 'ann@example.com', picture: '/Ann.png' }
    assert.deepEqual({ ...evaluate(js[7]).profile(raw) }, { id: '1', name: 'Ann', email: 'ann@example.com', image: '/Ann.png' })
    const { visitor } = await signInAs('Ann', 'ann@example.com')
    assert.deepEqual((await visitor.session()).user, { name: 'Ann', email: 'ann@example.com', image: '/Ann.png' })
  })

  it('authorize: asks another program', { timeout }, async () => {
    const bodies = []
    stub.on('/login', async ({ request, json, response }) => {
      bodies.push(request.headers['content-type'])
      if (request.headers['x-refuse'] || stub.refuses) return response.writeHead(401).end('null')
      json({ id: '7', name: 'Cy', email: 'cy@example.com' })
    })
    const fetchAtStub = (url, options) => fetch(url.replace('https://example.com', stub.issuer), options)
    const { authorize: v3 } = evaluate(js[6], { fetch: fetchAtStub })
    const submit = async () => {
      const visitor = new Visitor(site)
      const answer = await visitor.post(`${site.url}/callback/pw`, { csrfToken: await visitor.csrf(), username: 'cy', password: 'x' })
      return { error: new URL(answer.location, site.origin).searchParams.get('error'), user: (await visitor.session()).user }
    }
    for (const refuses of [false, true]) {
      stub.refuses = refuses
      assert.equal((await v3({ username: 'cy', password: 'x' }))?.name, refuses ? undefined : 'Cy')
      const { error: code, user } = await submit()
      assert.deepEqual([code, user?.name], refuses ? ['CredentialsSignin', undefined] : [null, 'Cy'])
    }
    assert.deepEqual(bodies.map((type) => type.split(';')[0]), Array(4).fill('application/json'))
  })

  it('events: are told', { timeout }, async () => {
    const v3 = Object.keys(evaluate(js[8], { as: 'members' }).events)
    assert.deepEqual(v3.filter((name) => !events.includes(`${name} = function(message)`)), [])
    await signInAs('Dora', 'dora@example.com')
    await site.says(/info signed_in_as message=Dora/)
  })

  it('a mistake is in the log as the README shows it, and the visitor learns nothing of it', { timeout }, async () => {
    const [line] = blocks.filter(({ section }) => section === 'When a callback fails').map(({ text }) => text)
    assert.equal(error(await signInAs('Faulty', 'faulty@example.com')), 'Callback')
    await site.says(/error callback_error callback=signIn/)
    assert.ok(site.log().includes(` ${line}`), `${line}\n${site.log()}`)
  })
})

describe('what moves from [...nextauth].js', () => {
  it('is a session callback that shows the same', { timeout }, async (t) => {
    const [lua] = of('Moving from NextAuth.js v3', 'lua')
    const stub = await startStub()
    t.after(() => stub.stop())
    const site = await startSite('lighttpd-fastcgi', {
      configure: ({ url, folder }) => {
        writeFileSync(path.join(folder, 'callbacks.lua'), lua)
        return { url, callbacks: 'callbacks.lua', providers: [stub.plainEntry()] }
      }
    })
    t.after(() => site.stop())
    const visitor = new Visitor(site)
    await visitor.get(answerTo((await visitor.startSignIn('stub')).location))
    const [v3] = of('Moving from NextAuth.js v3', 'js').map((text) => evaluate(text.replace('export default NextAuth', ''), {
      process: { env: {} }, Providers: { GitHub: (given) => given, Email: (given) => given }
    }))
    assert.equal((await v3.callbacks.session({}, { id: 1 })).userId, 1)
    assert.equal(String((await visitor.session()).userId), '1')
  })
})
