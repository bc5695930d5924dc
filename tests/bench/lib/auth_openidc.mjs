// Apache with mod_auth_openidc, and somebody who has signed in there through a real OpenID provider.
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Browser } from '../../support/browser_jar.mjs'
import { startProvider } from '../../support/oidc_provider.mjs'
import { accepts, freePort, isRoot, serverUser, start, temporaryFolder, until } from '../../support/process.mjs'

const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'dir', 'auth_openidc']

/** `sessions`: where it keeps them, server-cache (its default) or client-cookie. Gives { port, cookie, stop }. */
export async function startAuthOpenidc(sessions) {
  const provider = await startProvider()
  const port = await freePort()
  const redirect = `http://127.0.0.1:${port}/protected/callback`
  provider.allow(redirect)
  const apache = start('bench-apache', 'apache2', ['-f', configuration(port, provider, redirect, sessions), '-DFOREGROUND'],
    { env: { PATH: `${process.env.PATH}:/usr/sbin` } })
  await until('Apache answers', () => accepts(port), { started: apache })
  const cookie = await signIn(`http://127.0.0.1:${port}/protected/`)
  await provider.stop()
  return { port, cookie, pid: apache.pid, stop: () => apache.stop() }
}

async function signIn(url) {
  // Whoever does not ask for HTML is refused, not sent to the provider.
  const browser = new Browser({ headers: { accept: 'text/html' } })
  const page = await browser.follow(await browser.get(url))
  const answer = await browser.follow(await browser.post(page.url, { person: 'ann' }))
  if (answer.status !== 200 || !answer.text.includes('Protected')) throw new Error(`mod_auth_openidc: ${answer.status} ${answer.text}`)
  return browser.cookieHeader(new URL(url))
}

function configuration(port, { issuer, clientId, clientSecret }, redirect, sessions) {
  const folder = temporaryFolder()
  const documents = path.join(folder, 'htdocs')
  mkdirSync(path.join(documents, 'protected'), { recursive: true })
  writeFileSync(path.join(documents, 'protected/index.html'), `Protected${'.'.repeat(120)}\n`)
  if (isRoot) chownSync(folder, serverUser.uid, serverUser.gid)
  const file = path.join(folder, 'apache2.conf')
  writeFileSync(file, `
ServerRoot ${folder}
ServerName 127.0.0.1
DefaultRuntimeDir ${folder}
PidFile ${folder}/apache2.pid
ErrorLog ${folder}/error.log
Listen 127.0.0.1:${port}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${isRoot ? `User ${serverUser.name}\nGroup ${serverUser.name}` : ''}
MaxKeepAliveRequests 0
DocumentRoot ${documents}
DirectoryIndex index.html
<Directory ${documents}>
  Require all granted
</Directory>
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${clientId}
OIDCClientSecret ${clientSecret}
OIDCProviderTokenEndpointAuth client_secret_post
OIDCScope "openid profile email"
OIDCRedirectURI ${redirect}
OIDCCryptoPassphrase 0123456789abcdef0123456789abcdef
OIDCSessionType ${sessions}
OIDCInfoHook userinfo
OIDCCookieSameSite On
<Location /protected/>
  AuthType openid-connect
  Require valid-user
</Location>
`)
  return file
}
