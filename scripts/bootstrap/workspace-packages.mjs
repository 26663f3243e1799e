import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { explainDownloadFailure } from './explain-download-failure.mjs'
import { ensurePnpm } from './pnpm-tool.mjs'
import { runOrFail } from './run-command.mjs'
import { digestContents, readStamp, writeStamp } from './stamps.mjs'

/** @typedef {import('./setup-context.mjs').SetupContext} SetupContext */

/**
 * The folders of the workspace, relative to the repository.
 * @param {string} root
 */
export async function listWorkspaceFolders(root) {
  const names = await readdir(path.join(root, 'packages'))
  return [...names.map((name) => `packages/${name}`), 'bench', 'test'].filter((folder) =>
    existsSync(path.join(root, folder, 'package.json')),
  )
}

/**
 * Installs the npm packages exactly as the lockfile has them, when lockfile, manifests or
 * platform changed since that last succeeded.
 * @param {SetupContext} context
 * @param {string} node
 */
export async function ensurePackages(context, node) {
  const { root } = context
  const manifests = (await listWorkspaceFolders(root)).map((folder) => `${folder}/package.json`)
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]
  const digest = await digestContents(root, files, [process.platform, process.arch])
  const stamp = path.join(context.tools, 'packages.stamp')
  if ((await readStamp(stamp)) === digest && existsSync(path.join(root, 'node_modules/.modules.yaml'))) return

  const pnpm = await ensurePnpm(context, node)
  await context.report.step('npm packages (pnpm, frozen lockfile)', async () => {
    // Without a stamp a killed install is done again, whatever it left.
    await rm(stamp, { force: true })
    await runOrFail([...pnpm.command, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'], {
      cwd: root,
      env: context.env,
      verbose: context.verbose,
      failure: (output) => ({ message: 'could not install the npm packages', hint: explainDownloadFailure(output) }),
    })
    await writeStamp(stamp, digest)
  })
}
