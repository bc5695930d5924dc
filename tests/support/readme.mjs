// What stands in README.md: its tables, and its fenced blocks with the section they are in.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './process.mjs'

export const readme = readFileSync(path.join(root, 'README.md'), 'utf8')

/** Every fenced block: { language, text, section, line }; `section` is the nearest heading above. */
export const blocks = (() => {
  const found = []
  let section = ''
  let open
  for (const [index, line] of readme.split('\n').entries()) {
    const fence = /^( *)```(\w*)$/.exec(line)
    if (open && fence) {
      found.push({ ...open, text: open.lines.join('\n') })
      open = undefined
    } else if (open) {
      open.lines.push(line)
    } else if (fence) {
      open = { language: fence[2], section, line: index + 1, lines: [] }
    } else if (/^#+ /.test(line)) {
      section = line.replace(/^#+ /, '')
    }
    // Indented as the list that it stands in.
    if (open?.lines.length) open.lines[open.lines.length - 1] = open.lines.at(-1).replace(new RegExp(`^ {0,${/^ */.exec(readme.split('\n')[open.line - 1])[0].length}}`), '')
  }
  return found
})()

/** The text below a heading, up to the next one of its rank or above. */
export function section(title) {
  const lines = readme.split('\n')
  const from = lines.findIndex((line) => line.replace(/^#+ /, '') === title && line.startsWith('#'))
  if (from < 0) throw new Error(`the README has no section "${title}"`)
  const rank = /^#+/.exec(lines[from])[0].length
  let fenced = false
  const length = lines.slice(from + 1).findIndex((line) => {
    if (/^ *```/.test(line)) fenced = !fenced
    return !fenced && new RegExp(`^#{1,${rank}} `).test(line)
  })
  return lines.slice(from + 1, length < 0 ? undefined : from + 1 + length).join('\n')
}

/** The code spans of a table's cell: `a`, `b` -> ["a", "b"] */
export const spans = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text)

/** Rows of every table of configuration keys in a text: { keys, type, byDefault, example }; cells as they stand there. */
export function keyRows(text) {
  const tables = text.split(/^\| key \| type \| default \| example \| \|\n\|[-|]+\|\n/m).slice(1)
  return tables.map((table) => table.split('\n\n')[0].trim().split('\n').map((line) => {
    const [keys, type, byDefault, example] = line.replace(/^\| /, '').split(' | ')
    return { keys: spans(keys), type, byDefault, example: spans(example)[0] }
  }))
}
