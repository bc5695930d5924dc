// A provider of credentials whose Jane has a password, and how she submits it.
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isRoot, serverUser } from './process.mjs'

// "jane's secret", by htpasswd -B -C 5.
export const password = 'jane\'s secret'
export const hash = execFileSync('perl', ['-e', 'print crypt($ARGV[0], q($2b$05$abcdefghijklmnopqrstuu))', password], { encoding: 'utf8' })
const fields = {
  username: { label: 'Login', type: 'text', placeholder: 'jsmith' },
  password: { label: 'Password', type: 'password' }
}
/** A file beside the configuration, of the user that the server has. */
export const write = (site, name, text, mode = 0o600) => {
  const file = path.join(site.folder, name)
  writeFileSync(file, text)
  chmodSync(file, mode)
  if (isRoot) chownSync(file, serverUser.uid, serverUser.gid)
}
/** The entry of a provider whose form has a name and a password. */
export const entry = (authorize, more = {}) => ({ id: 'staff', name: 'Staff', type: 'credentials', credentials: fields, authorize, ...more })

/** As next-auth/client's signIn('staff', { redirect: false, … }): the answer is JSON. */
export async function submit(visitor, form, { provider = 'staff', json = true } = {}) {
  return visitor.post(`${visitor.site.url}/callback/${provider}`, { csrfToken: await visitor.csrf(), ...(json && { json: 'true' }), ...form })
}
