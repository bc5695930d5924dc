// A site whose people sign in by a link in a mail, and the mail server that it sends by.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { linkOf, startMailServer } from './mail_server.mjs'
import { startSite } from './server.mjs'
import { forms, Visitor } from './visitor.mjs'

const secret = 'the secret of this journey'

/** What the database keeps of a token. */
export const storedAs = (token) => createHash('sha256').update(token + secret).digest('hex')

/** The site at `site`, its mail server at `server`, and what its people do. */
export async function startMailSite() {
  const server = await startMailServer()
  const smtp = `smtp://127.0.0.1:${server.port}`
  const site = await startSite('lighttpd-fastcgi', {
    configure: ({ url }) => ({
      url,
      secret,
      database: 'sqlite:auth.db',
      pages: { newUser: '/welcome' },
      providers: [
        { id: 'email', server: smtp, from: 'Bücher & Co. <No-Reply@Bücher.example>' },
        { id: 'at-once', type: 'email', name: 'Letter', server: smtp, from: 'no-reply@example.com', confirm: false, maxAge: 600 }
      ]
    })
  })
  const mailSite = {
    server,
    site,
    tokens: [], // of the links that were sent
    error: (code) => `${site.url}/error?error=${code}`,
    write: (statement) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', site.database, statement]),
    request: async (visitor, email, { provider = 'email', ...form } = {}, headers = {}) =>
      visitor.post(`${site.url}/signin/${provider}`, { csrfToken: await visitor.csrf(), email, ...form }, { headers }),

    /** Asks for a link and gives it: out of the mail, as people get it. */
    async ask(email, options, headers) {
      const answer = await mailSite.request(new Visitor(site), email, options, headers)
      const sent = `${site.url}/verify-request?provider=${options?.provider ?? 'email'}&type=email`
      if (answer.location !== sent) throw new Error(`${answer.status} ${answer.location}`)
      const mail = await server.next()
      const link = linkOf(mail)
      mailSite.tokens.push(new URL(link).searchParams.get('token'))
      return { mail, link }
    },

    /** Opens the link and gives the form of its page. */
    open: async (visitor, link) => forms((await visitor.get(link)).text)[0],

    press: (visitor, form) => visitor.post(new URL(form.action, site.url).href, form.fields),

    async signIn(visitor, email) {
      const { link } = await mailSite.ask(email)
      return mailSite.press(visitor, await mailSite.open(visitor, link))
    },

    async stop() {
      await site.stop()
      await server.stop()
    }
  }
  return mailSite
}
