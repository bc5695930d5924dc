// A real SMTP server, nodemailer's, that keeps what it is given; certificates of a test's own authority.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { freePort, temporaryFolder, until } from './process.mjs'

const servers = new Set()
process.once('exit', () => servers.forEach((server) => server.close()))

/** An authority and a server's key for localhost, 127.0.0.1 and `names`: { authority (file), key, cert (texts) }. */
export function makeCertificates(names = []) {
  const folder = temporaryFolder()
  const file = (name) => path.join(folder, name)
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', file('ca.key'), '-out', file('ca.pem'), '-days', '2', '-subj', '/CN=Test authority')
  openssl('req', ...key, '-keyout', file('key.pem'), '-out', file('request.pem'), '-subj', '/CN=localhost')
  writeFileSync(file('names'), `subjectAltName=${['localhost', 'mail.localhost', ...names].map((name) => `DNS:${name}`).join()},IP:127.0.0.1\n`)
  openssl('x509', '-req', '-in', file('request.pem'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial',
    '-days', '2', '-extfile', file('names'), '-out', file('cert.pem'))
  return { authority: file('ca.pem'), key: readFileSync(file('key.pem'), 'utf8'), cert: readFileSync(file('cert.pem'), 'utf8') }
}

/**
 * Starts a server on 127.0.0.1. `certificates`: it can TLS, by STARTTLS unless `secure`. `login`: { user, password } it asks for.
 * `methods`: how one may log in. `refuse(address)`: a recipient it does not take.
 * `mails` holds { from, to, secure, user, raw, parsed }, `logins` every attempt; `next()` waits for the next mail.
 */
export async function startMailServer({ certificates, secure = false, login, methods = ['PLAIN', 'LOGIN'], refuse = () => false } = {}) {
  const port = await freePort()
  const mails = []
  const logins = []
  let taken = 0
  const server = new SMTPServer({
    secure,
    ...(certificates && { key: certificates.key, cert: certificates.cert }),
    disabledCommands: [...(certificates && !secure ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
    authMethods: methods,
    allowInsecureAuth: true,
    authOptional: !login,
    disableReverseLookup: true,
    logger: false,
    onAuth({ method, username, password, validatePassword }, session, done) {
      logins.push({ method, username, password, secure: session.secure })
      // By CRAM-MD5 the password itself does not come.
      const good = username === login.user && (validatePassword ? validatePassword(login.password) : password === login.password)
      done(good ? null : new Error('Invalid username or password'), good ? { user: username } : undefined)
    },
    onRcptTo({ address }, session, done) {
      done(refuse(address) ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : undefined)
    },
    onData(stream, session, done) {
      const chunks = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.once('end', async () => {
        const raw = Buffer.concat(chunks).toString('latin1')
        mails.push({
          from: session.envelope.mailFrom.address,
          to: session.envelope.rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: session.user,
          raw,
          parsed: await simpleParser(Buffer.concat(chunks))
        })
        done()
      })
    }
  })
  // A client that breaks off is part of the tests.
  server.on('error', () => {})
  await new Promise((resolve, reject) => server.listen(port, '127.0.0.1', (error) => (error ? reject(error) : resolve())))
  servers.add(server)
  return {
    port,
    mails,
    logins,
    async next() {
      await until('a mail', () => mails.length > taken)
      return mails[taken++]
    },
    stop: () => new Promise((resolve) => { servers.delete(server); server.close(resolve) })
  }
}

/** The link of a mail, out of its text. */
export function linkOf(mail) {
  return /^https?:\S+$/m.exec(mail.parsed.text)[0]
}
