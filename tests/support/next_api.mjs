// What Next.js 10 to 12 does around an API route named [...nextauth].js: req.query, req.cookies and req.body, and the
// helpers of res. As little of it as NextAuth.js v3 uses, but that as Next.js does it.
import querystring from 'node:querystring'

/** Calls `handler(req, res)` with what Next.js would; answers itself what Next.js answers itself. */
export async function apiRoute(handler, basePath, request, response) {
  const url = new URL(request.url, 'http://next')
  const route = segments(url.pathname, basePath)
  if (!route) return response.writeHead(404).end()
  extendResponse(response)
  let body
  try {
    body = parseBody(request.headers['content-type'], await text(request))
  } catch {
    return response.status(400).end('Invalid JSON')
  }
  // The route's own parameter replaces one of the query's.
  Object.assign(request, {
    query: { ...querystring.parse(url.search.slice(1)), nextauth: route },
    cookies: parseCookies(request.headers.cookie ?? ''),
    body
  })
  return handler(request, response)
}

function segments(pathname, basePath) {
  if (!pathname.startsWith(`${basePath}/`)) return undefined
  const parts = pathname.slice(basePath.length + 1).replace(/\/$/, '').split('/')
  try {
    return parts.map(decodeURIComponent)
  } catch {
    return undefined
  }
}

async function text(request) {
  let whole = ''
  for await (const chunk of request.setEncoding('utf8')) whole += chunk
  return whole
}

function parseBody(type = 'text/plain', whole) {
  const plain = type.split(';')[0].trim().toLowerCase()
  if (plain === 'application/json' || plain === 'application/ld+json') return whole.length ? JSON.parse(whole) : {}
  if (plain === 'application/x-www-form-urlencoded') return querystring.decode(whole)
  return plain === 'text/plain' ? whole : Buffer.from(whole)
}

/** As npm's `cookie`, which Next.js carries: the first of a name counts. */
function parseCookies(header) {
  const cookies = {}
  for (const pair of header.split(/; */)) {
    const cut = pair.indexOf('=')
    if (cut < 0) continue
    const name = pair.slice(0, cut).trim()
    const value = pair.slice(cut + 1).trim().replace(/^"(.*)"?$/, (quoted) => quoted.slice(1, -1))
    if (cookies[name] === undefined) cookies[name] = decoded(value)
  }
  return cookies
}

function decoded(value) {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function extendResponse(response) {
  response.status = (code) => {
    response.statusCode = code
    return response
  }
  response.send = (body) => {
    if (typeof body === 'object' && !Buffer.isBuffer(body)) return response.json(body)
    response.setHeader('Content-Length', Buffer.byteLength(body))
    response.end(body)
  }
  response.json = (value) => {
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    response.send(JSON.stringify(value))
  }
}
