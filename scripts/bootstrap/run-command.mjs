import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { SetupError } from './setup-error.mjs'

/**
 * @typedef {{ cwd?: string | undefined, env: NodeJS.ProcessEnv, verbose?: boolean | undefined,
 *             timeoutMs?: number | undefined }} RunOptions
 * @typedef {{ status: number | null, output: string, missing: boolean }} RunResult
 */

/**
 * Runs a command to its end and keeps what it printed; with `verbose` its output is passed on to
 * stderr as well. Never throws: `missing` says that there is no such command, a null `status`
 * that it was killed.
 * @param {readonly string[]} command
 * @param {RunOptions} options
 * @returns {Promise<RunResult>}
 */
export function runCommand(command, { cwd, env, verbose = false, timeoutMs }) {
  const [file = '', ...args] = command
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs })
    /** @type {Buffer[]} */
    const chunks = []
    const keep = (/** @type {Buffer} */ chunk) => {
      chunks.push(chunk)
      if (verbose) process.stderr.write(chunk)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => {
      resolve({ status: null, output: String(error), missing: 'code' in error && error.code === 'ENOENT' })
    })
    child.on('close', (status) => {
      resolve({ status, output: Buffer.concat(chunks).toString('utf8'), missing: false })
    })
  })
}

/**
 * As `runCommand`, but a failure is a `SetupError` with the command's output.
 * @param {readonly string[]} command
 * @param {RunOptions & { failure: (output: string) => { message: string, hint?: string | undefined } }} options
 * @returns {Promise<string>} what it printed
 */
export async function runOrFail(command, { failure, ...options }) {
  const { status, output } = await runCommand(command, options)
  if (status === 0) return output
  // Verbose output was already shown as it came.
  throw new SetupError({ ...failure(output), output: options.verbose === true ? undefined : output })
}

/**
 * Runs a command that talks to the person at the terminal; its output goes to stderr, since
 * stdout belongs to the target.
 * @param {readonly string[]} command
 * @param {RunOptions} options
 * @returns {Promise<{ status: number | null, output: undefined }>}
 */
export function runInteractively(command, { cwd, env }) {
  const [file = '', ...args] = command
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: ['inherit', process.stderr, process.stderr] })
    child.on('error', () => resolve({ status: null, output: undefined }))
    child.on('close', (status) => resolve({ status, output: undefined }))
  })
}

/**
 * Hands this process over to a command: same terminal, same signals, same exit code.
 * @param {readonly string[]} command
 * @param {RunOptions} options
 * @returns {Promise<number>} the exit code, 128 + n after signal n as shells have it
 */
export function runInForeground(command, { cwd, env }) {
  const [file = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: 'inherit' })
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    // Ctrl-C reaches the child by itself; the others are passed on. Either way this process
    // must outlive it to give its exit code.
    const listeners = signals.map((signal) => {
      const listener = () => signal !== 'SIGINT' && child.kill(signal)
      process.on(signal, listener)
      return () => process.off(signal, listener)
    })
    const release = () => listeners.forEach((off) => off())
    child.on('error', (error) => {
      release()
      reject(new SetupError({ message: `cannot start \`${file}\``, cause: error, hint: error.message }))
    })
    child.on('close', (status, signal) => {
      release()
      resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
