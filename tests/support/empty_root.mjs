// A root folder with nothing in it but the one-file executable, its configuration and a CA bundle.
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { buildFolder, isRoot, serverUser } from './process.mjs'

export const oneFile = path.join(buildFolder, 'dist/nextauth.fcgi')

/** What a root on a kernel without getrandom(2) has to have as well. */
export const devices = ['/dev/random', '/dev/urandom']

/**
 * Gives `site` such a root: `site.root`. What a web server starts as its program then runs in there, in a user
 * namespace, so that nobody has to be root. `files`: further ones, { '/etc/resolv.conf': text }. `oldKernel`: as on Linux 3.10.
 */
export function enterEmptyRoot(site, { authority, files = {}, oldKernel = false }) {
  site.root = path.join(site.folder, 'root')
  const inside = (name) => path.join(site.root, name)
  for (const folder of ['/etc/ssl', '/dev']) mkdirSync(inside(folder), { recursive: true })
  if (isRoot) chownSync(site.root, serverUser.uid, serverUser.gid)
  copyFileSync(oneFile, inside('nextauth.fcgi'))
  copyFileSync(authority, inside('/etc/ssl/cert.pem'))
  for (const [name, text] of Object.entries(files)) writeFileSync(inside(name), text)
  const configuration = path.basename(site.configFile)
  site.configFile = inside(configuration)
  site.database = inside(path.basename(site.database))
  if (oldKernel) for (const device of devices) writeFileSync(inside(device), '')
  writeFileSync(site.program, `#!/bin/sh
export NEXTAUTH_CONFIG=/${configuration}
${oldKernel ? oldKernelCommand(site) : `exec unshare --user --map-root-user --root=${site.root} /nextauth.fcgi`}
`)
  chmodSync(site.program, 0o755)
}

/** uname(2) says 3.10; each call that came later does not exist (3.14's first was number 314), so random bytes come from devices. */
function oldKernelCommand(site) {
  const numbers = readFileSync('/usr/include/x86_64-linux-gnu/asm/unistd_64.h', 'utf8').matchAll(/__NR_(\w+) (\d+)$/gm)
  const later = [...numbers].filter(([, , number]) => number >= 314).map(([, name]) => `?${name}`)
  site.trace = path.join(site.folder, 'trace')
  const utsname = Buffer.concat(['Linux', 'old', '3.10.0'].map((text) => Buffer.concat([Buffer.from(text), Buffer.alloc(65 - text.length)])))
  return `export PATH=/usr/bin:/bin
exec unshare --user --map-root-user --mount sh -c '
  for device in ${devices.join(' ')}; do mount --bind $device ${site.root}$device || exit; done
  exec strace -f -qq -A -o ${site.trace} -e trace=uname,${later} -e inject=${later}:error=ENOSYS \
    -e inject=uname:poke_exit=@arg1=${utsname.toString('hex')} unshare --root=${site.root} /nextauth.fcgi'`
}
