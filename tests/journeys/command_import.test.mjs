// Users of another system, and what the command makes of them.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { change, commandLine } from '../support/command.mjs'
import { slowness } from '../support/process.mjs'

const timeout = 30000 * slowness
const providers = ['github', 'google'].map((id) => ({ id, clientId: 'app', clientSecret: 's3cret' }))
const columns = 'id,name,email,email_verified,provider,providerAccountId\n'
const users = (site) => site.run('users', '--json').json().map(({ id, name, email, accounts }) => [id, name, email, accounts.map(({ provider, providerAccountId }) => `${provider}:${providerAccountId}`).join(' ')])

describe('the command import', () => {
  it('takes users over once, however often it is run', { timeout }, () => {
    const site = commandLine({ providers })
    site.write('users.csv', `${columns}70,"Ann ""A"" Ö",Ann@example.com,true,github,12\n70,"Ann ""A"" Ö",ann@example.com,,google,13\n,,bob@example.com,2026-01-02,,\n,,,,github,77\n`)
    const first = site.run('import', 'users.csv')
    assert.deepEqual(first, { ...first, code: 0, stdout: 'imported 3 users and 3 accounts; 0 users were there already; 0 problems\n', stderr: '' })
    const all = [[70, 'Ann "A" Ö', 'ann@example.com', 'github:12 google:13'], [71, null, 'bob@example.com', ''], [72, null, null, 'github:77']]
    assert.deepEqual(users(site), all)
    for (let i = 0; i < 2; i++) assert.deepEqual(site.run('import', 'users.csv', '--json').json(), { imported: true, users: 0, accounts: 0, present: 3, problems: [] })
    assert.deepEqual(users(site), all)
    assert.equal(site.run('users', 'show', 'bob@example.com', '--json').json().emailVerified, '2026-01-02T00:00:00.000Z')
  })

  it('reads JSON too, from a file or standard input', { timeout }, () => {
    const site = commandLine({ providers })
    const text = JSON.stringify([{ name: 'Ann', email: 'ann@example.com', accounts: [{ provider: 'github', providerAccountId: 12 }] }, { email: 'bob@example.com' }])
    site.write('users', text)
    site.run('migrate')
    assert.equal(site.run('import', 'users', '--dry-run').stdout, 'not imported: 2 users and 1 accounts; 0 users were there already; 0 problems\n')
    assert.deepEqual(users(site), [])
    assert.equal(site.shell('nextauth.fcgi import - --json', { input: text }).json().users, 2)
    assert.deepEqual(users(site), [[1, 'Ann', 'ann@example.com', 'github:12'], [2, null, 'bob@example.com', '']])
    // As editors on Windows write it.
    assert.equal(site.shell('nextauth.fcgi import - --json', { input: `\ufeff${text}` }).json().present, 2)
    assert.equal(site.shell('nextauth.fcgi import - --json', { input: '\ufeffname,email\r\nAnn,ann@example.com\r\n' }).json().present, 1)
    const twice = site.shell('nextauth.fcgi import - --format csv --dry-run', { input: '\ufeff\ufeffname,email\r\nAnn,ann@example.com\r\n' })
    assert.equal(twice.stderr, 'standard input:1: unknown column "\ufeffname"\n', 'one mark is the editor\'s, more are the file\'s')
    const misread = site.run('import', 'users', '--format', 'csv')
    assert.deepEqual([misread.code, misread.stderr.split('\n')[0]], [1, 'users:1: a quote inside of a cell: the whole cell must be in quotes, and the quote doubled'])
    assert.equal(site.run('import', 'users', '--format', 'xml').code, 2)
  })

  it('imports nothing when anything is wrong, and tells all of it; the rest when told to', { timeout }, () => {
    const site = commandLine({ providers })
    site.write('users.csv', `${columns},Ann,ann@example.com,,,\n,Eve,eve@,,,\n,Bob,bob@example.com,,gihub,1\n,Cy,,,email,1\n`)
    const { code, stdout, stderr } = site.run('import', 'users.csv')
    assert.equal(code, 1)
    assert.equal(stdout, 'not imported: 1 users and 0 accounts; 0 users were there already; 3 problems\n')
    assert.equal(stderr, 'users.csv:3: email: "eve@" is no address\n' +
      'users.csv:4: provider: "gihub" is neither configured nor in the catalogue (did you mean "github"?)\n' +
      'users.csv:5: provider: "email" is no provider that people have accounts at\n')
    assert.deepEqual(users(site), [])
    assert.equal(site.run('import', 'users.csv', '--skip-wrong').code, 0)
    assert.deepEqual(users(site), [[1, 'Ann', 'ann@example.com', '']])
  })

  it('joins nobody with somebody by an address alone', { timeout }, () => {
    const site = commandLine({ providers })
    site.run('migrate')
    change(site.database, "INSERT INTO users (id, name, email) VALUES (1, 'Ann', 'ann@example.com'), (2, 'Bob', 'bob@example.com')")
    site.write('merge.csv', `${columns},Ann,ann@example.com,,github,12\n`)
    const refused = site.run('import', 'merge.csv')
    assert.deepEqual([refused.code, refused.stderr], [1, 'merge.csv:2: ann@example.com is the user 1, who does not have this account; --merge-by-email links it\n'])
    assert.equal(users(site)[0][3], '')
    assert.equal(site.run('import', 'merge.csv', '--merge-by-email').code, 0)
    assert.equal(users(site)[0][3], 'github:12')
    for (const [line, complaint] of [
      [',Bob,bob@example.com,,github,12', 'bob@example.com is the user 2, the account belongs to the user 1'],
      ['7,Ann,ann@example.com,,github,12', 'is the user 1 already, and not 7'],
      ['2,Eve,eve@example.com,,,', 'the id 2 is another user\'s'],
      ['2,,,,github,99', 'the id 2 is another user\'s']
    ]) {
      site.write('users.csv', `${columns},New,new@example.com,,,\n${line}\n`)
      assert.equal(site.run('import', 'users.csv', '--merge-by-email').stderr, `users.csv:3: ${complaint}\n`)
      assert.equal(users(site).length, 2, 'all or nothing')
    }
    site.write('more.csv', 'provider,providerAccountId,id\ngithub,12,1\ngoogle,13,1\n')
    assert.equal(site.run('import', 'more.csv').stdout, 'imported 0 users and 1 accounts; 0 users were there already; 0 problems\n')
    assert.equal(users(site)[0][3], 'github:12 google:13')
  })

  it('shows on a terminal how far it is, as all long work does, and nowhere else', { timeout }, () => {
    const site = commandLine({ providers })
    const onTerminal = (words) => site.shell(`script -qec "nextauth.fcgi ${words} >/dev/null" /dev/null`).stdout
    site.write('users.csv', `email\n${Array.from({ length: 20 }, (_, i) => `${i}@example.com\n`).join('')}`)
    assert.match(onTerminal('migrate'), /^\r\x1b\[K0 of \d+ migrations\r\x1b\[K$/)
    assert.equal(onTerminal('migrate'), '')
    const shown = onTerminal('import users.csv --dry-run')
    assert.match(shown, /1 of 20 users/)
    assert.ok(shown.endsWith('\r\x1b[K'))
    assert.equal(site.run('import', 'users.csv').stderr, '')
    change(site.database, "INSERT INTO sessions (user_id, expires, session_token, access_token) VALUES (1, datetime('now', '-1 day'), 'a', 'a')")
    assert.match(onTerminal('gc'), /^\r\x1b\[K1 of 1 expired rows\r\x1b\[K$/)
  })

  it('takes files of 64 MiB, and none that is larger', { timeout }, () => {
    const site = commandLine({ providers })
    const bytes = 64 << 20
    site.shell(`{ printf 'email\\nann@example.com\\n'; head -c ${bytes - 22} /dev/zero | tr '\\0' '\\n'; } >most.csv; { cat most.csv; echo; } >more.csv`)
    assert.equal(site.run('import', 'most.csv').stdout, 'imported 1 users and 0 accounts; 0 users were there already; 0 problems\n')
    const { code, stderr } = site.run('import', 'more.csv')
    assert.deepEqual([code, stderr], [1, 'nextauth.fcgi: more.csv: larger than 67108864 bytes\n'])
    assert.deepEqual(site.run('import', 'gone.csv').stderr, 'nextauth.fcgi: gone.csv: there is no such file\n')
  })
})
