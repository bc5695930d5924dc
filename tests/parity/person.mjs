// A browser at one of the two sides: its cookies, and the way through a sign-in.
import { answerTo } from '../support/stub_provider.mjs'
import { csrfCookie, csrfToken } from './both.mjs'

export class Person {
  constructor(site, side) {
    this.site = site
    this.side = side
    this.cookies = { 'next-auth.csrf-token': csrfCookie }
  }

  async ask(method, route, request = {}) {
    const answer = await this.site.send(this.side, method, route, { ...request, cookies: { ...this.cookies, ...request.cookies } })
    for (const line of answer.setCookies) {
      const [, name, value, attributes] = /^([^=]+)=([^;]*)(.*)$/s.exec(line)
      if (/Max-Age=0/.test(attributes)) delete this.cookies[name]
      else this.cookies[name] = decodeURIComponent(value)
    }
    return answer
  }

  post(route, form = {}, request = {}) {
    return this.ask('POST', route, { form: { csrfToken, ...form }, ...request })
  }

  /**
   * From POST /signin/PROVIDER to the answer to the callback. `answer` changes the provider's parameters, `append` adds one that may be there,
   * `forget` names cookies that are lost on the way; `sent` gets the query.
   */
  async signIn(provider, { answer = {}, append, forget = [], form = {}, method = 'GET', sent = () => {} } = {}) {
    const started = await this.post(`/signin/${provider}`, form)
    for (const name of forget) delete this.cookies[name]
    const parameters = new URL(answerTo(started.location ?? started.json().url)).searchParams
    for (const [name, value] of Object.entries(answer)) {
      if (value === undefined) parameters.delete(name)
      else parameters.set(name, value)
    }
    if (append) parameters.append(...append)
    sent(parameters.toString())
    return this.ask(method, `/callback/${provider}`, method === 'GET' ? { query: parameters.toString() } : { form: parameters })
  }

  async session() {
    return this.ask('GET', '/session')
  }
}
