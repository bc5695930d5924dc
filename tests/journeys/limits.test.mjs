// What a request may be: each limit just below and just above, over FastCGI itself, as servers have lower limits of their own.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fastcgi } from '../support/fastcgi.mjs'
import { until } from '../support/process.mjs'
import { layOut, spawnProgram } from '../support/server.mjs'

const url = 'http://127.0.0.1:8000/api/auth'
const many = (count, separator) => Array.from({ length: count }, (_, i) => `k${i}=v`).join(separator)

describe('a request', () => {
  let site
  let program
  before(async () => {
    site = layOut({ name: 'limits', config: { url, database: 'sqlite:auth.db', providers: [] } })
    program = await spawnProgram(site)
  })
  after(() => program?.stop())

  const get = (options) => fastcgi(site.socket, url, 'GET', '/csrf', options)
  const post = (body, type, more) => fastcgi(site.socket, url, 'POST', '/_log', { body, type, more })
  const header = (count, length) => ({ headers: Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-Long-${i}`, 'x'.repeat(length)])) })

  const cases = [
    ['has a body of 64 KiB', () => post(`m=${'x'.repeat(65534)}`), 200],
    ['has a longer body', () => post(`m=${'x'.repeat(65535)}`), 413],
    ['says that its body is longer', () => post('m=x', undefined, { CONTENT_LENGTH: '65537' }), 413],
    ['says that its body is longer than any number', () => post('m=x', undefined, { CONTENT_LENGTH: '9'.repeat(40) }), 413],
    ['has a body shorter than it says', () => post('m=x', undefined, { CONTENT_LENGTH: '4' }), 400],
    ...['-1', '+3', ' 3', '3 ', '0x3', '3,3', '3.0', 'three', '１'].map((length) =>
      [`says that its body's length is "${length}"`, () => post('m=x', undefined, { CONTENT_LENGTH: length }), 400]),
    ['has a header of 16 KiB', () => get(header(1, 16384)), 200],
    ['has a longer header', () => get(header(1, 16385)), 431],
    ['has headers of less than 64 KiB', () => get(header(4, 16000)), 200],
    ['has headers of more than 64 KiB', () => get(header(5, 13200)), 431],
    ['has 200 cookies', () => get({ headers: { Cookie: many(200, '; ') } }), 200],
    ['has 201 cookies', () => get({ headers: { Cookie: many(201, '; ') } }), 400],
    ['has 200 form fields', () => post(many(200, '&')), 200],
    ['has 201 form fields', () => post(many(201, '&')), 400],
    ['has 201 JSON fields', () => post(JSON.stringify(Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`k${i}`, 'v']))), 'application/json'), 400],
    ['has a form', () => post('level=error&message=x'), 200],
    ['has a form with a charset', () => post('message=x', 'application/x-www-form-urlencoded; charset=UTF-8'), 200],
    ['has JSON', () => post('{"message":"x"}', 'application/json; charset=utf-8'), 200],
    ['has an upper case type', () => post('{"message":"x"}', 'Application/JSON'), 200],
    ['has no body and no type', () => post('', ''), 200],
    ['has plain text', () => post('message=x', 'text/plain'), 415],
    ['has a multipart body', () => post('--b\r\n\r\n--b--', 'multipart/form-data; boundary=b'), 415],
    ['has a body without a type', () => post('message=x', ''), 415],
    ['has a type that only begins well', () => post('message=x', 'application/jsonx'), 415],
    ['has broken JSON', () => post('{"message":', 'application/json'), 400],
    ['has JSON nested deeply', () => post('['.repeat(30000), 'application/json'), 400],
    ['has a broken percent sequence in the query', () => get({ query: 'callbackUrl=%zz' }), 400],
    ['has half a percent sequence', () => get({ query: 'callbackUrl=/%4' }), 400],
    ['has no UTF-8 in the query', () => get({ query: 'callbackUrl=/%ff' }), 400],
    ['has overlong UTF-8 in the query', () => get({ query: 'callbackUrl=/%c0%af' }), 400],
    ['has half a surrogate pair', () => get({ query: 'callbackUrl=/%ed%a0%80' }), 400],
    ['has UTF-8 in the query', () => get({ query: 'callbackUrl=/%e2%82%ac' }), 200],
    ['has a NUL in the query', () => get({ query: 'callbackUrl=/%00' }), 400],
    ['has a NUL in a form field', () => post('message=%00'), 400],
    ['has a raw NUL in a form', () => post('message=\0'), 400],
    ['has a NUL in JSON', () => post('{"message":"\\u0000"}', 'application/json'), 400],
    ['has no UTF-8 in a form field', () => post('message=%ff'), 400],
    ['has no method', () => get({ more: { REQUEST_METHOD: '' } }), 400],
    ['has a method of its own', () => get({ more: { REQUEST_METHOD: 'GET\r\nX: y' } }), 400]
  ]
  for (const [what, ask, status] of cases) {
    it(`that ${what} is answered ${status}`, { timeout: 20000 }, async () => {
      const answer = await ask()
      assert.equal(answer.status, status, answer.text.slice(0, 500))
      assert.equal(answer.appStatus, 0)
    })
  }

  it('of any kind that is refused gets an answer that can be read', { timeout: 20000 }, async () => {
    for (const [what, ask] of cases.filter(([, , expected]) => expected >= 400)) {
      const answer = await ask()
      assert.ok(answer.text.length > 0 && answer.text.length < 20000, `that ${what}: ${answer.text.length}`)
      assert.match(answer.headers['content-type'], /^text\/(plain|html)|^application\/json/)
    }
  })

  it('by HEAD gets what GET gets, but no body', async () => {
    for (const route of ['/csrf', '/session', '/providers', '/signin', '/signout', '/verify-request', '/error']) {
      const [head, whole] = [await fastcgi(site.socket, url, 'HEAD', route), await fastcgi(site.socket, url, 'GET', route)]
      assert.equal(head.status, whole.status, route)
      assert.equal(head.headers['content-type'], whole.headers['content-type'], route)
      assert.equal(head.text, '', route)
    }
  })

  it('with a JSON body that is no object is answered', { timeout: 20000 }, async () => {
    for (const body of ['null', '[]', '1', '"x"', 'true', '{}']) {
      const answer = await fastcgi(site.socket, url, 'POST', '/signout', { body, type: 'application/json' })
      assert.ok(answer.status === 302 || answer.status === 400, `${body}: ${answer.status}`)
    }
  })

  it('with two cookies of one name is read by the first', async () => {
    const first = (await get()).setCookies.find((line) => line.startsWith('next-auth.csrf-token='))
    const [pair] = first.split(';')
    const token = decodeURIComponent(pair.split('=')[1]).split('|')[0]
    const answer = await get({ headers: { Cookie: `${pair}; next-auth.csrf-token=other` } })
    assert.equal(answer.json().csrfToken, token)
    assert.notEqual((await get({ headers: { Cookie: `next-auth.csrf-token=other; ${pair}` } })).json().csrfToken, token)
  })

  it('keeps control characters of a client log record out of the log', { timeout: 20000 }, async () => {
    const marker = 'marker-of-the-log-test'
    const { status, stderr } = await post(`level=error&code=CLIENT&message=${marker}%0d%0aerror%20forged%1b[31m&x=${'y'.repeat(30000)}`)
    assert.equal(status, 200)
    const lines = stderr.split('\n').filter((line) => line.includes(marker) || /^error forged/.test(line))
    assert.equal(lines.length, 1, lines.join('\n'))
    assert.doesNotMatch(lines[0], /[\x00-\x08\x0b-\x1f]/)
    assert.ok(lines[0].length < 16384, `${lines[0].length}`)
  })
})

describe('a request that is refused', () => {
  it('is in the log with what was wrong, but for its query, a line a second at most', { timeout: 30000 }, async () => {
    const site = layOut({ name: 'refused', config: { url, secret: 'a secret of more than thirty characters', database: null, providers: [] } })
    const program = await spawnProgram(site)
    try {
      const ask = (method, route, options) => fastcgi(site.socket, url, method, route, options)
      const began = Date.now()
      const lines = []
      for (let i = 0; i < 40; i++) {
        const { stderr } = await ask('GET', '/csrf', { query: 'code=s3cret', headers: { 'X-Long': 'x'.repeat(16385) } })
        lines.push(...stderr.split('\n').filter(Boolean))
      }
      assert.match(lines[0], /^\S+ warn request_refused status=431 path=\/api\/auth\/csrf reason="[^"]+"$/)
      assert.ok(lines.length <= Math.floor((Date.now() - began) / 1000) + 2, `${lines.length} lines`)
      assert.ok(!lines.join().includes('s3cret'))
      await until('the next second', async () => /warn request_refused status=400 .*reason="[^"]+"\n$/.test((await ask('POST', '/_log', { body: 'message=%00' })).stderr))
      assert.equal((await ask('GET', '/nowhere')).stderr, '', 'which the answer itself explains')
    } finally {
      await program.stop()
    }
  })
})

describe('limits of the configuration', () => {
  let site
  let program
  before(async () => {
    const limits = { body: 2000, header: 1024, headers: 4096, fields: 10 }
    site = layOut({ name: 'own-limits', config: { url, database: 'sqlite:auth.db', providers: [], limits } })
    program = await spawnProgram(site)
  })
  after(() => program?.stop())

  it('are obeyed', async () => {
    const post = async (body) => (await fastcgi(site.socket, url, 'POST', '/_log', { body })).status
    assert.equal(await post(`m=${'x'.repeat(1998)}`), 200)
    assert.equal(await post(`m=${'x'.repeat(1999)}`), 413)
    assert.equal(await post(many(10, '&')), 200)
    assert.equal(await post(many(11, '&')), 400)
    const get = async (length) => (await fastcgi(site.socket, url, 'GET', '/csrf', { headers: { 'X-Long': 'x'.repeat(length) } })).status
    assert.equal(await get(1024), 200)
    assert.equal(await get(1025), 431)
  })
})
