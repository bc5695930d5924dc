// The site's owner on both sides: each callback and event asks this server what to do, which keeps what it was asked.
// So a test sees who is called, with what and in which order, and what comes of the answer.
import { createServer } from 'node:http'
import { chownSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isRoot, serverUser } from '../support/process.mjs'

// As v3 does it where there is no callback of one's own.
const defaults = {
  signIn: () => true,
  redirect: (url, baseUrl) => (url.startsWith('/') ? baseUrl + url : new URL(url).origin === baseUrl ? url : baseUrl),
  session: (session) => session,
  jwt: (token) => token,
  authorize: ({ username, password }) => (password === 'right' ? { id: username, name: username } : null)
}

/** The callbacks file of `nextauth.fcgi`; support/nextauth_v3.mjs has the same in JavaScript. */
const lua = (url) => `
local function ask(name)
  return function(...)
    local given = {}
    for i = 1, select("#", ...) do
      local value = select(i, ...)
      given[i] = value == nil and "<nil>" or value
    end
    local answer = json.decode(http.post("${url}", { name = name, given = given }).body)
    if answer.message then error(answer.message, 0) end
    if answer.redirect then error({ redirect = answer.redirect }) end
    return answer.value
  end
end
local events = {}
for _, name in ipairs({ "signIn", "signOut", "createUser", "updateUser", "linkAccount", "session", "error" }) do
  events[name] = ask("events." .. name)
end
return {
  signIn = ask("signIn"), redirect = ask("redirect"), session = ask("session"), jwt = ask("jwt"), authorize = ask("authorize"),
  events = events
}
`

export async function startOwner() {
  const calls = { ours: [], v3: [] }
  let answers = {}
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { name, given } = JSON.parse(body)
    while (given.at(-1) === '<nil>') given.pop() // an argument left out, or undefined, or null
    calls[request.url.slice(1)].push([name, given])
    const answer = JSON.stringify(answers[name] ?? { value: defaults[name]?.(...given) })
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(answer) }).end(answer)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${server.address().port}`
  return {
    /** The options of both sides that ask here. */
    options: (folder) => {
      const file = path.join(folder, 'callbacks.lua')
      writeFileSync(file, lua(`${origin}/ours`))
      if (isRoot) chownSync(file, serverUser.uid, serverUser.gid)
      return { owner: `${origin}/v3`, ours: { callbacks: file } }
    },
    /** `{ signIn: { value | message | redirect } }`: what it returns, throws or rejects with, in place of v3's default. */
    answer: (more) => { answers = more },
    /** What a side asked since the last time: [[name, arguments]]. */
    taken: (side) => calls[side].splice(0),
    stop: () => new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  }
}
