// Sign-ins straight at the socket of nextauth.fcgi, with a provider on loopback.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fastcgi } from '../../support/fastcgi.mjs'
import { temporaryFolder } from '../../support/process.mjs'
import { answerTo, startStub } from '../../support/stub_provider.mjs'
import { url } from './world.mjs'

/** A provider that speaks TLS, and the certificate to be trusted. */
export async function startTlsProvider() {
  const folder = temporaryFolder()
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'pipe' })
  const stub = await startStub({ tls: { key: readFileSync(key), cert: readFileSync(cert) } })
  return { ...stub, certificate: cert }
}

/** Somebody with a CSRF cookie, who can sign in again and again. */
export async function newVisitor(socket) {
  const csrf = await fastcgi(socket, url, 'GET', '/csrf')
  const jar = new Map()
  const keep = (answer) => {
    for (const line of answer.setCookies) jar.set(...line.split(';')[0].split(/=(.*)/s, 2))
    return answer
  }
  const headers = () => ({ Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') })
  keep(csrf)
  const body = new URLSearchParams({ csrfToken: csrf.json().csrfToken }).toString()
  return {
    /** The first of two requests; gives the query of the second. */
    async begin() {
      const started = keep(await fastcgi(socket, url, 'POST', '/signin/stub', { body, headers: headers() }))
      if (started.status !== 302) throw new Error(`the sign-in does not begin: ${started.status} ${started.text} ${started.stderr}`)
      return new URL(answerTo(started.location)).search.slice(1)
    },
    async finish(query) {
      const answer = keep(await fastcgi(socket, url, 'GET', '/callback/stub', { query, headers: headers() }))
      if (answer.status !== 302 || answer.location.includes('error=')) throw new Error(`the sign-in failed: ${answer.location} ${answer.stderr}`)
    }
  }
}
