// nginx and lighttpd before several backends at once, each at a port of its own, and wrk as the visitors.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { accepts, freePort, isRoot, serverUser, start, temporaryFolder, until } from '../../support/process.mjs'

const run = promisify(execFile)

/** `backends`: [{ socket } or { sockets } of FastCGI, or { port, kept } of HTTP]. Gives { ports, stop }, ports in their order. */
export async function startNginx(backends) {
  const folder = temporaryFolder()
  const file = path.join(folder, 'nginx.conf')
  const ports = []
  for (const _ of backends) ports.push(await freePort())
  writeFileSync(file, `
daemon off;
pid ${folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
${isRoot ? `user ${serverUser.name};` : ''}
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000;
  ${backends.map(nginxBackend(ports)).join('\n')}
}
`)
  const nginx = start('bench-nginx', 'nginx', ['-c', file, '-p', folder], { env: { PATH: `${process.env.PATH}:/usr/sbin` } })
  await until('nginx listens', () => accepts(ports[0]), { started: nginx })
  return { ports, stop: () => nginx.stop() }
}

/** By a connection a request, as nginx does it unless told otherwise; to HTTP by `kept` ones where asked for. */
function nginxBackend(ports) {
  return ({ sockets, socket, port, kept }, number) => {
    const keep = kept ? 'proxy_http_version 1.1; proxy_set_header Connection "";' : ''
    const pass = port
      ? `proxy_pass http://backend${number}; proxy_set_header Host $http_host; ${keep}`
      : `include /etc/nginx/fastcgi_params; fastcgi_pass backend${number};`
    const addresses = port ? [`127.0.0.1:${port}`] : (sockets ?? [socket]).map((one) => (one.startsWith('/') ? `unix:${one}` : one))
    return `upstream backend${number} { ${addresses.map((one) => `server ${one};`).join(' ')} ${kept ? 'keepalive 32;' : ''} }
  server { listen 127.0.0.1:${ports[number]}; location / { ${pass} } }`
  }
}

/** As startNginx, for sockets of FastCGI. */
export async function startLighttpd(backends) {
  const folder = temporaryFolder()
  const file = path.join(folder, 'lighttpd.conf')
  const ports = []
  for (const _ of backends) ports.push(await freePort())
  writeFileSync(file, `
server.modules = ( "mod_fastcgi" )
server.document-root = "${folder}"
server.upload-dirs = ( "${folder}" )
server.bind = "127.0.0.1"
server.port = ${ports[0]}
server.max-keep-alive-requests = 1000000
${isRoot ? `server.username = "${serverUser.name}"\nserver.groupname = "${serverUser.name}"` : ''}
${backends.map(({ socket }, number) => `
$SERVER["socket"] == "127.0.0.1:${ports[number]}" {
  fastcgi.server = ( "/api/auth" => (( "socket" => "${socket}", "check-local" => "disable" )) )
}`).join('')}
`)
  const lighttpd = start('bench-lighttpd', 'lighttpd', ['-D', '-f', file], { env: { PATH: `${process.env.PATH}:/usr/sbin` } })
  await until('lighttpd listens', () => accepts(ports.at(-1)), { started: lighttpd })
  return { ports, stop: () => lighttpd.stop() }
}

/** Throws unless a visitor gets what was expected. */
export async function check(name, url, headers, expected) {
  const answer = await fetch(url, { headers, redirect: 'manual' })
  const text = await answer.text()
  if (answer.status !== 200 || !text.includes(expected)) throw new Error(`${name} answered ${answer.status}: ${text.slice(0, 300)}`)
}

/**
 * Requests a second that wrk gets answered over `connections`; throws if one failed. `closes`: the server closes a
 * connection now and then, as Apache does after 100 requests, which wrk may notice as a failed read.
 */
export async function wrk(url, headers, { seconds, connections = 16, closes = false }) {
  const head = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', ...head, url]
  const { stdout } = await run('wrk', args, { timeout: (seconds + 30) * 1000 })
  const failures = (closes ? /Non-2xx.*/ : /Non-2xx.*|Socket errors.*/).exec(stdout)
  const perSecond = Number(/Requests\/sec:\s*([\d.]+)/.exec(stdout)?.[1])
  if (failures || !perSecond) throw new Error(`wrk at ${url}: ${failures?.[0] ?? stdout}`)
  return { perSecond, requests: Number(/(\d+) requests in/.exec(stdout)[1]) }
}
