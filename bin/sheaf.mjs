#!/usr/bin/env node
// The `sheaf` command of a checkout, for any Node that people have: it finds the one that Sheaf runs with.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { installedNode } from '../scripts/bootstrap/node-runtime.mjs'

const root = path.resolve(fileURLToPath(import.meta.url), '../..')
const main = path.join(root, 'packages/cli/dist/main.js')
const executable = installedNode(root)

if (executable === null || !existsSync(main)) {
  process.stderr.write(
    `✗ Sheaf is not set up yet in ${root}\n  Run: node ${path.join(root, 'scripts/bootstrap.mjs')} setup\n`,
  )
  process.exitCode = 1
} else if (executable === process.execPath) {
  process.argv[1] = main
  await import(pathToFileURL(main).href)
} else {
  const child = spawn(executable, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  // An invitation is among the arguments of a join; a title shows none.
  if (process.argv[2] === 'join') process.title = 'sheaf join'
  // The child ends by itself on a signal from the terminal; others are passed on.
  process.on('SIGINT', () => undefined)
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 130)
  })
}
