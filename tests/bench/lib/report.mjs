// What was measured, beside what was aimed at. Speed never fails a run; what could not be measured is said.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'

/** min, median and max. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return { min: sorted[0], median: sorted[sorted.length >> 1], max: sorted.at(-1) }
}

const holds = (target, value) => target && (target.most !== undefined ? value <= target.most : value >= target.least)

/** For a column of 7: three figures that matter. */
function short(value) {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 1e5) return `${(value / 1000).toFixed(0)}k`
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

export class Report {
  machine = machine()
  rows = []
  missing = []

  /** `values` of rounds, in `unit`, judged by their median: target { most } or { least }. */
  value(section, name, unit, values, target) {
    const [ours, verdict] = [spread(values), { target, holds: holds(target, spread(values).median) }]
    this.#add({ section, name, unit, ours, ...verdict })
  }

  /**
   * Ours against another's, round by round: judged by the median of the ratios. `best` compares the best rounds of both:
   * what else the machine does only makes a round worse.
   */
  ratio(section, name, against, unit, ours, theirs, target) {
    const ratio = spread(ours.map((value, round) => value / theirs[round]))
    const [mine, others] = [spread(ours), spread(theirs)]
    const best = unit.includes('/s') || unit.includes('per s') ? mine.max / others.max : mine.min / others.min
    this.#add({ section, name, against, unit, ours: mine, theirs: others, ratio, best, target, holds: holds(target, ratio.median) })
  }

  /** Something that was to be measured here, and was not. */
  lacks(section, name, why) {
    this.missing.push({ section, name, why })
    console.log(`  ${name}: NOT MEASURED: ${why}`)
  }

  #add(row) {
    if (![row.ours, row.ratio].filter(Boolean).every(({ median }) => Number.isFinite(median))) throw new Error(`${row.name}: no number came out`)
    if (this.rows.at(-1)?.section !== row.section) console.log(`\n${row.section}\n${heading}`)
    this.rows.push(row)
    console.log(line(row))
  }

  finish(file, { quick, seconds }) {
    const judged = this.rows.filter((row) => row.target)
    const missed = judged.filter((row) => !row.holds)
    console.log(`\n${judged.length - missed.length} of ${judged.length} targets hold; ${this.rows.length} rows; ${this.missing.length} not measured; ${seconds.toFixed(0)} s`)
    for (const row of missed) console.log(`  misses: ${row.section}: ${row.name}: ${short((row.ratio ?? row.ours).median)}, aimed at ${target(row)}`)
    for (const { section, name, why } of this.missing) console.log(`  not measured: ${section}: ${name}: ${why}`)
    writeFileSync(file, JSON.stringify({ machine: this.machine, quick, seconds, rows: this.rows, missing: this.missing }, null, 2) + '\n')
    console.log(`all figures: ${file}`)
  }
}

const heading = `  ${'what'.padEnd(44)} ${'against'.padEnd(24)} ${'unit'.padEnd(9)} ${'ours'.padStart(7)} ${'theirs'.padStart(7)}  ${'ratio: min median max'.padEnd(23)}  ${'best'.padStart(6)} target`

function target(row) {
  if (!row.target) return ''
  const unit = row.ratio ? ' ×' : ''
  return row.target.most !== undefined ? `≤ ${row.target.most}${unit}` : `≥ ${row.target.least}${unit}`
}

function line(row) {
  const shown = row.ratio ?? row.ours
  const three = [shown.min, shown.median, shown.max].map((value) => short(value).padStart(7)).join(' ')
  const verdict = row.target ? `${target(row)} ${row.holds ? 'holds' : 'MISSED'}` : ''
  return `  ${row.name.padEnd(44)} ${(row.against ?? '').padEnd(24)} ${row.unit.padEnd(9)} ${short(row.ours.median).padStart(7)} ` +
    `${(row.theirs ? short(row.theirs.median) : '').padStart(7)}  ${three}  ${(row.best ? short(row.best) : '').padStart(6)} ${verdict}`
}

const first = (command, args, pattern) => {
  try {
    return pattern.exec(execFileSync('/bin/sh', ['-c', `${command} ${args} 2>&1`], { encoding: 'utf8' }))?.[1] ?? 'unknown'
  } catch {
    return 'not there'
  }
}

export function machine() {
  const cpuModel = /model name\s*: (.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? os.arch()
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    cpu: cpuModel,
    cores: os.availableParallelism?.() ?? os.cpus().length,
    memory: `${(os.totalmem() / 2 ** 30).toFixed(1)} GiB`,
    kernel: os.release(),
    compiler: first(process.env.CXX ?? 'g++', '--version', /^(.*)$/m),
    node: process.version,
    nginx: first('/usr/sbin/nginx', '-v', /nginx\/(\S+)/),
    lighttpd: first('/usr/sbin/lighttpd', '-v', /lighttpd\/(\S+)/),
    apache: first('/usr/sbin/apache2', '-v', /Apache\/(\S+)/),
    load: os.loadavg()[0].toFixed(1)
  }
}
