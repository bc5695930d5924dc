// A systemd of a test's own, in namespaces of its own, that runs scripts/servers/nextauth.{socket,service} as they are. Needs root.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { accepts, family, root, start, until } from './process.mjs'

// What the units name is put where they name it: over /etc and /usr/lib lie folders that nobody outside sees.
const script = `
set -e
mount --make-rprivate /
for place in etc usr/lib; do
  mkdir -p "$FOLDER/over/$place" "$FOLDER/over/work/$place"
  mount -t overlay overlay -o "lowerdir=/$place,upperdir=$FOLDER/over/$place,workdir=$FOLDER/over/work/$place" /$place
done
useradd --system nextauth
mkdir -p /etc/nextauth /usr/lib/nextauth
cp "$PROGRAM" /usr/lib/nextauth/nextauth.fcgi
cp "$CONFIG" /etc/nextauth/nextauth.json
chown -R nextauth /etc/nextauth
mount --bind "$FOLDER/run" /run
mkdir -p /run/systemd/system
mount -t proc proc /proc
umount --recursive /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
exec /lib/systemd/systemd --system --unit=test.target --log-target=console --log-level=warning
`

/** Gives what start() gives. The socket is `site.socket`; the service starts with the first connection. */
export async function startSystemd(site) {
  const units = path.join(site.folder, 'units')
  for (const name of ['units', 'run', 'over']) mkdirSync(path.join(site.folder, name))
  for (const name of ['nextauth.socket', 'nextauth.service']) copyFileSync(path.join(root, 'scripts/servers', name), path.join(units, name))
  writeFileSync(path.join(units, 'test.target'), '[Unit]\nDefaultDependencies=no\nWants=nextauth.socket\n')
  // All that systemd says below is what the whole of Debian would be started with; not here.
  for (const name of ['sysinit.target', 'sockets.target', 'basic.target', 'shutdown.target']) {
    writeFileSync(path.join(units, name), '[Unit]\nDefaultDependencies=no\n')
  }
  site.socket = path.join(site.folder, 'run/nextauth.sock')
  site.database = path.join(site.folder, 'over/etc/nextauth/auth.db')
  const group = makeGroup(site.name)
  const systemd = start(`${site.name}-systemd`, '/bin/sh', ['-c',
    `echo $$ >${group}/cgroup.procs && exec unshare --pid --fork --kill-child --mount --cgroup --ipc --uts sh -c "$SCRIPT"`
  ], { env: {
    SCRIPT: script, FOLDER: site.folder, PROGRAM: site.program, CONFIG: site.configFile, container: 'test',
    SYSTEMD_UNIT_PATH: units, PATH: `${process.env.PATH}:/usr/sbin:/sbin`
  } })
  /** The process id of systemd itself, seen from outside. */
  systemd.init = () => family(systemd.pid).find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'systemd\n')
  const stop = systemd.stop
  systemd.stop = async () => {
    const result = await stop('SIGKILL')
    await until('its processes have gone', () => removeGroups(group))
    return result
  }
  await until('systemd listens', () => accepts(site.socket), { started: systemd })
  return systemd
}

function makeGroup(name) {
  const mounts = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup']
  const group = path.join(mounts.find((mount) => readdirSync(mount).includes('cgroup.procs')), `nextauth-${name}`)
  mkdirSync(group)
  return group
}

function removeGroups(group) {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) if (entry.isDirectory()) removeGroups(path.join(group, entry.name))
    rmdirSync(group)
    return true
  } catch {
    return false
  }
}
