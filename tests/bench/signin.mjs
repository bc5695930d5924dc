// What a whole OAuth sign-in costs the executable: two requests here; at the provider its page, the token, the profile or keys.
import { cpu } from './lib/measure.mjs'
import { newVisitor, startTlsProvider } from './lib/sign_in.mjs'
import { serve, site } from './lib/world.mjs'

const section = 'A whole OAuth sign-in, TLS connections kept'

export async function signIn(report, { quick }) {
  const stub = await startTlsProvider()
  await measure(report, stub, 'OAuth 2.0: token, profile', stub.plainEntry(), quick)
  await measure(report, stub, 'OpenID Connect: token, id_token', stub.entry(), quick)
  await stub.stop()
}

async function measure(report, stub, name, provider, quick) {
  const made = site({ database: 'sqlite:auth.db', providers: [provider], rateLimits: { address: null, account: null, recipient: null } })
  const env = { NEXTAUTH_CONFIG: made.configuration, SSL_CERT_FILE: stub.certificate }
  const served = await serve({ name, folder: made.folder, command: [made.program], env })
  const visitor = await newVisitor(served.socket)
  const signInOnce = async () => visitor.finish(await visitor.begin())
  for (let i = 0; i < 10; i++) await signInOnce()
  const rounds = []
  for (let round = 0; round < (quick ? 2 : 11); round++) {
    const before = cpu(served.pid)
    for (let i = 0; i < 25; i++) await signInOnce()
    rounds.push((cpu(served.pid) - before) / 25 / 1e6)
  }
  report.value(section, name, 'ms CPU', rounds, { most: 2 })
  await served.stop()
}
