import { cp, mkdir, rename, rm } from 'node:fs/promises'
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
 * Installs one folder of scripts/toolchain, with the hashes of its lockfile, as a whole: it is
 * made beside its place and renamed, so that a killed set-up leaves nothing half there.
 * @param {{ from: string, to: string, env: NodeJS.ProcessEnv, npm: readonly string[], what: string,
 *           verbose: boolean }} input `from` the toolchain folder, `to` a folder that does not exist
 */
export async function installTool({ from, to, env, npm, what, verbose }) {
  const draft = `${to}.${process.pid}`
  await mkdir(draft, { recursive: true })
  try {
    await cp(from, draft, { recursive: true })
    // Install scripts stay off: newer npm blocks them anyway, and both tools work without.
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--include=optional']
    await runOrFail([...npm, 'install', ...options], {
      cwd: draft,
      env,
      verbose,
      failure: (output) => ({ message: `could not download ${what}`, hint: explainDownloadFailure(output) }),
    })
    await rename(draft, to).catch((/** @type {unknown} */ error) => {
      // Another set-up in the same folder was faster; its result is as good.
      if (!existsSync(to)) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
