// A root folder with nothing in it but the one-file executable, its configuration and a CA bundle.
import { chmodSync, chownSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { buildFolder, isRoot, serverUser } from './process.mjs'

export const oneFile = path.join(buildFolder, 'dist/nextauth.fcgi')

/**
 * Gives `site` such a root: `site.root`. What a web server starts as its program then runs in there, in a user
 * namespace, so that nobody has to be root. `files`: further ones, { '/etc/resolv.conf': text }.
 */
export function enterEmptyRoot(site, { authority, files = {} }) {
  site.root = path.join(site.folder, 'root')
  const inside = (name) => path.join(site.root, name)
  mkdirSync(inside('/etc/ssl'), { recursive: true })
  if (isRoot) chownSync(site.root, serverUser.uid, serverUser.gid)
  copyFileSync(oneFile, inside('nextauth.fcgi'))
  copyFileSync(authority, inside('/etc/ssl/cert.pem'))
  for (const [name, text] of Object.entries(files)) writeFileSync(inside(name), text)
  const configuration = path.basename(site.configFile)
  site.configFile = inside(configuration)
  site.database = inside(path.basename(site.database))
  // A server that found a program of that name outside would show nothing.
  writeFileSync(site.program, `#!/bin/sh
export NEXTAUTH_CONFIG=/${configuration}
exec unshare --user --map-root-user --root=${site.root} /nextauth.fcgi "$@"
`)
  chmodSync(site.program, 0o755)
}
