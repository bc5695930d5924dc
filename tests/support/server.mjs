// A site with nextauth.fcgi, served by a real lighttpd or Apache with the configuration files of scripts/servers/ as they are.
import { appendFileSync, chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { accepts, executable, freePort, isRoot, root, serverUser, start, temporaryFolder, until } from './process.mjs'

export const ways = ['lighttpd-fastcgi', 'lighttpd-socket', 'lighttpd-cgi', 'apache-fcgid', 'apache-cgi', 'apache-proxy-fcgi']

const apacheModules = {
  'apache-fcgid': ['fcgid'],
  'apache-cgi': ['cgid'],
  'apache-proxy-fcgi': ['proxy', 'proxy_fcgi']
}

/** A test signs in more often than a person would; one that is about the limits configures its own. */
const unlimited = { address: null, account: null, recipient: null }

let count = 0

/**
 * A folder as a site's owner would have it: the executable, its configuration, documents.
 * The executable is a copy, as the server user may not be able to reach the build folder.
 */
export function layOut({ name = 'site', config, beside = false, umask } = {}) {
  const folder = temporaryFolder()
  const site = {
    name: `${name}-${process.pid}-${++count}`,
    folder,
    program: path.join(folder, 'nextauth.fcgi'),
    configFile: path.join(folder, beside ? '.htnextauth.json' : 'nextauth.json'),
    socket: path.join(folder, 'nextauth.sock'),
    database: path.join(folder, 'auth.db'),
    documents: path.join(folder, 'htdocs'),
    umask
  }
  copyFileSync(executable, site.program)
  chmodSync(site.program, 0o755)
  mkdirSync(site.documents)
  writeFileSync(path.join(site.documents, 'index.html'), '<!doctype html><title>Home</title><h1>Home</h1>\n')
  if (config) writeConfig(site, config)
  return site
}

export function writeConfig(site, config) {
  writeFileSync(site.configFile, JSON.stringify({ ...config, rateLimits: config.rateLimits ?? unlimited }, null, 2), { mode: 0o600 })
  if (isRoot) chownSync(site.configFile, serverUser.uid, serverUser.gid)
}

/** nextauth.fcgi behind a unix socket, as spawn-fcgi starts it. `before` is shell run in its process first (ulimit, umask, trap). */
export async function spawnProgram(site, { env = {}, before = '' } = {}) {
  const user = isRoot ? `-u ${serverUser.name} -U ${serverUser.name}` : ''
  const program = start(`${site.name}-program`, '/bin/bash', ['-c',
    `${before}\nexec spawn-fcgi -n -s "$SOCKET" -M 0600 ${user} -- "$PROGRAM"`
  ], { cwd: site.folder, env: { NEXTAUTH_CONFIG: site.configFile, SOCKET: site.socket, PROGRAM: site.program, ...env } })
  await until('nextauth.fcgi listens', () => accepts(site.socket), { started: program })
  return program
}

/**
 * The whole thing. `configure(site)` gives the configuration, knowing `site.url` and `site.origin`.
 * `path` is where the routes are in the public URL, `env` the server's environment. `prepare(site)` may change what was laid out.
 */
export async function startSite(way, { path: basePath = '/api/auth', configure, env = {}, host = '127.0.0.1', prepare = () => {} } = {}) {
  const site = layOut({ name: way, beside: way.endsWith('-cgi') })
  prepare(site)
  const port = await freePort()
  site.way = way
  site.path = basePath
  site.origin = `http://${host}:${port}`
  site.url = site.origin + basePath
  writeConfig(site, configure(site))
  if (way === 'lighttpd-socket' || way === 'apache-proxy-fcgi') site.responder = await spawnProgram(site, { env })
  site.server = await (way.startsWith('lighttpd') ? startLighttpd : startApache)(site, port, env)
  site.log = () => [site.server, site.responder].filter(Boolean).map((one) => one.output()).join('') + read(site.errorLog)
  /** The log has a line like this, which may come a moment after the answer that it is about. */
  site.says = (line) => until(`the log says ${line}`, () => line.test(site.log()), { seconds: 5 })
  site.stop = async () => {
    const result = await site.server.stop()
    await site.responder?.stop()
    if (site.errorLog) appendFileSync(path.join(root, 'build/test-logs', `${site.name}.log`), read(site.errorLog))
    return result
  }
  return site
}

function read(file) {
  return file && existsSync(file) ? readFileSync(file, 'utf8') : ''
}

async function startLighttpd(site, port, env) {
  const file = path.join(site.folder, 'lighttpd.conf')
  writeFileSync(file, `
server.document-root = "${site.documents}"
server.bind = "127.0.0.1"
server.port = ${port}
server.upload-dirs = ( "${site.folder}" )
index-file.names = ( "index.html" )
mimetype.assign = ( ".html" => "text/html; charset=utf-8", ".js" => "text/javascript; charset=utf-8" )
${isRoot ? `server.username = "${serverUser.name}"\nserver.groupname = "${serverUser.name}"` : ''}
var.nextauth = "${site.program}"
var.nextauth_config = "${site.configFile}"
var.nextauth_socket = "${site.socket}"
var.nextauth_path = "${site.path}"
include "${root}/scripts/servers/${site.way}.conf"
`)
  const lighttpd = start(site.name, 'lighttpd', ['-D', '-f', file], { env: { ...env, PATH: `${process.env.PATH}:/usr/sbin` } })
  await until('lighttpd answers', () => accepts(port), { started: lighttpd })
  return lighttpd
}

async function startApache(site, port, env) {
  const modules = ['mpm_event', 'authz_core', 'alias', 'dir', 'env', ...apacheModules[site.way]]
  const file = path.join(site.folder, 'apache2.conf')
  const run = path.join(site.folder, 'run')
  mkdirSync(run)
  if (isRoot) chownSync(run, serverUser.uid, serverUser.gid)
  site.errorLog = path.join(site.folder, 'error.log')
  writeFileSync(file, `
ServerRoot ${site.folder}
ServerName 127.0.0.1
DefaultRuntimeDir ${run}
PidFile ${run}/apache2.pid
ErrorLog ${site.errorLog}
Listen 127.0.0.1:${port}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${isRoot ? `User ${serverUser.name}\nGroup ${serverUser.name}` : ''}
StartServers 1
ThreadsPerChild 16
MaxRequestWorkers 32
DocumentRoot ${site.documents}
DirectoryIndex index.html
<Directory />
  Require all denied
</Directory>
<Directory ${site.documents}>
  Require all granted
</Directory>
<IfModule mod_fcgid.c>
  FcgidIPCDir ${run}/fcgid
  FcgidProcessTableFile ${run}/fcgid_shm
</IfModule>
<IfModule mod_cgid.c>
  ScriptSock ${run}/cgid.sock
</IfModule>
Define NEXTAUTH ${site.program}
Define NEXTAUTH_CONFIG ${site.configFile}
Define NEXTAUTH_SOCKET ${site.socket}
Define NEXTAUTH_PATH ${site.path}
Include ${root}/scripts/servers/${site.way}.conf
`)
  const apache = start(site.name, 'apache2', ['-f', file, '-DFOREGROUND'], { env: { ...env, PATH: `${process.env.PATH}:/usr/sbin` } })
  await until('Apache answers', () => accepts(port), { started: apache })
  return apache
}
