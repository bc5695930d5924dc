// Writes the demo site's nextauth.json to standard output:
//   node config.mjs URL ISSUER CLIENT SECRET
// Besides the demo provider and a form for a name and a password, every provider of the catalogue whose ID_ID and ID_SECRET are in the environment (GITHUB_ID,
// AZURE_AD_ID, …). What else a provider needs comes the same way: AUTH0_DOMAIN. The file holds the names, not the values.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const [url, issuer, clientId, clientSecret] = process.argv.slice(2)
const catalogue = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../src/providers')
const upper = (name) => name.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll('-', '_').toUpperCase()
const given = (name) => Boolean(process.env[name])

function fromEnvironment(file) {
  const { id, type = 'oauth', options = {} } = JSON.parse(readFileSync(path.join(catalogue, file), 'utf8'))
  const [idName, secretName] = [`${upper(id ?? '')}_ID`, `${upper(id ?? '')}_SECRET`]
  if (type !== 'oauth' || !given(idName) || !given(secretName)) return []
  const entry = { id, clientId: `\${${idName}}`, clientSecret: `\${${secretName}}` }
  for (const [option, { required }] of Object.entries(options)) {
    const name = `${upper(id)}_${upper(option)}`
    if (given(name)) entry[option] = `\${${name}}`
    else if (required) {
      console.error(`${id} is left out: it needs ${name} in the environment, too`)
      return []
    }
  }
  return [entry]
}

const files = readdirSync(catalogue).filter((file) => file.endsWith('.json') && file !== 'samples.json').sort()
const providers = [
  { id: 'demo', name: 'Demo', type: 'oauth', version: '2.0', issuer, scope: 'openid profile email', clientId, clientSecret },
  ...files.flatMap(fromEnvironment),
  // The file that scripts/run makes beside the configuration.
  { id: 'credentials', name: 'Password', type: 'credentials', authorize: { htpasswd: 'users.htpasswd' } }
]
console.log(JSON.stringify({ url, database: 'sqlite:auth.db', providers }, null, 2))
