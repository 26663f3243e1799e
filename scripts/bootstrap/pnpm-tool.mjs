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
  const version = JSON.parse(readFileSync(path.join(from, 'package.json'), 'utf8')).dependencies.pnpm
  const to = path.join(context.tools, `pnpm-${version}`)
  const script = path.join(to, 'node_modules/pnpm/bin/pnpm.mjs')
  if (existsSync(script)) return { version, command: [node, script] }

  const present = await runCommand(['pnpm', '--version'], { env: context.env, cwd: context.tools, timeoutMs: 5000 })
  if (present.status === 0 && present.output.trim() === version) return { version, command: ['pnpm'] }

  const what = `pnpm ${version}`
  await context.report.step(`${what} from npm`, async () => {
    await installTool({ ...context, from, to, what })
    const { status, output } = await runCommand([node, script, '--version'], { env: context.env })
    if (status !== 0) {
      throw new SetupError({
        message: `${what} was downloaded but does not run on ${process.platform}-${process.arch}`,
        hint: `install ${what} in another way so that \`pnpm\` is on PATH, then run the same command again`,
        output,
      })
    }
    await writeCommand(context.tools, script)
  })
  return { version, command: [node, script] }
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
