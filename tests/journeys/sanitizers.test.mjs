// What a sanitizer says of a program fails the test file that started it, even where every test in it passes.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { root, temporaryFolder } from '../support/process.mjs'

const faults = {
  address: { code: 'int* p = new int[2]; delete[] p; return p[argc];', says: /AddressSanitizer: heap-use-after-free/ },
  undefined: { code: 'int most = 2147483647; most += argc; return 0;', says: /runtime error: signed integer overflow/ },
  thread: { code: 'int n = 0; std::thread other([&] { ++n; }); ++n; other.join(); return 0;', says: /ThreadSanitizer: data race/ },
  // A leak, which is found at the end.
  leak: { code: 'new int[1000]; return 0;', says: /LeakSanitizer: detected memory leaks/, sanitizer: 'address' },
  nothing: { code: 'return 0;', says: /^$/, sanitizer: 'address' }
}

describe('a sanitizer\'s report', () => {
  for (const [name, { code, says, sanitizer = name }] of Object.entries(faults)) {
    it(`of ${name}`, { timeout: 60000 }, async () => {
      const folder = temporaryFolder()
      const source = path.join(folder, 'fault.cpp')
      const program = path.join(folder, 'fault')
      writeFileSync(source, `#include <thread>\nint main(int argc, char**) { (void)argc; ${code} }\n`)
      execFileSync('g++', ['-O0', '-g1', '-pthread', `-fsanitize=${sanitizer}`, '-o', program, source,
        path.join(root, 'tests/support/sanitizers.cpp')], { stdio: 'pipe' })
      const script = `import { start } from '${root}/tests/support/process.mjs'\nawait start('fault', '${program}').exited\n`
      const [error, stderr] = await new Promise((resolve) =>
        execFile(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TEST_LOGS: folder } }, (failed, stdout, text) => resolve([failed, text])))
      assert.match(stderr, says)
      assert.equal(error?.code ?? 0, name === 'nothing' ? 0 : 1)
    })
  }
})
