// Every block of code in the README is run by some test: here, or by the one that is named here. A block that nobody knows fails.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import vm from 'node:vm'
import { commandLine } from '../support/command.mjs'
import { root } from '../support/process.mjs'
import { blocks, readme } from '../support/readme.mjs'

const timeout = 60000
const read = (file) => readFileSync(path.join(root, file), 'utf8')
const here = 'tests/journeys/readme.test.mjs'

/** Files that the README shows as they are, and who runs them. */
const files = [
  [/^scripts\/servers\/nextauth\.(socket|service)$/, 'tests/support/systemd.mjs', 'scripts/servers/'],
  [/^scripts\/servers\/guard-/, 'tests/journeys/guard.test.mjs', 'scripts/servers/guard-'],
  [/^scripts\/servers\/[\w-]+\.conf$/, 'tests/journeys/servers.test.mjs', 'startSite(way'],
  [/^scripts\/examples\/members\.php$/, 'tests/journeys/php.test.mjs', 'scripts/examples/members.php'],
  [/^scripts\/examples\/next\//, 'tests/client/next_js.test.mjs', "'scripts/examples/next'"]
]
const shown = (folder) => readdirSync(path.join(root, folder), { recursive: true })
  .map((file) => `${folder}/${file}`).filter((file) => statSync(path.join(root, file)).isFile())
const examples = [...shown('scripts/servers'), ...shown('scripts/examples')]

/** The other blocks, by section and language: who runs them, and by what one sees it there. */
const runners = {
  'Two commands, sh': [here, "'make run'"],
  'On shared hosting, in five steps, sh': ['tests/journeys/shared_hosting.test.mjs', 'copyFileSync(oneFile'],
  'On shared hosting, in five steps, jsonc': ['tests/journeys/shared_hosting.test.mjs', "section === 'On shared hosting, in five steps'"],
  'On a server of your own, jsonc': [here, "'jsonc'"],
  'In a static page, html': ['tests/client/readme_pages.test.mjs', "block('In a static page', 'html')"],
  'Beside Next.js, nginx': ['tests/client/next_js.test.mjs', "section === 'Beside Next.js' && language === 'nginx'"],
  'Moving from NextAuth.js v3, js': [here, 'moves'],
  'Moving from NextAuth.js v3, jsonc': [here, "'jsonc'"],
  'Moving from NextAuth.js v3, lua': ['tests/journeys/readme_lua.test.mjs', "of('Moving from NextAuth.js v3', 'lua')"],
  'Guarding other paths, jsonc': [here, "'jsonc'"],
  'Guarding other paths, lua': ['tests/journeys/guard.test.mjs', "section === 'Guarding other paths'"],
  'Providers, jsonc': [here, "'jsonc'"],
  'Signing in by mail, jsonc': [here, "'jsonc'"],
  'Names and passwords, jsonc': [here, "'jsonc'"],
  'Callbacks and events in Lua, jsonc': [here, "'jsonc'"],
  'From JavaScript to Lua, js': ['tests/journeys/readme_lua.test.mjs', "of('From JavaScript to Lua', 'js')"],
  'From JavaScript to Lua, lua': ['tests/journeys/readme_lua.test.mjs', "of('From JavaScript to Lua', 'lua')"],
  'When a callback fails, ': ['tests/journeys/readme_lua.test.mjs', "section === 'When a callback fails'"],
  'Command line, sh': ['tests/journeys/command_readme.test.mjs', "block('sh')"],
  'Command line, csv': ['tests/journeys/command_readme.test.mjs', "block('csv')"],
  "next-auth's own client, sh": ['tests/client/readme_pages.test.mjs', "block(client, 'sh')"],
  "next-auth's own client, jsx": ['tests/client/readme_pages.test.mjs', "block(client, 'jsx')"],
  'Speed, sh': [here, "'make bench'"],
  'How the source is laid out, ': [here, "'How the source is laid out'"]
}

describe('every block of code in the README', () => {
  const used = new Set()
  for (const { section, language, line, text } of blocks) {
    it(`line ${line}, ${section}: is run by a test`, () => {
      const file = examples.find((one) => read(one).trimEnd() === text)
      if (file) {
        const [, runner, evidence] = files.find(([pattern]) => pattern.test(file)) ?? assert.fail(`nobody runs ${file}`)
        return assert.ok(read(runner).includes(evidence), `${runner} does not run ${file}`)
      }
      const name = `${section}, ${language}`
      const [runner, evidence] = runners[name] ?? assert.fail(`no test runs "${name}"`)
      assert.ok(read(runner).includes(evidence), `${runner} does not run "${name}"`)
      used.add(name)
    })
  }
  it('is all that is named here', () => assert.deepEqual([...used].sort(), Object.keys(runners).sort()))
})

describe('a configuration in the README', () => {
  const env = {
    GITHUB_ID: 'id', GITHUB_SECRET: 'secret', EMAIL_SERVER: 'smtp://127.0.0.1', NEXTAUTH_URL: 'https://example.com/api/auth', NEXTAUTH_SECRET: 'x'.repeat(32)
  }
  /** What a part of a configuration is a part of. */
  const complete = (text) => {
    if (/^\{\s*"url"/.test(text)) return text
    const member = text.startsWith('{') ? `"providers": [${text}\n]` : text
    return `{ "url": "https://example.com/api/auth", ${member.includes('"providers"') ? '' : '"providers": [],'} ${member}\n}`
  }
  for (const { line, section, text } of blocks.filter(({ language }) => language === 'jsonc')) {
    it(`line ${line}, ${section}: has no problem`, { timeout }, () => {
      const site = commandLine()
      site.shell('echo "return {}" > callbacks.lua; touch users.htpasswd; chmod 600 users.htpasswd')
      site.write('nextauth.json', complete(text))
      const { code, stdout, stderr } = site.shell('nextauth.fcgi check', { env })
      assert.deepEqual([code, stderr], [0, ''], stdout)
      assert.match(stdout, /^\S+nextauth\.json: well; \d+ provider\(s\), at https:\/\/example\.com\/api\/auth\n$/)
    })
  }

  it('moves each option of [...nextauth].js to the same name', () => {
    const [js, jsonc] = ['js', 'jsonc'].map((wanted) => blocks.find(({ section, language }) => section === 'Moving from NextAuth.js v3' && language === wanted).text)
    const variables = new Proxy({}, { get: (_, name) => `\${${name}}` })
    const Providers = { GitHub: (given) => ({ id: 'github', ...given }), Email: (given) => ({ id: 'email', ...given }) }
    const v3 = vm.runInNewContext(`(${js.replace('export default NextAuth', '')})`, { process: { env: variables }, Providers })
    const { url, ...ours } = JSON.parse(jsonc)
    assert.ok(url)
    assert.deepEqual(Object.keys(ours), Object.keys(v3))
    for (const name of ['providers', 'secret', 'session', 'pages']) assert.equal(JSON.stringify(ours[name]), JSON.stringify(v3[name]))
  })
})

describe('what the README names', () => {
  const line = commandLine()
  const outside = readme.replace(/^```[^]*?^```$/gm, '')
  const codes = [...new Set([...outside.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text))]

  it('are commands of nextauth.fcgi, with options that they have', { timeout }, () => {
    const commands = line.run('help', '--json').json().map(({ name }) => name)
    const named = codes.map((text) => /^(?:\.\/|build\/)?nextauth\.fcgi (.+)$/.exec(text)?.[1]).filter(Boolean)
    assert.ok(named.length > 8)
    for (const text of named.filter((text) => !text.startsWith('COMMAND'))) {
      const [command, ...words] = text.split(' ')
      assert.ok(commands.includes(command), text)
      const help = line.run(command, '--help').stdout
      for (const word of words.filter((word) => word.startsWith('--'))) assert.ok(help.includes(word), text)
      if (command === 'snippet' && !/[A-Z]/.test(words[0])) assert.equal(line.run(command, ...words).code, 0, text)
    }
  })

  /** Who runs what `make` is asked for; what nobody runs has to be a target at least, and its programs have to be programs. */
  const makes = {
    'make run': ['tests/journeys/demo.test.mjs', 'scripts/run'],
    'make test': ['tests/run', 'passed'],
    'make dist': ['tests/journeys/dist.test.mjs', 'oneFile'],
    'make install': ['tests/journeys/install.test.mjs', "'install'"],
    'make bench': ['tests/bench/bench.mjs', '--quick'],
    'make fuzz': ['tests/fuzz/run', 'fuzz'],
    'make check': ['tests/run', 'unit-tests'],
    'make JOIN': ['Makefile', 'JOIN ?= 1'],
    'make LATE': ['Makefile', 'ifneq ($(LATE),)'],
    'make format': ['Makefile', 'clang-format'],
    'make lint': ['Makefile', 'clang-tidy']
  }
  it('are targets of the Makefile', { timeout }, () => {
    const lines = [...codes, ...blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n'))]
    const asked = new Set(lines.map((text) => /^make(?: [\w=…,]+)*/.exec(text)?.[0]).filter((text) => text && !text.includes('…') && text !== 'make'))
    assert.ok(asked.size > 8)
    for (const command of asked) {
      const [runner, evidence] = makes[/^make \w+/.exec(command)[0]] ?? assert.fail(`${command}: nobody runs it`)
      assert.ok(read(runner).includes(evidence), command)
      execFileSync('make', ['-n', ...command.split(' ').slice(1)], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    }
    for (const file of shown('tests/bench').filter((one) => /^tests\/bench\/[\w/]+\.mjs$/.test(one))) execFileSync(process.execPath, ['--check', path.join(root, file)])
  })

  it('are files that are there', () => {
    const paths = codes.filter((text) => /^(scripts|src|tests|templates|schema|\.readme)\/[\w./-]+$/.test(text) && !/[A-Z]{2}/.test(text))
    const links = [...readme.matchAll(/(?:\]\(|src="|srcset=")([^#)"\s]+)[)"]/g)].map(([, target]) => target).filter((target) => !/^https?:|^\/|app\.js/.test(target))
    assert.ok(paths.length > 10 && links.length > 10)
    for (const file of [...paths, ...links]) assert.ok(existsSync(path.join(root, file)), file)
    const tree = blocks.find(({ section }) => section === 'How the source is laid out').text
    const named = [...tree.matchAll(/^(\S.*?) {2,}/gm)].flatMap(([, list]) => {
      const [first, ...others] = list.split(', ')
      return [first, ...others.map((one) => `${path.dirname(first)}/${one}`)]
    })
    for (const one of named) assert.ok(existsSync(path.join(root, one)) || existsSync(path.join(root, `${one}.cpp`)), one)
    for (const folder of readdirSync(path.join(root, 'src'), { withFileTypes: true }).filter((one) => one.isDirectory())) assert.ok(named.includes(`src/${folder.name}`), folder.name)
  })

  it('are sections that are there', () => {
    const anchors = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'))
    const targets = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
    assert.ok(targets.length > 15)
    for (const target of targets) assert.ok(anchors.includes(target), target)
  })
})
