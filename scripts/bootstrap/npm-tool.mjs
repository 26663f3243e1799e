import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { explainDownloadFailure } from './explain-download-failure.mjs'
import { runOrFail } from './run-command.mjs'

/**
 * The words that start npm. Its JavaScript is started directly where it can be found, since
 * `npm` is a .cmd file on Windows, which cannot be spawned without a shell.
 * @param {NodeJS.ProcessEnv} env
 * @returns {readonly string[]}
 */
export function npmCommand(env) {
  const nodeFolder = path.dirname(process.execPath)
  const candidates = [
    env['npm_execpath'] ?? '',
    path.join(nodeFolder, 'node_modules/npm/bin/npm-cli.js'),
    path.join(nodeFolder, '../lib/node_modules/npm/bin/npm-cli.js'),
  ]
  const script = candidates.find((file) => path.basename(file) === 'npm-cli.js' && existsSync(file))
  return script === undefined ? ['npm'] : [process.execPath, script]
}

/**
 * A tool to take from npm: what its package.json and package-lock.json shall be, the latter with
 * the hashes that npm holds the download to.
 * @typedef {{ what: string, manifest: object, lock: object }} Tool
 */

/**
 * Installs a tool as a whole: it is made and tried beside its place and then renamed, so that
 * neither a killed set-up nor a failed download leaves something half there.
 * @param {{ tool: Tool, to: string, env: NodeJS.ProcessEnv, npm: readonly string[], verbose: boolean,
 *           verify: (folder: string) => Promise<void> }} input `to` is replaced; `verify` throws when
 *           the tool in `folder` does not run
 */
export async function installTool({ tool, to, env, npm, verbose, verify }) {
  const draft = `${to}.${process.pid}`
  await mkdir(draft, { recursive: true })
  try {
    await writeFile(path.join(draft, 'package.json'), JSON.stringify(tool.manifest))
    await writeFile(path.join(draft, 'package-lock.json'), JSON.stringify(tool.lock))
    // Install scripts stay off: newer npm blocks them anyway, and the tools work without.
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--include=optional']
    await runOrFail([...npm, 'install', ...options], {
      cwd: draft,
      env,
      verbose,
      failure: (output) => ({ message: `could not download ${tool.what}`, hint: explainDownloadFailure(output) }),
    })
    await verify(draft)
    await rm(to, { recursive: true, force: true })
    await rename(draft, to).catch((/** @type {unknown} */ error) => {
      // Another set-up in the same folder was faster; its result is as good.
      if (!existsSync(to)) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
