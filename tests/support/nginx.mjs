// nginx, with scripts/servers/nginx.conf or as a proxy that speaks TLS.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { accepts, isRoot, root, serverUser, start, until } from './process.mjs'

/** `more`: further lines of its server. */
export async function startNginx(site, port, more) {
  // "include fastcgi_params" looks beside the configuration.
  symlinkSync('/etc/nginx/fastcgi_params', path.join(site.folder, 'fastcgi_params'))
  return run(site, 'nginx', port, `
  upstream nextauth { server unix:${site.socket}; }
  server {
    listen 127.0.0.1:${port};
    root ${site.documents};
    include ${root}/scripts/servers/nginx.conf;
    ${more}
  }`)
}

/** https at `port`, in front of the http server at port `to`. */
export async function startTlsProxy(site, { port, to, key, cert }) {
  const file = (name) => path.join(site.folder, name)
  writeFileSync(file('tls.key'), key, { mode: 0o600 })
  writeFileSync(file('tls.pem'), cert)
  return run(site, 'tls', port, `
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${file('tls.pem')};
    ssl_certificate_key ${file('tls.key')};
    location / { proxy_pass http://127.0.0.1:${to}; }
  }`)
}

async function run(site, name, port, servers) {
  const file = path.join(site.folder, `${name}.conf`)
  const folder = path.join(site.folder, name)
  mkdirSync(folder)
  writeFileSync(file, `
${isRoot ? `user ${serverUser.name};` : ''}
daemon off;
pid ${folder}/pid;
error_log stderr;
worker_processes 2;
events { }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  types { text/html html; }
  ${servers}
}
`)
  const nginx = start(`${site.name}-${name}`, 'nginx', ['-c', file, '-e', 'stderr'], { env: { PATH: `${process.env.PATH}:/usr/sbin` } })
  await until('nginx answers', () => accepts(port), { started: nginx })
  return nginx
}
