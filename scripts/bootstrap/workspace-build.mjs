import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { runOrFail } from './run-command.mjs'
import { digestTimes, readStamp, writeStamp } from './stamps.mjs'

/** @typedef {import('./setup-context.mjs').SetupContext} SetupContext */

/**
 * Compiles the packages when a source, a setting or a dependency changed since that last
 * succeeded. `tsc -b` is incremental, but takes a second to find that out.
 * @param {SetupContext} context
 * @param {string} node
 */
export async function ensureBuild(context, node) {
  const { root } = context
  const solution = JSON.parse(readFileSync(path.join(root, 'tsconfig.json'), 'utf8'))
  /** @type {string[]} */
  const folders = solution.references.map((/** @type {{ path: string }} */ { path: folder }) => folder)
  const settings = ['tsconfig.json', 'tsconfig.base.json', ...folders.map((folder) => `${folder}/tsconfig.json`)]
  const packages = (await readStamp(path.join(context.tools, 'packages.stamp'))) ?? ''
  const digest = await digestTimes(
    root,
    folders.map((folder) => `${folder}/src`),
    [packages, ...settings.map((file) => readFileSync(path.join(root, file), 'utf8'))],
  )
  const stamp = path.join(context.tools, 'build.stamp')
  const whole = folders.every((folder) => existsSync(path.join(root, folder, 'dist/.tsbuildinfo')))
  if (whole && (await readStamp(stamp)) === digest) return

  await context.report.step('build (tsc -b)', async () => {
    await rm(stamp, { force: true })
    await runOrFail([node, 'node_modules/typescript/bin/tsc', '-b'], {
      cwd: root,
      env: context.env,
      verbose: context.verbose,
      failure: () => ({ message: 'the packages do not compile', hint: 'mend what the compiler says above' }),
    })
    await writeStamp(stamp, digest)
  })
}
