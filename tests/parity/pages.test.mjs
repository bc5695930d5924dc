// What programs hold on to in the built-in pages, end-to-end suites written for v3 say: forms, fields, ids, labels, sentences.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startStub } from '../support/stub_provider.mjs'
import { csrfCookie, sides, startBoth } from './both.mjs'
import { reason } from './differences.mjs'

const cookies = { 'next-auth.csrf-token': csrfCookie, 'next-auth.callback-url': 'http://localhost:3000/x?a=1&b=2' }
const fields = {
  username: { label: 'User & <name>', type: 'text', placeholder: '"jsmith"', value: 'ann' }, password: { label: 'Password', type: 'password' },
  pin: { type: 'number' }, bare: {}, empty: { label: '', placeholder: '', value: '' }
}

/** [tag, { attribute: value }, the text after it] of each of these tags, in order. */
function tags(html, ...names) {
  const text = (escaped) => escaped.replace(/&(lt|gt|quot|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name]).trim()
  const body = html.replace(/<style.*?<\/style>/gs, '')
  return [...body.matchAll(new RegExp(`<(${names.join('|')})\\b([^>]*)>([^<]*)`, 'g'))].map(([, tag, inside, after]) => {
    const attributes = [...inside.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name, value = '']) => [name, text(value)])
    return [tag, Object.fromEntries(attributes), text(after)]
  })
}

const controls = (html) => tags(html, 'form', 'input', 'label', 'button').map(([tag, { action, method, type, name, id, value = '', placeholder, for: target }, text]) =>
  [tag, { action, method, type, name, id, value, placeholder, for: target }, text])

describe('the pages', () => {
  let stub
  let sites
  before(async () => {
    stub = await startStub()
    const email = { id: 'email', name: 'Email', type: 'email', server: 'sendmail:/bin/true', from: 'no-reply@example.com' }
    const password = { id: 'password', name: 'Pass & word', type: 'credentials', credentials: fields, authorize: { command: '/bin/false' } }
    const providers = [stub.plainEntry({ name: 'Stub & <Co>' }), stub.plainEntry({ id: 'two' }), email, { ...email, id: 'magic', name: 'Magic' }, password]
    sites = await startBoth(Object.fromEntries(['auto', 'dark', 'light'].map((theme) => [theme, { database: true, providers, theme }])))
  })
  after(async () => {
    await sites?.stop()
    await stub?.stop()
  })

  async function both(theme, route, query) {
    const [ours, v3] = await Promise.all(sides.map((side) => sites[theme].send(side, 'GET', route, { cookies, query })))
    return { ours: ours.text, v3: v3.text }
  }

  for (const [route, query] of [['/signin', ''], ['/signin', 'error=CredentialsSignin'], ['/signin', 'email=ann%40example.com'], ['/signout', '']]) {
    it(`have v3's forms, fields, labels and buttons: ${route}?${query}`, async () => {
      const { ours, v3 } = await both('auto', route, query)
      assert.ok(reason('emailField'))
      const withV3sType = controls(ours).map(([tag, attributes, text]) => [tag, attributes.type === 'email' ? { ...attributes, type: 'text' } : attributes, text])
      assert.deepEqual(withV3sType, controls(v3))
    })
  }

  for (const [route, query] of [['/signin', 'error=CredentialsSignin'], ['/signin', 'error=OAuthAccountNotLinked'], ['/signin', 'error=nonsense'], ['/signout', ''], ['/verify-request', ''], ['/error', ''],
    ...['AccessDenied', 'Verification', 'Configuration'].map((code) => ['/error', `error=${code}`])]) {
    it(`have v3's sentences, links, title and theme: ${route}?${query}`, async () => {
      for (const theme of ['auto', 'dark', 'light']) {
        const { ours, v3 } = await both(theme, route, query)
        for (const [, , sentence] of tags(v3, 'h1', 'p', 'title')) assert.ok(ours.includes(sentence), sentence)
        const links = (html) => tags(html, 'a').map(([, { href }]) => href)
        for (const href of links(v3)) assert.ok(links(ours).includes(href), href)
        assert.equal(tags(ours, 'body')[0][1].class, tags(v3, 'body')[0][1].class)
      }
    })
  }

  for (const [route, query] of [['/signin', 'error=CredentialsSignin'], ['/signout', ''], ['/verify-request', ''], ['/error', ''], ['/error', 'error=AccessDenied'], ['/error', 'error=Verification']]) {
    it(`have v3's classes, that styles and suites may hold on to: ${route}?${query}`, async () => {
      const { ours, v3 } = await both('auto', route, query)
      const counted = (html) => {
        const counts = {}
        for (const [, attributes] of tags(html, 'body', 'main', 'div', 'a', 'button').filter(([, attributes]) => attributes.class)) {
          for (const name of attributes.class.split(' ')) counts[name] = (counts[name] ?? 0) + 1
        }
        return counts
      }
      const [own, wanted] = [counted(ours), counted(v3)]
      for (const name of Object.keys(wanted)) assert.ok(own[name] >= 1, `.${name}`)
      assert.equal(own.provider, wanted.provider)
    })
  }
})
