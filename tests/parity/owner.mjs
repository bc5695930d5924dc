// The site's owner: callbacks and events that note what they are given and say what a test wants, the same on both sides.
// v3 has them as functions (nextauth_v3.mjs), nextauth.fcgi as this Lua; both ask here.
import { createServer } from 'node:http'
import { fromNow, masked } from './compare.mjs'

const defaults = {
  signIn: () => ({ gives: true }),
  redirect: ([url, baseUrl]) => ({ gives: url.startsWith('/') ? baseUrl + url : url.startsWith(`${baseUrl}/`) || url === baseUrl ? url : baseUrl }),
  session: ([session]) => ({ gives: session }),
  jwt: ([token]) => ({ gives: token }),
  authorize: () => ({ gives: null })
}

export class Owner {
  #calls = { ours: [], v3: [] }
  #says = {}

  async start() {
    this.server = createServer(async (request, response) => {
      let text = ''
      for await (const chunk of request.setEncoding('utf8')) text += chunk
      const { name, given } = JSON.parse(text)
      this.#calls[request.url.slice(1)].push([name, ...given.map((value) => plain(value))])
      const said = this.#says[name] ?? defaults[name]
      response.end(JSON.stringify((typeof said === 'function' ? said(given) : said) ?? {}))
    })
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return this
  }

  /** Where a side's functions ask: v3's in nextauth_v3.mjs. */
  address(side) {
    return `http://127.0.0.1:${this.server.address().port}/${side}`
  }

  /** Our side's callbacks.lua. */
  lua() {
    return script(this.address('ours'))
  }

  /** From now on: { NAME: { gives }, { throws: message }, { rejects: URL } or a function of the arguments that gives one }. */
  says(answers) {
    this.#says = answers
  }

  /** [NAME, argument, …] of each call since the last time, without what is random in it. */
  calls(side) {
    return this.#calls[side].splice(0).map((call) => {
      while (call.at(-1) === null) call.pop() // Lua has no arguments.length
      return call
    })
  }

  stop() {
    return new Promise((resolve) => {
      this.server.close(resolve)
      this.server.closeAllConnections()
    })
  }
}

/** differences.mjs, sessionRow: v3's calls without what else is in the row of a session that ends. */
export function withoutRow(calls) {
  for (const [name, message] of calls) {
    if (name === 'events.signOut' && message?.sessionToken) for (const member of ['id', 'createdAt', 'updatedAt']) delete message[member]
  }
  return calls
}


/** Ids are numbers in a row of their own on each side; times are near to now. */
function plain(value, name) {
  if (Array.isArray(value)) return value.map((one) => plain(one))
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member, key)]).sort())
  if (['id', 'userId'].includes(name) && Number.isInteger(value)) return '<id>'
  if (name === 'sub' && /^\d+$/.test(value)) return '<id as text>'
  if (['iat', 'exp'].includes(name)) return fromNow(value * 1000)
  return typeof value === 'string' ? masked(value) : value
}

const script = (address) => `
local function asked(name)
  return function(...)
    local given = { ... }
    for i = 1, select("#", ...) do
      if given[i] == nil then given[i] = json.null end
    end
    local said = json.decode(http.post("${address}", { name = name, given = given }).body)
    if said.throws then error(said.throws, 0) end
    if said.rejects then error({ redirect = said.rejects }) end
    return said.gives
  end
end
local function all(names, prefix)
  local functions = {}
  for name in names:gmatch("%a+") do functions[name] = asked(prefix .. name) end
  return functions
end
local callbacks = all("signIn redirect session jwt authorize", "")
callbacks.events = all("signIn signOut createUser updateUser linkAccount session error", "events.")
return callbacks
`

