// The catalogue as a site's owner meets it: what `providers` lists, and what `check` says when an option is missing.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { parse, variables } from '../support/fastcgi.mjs'
import { executable, root, start, temporaryFolder } from '../support/process.mjs'

const timeout = 20000
const url = 'http://127.0.0.1:8000/api/auth'
const folder = path.join(root, 'src/providers')
const catalogue = readdirSync(folder).filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
  .sort((one, other) => (one.id < other.id ? -1 : 1))
const isOauth = ({ type = 'oauth' }) => type === 'oauth'
const requiredOf = ({ options = {} }) => Object.entries(options).filter(([, { required }]) => required)

async function run(args, env = {}) {
  const started = start('providers-command', executable, args, { env })
  const { code } = await started.exited
  return { code, stdout: started.stdout, stderr: started.stderr }
}

/** A configuration with these providers, in a folder of its own. */
function configure(providers) {
  const file = path.join(temporaryFolder(), 'nextauth.json')
  writeFileSync(file, JSON.stringify({ url, database: 'sqlite:auth.db', providers }, null, 2), { mode: 0o600 })
  return { NEXTAUTH_CONFIG: file }
}

describe('the command providers', () => {
  it('lists every provider of the catalogue with its options', { timeout }, async () => {
    const { code, stdout, stderr } = await run(['providers'])
    assert.equal(code, 0)
    assert.equal(stderr, '')
    const expected = catalogue.flatMap(({ id, name, options = {} }) => [
      `${id}: ${name}`,
      ...Object.entries(options).map(([option, { required, example }]) =>
        `    ${option}${required ? ' (required)' : ''}${example ? `, as "${example}"` : ''}`)
    ])
    assert.ok(catalogue.length > 120 && expected.length > catalogue.length)
    assert.deepEqual(stdout.trimEnd().split('\n'), expected)
  })

  it('says the same to programs', { timeout }, async () => {
    const { code, stdout } = await run(['providers', '--json'])
    assert.equal(code, 0)
    const facts = JSON.parse(stdout)
    assert.deepEqual(facts.map(({ id, options }) => ({ id, options })), catalogue.map(({ id, options = {} }) => ({ id, options })))
    assert.deepEqual(facts.find(({ id }) => id === 'auth0'), { id: 'auth0', name: 'Auth0', type: 'oauth', options: { domain: { required: true, example: 'example.eu.auth0.com' } } })
    assert.deepEqual(facts.filter((fact) => fact.type !== 'oauth').map(({ id, type }) => [id, type]), [['credentials', 'credentials'], ['email', 'email']])
  })

  it('says what one provider needs, and which one may have been meant', { timeout }, async () => {
    const { code, stdout } = await run(['providers', 'auth0', 'github'])
    assert.equal(code, 0)
    assert.equal(stdout, 'auth0: Auth0\n    domain (required), as "example.eu.auth0.com"\ngithub: GitHub\n')
    const unknown = await run(['providers', 'gihub'])
    assert.deepEqual([unknown.code, unknown.stdout], [2, ''])
    assert.equal(unknown.stderr, 'nextauth.fcgi providers: the catalogue has no provider "gihub" (did you mean "github"?)\n' +
      'usage: nextauth.fcgi providers [ID ...] [--json]\n')
  })
})

describe('an option', () => {
  const client = { clientId: 'app', clientSecret: 's3cret' }
  const inNeed = catalogue.filter((entry) => isOauth(entry) && requiredOf(entry).length > 0)

  it('that a provider requires is asked for by its name, all of them at once', { timeout }, async () => {
    assert.ok(inNeed.length > 30)
    const env = configure(inNeed.map(({ id }) => ({ id, ...client })))
    const { code, stdout } = await run(['check', '--json'], env)
    assert.equal(code, 1)
    const expected = inNeed.flatMap((entry, i) => requiredOf(entry).map(([option, { example }]) =>
      ({ key: `providers[${i}]`, message: `the option "${option}" is missing (for example "${example}")` })))
    const { usable, problems } = JSON.parse(stdout)
    assert.equal(usable, false)
    assert.deepEqual(problems.map(({ key, message }) => ({ key, message })), expected)
    assert.ok(!stdout.includes('s3cret'))
  })

  it('is shown to people with its place', { timeout }, async () => {
    const env = configure([{ id: 'github', ...client }, { id: 'auth0', ...client }])
    const { code, stdout } = await run(['check'], env)
    assert.equal(code, 1)
    assert.equal(stdout, `${env.NEXTAUTH_CONFIG}:10: providers[1]: the option "domain" is missing (for example "example.eu.auth0.com")\n`)
  })

  it('that is missing is an error for the visitor, and named in the log only', { timeout }, async () => {
    const env = configure([{ id: 'auth0', ...client }])
    const { code, stdout, stderr } = await run([], { ...env, ...variables(url, 'GET', '/providers') })
    const answer = parse(Buffer.from(stdout))
    assert.equal(code, 0)
    assert.equal(answer.status, 500)
    assert.doesNotMatch(answer.text, /domain|auth0/)
    assert.match(stderr, /configuration_error .*providers\[0\]: the option \\"domain\\" is missing/)
  })

  it('that is given as the example says is accepted, of every OAuth provider', { timeout }, async () => {
    const oauth = catalogue.filter(isOauth)
    const env = configure(oauth.map((entry) => ({ id: entry.id, ...client, ...Object.fromEntries(requiredOf(entry).map(([name, { example }]) => [name, example])) })))
    const { code, stdout } = await run(['check'], env)
    assert.equal(code, 0, stdout)
    assert.match(stdout, new RegExp(`: well; ${oauth.length} provider`))
    const { stdout: output } = await run([], { ...env, ...variables(url, 'GET', '/providers') })
    assert.deepEqual(Object.keys(parse(Buffer.from(output)).json()), oauth.map(({ id }) => id))
  })
})
