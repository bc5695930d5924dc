// The README has a paragraph for every code that the source can show to visitors or write into the log, and for no other.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { root } from '../support/process.mjs'
import { section, spans } from '../support/readme.mjs'

const folder = path.join(root, 'src')
const sources = Object.fromEntries(readdirSync(folder, { recursive: true }).filter((file) => /\.[ch]pp$/.test(file))
  .map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]))

/** What paragraphs begin with, "**`one`**, **`other`**: …": their codes, and their texts. */
function paragraphs(title) {
  return section(title).split('\n\n').map((text) => text.trim()).filter((text) => text.startsWith('**`')).map((text) => {
    const lead = /^(?:\*\*`\w+`\*\*(?: \([^)]*\))?(?:, )?)+:/.exec(text)
    assert.ok(lead, `"${text.slice(0, 40)}" does not begin with codes and a colon`)
    return { codes: [...lead[0].matchAll(/\*\*`(\w+)`\*\*/g)].map(([, code]) => code), text: text.slice(lead[0].length).trim() }
  })
}
const codesOf = (title) => paragraphs(title).flatMap(({ codes }) => codes).sort()

describe('the codes that visitors meet', () => {
  const codes = [...sources['model/error.cpp'].matchAll(/case Code::(\w+):\s*return "(\w+)";/g)]

  it('have a paragraph each in the README', () => {
    assert.deepEqual(codes.map(([, name]) => name), codes.map(([, , text]) => text))
    const inPages = /string_view code = "(\w+)"/.exec(sources['routes/pages.cpp'])[1]
    assert.deepEqual(codesOf('What visitors meet'), [...codes.map(([, name]) => name), inPages].sort())
  })

  it('have the status there that the error page has', () => {
    const pages = [...sources['routes/pages.cpp'].matchAll(/\{"(\w+)",\s*(\d{3}),/g)]
    assert.deepEqual(pages.map(([, code]) => code), ['configuration', 'accessdenied', 'verification', 'toomanyrequests'])
    for (const [, code, status] of pages) assert.match(section('What visitors meet'), new RegExp(`\\*\\*\`${code}\`\\*\\* \\(${status}[,)]`, 'i'))
  })

  it('are told apart from requests that cannot be read, whose statuses are there too', () => {
    const statuses = Object.values(sources).flatMap((text) => [...text.matchAll(/BadRequest\((\d{3}),/g)].map(([, status]) => status))
    assert.ok(statuses.length > 10)
    for (const status of new Set(statuses)) assert.match(section('What visitors meet'), new RegExp(`\\b${status}\\b`))
  })
})

describe('the codes in the log', () => {
  /** Calls that write a code which stands elsewhere: in the router's table, or in the line above. */
  const indirect = ['routes/router.cpp log', 'routes/router.cpp route.log', 'hooks/lua_hooks.cpp code', 'hooks/lua_services.cpp code']
  const calls = Object.entries(sources).filter(([file]) => !file.startsWith('base/log.')).flatMap(([file, text]) =>
    [...text.matchAll(/\blog_?(?:\(\))?(?:\.|->)(?:error|warn|warn_seldom|info|debug|write)\(([^;{]*)/g)].map(([, args]) => ({ file, args: args.replace(/\w+\("\w+"\)/g, 'value') })))
  const written = calls.flatMap(({ args }) => [...args.matchAll(/"(\w+)"/g)].map(([, code]) => code))
  const tables = [
    ...[...sources['routes/router.cpp'].matchAll(/"(\w+_error)"/g)].map(([, code]) => code),
    ...[...sources['hooks/lua_hooks.cpp'].matchAll(/\blog\("(\w+)"/g)].map(([, code]) => code)
  ]
  const all = [...new Set([...written, ...tables])].sort()

  it('are found in the source', () => {
    for (const { file, args } of calls.filter((call) => !/"\w+"/.test(call.args))) {
      const expression = args.split(',').map((part) => part.trim()).filter((part) => !/[lL]evel/.test(part))[0]
      assert.ok(indirect.includes(`${file} ${expression}`), `${file}: what does log(${args}) write?`)
    }
    assert.ok(all.length > 30)
  })

  it('have a paragraph each in the README, or are named there as no trouble', () => {
    const last = section('What the log says').trim().split('\n\n').at(-1)
    const harmless = spans(last).filter((code) => /^[a-z_]+$/.test(code))
    assert.deepEqual([...codesOf('What the log says'), ...harmless].sort(), all)
    // What is an error or a warning is no good news.
    const troubles = calls.filter(({ args }) => harmless.some((code) => args.includes(`"${code}"`)))
    assert.equal(troubles.length, harmless.length)
  })

  it('have more to say than their name', () => {
    for (const { codes, text } of [...paragraphs('What visitors meet'), ...paragraphs('What the log says')]) {
      assert.ok(text.length > 40 && text.endsWith('.'), codes.join())
    }
  })
})
