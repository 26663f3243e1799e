#!/usr/bin/env node
/**
 * Sets everything up and then runs one target: `node scripts/bootstrap.mjs demo|test|bench|check
 * ARGS`. Plain JavaScript for Node >= 18 with npm alone: it is what runs before anything else is
 * there. A second run finds everything in place and does nothing twice.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from './bootstrap/child-environment.mjs'
import { ensureFfmpeg } from './bootstrap/ffmpeg-system.mjs'
import { ensureNode } from './bootstrap/node-runtime.mjs'
import { npmCommand } from './bootstrap/npm-tool.mjs'
import { ensurePnpm } from './bootstrap/pnpm-tool.mjs'
import { Report } from './bootstrap/report.mjs'
import { runInForeground } from './bootstrap/run-command.mjs'
import { SetupError } from './bootstrap/setup-error.mjs'
import { splitArguments } from './bootstrap/split-arguments.mjs'
import { targets } from './bootstrap/targets.mjs'
import { ensureBuild } from './bootstrap/workspace-build.mjs'
import { ensurePackages } from './bootstrap/workspace-packages.mjs'

/** @typedef {import('./bootstrap/setup-context.mjs').SetupContext} SetupContext */
/** @typedef {import('./bootstrap/targets.mjs').Target} Target */

const root = path.resolve(fileURLToPath(import.meta.url), '../..')

/** @param {readonly string[]} argv */
async function main(argv) {
  const { target: name, yes, verbose, help, rest } = splitArguments(argv)
  const target = name === undefined ? undefined : targets[name]
  if (target === undefined) {
    const problem = name === undefined ? '' : `there is no target "${name}"\n`
    ;(help ? process.stdout : process.stderr).write(problem + usage())
    return help ? 0 : 2
  }
  const tools = path.join(root, '.tools')
  mkdirSync(tools, { recursive: true })
  const report = new Report({ stream: process.stderr, verbose, nowMs: () => performance.now() })
  const npm = npmCommand(process.env)
  const env = childEnvironment(process.env, [])
  const childEnv = await setUp({ root, tools, env, npm, report, verbose, yes }, target)
  const command = target.command === null ? [] : [...target.command, ...rest]
  return command.length === 0 ? 0 : runInForeground(command, { cwd: root, env: childEnv })
}

/**
 * @param {SetupContext} context
 * @param {Target} target
 * @returns {Promise<NodeJS.ProcessEnv>} the environment in which the target runs
 */
async function setUp(context, target) {
  const node = await ensureNode(context)
  const pathFolders = [path.dirname(node.executable), path.join(context.tools, 'bin')]
  const ready = { ...context, env: childEnvironment(context.env, pathFolders) }
  const summary = [`Node ${node.version}`]
  if (target.needs.includes('pnpm')) summary.push(`pnpm ${(await ensurePnpm(ready, node.executable)).version}`)
  await ensurePackages(ready, node.executable)
  if (target.needs.includes('ffmpeg')) summary.push(`ffmpeg ${(await ensureFfmpeg(ready)).version}`)
  if (target.needs.includes('build')) await ensureBuild(ready, node.executable)
  context.report.finish(summary.join(', '))
  return ready.env
}

function usage() {
  const lines = Object.entries(targets).map(([name, { summary }]) => `  ${name.padEnd(6)} ${summary}\n`)
  return [
    'node scripts/bootstrap.mjs TARGET [--yes] [--verbose] [ARGS]\n\n',
    ...lines,
    '\n  --yes      install ffmpeg without asking where it is missing\n',
    '  --verbose  show what the set-up commands print\n',
  ].join('')
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  if (error.output !== undefined && error.output.trim() !== '') process.stderr.write(`${error.output.trimEnd()}\n`)
  process.stderr.write(`\nset-up stopped: ${error.message}\n`)
  if (error.hint !== undefined && error.hint !== '') process.stderr.write(`  ${error.hint}\n`)
  process.exitCode = 1
}
