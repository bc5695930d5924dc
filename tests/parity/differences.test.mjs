// The list of intended differences is what the tests use, and nothing else.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { it } from 'node:test'
import { names } from './differences.mjs'

it('every intended difference is shown by a test', () => {
  const folder = new URL('.', import.meta.url)
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.mjs') && name !== 'differences.test.mjs')
  const tests = files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('')
  assert.deepEqual(names.filter((name) => !new RegExp(`'${name}'|\\b${name}: \\[`).test(tests)), [])
})
