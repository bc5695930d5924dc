// Providers that take no secret but a signature (private_key_jwt, client_secret_jwt): a real one judges ours.
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { startProvider } from '../support/oidc_provider.mjs'
import { startSite } from '../support/server.mjs'
import { Visitor } from '../support/visitor.mjs'

const timeout = 30000
const pair = (type) => generateKeyPairSync(type, { modulusLength: 2048, namedCurve: 'P-256' })
const pem = ({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' })
/** As the provider has it. */
const jwk = ({ publicKey }, alg) => ({ ...publicKey.export({ format: 'jwk' }), kid: 'site', alg, use: 'sig' })

const secret = randomBytes(32).toString('hex')
const rsa = pair('rsa')
const ec = pair('ec')
const stranger = pair('rsa')
const keys = { RS256: rsa, PS256: rsa, ES256: ec }
const byKey = (alg) => ({ client_id: `site-${alg}`, client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: alg, jwks: { keys: [jwk(keys[alg], alg)] } })
const bySecret = { client_id: 'site-secret', client_secret: secret, token_endpoint_auth_method: 'client_secret_jwt', token_endpoint_auth_signing_alg: 'HS256' }

describe('a provider that wants a signature', () => {
  let op
  let site
  const grants = []
  before(async () => {
    op = await startProvider({ clients: [...Object.keys(keys).map(byKey), bySecret] })
    op.provider.on('grant.success', (ctx) => grants.push({ method: ctx.oidc.client.tokenEndpointAuthMethod, form: { ...ctx.oidc.body } }))
    const entry = (id, more) => op.entry({ id, name: id, clientSecret: undefined, ...more })
    const withKey = (id, clientId, key, more) => entry(id, { clientId, clientKey: { kid: 'site', key, ...more } })
    site = await startSite('nginx', {
      // As an environment variable holds it.
      env: { CLIENT_KEY: pem(rsa).replaceAll('\n', '\\n') },
      configure: (site) => {
        const providers = [
          withKey('RS256', 'site-RS256', '${CLIENT_KEY}'),
          withKey('PS256', 'site-PS256', pem(rsa), { alg: 'PS256' }),
          withKey('ES256', 'site-ES256', pem(ec)),
          withKey('issuer', 'site-ES256', pem(ec)),
          withKey('wrong-key', 'site-RS256', pem(stranger)),
          withKey('wrong-alg', 'site-RS256', pem(rsa), { alg: 'PS256' }),
          entry('secret', { clientId: 'site-secret', clientSecret: secret, clientAuth: 'client_secret_jwt' }),
          entry('wrong-secret', { clientId: 'site-secret', clientSecret: `${secret.slice(1)}x`, clientAuth: 'client_secret_jwt' }),
          entry('posted', { clientId: 'site-secret', clientSecret: secret, clientAuth: 'post' })
        ]
        providers.find(({ id }) => id === 'issuer').assertionAudience = '{issuer}'
        for (const { id } of providers) op.allow(`${site.url}/callback/${id}`)
        // Without a database: else each provider would find the other's person there.
        return { url: site.url, secret: randomBytes(32).toString('hex'), database: null, providers }
      }
    })
  })
  after(async () => {
    await site?.stop()
    await op?.stop()
  })

  for (const provider of ['RS256', 'PS256', 'ES256', 'issuer', 'secret'])
    it(`takes one by ${provider}, and no secret goes with it`, { timeout }, async () => {
      const visitor = new Visitor(site)
      assert.equal(new URL((await visitor.signIn('ann', { provider })).location).pathname, '/')
      assert.equal((await visitor.session()).user.name, 'Ann Example')
      const { method, form } = grants.pop()
      assert.equal(method, provider === 'secret' ? 'client_secret_jwt' : 'private_key_jwt')
      assert.equal(form.client_secret, undefined)
      assert.equal(form.client_assertion_type, 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    })

  for (const provider of ['wrong-key', 'wrong-alg', 'wrong-secret', 'posted'])
    it(`refuses one by ${provider}`, { timeout }, async () => {
      const visitor = new Visitor(site)
      assert.equal((await visitor.signIn('ann', { provider })).location, `${site.url}/error?error=Callback`)
      assert.deepEqual(await visitor.session(), {})
      await site.says(new RegExp(`${provider}.*status 401, error invalid_client`))
      assert.deepEqual(grants, [])
    })

  it('leaves neither keys nor secrets in the log', { timeout }, () => {
    const lines = [rsa, ec, stranger].flatMap((one) => pem(one).split('\n')).filter((line) => line && !line.startsWith('---'))
    for (const text of [...lines, secret, 'client_assertion']) assert.ok(!site.log().includes(text))
  })
})
