// next-auth's clients with passwords and with links in mails: signIn answers instead of leaving when redirect is false.
import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { launchChromium } from '../support/chromium.mjs'
import { linkOf, startMailServer } from '../support/mail_server.mjs'
import { startProvider } from '../support/oidc_provider.mjs'
import { temporaryFolder } from '../support/process.mjs'
import { newVisitor, startClientSite } from './client_site.mjs'

const timeout = 60000

/** A program that knows one person: the fields on standard input, the user on standard output. */
function checkingProgram() {
  const file = path.join(temporaryFolder(), 'check')
  writeFileSync(file, `#!/bin/sh
read -r fields
case $fields in
  *'"username":"ann"'*'"password":"right"'*|*'"password":"right"'*'"username":"ann"'*)
    echo '{"id":"7","name":"Ann Example","email":"ann@example.com"}' ;;
  *) exit 1 ;;
esac
`)
  chmodSync(file, 0o755)
  return file
}

describe('passwords and mail', () => {
  let browser
  let provider
  let mail
  let site
  let tokens
  before(async () => {
    provider = await startProvider()
    mail = await startMailServer()
    const credentials = {
      id: 'credentials', name: 'Password', type: 'credentials', authorize: { command: checkingProgram() },
      credentials: { username: { label: 'Username', type: 'text' }, password: { label: 'Password', type: 'password' } }
    }
    const email = { id: 'email', server: `smtp://127.0.0.1:${mail.port}`, from: 'no-reply@example.com' }
    site = await startClientSite(provider, { providers: [email, credentials] })
    tokens = await startClientSite(provider, {
      providers: [credentials], config: { database: null, secret: 'a secret of a site without a database' }
    })
    browser = await launchChromium()
  }, { timeout })
  after(async () => {
    await browser?.close()
    await Promise.all([site, tokens].map((one) => one?.stop()))
    await mail?.stop()
    await provider?.stop()
  })

  const call = ({ page }, ...args) => page.evaluate((given) => window.client.signIn(...given), args)
  const right = { username: 'ann', password: 'right' }
  const wrong = { username: 'ann', password: 'wrong' }

  for (const name of ['next-auth-3', 'next-auth-4']) {
    const home = `/${name}.html`
    const visit = (t, { at = site, url = home } = {}) => newVisitor(t, browser, at, url)

    describe(name, () => {
      it('has all three kinds of providers', { timeout }, async (t) => {
        const { page } = await visit(t)
        const providers = await page.evaluate(() => window.client.getProviders())
        assert.deepEqual(Object.values(providers).map(({ id, type }) => [id, type]), [['demo', 'oauth'], ['email', 'email'], ['credentials', 'credentials']])
        assert.equal(providers.credentials.callbackUrl, `${site.url}/callback/credentials`)
      })

      for (const [kind, at] of Object.entries({ 'in the database': () => site, 'in tokens': () => tokens })) {
        it(`signs in by password on the page itself, with sessions ${kind}`, { timeout }, async (t) => {
          const tab = await visit(t, { at: at() })
          await tab.page.evaluate(() => { window.sameDocument = true })
          const url = at().origin + home
          assert.deepEqual(await call(tab, 'credentials', { ...right, redirect: false }), { error: null, status: 200, ok: true, url })
          await tab.greets('Ann Example')
          assert.equal(await tab.page.evaluate(() => window.sameDocument), true)
          assert.equal((await tab.session()).user.email, 'ann@example.com')
          await tab.signOut()
          assert.equal(await tab.session(), null)
        })
      }

      it('is told of a wrong password on the page itself', { timeout }, async (t) => {
        const tab = await visit(t)
        assert.deepEqual(await call(tab, 'credentials', { ...wrong, redirect: false }), { error: 'CredentialsSignin', status: 401, ok: false, url: null })
        assert.equal(await tab.session(), null)
      })

      it('goes to callbackUrl with the right password, to the sign-in page with a wrong one', { timeout }, async (t) => {
        const tab = await visit(t)
        await call(tab, 'credentials', { ...wrong, callbackUrl: `${site.origin}${home}?there` })
        await tab.page.waitForURL((url) => url.pathname === '/api/auth/signin' && url.searchParams.get('error') === 'CredentialsSignin')
        await tab.goto(home)
        await tab.greets('stranger')
        await call(tab, 'credentials', { ...right, callbackUrl: `${site.origin}${home}?there` })
        await tab.greets('Ann Example')
        assert.equal(tab.page.url(), `${site.origin}${home}?there`)
      })

      it('asks for a mail on the page itself; its link signs in', { timeout }, async (t) => {
        const tab = await visit(t)
        const email = `ann@${name}.example`
        const answer = await call(tab, 'email', { email, redirect: false, callbackUrl: `${site.origin}${home}?mailed` })
        assert.deepEqual(answer, { error: null, status: 200, ok: true, url: `${site.url}/verify-request?provider=email&type=email` })
        const link = linkOf(await mail.next())
        assert.equal(await tab.session(), null)
        await tab.goto(link)
        await tab.page.getByRole('button').first().click()
        await tab.page.getByText(`Signed in as ${email}`).waitFor()
        assert.equal(tab.page.url(), `${site.origin}${home}?mailed`)
      })

      it('leads to the page that says that a mail is on its way', { timeout }, async (t) => {
        const tab = await visit(t)
        await call(tab, 'email', { email: `ben@${name}.example` })
        await tab.page.waitForURL(`${site.url}/verify-request?provider=email&type=email`)
        assert.deepEqual((await mail.next()).to, [`ben@${name}.example`])
      })

      it('is told of an address that is none', { timeout }, async (t) => {
        const tab = await visit(t)
        const { error, url } = await call(tab, 'email', { email: 'nobody', redirect: false })
        assert.deepEqual({ error, url }, { error: 'EmailSignin', url: null })
        assert.equal(mail.mails.some(({ to }) => to.includes('nobody')), false)
      })
    })
  }
})
