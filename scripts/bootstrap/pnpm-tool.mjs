import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { installTool } from './npm-tool.mjs'
import { runCommand } from './run-command.mjs'
import { SetupError } from './setup-error.mjs'

/** @typedef {import('./setup-context.mjs').SetupContext} SetupContext */

/**
 * The pinned pnpm: from .tools, or from PATH when the very same version is there, else taken
 * from the npm registry. Must run after the suitable Node was found.
 * @param {SetupContext} context
 * @param {string} node the Node to start it with
 * @returns {Promise<{ version: string, command: readonly string[] }>}
 */
export async function ensurePnpm(context, node) {
  const from = path.join(context.root, 'scripts/toolchain/pnpm')
  const manifest = readJson(path.join(from, 'package.json'))
  const version = manifest.dependencies.pnpm
  const to = path.join(context.tools, `pnpm-${version}`)
  const script = 'node_modules/pnpm/bin/pnpm.mjs'
  const command = [node, path.join(to, script)]
  if (existsSync(path.join(to, script))) return { version, command }

  const present = await runCommand(['pnpm', '--version'], { env: context.env, cwd: context.tools, timeoutMs: 5000 })
  if (present.status === 0 && present.output.trim() === version) return { version, command: ['pnpm'] }

  const tool = { what: `pnpm ${version}`, manifest, lock: readJson(path.join(from, 'package-lock.json')) }
  await context.report.step(`${tool.what} from npm`, async () => {
    const verify = (/** @type {string} */ folder) => assertRuns([node, path.join(folder, script)], tool.what, context)
    await installTool({ ...context, tool, to, verify })
    await writeCommand(context.tools, path.join(to, script))
  })
  return { version, command }
}

/**
 * @param {readonly string[]} command
 * @param {string} what
 * @param {SetupContext} context
 */
async function assertRuns(command, what, context) {
  const { status, output } = await runCommand([...command, '--version'], { env: context.env, cwd: context.tools })
  if (status === 0) return
  throw new SetupError({
    message: `${what} was downloaded but does not run on ${process.platform}-${process.arch}`,
    hint: `install ${what} in another way so that \`pnpm\` is on PATH, then run the same command again`,
    output,
  })
}

/**
 * Puts a `pnpm` command into .tools/bin, for commands that people and scripts start themselves.
 * @param {string} tools
 * @param {string} script
 */
async function writeCommand(tools, script) {
  const folder = path.join(tools, 'bin')
  await mkdir(folder, { recursive: true })
  const relative = path.relative(folder, script)
  await writeFile(path.join(folder, 'pnpm'), `#!/bin/sh\nexec node "$(dirname "$0")/${relative}" "$@"\n`)
  await chmod(path.join(folder, 'pnpm'), 0o755)
  await writeFile(path.join(folder, 'pnpm.cmd'), `@node "%~dp0${relative}" %*\r\n`)
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
