import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bugs } from './bugs.mjs'

// Properties that pass prove little: this puts bugs in by hand, one at a time, in a copy of the
// repository, and wants to see each killed. Exit code 1 when one lives, or when tests fail without any.

const repository = fileURLToPath(new URL('../..', import.meta.url))
const leftOut = new Set(['.git', '.sheaf', '.tools', 'dist', 'coverage'])

/** @param {string} copy */
async function copyTo(copy) {
  await cp(repository, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !leftOut.has(basename(path)) && relative(repository, path) !== 'node_modules',
  })
  await symlink(join(repository, 'node_modules'), join(copy, 'node_modules'), 'junction')
}

/**
 * @param {string} copy
 * @param {readonly string[]} tests
 * @param {readonly string[]} more for vitest
 * @returns {Promise<{ passed: number, failed: number, output: string }>}
 */
async function runTests(copy, tests, ...more) {
  const report = join(copy, 'report.json')
  await rm(report, { force: true })
  const vitest = join(repository, 'node_modules', 'vitest', 'vitest.mjs')
  const args = [vitest, 'run', ...tests, ...more, '--reporter=json', `--outputFile=${report}`]
  const child = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  await new Promise((resolve) => child.once('close', resolve))
  const text = await readFile(report, 'utf8').catch(() => '{}')
  const { numPassedTests = 0, numFailedTests = 0 } = JSON.parse(text)
  return { passed: numPassedTests, failed: numFailedTests, output }
}

/**
 * @param {string} copy
 * @param {import('./bugs.mjs').SeededBug} bug
 * @returns {Promise<string>} why the bug lives; empty when it was killed
 */
async function hunt(copy, bug) {
  const path = join(copy, ...bug.file.split('/'))
  const good = await readFile(path, 'utf8')
  if (good.split(bug.find).length !== 2) return `its place is not found exactly once in ${bug.file}`
  await writeFile(
    path,
    good.replace(bug.find, () => bug.replace),
  )
  try {
    const { failed, passed, output } = await runTests(copy, [bug.test], '--bail=1')
    if (failed > 0) return ''
    return passed > 0 ? `all ${passed} tests of ${bug.test} pass with it` : `no test ran:\n${output}`
  } finally {
    await writeFile(path, good)
  }
}

async function main() {
  const copy = await mkdtemp(join(tmpdir(), 'sheaf-seeded-bugs-'))
  try {
    await copyTo(copy + sep)
    const tests = [...new Set(bugs.map(({ test }) => test))]
    const without = await runTests(copy, tests)
    if (without.failed > 0 || without.passed === 0) {
      process.stdout.write(`the tests fail without any bug\n${without.output}\n`)
      return false
    }
    let alive = 0
    for (const bug of bugs) {
      const why = await hunt(copy, bug)
      if (why !== '') alive += 1
      process.stdout.write(`${why === '' ? 'killed' : 'ALIVE '}  ${bug.name}${why === '' ? '' : `\n        ${why}`}\n`)
    }
    process.stdout.write(`${bugs.length - alive} of ${bugs.length} bugs killed\n`)
    return alive === 0
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

process.exitCode = (await main()) ? 0 : 1
