// The README's tables of configuration keys hold every key that the source knows, and no other; each example and default is taken,
// and a value of another type is refused.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { commandLine } from '../support/command.mjs'
import { root, slowness } from '../support/process.mjs'
import { keyRows, section, spans } from '../support/readme.mjs'

const timeout = 60000 * slowness
const source = (file) => readFileSync(path.join(root, 'src', file), 'utf8')
const words = (list) => [...list.matchAll(/"(\w+)"/g)].map(([, word]) => word)

const [siteRows, , everyRows, oauthRows] = [...keyRows(section('Configuration').split('### Providers')[0]), undefined, ...keyRows(section('Providers'))]
const [guardRows] = keyRows(section('Guarding other paths'))
const [emailRows] = keyRows(section('Signing in by mail'))
const [credentialsRows] = keyRows(section('Names and passwords'))

/** What is between the commas of the call whose "(" is there. */
function argumentsAt(text, open) {
  const parts = ['']
  let depth = 0
  for (let i = open + 1; depth >= 0; i++) {
    if ('({'.includes(text[i])) depth++
    if (')}'.includes(text[i])) depth--
    if (depth === 0 && text[i] === ',') parts.push('')
    else if (depth >= 0) parts[parts.length - 1] += text[i]
  }
  return parts.map((part) => part.trim())
}

/** "cookies.COOKIE.name" stands for a key of each cookie. */
const cookies = words(/Reader section\(\*object, "\/cookies".*?\{(.*?)\}\)/s.exec(source('config/cookies.cpp'))[1])
const named = (rows) => rows.flatMap(({ keys }) => keys)

describe('the keys in the README', () => {
  /** Where in the tables the keys stand that a Reader of src/config is made with, by the Reader's second argument. */
  const places = {
    'load.cpp ""': ['', siteRows],
    'site.cpp "/limits"': ['limits.', siteRows],
    'pages.cpp "/brand"': ['brand.', siteRows],
    'pages.cpp "/pages"': ['pages.', siteRows],
    'database.cpp "/jwt"': ['jwt.', siteRows],
    'database.cpp "/session"': ['session.', siteRows],
    'rate_limits.cpp "/rateLimits"': ['rateLimits.', siteRows],
    'protect.cpp pointer': ['', guardRows],
    'protect.cpp entry.pointer("allow")': ['allow.', guardRows],
    'callbacks.cpp "/callbacks"': ['callbacks.', siteRows],
    'cookies.cpp cookies.pointer(key)': ['cookies.COOKIE.', siteRows],
    'cookies.cpp reader.pointer("options")': ['cookies.COOKIE.options.', siteRows],
    'credentials.cpp pointer': ['authorize.', credentialsRows],
    'credentials.cpp form.pointer(name)': ['credentials.FIELD.', credentialsRows]
  }
  // One has the cookies' names, which the text of the row lists; the other the names that the owner gives the fields of a form.
  const elsewhere = ['cookies.cpp "/cookies"', 'credentials.cpp pointer + "/credentials"']

  const readers = readdirSync(path.join(root, 'src/config')).filter((file) => /\.cpp$/.test(file) && file !== 'reader.cpp').flatMap((file) => {
    const text = source(`config/${file}`)
    return [...text.matchAll(/\bReader(?: \w+)?\(/g)].map(({ index }) => argumentsAt(text, text.indexOf('(', index)))
      .filter((made) => made.length === 4).map(([, pointer, , list]) => {
        const keys = list.startsWith('{') ? list : new RegExp(`std::string_view> ${list}\\{(.*?)\\}`, 's').exec(text)?.[1] ?? ''
        return { place: `${file} ${pointer}`, keys: words(keys) }
      })
  })

  it('are looked for wherever the source reads an object', () => {
    assert.deepEqual(readers.map(({ place }) => place).sort(), [...Object.keys(places), ...elsewhere].sort())
  })

  for (const { place, keys } of readers.filter(({ place }) => places[place])) {
    const [prefix, rows] = places[place]
    it(`are those of src/config/${place}`, () => {
      assert.ok(keys.length > 0)
      // The rows below an object's name stand for the object.
      const mine = named(rows).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length).split('.')[0])
      assert.deepEqual([...new Set(mine)].sort(), keys.sort())
    })
  }

  it('name the cookies', () => {
    const line = section('Configuration').split('\n').find((one) => one.startsWith('| `cookies.COOKIE.name`'))
    assert.deepEqual(spans(line.split('|').at(-2)).filter((word) => word !== 'COOKIE').sort(), [...cookies].sort())
  })

  const entry = source('providers/keys.cpp')
  const ofType = (name) => words([...new RegExp(`std::vector<Key> ${name} = \\{(.*?)\\};`, 's').exec(entry)[1].matchAll(/\{("\w+"), /g)].join())
  for (const [list, rows] of [['common_keys', everyRows], ['oauth_keys', oauthRows], ['email_keys', emailRows], ['credentials_keys', credentialsRows]]) {
    it(`are those of a provider's ${list}`, () => {
      assert.deepEqual([...new Set(named(rows).map((key) => key.split('.')[0]))].sort(), [...new Set(ofType(list))].sort())
    })
  }

  const structures = [...source('providers/key_structures.cpp').matchAll(/void (\w+)\([^)]*\) \{\s*static const std::vector<Key> keys = \{(.*?)\};/gs)]
  const below = { option: 'options.NAME.', extra_request: 'profileExtra.NAME.', oidc_facts: 'oidc.', client_secret_jwt_facts: 'clientSecretJwt.', client_key: 'clientKey.' }
  it('are those of the objects in a provider', () => {
    assert.deepEqual(structures.map(([, name]) => name).sort(), Object.keys(below).sort())
    for (const [, name, list] of structures) {
      const mine = named(oauthRows).filter((key) => key.startsWith(below[name])).map((key) => key.slice(below[name].length))
      assert.deepEqual(mine.sort(), [...list.matchAll(/\{"(\w+)"/g)].map(([, key]) => key).sort(), name)
    }
  })
})

describe('what the README says of a key', () => {
  const line = commandLine()
  line.shell('mkdir -p data templates; touch callbacks.lua people.db users.htpasswd; printf "#!/bin/sh\\n" > check; chmod 755 check; echo "return {}" > callbacks.lua')
  const env = {
    SITE_SECRET: 'x'.repeat(32), JWT_SECRET: 'y'.repeat(32), ACME_ID: 'id', ACME_SECRET: 'secret',
    CLIENT_KEY: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    SIGNING_KEY: JSON.stringify({ kty: 'oct', alg: 'HS512', k: Buffer.alloc(64, 1).toString('base64url') }),
    ENCRYPTION_KEY: JSON.stringify({ kty: 'oct', alg: 'A256GCM', k: Buffer.alloc(32, 2).toString('base64url') })
  }

  /** What `check` finds wrong with a configuration, by key. */
  function problems(config) {
    line.write('nextauth.json', JSON.stringify(config))
    const { stdout, stderr } = line.shell('nextauth.fcgi check --json', { env })
    assert.equal(stderr, '')
    return JSON.parse(stdout).problems.filter(({ level }) => level === 'error').map(({ key, message }) => `${key}: ${message}`)
  }

  const site = { url: 'https://example.com/api/auth', providers: [] }
  const own = {
    id: 'acme', name: 'Acme', clientId: 'id', clientSecret: 'secret', authorizationUrl: 'https://acme.example/a',
    accessTokenUrl: 'https://acme.example/t', profileUrl: 'https://acme.example/p', profile: { id: 'id' }
  }
  const jwtSecret = JSON.parse(oauthRows.find(({ keys }) => keys[0] === 'clientSecretJwt').example)
  const inProvider = (base) => (set) => ({ ...site, callbacks: 'callbacks.lua', providers: [set(structuredClone(base))] })
  const password = { id: 'pw', type: 'credentials', authorize: 'lua' }

  /** A configuration that is complete but for the key: `make(set)`, where `set` puts the key in. */
  function contextOf(rows, key) {
    if (rows === siteRows) return (set) => set({ ...site, ...(key === 'callbacks.database' && { callbacks: { file: 'callbacks.lua' } }) })
    if (rows === guardRows) return (set) => ({ ...site, providers: [{ id: 'github', clientId: 'id', clientSecret: 'secret' }], protect: [set({ path: '/a', ...(key === 'path' && { allow: 'signed-in' }) })] })
    if (rows === emailRows) return inProvider({ id: 'email', server: 'sendmail:/usr/sbin/sendmail', from: 'a@example.com' })
    if (key === 'authorize.database') return inProvider({ ...password, authorize: { sql: 'SELECT 1 AS password' } })
    if (key.startsWith('authorize.')) return inProvider({ ...password, authorize: {} })
    if (rows === credentialsRows) return inProvider(password)
    if (key.startsWith('clientSecretJwt')) return inProvider({ ...own, clientSecret: { teamId: 't', keyId: 'k', privateKey: 'p' }, clientSecretJwt: jwtSecret })
    if (key.startsWith('clientKey')) return inProvider({ ...own, clientKey: { key: '${CLIENT_KEY}' } })
    if (key === 'requestTokenUrl' || key === 'encoding') return inProvider({ ...own, version: '1.0A', requestTokenUrl: 'https://acme.example/r' })
    if (key === 'idToken') return inProvider({ ...own, oidc: { issuer: 'https://op.example.com' } })
    if (key === 'profileExtra.NAME.unless') return inProvider({ ...own, profileExtra: { NAME: { url: 'https://acme.example/x' } } })
    return inProvider(own)
  }

  /** With the value at "a.b.c", making the objects on the way. */
  const put = (keyPath, value) => (object) => {
    const steps = keyPath.replaceAll('COOKIE', 'sessionToken').split('.')
    let at = object
    for (const step of steps.slice(0, -1)) at = at[step] = typeof at[step] === 'object' ? at[step] : {}
    at[steps.at(-1)] = value
    return object
  }

  const all = [siteRows, everyRows, oauthRows, emailRows, credentialsRows, guardRows].flatMap((rows) =>
    rows.flatMap((row) => row.keys.map((key) => ({ ...row, key, make: contextOf(rows, key) }))))
  const literal = (text) => {
    try {
      return JSON.parse(text)
    } catch {
      return undefined
    }
  }
  /** A value of none of the row's types. */
  const wrong = (type) => (/seconds|bytes|number/.test(type) ? 'x' : 4242)

  it('is an example that is taken', { timeout }, () => {
    for (const { key, example, make } of all) {
      assert.notEqual(literal(example), undefined, `${key}: ${example}`)
      assert.deepEqual(problems(make(put(key, literal(example)))), [], `${key}: ${example}`)
    }
  })

  it('is a default that is taken', { timeout }, () => {
    const given = all.map((row) => ({ ...row, value: literal(spans(row.byDefault)[0] ?? '') })).filter(({ value }) => value !== undefined)
    assert.ok(given.length > 40)
    for (const { key, value, make } of given) assert.deepEqual(problems(make(put(key, value))), [], `${key}: ${JSON.stringify(value)}`)
  })

  it('is a type that counts', { timeout }, () => {
    for (const { key, type, make } of all) {
      assert.match(type, /^(text|true or false|seconds|bytes|number|list|object|null)(, (text|true or false|list|object|null))*$/, key)
      const found = problems(make(put(key, wrong(type))))
      assert.ok(found.length > 0, `${key} takes ${wrong(type)}`)
      assert.ok(found.some((problem) => problem.includes(key.split('.').at(-1)) || key.startsWith('authorize')), `${key}: ${found.join('; ')}`)
    }
  })

  it('is the number of providers and languages', () => {
    const count = (folder) => readdirSync(path.join(root, folder)).filter((file) => file.endsWith('.json')).length
    const numbers = readFileSync(path.join(root, 'README.md'), 'utf8')
    assert.match(numbers, new RegExp(`any other of ${count('src/providers') - 2} providers`))
    assert.equal(count('templates/messages'), 12)
    assert.match(numbers, /in twelve languages/)
  })
})
