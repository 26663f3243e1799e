#!/usr/bin/env node
/**
 * Everything that is checked without running the product: `pnpm check`, or `npm run check` where
 * nothing is set up yet. All steps run, whatever fails; the failures stand together at the end.
 * `pnpm check NAME` runs the steps that are named.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Report } from './bootstrap/report.mjs'
import { runOrFail } from './bootstrap/run-command.mjs'
import { SetupError } from './bootstrap/setup-error.mjs'
import { listWorkspaceFolders } from './bootstrap/workspace-packages.mjs'

const root = path.resolve(fileURLToPath(import.meta.url), '../..')

/** @type {Readonly<Record<string, { label: string, hint: string, run: () => Promise<unknown> }>>} */
const steps = {
  format: {
    label: 'format (prettier)',
    hint: 'run `pnpm format`',
    run: () => runTool('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  },
  types: {
    label: 'types (tsc), tests and scripts too',
    hint: 'mend what the compiler says',
    run: checkTypes,
  },
  lint: {
    label: 'lint (eslint)',
    hint: '`pnpm eslint --fix .` mends a part of it',
    run: () => runTool('eslint/bin/eslint.js', '--max-warnings', '0', '.'),
  },
  dependencies: {
    label: 'dependency directions (dependency-cruiser)',
    hint: 'the rules, with reasons: scripts/check/dependency-rules.cjs',
    run: () => {
      const rules = 'scripts/check/dependency-rules.cjs'
      return runTool('dependency-cruiser/bin/dependency-cruiser.mjs', '--config', rules, 'packages', 'bench', 'test')
    },
  },
  purity: {
    label: 'purity fence of coordinator and timeline',
    hint: 'look for an import that brings types of Node along: `pnpm tsc -p packages/NAME --explainFiles`',
    run: checkPurity,
  },
}

/** @param {readonly string[]} names */
async function main(names) {
  const unknown = names.filter((name) => !(name in steps))
  if (unknown.length > 0) {
    process.stderr.write(`no such check: ${unknown.join(', ')} (there are ${Object.keys(steps).join(', ')})\n`)
    return 2
  }
  const chosen = Object.entries(steps).filter(([name]) => names.length === 0 || names.includes(name))
  const report = new Report({ stream: process.stdout, verbose: false, nowMs: () => performance.now() })
  const failures = []
  for (const [name, { label, hint, run }] of chosen) {
    try {
      await report.step(label, run)
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      failures.push(`── ${name}: ${hint}\n${(error.output ?? error.message).trim()}\n`)
    }
  }
  for (const failure of failures) process.stdout.write(`\n${failure}`)
  const passed = chosen.length - failures.length
  process.stdout.write(`\nchecks: ${passed} passed, ${failures.length} failed\n`)
  return failures.length === 0 ? 0 : 1
}

async function checkTypes() {
  const folders = await listWorkspaceFolders(root)
  const tests = folders
    .map((folder) => `${folder}/tsconfig.test.json`)
    .filter((file) => existsSync(path.join(root, file)))
  await runTool('typescript/bin/tsc', '-b', '.', ...tests, 'scripts')
}

async function checkPurity() {
  // Loaded late: it brings compiler and linter into this process.
  const { findHolesInFence } = await import('./check/purity-fence.mjs')
  const holes = await findHolesInFence(root)
  if (holes.length > 0) throw new SetupError({ message: holes.join('\n') })
}

/**
 * @param {string} script below node_modules
 * @param {readonly string[]} args
 */
function runTool(script, ...args) {
  return runOrFail([process.execPath, path.join('node_modules', script), ...args], {
    cwd: root,
    env: process.env,
    failure: (output) => ({ message: output }),
  })
}

process.exitCode = await main(process.argv.slice(2))
