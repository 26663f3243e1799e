import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { ESLint } from 'eslint'
import ts from 'typescript'
import tseslint from 'typescript-eslint'

/** Packages whose decisions depend on their input alone. */
export const purePackages = ['coordinator', 'timeline']

/** What must not exist there for the compiler. */
const forbiddenNames = [
  ...['process', 'Buffer', 'setTimeout', 'setInterval', 'queueMicrotask', 'fetch', 'console', 'performance'],
  ...['crypto', 'URL', 'TextDecoder', 'TextEncoder', 'AbortController', 'structuredClone', 'window', 'require'],
]

/** What ES2023 has all the same and the linter must refuse. */
const forbiddenCode = [
  'export const a = Date.now()',
  'export const a = new Date()',
  'export const a = Date()',
  'export const a = Math.random()',
  "export const a = Math['random']()",
  'export async function a() {}',
  'export const a = async () => {}',
  'export const a = Promise.resolve(1)',
  'await 0',
  "export const a = import('./a.js')",
]

/** TypeScript's ways to say "cannot find name", with and without advice. */
const nameNotFound = new Set([2304, 2552, 2580, 2581, 2582, 2583, 2584, 2591, 2592, 2868])

/**
 * Proves the fence around the pure packages by trying to break it: a probe is compiled together
 * with a package's own sources, by its own tsconfig, and each forbidden name must be unknown
 * there. (One source that imports something with Node's types would let all of them in.)
 * @param {string} root
 * @returns {Promise<string[]>} one line for each hole; needs the declarations that `tsc -b` makes
 */
export async function findHolesInFence(root) {
  const holes = purePackages.flatMap((name) => [...findNameHoles(root, name), ...findExceptions(root, name)])
  for (const name of purePackages) holes.push(...(await findCodeHoles(root, name)))
  return holes
}

/**
 * The forbidden names that the compiler lets a package use, one line each.
 * @param {string} root
 * @param {string} name of the package
 */
export function findNameHoles(root, name) {
  const folder = path.join(root, 'packages', name)
  const config = ts.getParsedCommandLineOfConfigFile(
    path.join(folder, 'tsconfig.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: () => {},
    },
  )
  if (config === undefined) return [`packages/${name}: tsconfig.json cannot be read`]
  const probe = path.join(folder, 'src/purity-probe.ts')
  const text = [...forbiddenNames.map((word) => `void ${word}`), 'export {}'].join('\n')
  const host = withFile(ts.createCompilerHost(config.options), probe, text)
  const program = ts.createProgram({
    rootNames: [...config.fileNames, probe],
    options: { ...config.options, noEmit: true, composite: false, incremental: false },
    projectReferences: config.projectReferences ?? [],
    host,
  })
  const source = program.getSourceFile(probe)
  const refused = program
    .getSemanticDiagnostics(source)
    .filter(({ code }) => nameNotFound.has(code))
    .map(({ start }) => source?.getLineAndCharacterOfPosition(start ?? 0).line)
  return forbiddenNames
    .filter((_, line) => !refused.includes(line))
    .map((word) => `packages/${name}: a file that names \`${word}\` compiles, but must not`)
}

/**
 * @param {ts.CompilerHost} host
 * @param {string} name
 * @param {string} text
 * @returns {ts.CompilerHost}
 */
function withFile(host, name, text) {
  return {
    ...host,
    fileExists: (file) => file === name || host.fileExists(file),
    readFile: (file) => (file === name ? text : host.readFile(file)),
    getSourceFile: (file, language, ...others) =>
      file === name ? ts.createSourceFile(file, text, language) : host.getSourceFile(file, language, ...others),
  }
}

/**
 * The impure lines of code that the linter lets pass in a package, one line each.
 * @param {string} root
 * @param {string} name
 */
async function findCodeHoles(root, name) {
  const linter = new ESLint({
    cwd: root,
    // The rules of the fence go by syntax alone; without types the probe takes no time.
    overrideConfig: [{ ...tseslint.configs.disableTypeChecked, files: ['**/*.ts'] }],
  })
  const filePath = path.join(root, 'packages', name, 'src/purity-probe.ts')
  const holes = []
  for (const code of forbiddenCode) {
    const results = await linter.lintText(code, { filePath })
    const refused = results.some(({ messages }) => messages.some(({ ruleId }) => ruleId?.startsWith('no-restricted-')))
    if (!refused) holes.push(`packages/${name}: the linter lets \`${code}\` pass, but must not`)
  }
  return holes
}

/**
 * Comments that switch the linter off would be a gate in the fence: there may be none for its
 * rules, nor for all rules at once.
 * @param {string} root
 * @param {string} name
 */
export function findExceptions(root, name) {
  const folder = path.join(root, 'packages', name, 'src')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /eslint-disable(?:[^\n]*no-restricted-|(?:-next-line|-line)?\s*(?:\*\/|--|$))/m.test(
        readFileSync(path.join(folder, file), 'utf8'),
      ),
    )
    .map((file) => `packages/${name}/src/${file}: switches the rules of the fence off`)
}
