// nextauth.fcgi as a command, beside a configuration in a folder of its own.
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { executable, isRoot, serverUser, slowness, temporaryFolder } from './process.mjs'

/** Changes a database behind the program's back. */
export const change = (database, statements) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', database, statements])

/**
 * A folder with a configuration, and `run(...)` in it: { code, stdout, stderr, json() }.
 * The command runs as the server's user, as on a host where people have one account.
 */
export function commandLine(config = {}, { mode = 0o600 } = {}) {
  const folder = temporaryFolder()
  const file = (name) => path.join(folder, name)
  const user = isRoot ? { uid: serverUser.uid, gid: serverUser.gid } : {}
  const options = (env = {}) => ({
    cwd: folder, encoding: 'utf8', timeout: 60000 * slowness, ...user,
    env: { PATH: `${path.dirname(executable)}:${process.env.PATH}`, HOME: folder, LANG: 'C.UTF-8', NEXTAUTH_CONFIG: file('nextauth.json'), ...env }
  })
  const shell = (line, { env, input } = {}) => {
    const { status, stdout, stderr, error } = spawnSync('bash', ['-c', line], { input: input ?? '', ...options(env) })
    if (error) throw error
    return { code: status, stdout, stderr, json: () => JSON.parse(stdout) }
  }
  const site = {
    folder,
    file,
    database: file('auth.db'),
    write(name, text, bits = 0o600) {
      writeFileSync(file(name), text)
      chmodSync(file(name), bits)
      if (isRoot) spawnSync('chown', [`${serverUser.uid}:${serverUser.gid}`, file(name)])
    },
    shell,
    /** The same without stopping this process, where it has servers that the command asks. */
    shellMeanwhile: (line) => new Promise((resolve) => {
      execFile('bash', ['-c', line], options(), (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }))
    }),
    run: (...words) => shell(['nextauth.fcgi', ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' '))
  }
  site.write('nextauth.json', JSON.stringify({ url: 'http://127.0.0.1:8000/api/auth', providers: [], ...config }, null, 2), mode)
  return site
}
