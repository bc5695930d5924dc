// The command line: what every command can do, and each for itself.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chownSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { change, commandLine } from '../support/command.mjs'
import { parse, variables } from '../support/fastcgi.mjs'
import { executable, isRoot, root, serverUser, start } from '../support/process.mjs'

const timeout = 30000
const github = { id: 'github', clientId: 'app', clientSecret: 's3cret' }

describe('every command', () => {
  const site = commandLine({ providers: [github] })
  const commands = site.run('help', '--json').json()

  it('is in the list, with a line', { timeout }, () => {
    const { code, stdout } = site.run()
    assert.equal(code, 0)
    assert.ok(commands.length >= 14)
    for (const { name, help } of commands) assert.match(stdout, new RegExp(`^  nextauth.fcgi ${name} +${help.replace(/[?()]/g, '\\$&')}$`, 'm'))
    assert.equal(stdout, site.run('help').stdout)
    assert.equal(stdout, site.run('--help').stdout)
  })

  for (const { name, usage } of commands) {
    it(`${name} says how it is used, with examples that can be used`, { timeout }, () => {
      const { code, stdout, stderr } = site.run(name, '--help')
      assert.deepEqual([code, stderr], [0, ''])
      assert.equal(stdout, site.run('help', name).stdout)
      assert.equal(stdout, site.run(name, '-h').stdout)
      for (const part of [`${usage}\n`, '\noptions:\n', '\n  --json ', '\nexamples:\n', '\nexit code: 0 well, 1 not, 2 misused\n']) assert.ok(stdout.includes(part), part)
      const examples = stdout.split('examples:\n')[1].split('\n\n')[0].split('\n').map((line) => line.trim().split(' ').slice(1))
      assert.ok(examples.length > 0)
      for (const words of examples.filter((words) => words[0] !== 'doctor' && !words.includes('--online'))) {
        const { code, stderr } = site.run(...words)
        assert.notEqual(code, 2, `${words}: ${stderr}`)
      }
    })

    it(`${name} takes no option that it does not know`, { timeout }, () => {
      const { code, stdout, stderr } = site.run(name, '--jsn')
      assert.deepEqual([code, stdout], [2, ''])
      assert.equal(stderr, `nextauth.fcgi ${name}: there is no option "--jsn" (did you mean "--json"?)\n${usage}\n`)
    })
  }

  it('complains about options that are there twice, lack their value, have one too many or would change nothing', { timeout }, () => {
    for (const [words, complaint] of [
      [['gc', '--batch'], '--batch needs a value: --batch N'],
      [['gc', '--batch', '0'], '--batch must be a number from 1 to 100000'],
      [['gc', '--batch', '100001'], '--batch must be a number from 1 to 100000'],
      [['gc', '--batch=1x'], '--batch must be a number from 1 to 100000'],
      [['gc', '--dry-run=yes'], '--dry-run takes no value'],
      [['gc', '--json', '--json'], '--json is there twice'],
      [['gc', 'all'], 'there is an argument too many: "all"'],
      [['users', 'shwo', '1'], 'there is no "shwo" (did you mean "show"?)'],
      [['users', 'show'], 'there is an argument missing'],
      [['users', 'show', '1', '--limit', '5'], '--limit means nothing with show'],
      [['users', 'show', '1', '--after=5'], '--after means nothing with show'],
      [['check', '--document-root', '/var/www'], '--document-root means nothing with a check that is not --online'],
      [['snippet', 'apache', '--socket', '/run/a.sock'], '--socket means nothing with apache-fcgid'],
      [['sessions', 'revoke'], 'revoke needs the id of a session, or --user WHO']
    ]) {
      const { code, stderr } = site.run(...words)
      assert.equal(code, 2)
      assert.ok(stderr.startsWith(`nextauth.fcgi ${words[0]}: ${complaint}\nusage: `), stderr)
    }
    for (const batch of ['1', '100000']) assert.equal(site.run('gc', '--batch', batch).code, 0)
  })

  it('that does not exist is answered with the nearest one', { timeout }, () => {
    const { code, stderr } = site.run('usres')
    assert.equal(code, 2)
    assert.equal(stderr, 'nextauth.fcgi: there is no command "usres" (did you mean "users"?); `nextauth.fcgi help` lists them\n')
  })

  it('that could not write its result says so and is no success', { timeout }, () => {
    for (const name of ['version', 'help', 'providers', 'users', 'routes', 'migrate', 'secret']) {
      const full = site.shell(`nextauth.fcgi ${name} --json >/dev/full`)
      assert.deepEqual([full.code, full.stderr], [1, 'nextauth.fcgi: standard output: No space left on device\n'], name)
      const gone = site.shell(`mkfifo ${name}; exec 3<>${name} 4>${name} 3>&-; nextauth.fcgi ${name} --json >&4`)
      assert.deepEqual([gone.code, gone.stderr], [1, ''], name)
      const closed = site.shell(`nextauth.fcgi ${name} --json >&-`)
      assert.deepEqual([closed.code, closed.stderr], [1, 'nextauth.fcgi: standard output: Bad file descriptor\n'], name)
    }
  })

  it('that may not read or write what it needs says which file', { timeout }, () => {
    const closed = commandLine({ database: 'sqlite:/proc/auth.db' })
    for (const name of ['migrate', 'users', 'sessions', 'gc']) {
      const { code, stdout, stderr } = closed.run(name)
      assert.deepEqual([code, stdout], [1, ''], name)
      assert.match(stderr, /^nextauth\.fcgi: \/proc\/auth\.db: (cannot be made: .*|there is no directory \/proc)\n$/, name)
    }
    closed.write('nextauth.json', '{}', 0)
    const { code, stderr } = closed.run('users')
    assert.equal(code, 1)
    assert.match(stderr, /nextauth\.json: Permission denied/)
  })

  if (isRoot) {
    it('that root runs makes a database for the account whose folder it is', { timeout }, () => {
      const theirs = commandLine()
      for (const [owner, database] of [[serverUser, 'theirs.db'], [{ uid: 0, gid: 0 }, 'own.db']]) {
        chownSync(theirs.folder, owner.uid, owner.gid)
        execFileSync(executable, ['migrate'], { env: { NEXTAUTH_CONFIG: theirs.file('nextauth.json'), DATABASE_URL: `sqlite:${database}` } })
        const { uid, gid, mode } = statSync(theirs.file(database))
        assert.deepEqual([uid, gid, mode & 0o777], [owner.uid, owner.gid, 0o600])
      }
    })
  }

  it('that needs a configuration names what is wrong with it', { timeout }, () => {
    const { code, stdout, stderr } = commandLine({ databse: 1 }).run('users')
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /:4: databse: unknown key \(did you mean "database"\?\)\nnextauth\.fcgi: the configuration cannot be used\n$/)
    assert.match(commandLine({ database: null, secret: 'x' }).run('gc').stderr, /the configuration has no database/)
  })
})

describe('the commands of the database', () => {
  const site = commandLine({ providers: [github] })
  const json = (...words) => site.run(...words, '--json').json()

  it('migrate makes the tables once, and only looks when told so', { timeout }, () => {
    const names = readdirSync(path.join(root, 'schema/sqlite')).sort()
    assert.deepEqual(json('migrate', '--dry-run'), { database: site.database, applied: [], pending: names })
    assert.ok(!readdirSync(site.folder).includes('auth.db'))
    const { code, stdout, stderr } = site.run('migrate')
    assert.deepEqual([code, stdout, stderr], [0, names.map((name) => `applied ${name}\n`).join(''), ''])
    assert.equal(site.run('migrate').stdout, `${site.database}: up to date\n`)
    assert.deepEqual(json('migrate'), { database: site.database, applied: [], pending: [] })
  })

  it('migrate says what it has applied itself, where several run at once', { timeout }, () => {
    const names = readdirSync(path.join(root, 'schema/sqlite'))
    const other = commandLine()
    const { stdout } = other.shell('for i in 1 2 3 4 5 6 7 8; do nextauth.fcgi migrate & done; wait')
    const lines = stdout.trim().split('\n')
    assert.deepEqual(lines.filter((line) => line.startsWith('applied ')).sort(), names.map((name) => `applied ${name}`).sort())
    assert.equal(lines.filter((line) => line === `${other.database}: up to date`).length, 7)
  })

  it('users lists them, in parts on demand, and shows one by id or address', { timeout }, () => {
    change(site.database, `INSERT INTO users (name, email) VALUES ('Ann', 'ann@example.com'), ('B\x1b[2Job\x9b', 'bob@example.com'), (NULL, NULL);
      WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO users (name, email) SELECT 'User', i || '@example.com' FROM n;
      INSERT INTO accounts (compound_id, user_id, provider_type, provider_id, provider_account_id, access_token) VALUES ('x', 1, 'oauth', 'github', '12', 't0ken')`)
    const lines = site.run('users').stdout.split('\n')
    assert.deepEqual(lines.slice(0, 4), ['1\tann@example.com\tAnn', '2\tbob@example.com\tB?[2Job?', '3\t-\t-', '4\t4@example.com\tUser'])
    assert.equal(lines.length, 1201)
    assert.equal(json('users').length, 1200)
    assert.deepEqual(json('users', '--after', '500', '--limit', '2').map(({ id }) => id), [501, 502])
    assert.equal(json('users', '--limit', '501').length, 501)
    assert.deepEqual([site.run('users', '--after', 'ann').code, site.run('users', '--after', 'ann').stdout], [2, ''])
    const ann = json('users', 'show', 'ANN@example.com')
    assert.deepEqual([ann.id, ann.email, ann.accounts], [1, 'ann@example.com', [{ provider: 'github', type: 'oauth', providerAccountId: '12' }]])
    const { stdout } = site.run('users', 'show', '1')
    assert.match(stdout, /^id {8}1\nname {6}Ann\nemail {5}ann@example\.com\nverified {2}-\n[^]*\naccount {3}github 12\n$/)
    assert.doesNotMatch(stdout, /t0ken/)
    const { code, stderr } = site.run('users', 'show', 'eve@example.com')
    assert.deepEqual([code, stderr], [1, 'nextauth.fcgi: there is no user eve@example.com\n'])
  })

  it('sessions lists them and revokes one, or all of a user', { timeout }, () => {
    change(site.database, `INSERT INTO sessions (user_id, expires, session_token, access_token) VALUES
      (1, datetime('now', '+1 day'), 'a', 'a'), (1, datetime('now', '+1 day'), 'b', 'b'), (1, datetime('now', '-1 day'), 'c', 'c'), (2, datetime('now', '+1 day'), 'd', 'd')`)
    assert.deepEqual(json('sessions').map(({ id, userId, email, expired }) => [id, userId, email, expired]),
      [['1', '1', 'ann@example.com', false], ['2', '1', 'ann@example.com', false], ['3', '1', 'ann@example.com', true], ['4', '2', 'bob@example.com', false]])
    assert.match(site.run('sessions').stdout, /^1\t1\tann@example\.com\tuntil 20\S+Z\n[^]*\n3\t1\tann@example\.com\texpired 20/)
    assert.equal(json('sessions', '--user', 'bob@example.com').length, 1)
    assert.equal(site.run('sessions', 'revoke', '1').stdout, 'revoked 1 session\n')
    assert.deepEqual([site.run('sessions', 'revoke', '1').code, site.run('sessions', 'revoke', '1').stderr], [1, 'nextauth.fcgi: there is no session 1\n'])
    assert.deepEqual(json('sessions', 'revoke', '--user', 'ann@example.com'), { revoked: 2 })
    assert.deepEqual(json('sessions').map(({ id }) => id), ['4'])
    const { code, stderr } = commandLine({ session: { jwt: true } }).run('sessions')
    assert.equal(code, 1)
    assert.match(stderr, /sessions are JWTs here/)
  })

  it('gc deletes what has expired, in batches', { timeout }, () => {
    change(site.database, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25)
      INSERT INTO sessions (user_id, expires, session_token, access_token) SELECT 1, datetime('now', '-1 day'), 'x' || i, 'x' || i FROM n;
      INSERT INTO verification_requests (identifier, token, expires) VALUES ('a', 'a', datetime('now', '-1 day'))`)
    const expired = { sessions: 25, verificationRequests: 1, flows: 0, rateLimits: 0, documents: 0, total: 26 }
    assert.deepEqual(json('gc', '--dry-run'), expired)
    assert.deepEqual(json('gc', '--dry-run', '--batch', '10'), expired)
    assert.deepEqual(json('gc', '--batch', '10'), expired)
    assert.equal(site.run('gc').stdout, 'deleted 0 sessions, 0 links in mails, 0 sign-ins under way, 0 rate limits, 0 documents of providers\n')
    assert.deepEqual(json('sessions').map(({ id }) => id), ['4'])
  })

  it('gc makes no tables where it only looks', { timeout }, () => {
    const other = commandLine()
    const advice = 'nextauth.fcgi: the database is not up to date: `nextauth.fcgi migrate` first\n'
    const looked = () => { const { code, stdout, stderr } = other.run('gc', '--dry-run'); return [code, stdout, stderr] }
    assert.deepEqual(looked(), [1, '', advice])
    assert.ok(!readdirSync(other.folder).includes('auth.db'))
    other.shell('sqlite3 auth.db "CREATE TABLE settings (k text)"')
    assert.deepEqual(looked(), [1, '', advice])
    assert.equal(other.shell('sqlite3 auth.db .tables').stdout.trim(), 'settings')
  })
})

describe('the command routes', () => {
  it('lists what is answered, and nothing else', { timeout }, async () => {
    const site = commandLine({ providers: [github], secret: 'x' })
    const routes = site.run('routes', '--json').json()
    assert.ok(routes.length >= 13)
    const ask = async (method, route) => {
      const started = start('routes', executable, [], { env: { NEXTAUTH_CONFIG: site.file('nextauth.json'), ...variables('http://127.0.0.1:8000/api/auth', method, route) } })
      await started.exited
      return parse(Buffer.from(started.stdout))
    }
    const unknown = /This action with HTTP \w+ is not supported/
    for (const { method, path: full } of routes.filter(({ providers }) => !providers || providers.split(', ').includes('oauth'))) {
      const route = full.replace('/api/auth', '').replace(':provider', 'github')
      assert.doesNotMatch((await ask(method, route)).text, unknown, `${method} ${route}`)
    }
    const known = new Set(routes.map(({ method, path: full }) => `${method} ${full}`))
    for (const action of new Set(routes.map(({ path: full }) => full.split('/')[3])))
      for (const method of ['GET', 'POST'])
        // A POST without CSRF token is sent to its page, whatever it is for.
        if (!['signin', 'callback'].includes(action) && !known.has(`${method} /api/auth/${action}`)) assert.match((await ask(method, `/${action}`)).text, unknown, `${method} ${action}`)
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
    for (const full of known) assert.ok(readme.includes(full.split('/api/auth')[1]), `README: ${full}`)
    assert.ok(!known.has('GET /api/auth/authorize'))
    const guarded = commandLine({ providers: [github], secret: 'x', protect: [{ path: '/members', allow: 'signed-in' }] })
    assert.match(guarded.run('routes').stdout, /^GET {3}\/api\/auth\/authorize$/m)
    assert.match(site.run('routes').stdout, /^POST {2}\/api\/auth\/signin\/:provider +\(.*\) needs csrfToken$/m)
  })
})

describe('completion in bash', () => {
  const site = commandLine()
  /** What bash's own function offers behind these words. */
  const complete = (...words) => {
    const list = ['nextauth.fcgi', ...words].map((word) => `'${word}'`).join(' ')
    const { stdout, stderr } = site.shell(`eval "$(nextauth.fcgi completion)"; complete -p nextauth.fcgi >&2; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _nextauth_fcgi; printf '%s\\n' "\${COMPREPLY[@]}"`)
    assert.equal(stderr, 'complete -o default -F _nextauth_fcgi nextauth.fcgi\n')
    return stdout.split('\n').filter(Boolean)
  }

  it('is the file that make install installs', { timeout }, () => {
    assert.equal(site.run('completion').stdout, readFileSync(path.join(root, 'scripts/completion.bash'), 'utf8'))
  })

  it('offers commands, then their words and options', { timeout }, () => {
    assert.deepEqual(complete(''), site.run('help', '--json').json().map(({ name }) => name))
    assert.deepEqual(complete('se'), ['secret', 'sessions'])
    assert.deepEqual(complete('sessions', ''), ['list', 'revoke'])
    assert.deepEqual(complete('sessions', 're'), ['revoke'])
    assert.deepEqual(complete('sessions', 'revoke', '--u'), ['--user'])
    assert.deepEqual(complete('gc', '-'), ['--dry-run', '--batch', '--json', '--help'])
    assert.deepEqual(complete('help', 'vers'), ['version'])
    assert.deepEqual(complete('providers', 'auth0'), ['auth0'])
    assert.deepEqual(complete('import', 'use'), [], 'files are bash\'s own')
    assert.deepEqual(complete('nothing', ''), [])
  })
})
