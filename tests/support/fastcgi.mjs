// A small FastCGI client: speaks to nextauth.fcgi as a web server does, but sends what no web server would.
import net from 'node:net'
import http from 'node:http'

const BEGIN = 1, ABORT = 2, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6, STDERR = 7
export const roles = { responder: 1, authorizer: 2 }

function record(type, content = Buffer.alloc(0), id = 1) {
  const head = Buffer.alloc(8)
  head[0] = 1
  head[1] = type
  head.writeUInt16BE(id, 2)
  head.writeUInt16BE(content.length, 4)
  return Buffer.concat([head, content])
}

function stream(type, content) {
  const records = []
  for (let at = 0; at < content.length; at += 65528) records.push(record(type, content.subarray(at, at + 65528)))
  return Buffer.concat(records)
}

function lengthBytes(length) {
  if (length < 128) return Buffer.from([length])
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE((length | 0x80000000) >>> 0)
  return bytes
}

function encodeParams(params) {
  return Buffer.concat(Object.entries(params).filter(([, value]) => value !== undefined).flatMap(([name, value]) => {
    const [key, text] = [Buffer.from(name, 'latin1'), Buffer.isBuffer(value) ? value : Buffer.from(String(value))]
    return [lengthBytes(key.length), lengthBytes(text.length), key, text]
  }))
}

/**
 * One request over its own connection to a unix socket. The answer comes with `await request.answer`:
 * { status, headers (lower case; Set-Cookie apart in setCookies), location, text, json(), stderr, appStatus, protocolStatus }.
 * The parts can be sent one by one, to leave a request half done: begin, params, stdin, end.
 */
export class FastCgiRequest {
  constructor(target, { role = roles.responder } = {}) {
    this.socket = net.connect(target)
    this.role = role
    this.answer = new Promise((resolve, reject) => {
      let pending = Buffer.alloc(0)
      const out = []
      const error = []
      this.socket.once('error', reject)
      this.socket.once('close', () => reject(new Error('the connection was closed before the answer was complete')))
      this.socket.on('data', (chunk) => {
        pending = Buffer.concat([pending, chunk])
        while (pending.length >= 8) {
          const length = pending.readUInt16BE(4)
          const whole = 8 + length + pending[6]
          if (pending.length < whole) break
          const content = pending.subarray(8, 8 + length)
          if (pending[1] === STDOUT) out.push(content)
          if (pending[1] === STDERR) error.push(content)
          if (pending[1] === END) {
            const appStatus = content.readUInt32BE(0)
            resolve({ ...parse(Buffer.concat(out)), stderr: Buffer.concat(error).toString(), appStatus, protocolStatus: content[4] })
            this.socket.destroy()
          }
          pending = pending.subarray(whole)
        }
      })
    })
    // Whoever only sends must not be ended by an answer that nobody waits for.
    this.answer.catch(() => {})
  }

  begin() {
    this.socket.write(record(BEGIN, Buffer.from([0, this.role, 0, 0, 0, 0, 0, 0])))
    return this
  }

  params(params) {
    this.socket.write(Buffer.concat([stream(PARAMS, encodeParams(params)), record(PARAMS)]))
    return this
  }

  stdin(content) {
    this.socket.write(stream(STDIN, Buffer.from(content)))
    return this
  }

  end() {
    this.socket.write(record(STDIN))
    return this
  }

  abort() {
    this.socket.write(record(ABORT))
    return this
  }

  close() {
    this.socket.destroy()
  }
}

/** A CGI answer: headers, an empty line, the body. */
export function parse(output) {
  const cut = /\r?\n\r?\n/.exec(output.toString('latin1'))
  const head = cut ? output.subarray(0, cut.index).toString() : ''
  const text = (cut ? output.subarray(cut.index + cut[0].length) : output).toString()
  const headers = {}
  const setCookies = []
  for (const line of head.split(/\r?\n/).filter(Boolean)) {
    const [, name, value] = /^([^:]+):[ \t]*(.*)$/.exec(line) ?? [undefined, line, '']
    if (name.toLowerCase() === 'set-cookie') setCookies.push(value)
    else headers[name.toLowerCase()] = value
  }
  const status = Number.parseInt(headers.status ?? (headers.location ? 302 : 200), 10)
  return { status, statusText: http.STATUS_CODES[status], headers, setCookies, location: headers.location, text, json: () => JSON.parse(text), head }
}

/** The variables a server sends for `METHOD route?query` of a site whose public URL is `url`; `more` overrides, undefined leaves out. */
export function variables(url, method, route, { query = '', headers = {}, body, type, more = {} } = {}) {
  const { hostname, port, pathname, host } = new URL(url)
  return {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: 'test',
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_NAME: hostname,
    SERVER_PORT: port || '80',
    REMOTE_ADDR: '127.0.0.1',
    REQUEST_METHOD: method,
    SCRIPT_NAME: pathname,
    PATH_INFO: route,
    QUERY_STRING: query,
    REQUEST_URI: pathname + route + (query && `?${query}`),
    HTTP_HOST: host,
    ...(body !== undefined && { CONTENT_LENGTH: String(Buffer.byteLength(body)), CONTENT_TYPE: type ?? 'application/x-www-form-urlencoded' }),
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value])),
    ...more
  }
}

/** All bytes of a request, for who sends the same one very often. */
export function requestBytes(url, method, route, options = {}) {
  const body = options.body === undefined ? [] : [stream(STDIN, Buffer.from(options.body))]
  return Buffer.concat([
    record(BEGIN, Buffer.from([0, options.role ?? roles.responder, 0, 0, 0, 0, 0, 0])),
    stream(PARAMS, encodeParams(variables(url, method, route, options))), record(PARAMS), ...body, record(STDIN)
  ])
}

/** A whole request at once: `fastcgi(socket, url, 'GET', '/session', { query, headers, body, type, more })`. */
export function fastcgi(socket, url, method, route, options = {}) {
  const request = new FastCgiRequest(socket, options).begin().params(variables(url, method, route, options))
  if (options.body !== undefined) request.stdin(options.body)
  return request.end().answer
}
