// Imported first, this has the whole test file run in a network of its own, where port 53 is free and nobody else can be asked.
import { spawnSync } from 'node:child_process'

if (!process.env.TEST_HAS_OWN_NETWORK) {
  const unshare = process.getuid() === 0 ? ['--net'] : ['--user', '--map-current-user', '--keep-caps', '--net']
  // The same standard output: the test runner reads this file's results there.
  const { status, error } = spawnSync('unshare',
    [...unshare, 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, ...process.execArgv, process.argv[1]],
    { stdio: 'inherit', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, TEST_HAS_OWN_NETWORK: '1' } })
  if (error) console.error(error.message)
  process.exit(status ?? 1)
}
