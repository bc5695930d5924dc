// Starts oauth1_server.py: a real OAuth 1.0a provider.
import path from 'node:path'
import { accepts, freePort, root, start, until } from './process.mjs'

export const clientId = 'clientOfTheJourneys1'
export const clientSecret = 'secret & of=the+journeys'

export async function startOauth1Provider(name = 'oauth1-provider') {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  // Debian's own Python: it is the one that has Debian's python3-oauthlib.
  const server = start(name, process.env.PYTHON ?? '/usr/bin/python3', [path.join(root, 'tests/support/oauth1_server.py'), String(port), clientSecret])
  await until('the OAuth 1.0a provider listens', () => accepts(port), { started: server })
  return {
    origin,
    log: () => server.output(),
    stop: () => server.stop(),
    /** For `providers` of nextauth.json. */
    entry: (more = {}) => ({
      id: 'birds', name: 'Birds', type: 'oauth', version: '1.0A', clientId, clientSecret,
      requestTokenUrl: `${origin}/initiate`, authorizationUrl: `${origin}/authorize`, accessTokenUrl: `${origin}/token`,
      profileUrl: `${origin}/me?include_email=true&fields=name%20id,email`,
      profile: { id: 'id_str', name: 'name', email: 'email', image: null },
      ...more
    })
  }
}
