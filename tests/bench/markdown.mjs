// README's tables out of a run: node tests/bench/markdown.mjs [build/bench/results.json]
import { readFileSync } from 'node:fs'

const { machine, rows, missing, quick } = JSON.parse(readFileSync(process.argv[2] ?? 'build/bench/results.json', 'utf8'))

function short(value) {
  if (value === 0) return '0'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toPrecision(Math.abs(value) >= 10 ? 3 : 2).replace(/^(-?\d+\.\d)0$/, '$1')
}

const three = ({ min, median, max }) => (min === max ? `**${short(median)}**` : `${short(min)} · **${short(median)}** · ${short(max)}`)

function aim({ target, ratio, holds }) {
  if (!target) return '| |'
  const times = ratio ? ' ×' : ''
  return `| ${target.most !== undefined ? `≤ ${target.most}` : `≥ ${target.least}`}${times} | ${holds ? 'holds' : '**missed**'} |`
}

const line = (row) => row.ratio
  ? `| ${row.name} | ${row.against} | ${row.unit} | ${short(row.ours.median)} | ${short(row.theirs.median)} | ${three(row.ratio)} ${aim(row)}`
  : `| ${row.name} | | ${row.unit} | ${short(row.ours.median)} | | ${three(row.ours)} ${aim(row)}`

console.log(`${machine.date} UTC, ${machine.cpu}, ${machine.cores} cores, ${machine.memory}, Linux ${machine.kernel}, ${machine.compiler}, ` +
  `Node.js ${machine.node}, nginx ${machine.nginx}, lighttpd ${machine.lighttpd}, Apache ${machine.apache}; load ${machine.load} when it began${quick ? '; a quick run' : ''}`)
for (const section of new Set(rows.map((row) => row.section))) {
  console.log(`\n**${section}**\n\n| what | against | unit | here | there | min · median · max | aimed at | |\n|---|---|---|---|---|---|---|---|`)
  for (const row of rows.filter((one) => one.section === section)) console.log(line(row))
}
for (const { section, name, why } of missing) console.log(`\nNot measured: ${section}: ${name}: ${why}`)
