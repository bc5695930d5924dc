// `make bench`: measures this executable beside limits and peers, on this machine. QUICK=1: --quick.
// node tests/bench/bench.mjs [--quick] [--json FILE] [SECTION ...]
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { buildFolder } from '../support/process.mjs'
import { Report } from './lib/report.mjs'
import { cgi } from './cgi.mjs'
import { fastCgi } from './fastcgi.mjs'
import { comparePeers } from './peers.mjs'
import { processItself } from './process.mjs'
import { signIn } from './signin.mjs'
import { sizing } from './sizing.mjs'
import { slow } from './slow.mjs'
import { store } from './store.mjs'

const sections = { fastcgi: fastCgi, peers: comparePeers, cgi, process: processItself, store, signin: signIn, slow, sizing }

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'string', default: path.join(buildFolder, 'bench/results.json') } },
  allowPositionals: true
})
for (const name of positionals) if (!sections[name]) throw new Error(`there is no section ${name}; there are ${Object.keys(sections).join(', ')}`)

const report = new Report()
console.log(Object.entries(report.machine).map(([name, value]) => `${name}: ${value}`).join('\n'))
const began = Date.now()
let failed = false
for (const [name, measure] of Object.entries(sections)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const started = Date.now()
  try {
    await measure(report, { quick: values.quick ?? false })
  } catch (error) {
    failed = true
    console.error(error.stack)
    report.lacks(name, 'the rest of it', error.message.split('\n')[0])
  }
  console.log(`  (${name}: ${((Date.now() - started) / 1000).toFixed(0)} s)`)
}
mkdirSync(path.dirname(values.json), { recursive: true })
report.finish(values.json, { quick: values.quick ?? false, seconds: (Date.now() - began) / 1000 })
process.exit(failed ? 1 : 0)
