// A site with nextauth.fcgi, served by a real web server with the configuration files of scripts/servers/ as they are.
import { appendFileSync, chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { startNginx, startTlsProxy } from './nginx.mjs'
import { accepts, checkReports, executable, freePort, isRoot, plainExecutable, root, serverUser, start, temporaryFolder, until } from './process.mjs'

export const ways = [
  'lighttpd-fastcgi', 'lighttpd-socket', 'lighttpd-cgi',
  'apache-fcgid', 'apache-cgi', 'apache-proxy-fcgi', 'apache-htaccess', 'nginx', 'caddy'
]
const separate = ['lighttpd-socket', 'apache-proxy-fcgi', 'nginx', 'caddy']

const apacheModules = {
  'apache-fcgid': ['mpm_event', 'fcgid'],
  'apache-cgi': ['mpm_event', 'cgid'],
  'apache-proxy-fcgi': ['mpm_event', 'proxy', 'proxy_fcgi'],
  'apache-htaccess': ['mpm_event', 'fcgid', 'rewrite']
}

/** A test signs in more often than a person would; one that is about the limits configures its own. */
const unlimited = { address: null, account: null, recipient: null }

let count = 0

/**
 * A folder as a site's owner would have it: the executable, its configuration, documents.
 * The executable is a copy, as the server user may not be able to reach the build folder.
 */
export function layOut({ name = 'site', config, beside = false, umask, below } = {}) {
  const folder = temporaryFolder(below)
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

/** From now on the site runs the ordinary build. */
export function usePlainBuild(site) {
  copyFileSync(plainExecutable, site.program)
}

export function writeConfig(site, config) {
  writeFileSync(site.configFile, JSON.stringify({ ...config, rateLimits: config.rateLimits ?? unlimited }, null, 2), { mode: 0o600 })
  const { uid, gid } = site.owner ?? serverUser
  if (isRoot) chownSync(site.configFile, uid, gid)
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
 * `responder` starts what listens at the socket, `below`: the folder that the site's own is made in.
 * `tls`, { key, cert }: a proxy in front of it all that speaks https.
 * `modules` of Apache instead of the usual ones, `apache(site)`, `lighttpd(site)`, `nginx(site)`: more of their configuration.
 */
export async function startSite(way, {
  path: basePath = '/api/auth', configure, env = {}, host = '127.0.0.1', tls, below, responder = spawnProgram,
  prepare = way === 'apache-htaccess' ? moveIntoDocuments : () => {}, modules = apacheModules[way], apache = () => '', lighttpd = () => '', nginx = () => ''
} = {}) {
  const site = layOut({ name: way, beside: way.endsWith('-cgi'), below })
  prepare(site)
  const port = await freePort()
  const front = tls ? await freePort() : port
  site.way = way
  site.path = basePath
  site.origin = `${tls ? 'https' : 'http'}://${host}:${front}`
  site.url = site.origin + basePath
  writeConfig(site, configure(site))
  if (separate.includes(way)) site.responder = await responder(site, { env })
  if (way.startsWith('lighttpd')) site.server = await startLighttpd(site, port, { env, more: lighttpd(site) })
  if (way.startsWith('apache')) site.server = await startApache(site, port, { env, modules, more: apache(site) })
  if (way === 'nginx') site.server = await startNginx(site, port, nginx(site))
  if (way === 'caddy') site.server = await startCaddy(site, port)
  if (tls) site.proxy = await startTlsProxy(site, { port: front, to: port, ...tls })
  site.log = () => withoutRequests([site.server, site.responder].filter(Boolean).map((one) => one.output()).join('') + read(site.errorLog))
  /** The log has a line like this, which may come a moment after the answer that it is about. */
  site.says = (line) => until(`the log says ${line}`, () => line.test(site.log()), { seconds: 5 })
  site.stop = async () => {
    await site.proxy?.stop()
    const result = await site.server.stop()
    await site.responder?.stop()
    if (site.errorLog) appendFileSync(path.join(root, 'build/test-logs', `${site.name}.log`), read(site.errorLog))
    checkReports(site.name, read(site.errorLog))
    return result
  }
  return site
}

/** nginx adds the request's line, with an authorization code in it, to what a program says; as access logs have it. */
function withoutRequests(log) {
  return log.replace(/^(.* FastCGI sent in stderr: .*?), client: .*$/gm, '$1')
}

function read(file) {
  return file && existsSync(file) ? readFileSync(file, 'utf8') : ''
}

async function startLighttpd(site, port, { env, more }) {
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
${more}
`)
  const lighttpd = start(site.name, 'lighttpd', ['-D', '-f', file], { env: { ...env, PATH: `${process.env.PATH}:/usr/sbin` } })
  await until('lighttpd answers', () => accepts(port), { started: lighttpd })
  return lighttpd
}

async function startApache(site, port, { env, modules, more }) {
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
${['authz_core', 'alias', 'dir', 'env', ...modules].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${isRoot ? `User ${serverUser.name}\nGroup ${serverUser.name}` : ''}
${modules.includes('suexec') ? '' : '# Where it is installed, mod_fcgid would refuse to be started by anybody but root.\nSuexec Off'}
StartServers 1
MaxRequestWorkers 32
<IfModule !mpm_prefork_module>
  ThreadsPerChild 16
</IfModule>
DocumentRoot ${site.documents}
DirectoryIndex index.html
<Directory />
  Require all denied
</Directory>
<Directory ${site.documents}>
  Require all granted
  AllowOverride FileInfo AuthConfig Options=ExecCGI
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
${site.way === 'apache-htaccess' ? '' : `Include ${root}/scripts/servers/${site.way}.conf`}
${more}
`)
  const apache = start(site.name, 'apache2', ['-f', file, '-DFOREGROUND'], { env: { ...env, PATH: `${process.env.PATH}:/usr/sbin` } })
  await until('Apache answers', () => accepts(port), { started: apache })
  return apache
}

/** As on shared hosting: executable, configuration and database in the site's folder, with an .htaccess. */
export function moveIntoDocuments(site, folder = site.documents) {
  renameSync(site.program, path.join(folder, 'nextauth.fcgi'))
  copyFileSync(path.join(root, 'scripts/servers/apache-htaccess.conf'), path.join(folder, '.htaccess'))
  site.program = path.join(folder, 'nextauth.fcgi')
  site.configFile = path.join(folder, '.htnextauth.json')
  site.database = path.join(folder, '.htauth.db')
  if (isRoot) chownSync(folder, serverUser.uid, serverUser.gid)
}

async function startCaddy(site, port) {
  const file = path.join(site.folder, 'Caddyfile')
  writeFileSync(file, `
{
  admin off
  auto_https off
  storage file_system ${site.folder}/caddy
}
http://127.0.0.1:${port} {
  root * ${site.documents}
  import ${root}/scripts/servers/caddy.conf
  file_server
}
`)
  const env = { NEXTAUTH_SOCKET: site.socket, NEXTAUTH_PATH: site.path, XDG_CONFIG_HOME: site.folder }
  const caddy = start(`${site.name}-caddy`, 'caddy', ['run', '--adapter', 'caddyfile', '--config', file], { env })
  await until('Caddy answers', () => accepts(port), { started: caddy })
  return caddy
}
