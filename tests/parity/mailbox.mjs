// Where both sides' mails go: ours hands them to a program that keeps them, v3 to a function that does.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isRoot, serverUser, temporaryFolder } from '../support/process.mjs'

export function makeMailbox() {
  const folder = temporaryFolder()
  const sendmail = path.join(folder, 'sendmail')
  writeFileSync(sendmail, `#!/bin/sh\n/bin/cat > "${folder}/$$.new" && /bin/mv "${folder}/$$.new" "${folder}/$$.mail"\n`)
  chmodSync(sendmail, 0o755)
  if (isRoot) chownSync(sendmail, serverUser.uid, serverUser.gid)
  const files = () => readdirSync(folder).filter((name) => name.endsWith('.mail')).map((name) => path.join(folder, name))
  return {
    provider: (more = {}) => ({ id: 'email', name: 'Mail', type: 'email', server: `sendmail:${sendmail}`, from: 'no-reply@example.com', confirm: false, ...more }),

    /** The query of the link in the mail that a side has just sent. */
    async sent(site, side) {
      if (side === 'v3') return new URL((await site.mails()).at(-1).url).search.slice(1)
      const [file, ...more] = files()
      assert.deepEqual(more, [])
      const mail = readFileSync(file, 'utf8').replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
      rmSync(file)
      return /\/callback\/email\?(\S+)/.exec(mail)[1]
    },

    forget() {
      files().forEach((file) => rmSync(file))
    }
  }
}
