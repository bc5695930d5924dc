// README's tables out of a run: node tests/bench/markdown.mjs prints them, with --readme it puts them into README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../support/process.mjs'

const { machine, rows, missing, quick } = JSON.parse(readFileSync(path.join(root, 'build/bench/results.json'), 'utf8'))

function short(value) {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}

const three = ({ min, median, max }) => (min === max ? `**${short(median)}**` : `${short(min)} · **${short(median)}** · ${short(max)}`)

function aim({ target, ratio, holds }) {
  if (!target) return ' | '
  const times = ratio ? ' ×' : ''
  return `${target.most !== undefined ? `≤ ${target.most}` : `≥ ${target.least}`}${times} | ${holds ? 'holds' : '**missed**'}`
}

const table = (some) => ['| what | against | unit | here | there | min · median · max | aimed at | |', '|---|---|---|--:|--:|---|---|---|',
  ...some.map((row) => `| ${row.name} | ${row.against ?? ''} | ${row.unit} | ${short(row.ours.median)} | ${row.theirs ? short(row.theirs.median) : ''} | ` +
    `${three(row.ratio ?? row.ours)} | ${aim(row)} |`)].join('\n')

function bySection(some) {
  return [...new Set(some.map((row) => row.section))]
    .map((section) => `**${section}**\n\n${table(some.filter((row) => row.section === section))}`).join('\n\n')
}

function text() {
  const judged = rows.filter((row) => row.target)
  const where = `${machine.date} UTC, ${machine.cpu}, ${machine.cores} cores, ${machine.memory}, Linux ${machine.kernel}, ${machine.compiler}, ` +
    `Node.js ${machine.node}, nginx ${machine.nginx}, lighttpd ${machine.lighttpd}, Apache ${machine.apache}${quick ? '; a quick run' : ''}. ` +
    `Load average when it began: ${machine.load}.`
  return [where, `${judged.filter((row) => row.holds).length} of ${judged.length} aims hold.`, bySection(judged),
    `<details><summary>What was measured without an aim</summary>\n\n${bySection(rows.filter((row) => !row.target))}\n</details>`,
    ...missing.map(({ section, name, why }) => `Not measured: ${section}: ${name}: ${why}`)].join('\n\n')
}

const [begin, end] = ['<!-- make bench: figures -->', '<!-- make bench: end of figures -->']
if (process.argv.includes('--readme')) {
  const file = path.join(root, 'README.md')
  const [before, rest] = readFileSync(file, 'utf8').split(begin)
  writeFileSync(file, `${before}${begin}\n${text()}\n${end}${rest.split(end)[1]}`)
} else {
  console.log(text())
}
