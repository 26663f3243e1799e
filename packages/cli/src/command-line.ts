import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { createRequire, flushCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FarmKeys, JoinMachine, StartAgent, VerifyFilm } from './agent-contract.js'
import { machineProbes } from './doctor/machine-probes.js'
import type { Environment, Terminal } from './environment.js'
import { exitCodes } from './exit-codes.js'
import { askPerson, readStandardInput } from './output/ask.js'
import { createLiveDisplay } from './output/live-display.js'
import { runCli } from './run-cli.js'
import type { SpawnDetached } from './up/spawn-detached.js'

// The composition root: the one place that knows the process, the terminal and the agent.

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string }

const main = fileURLToPath(new URL('main.js', import.meta.url))

/** Loaded when it is needed: the other commands start much faster without it. */
const startAgent: StartAgent = async (options) => {
  const agent = await (await import('@sheaf/agent')).startAgent(options)
  // An agent runs until its machine is switched off, and leaves no moment at its end to write the cache.
  setTimeout(flushCompileCache, 5000).unref()
  return agent
}

const verifyFilm: VerifyFilm = async (request) => (await import('@sheaf/agent')).verifyFilm(request)

const joinMachine: JoinMachine = async (request) => (await import('@sheaf/agent')).joinMachine(request)

const farmKeys: FarmKeys = {
  exportKey: async (request) => (await import('@sheaf/agent')).exportFarmKey(request),
  importKey: async (request) => (await import('@sheaf/agent')).importFarmKey(request),
}

const spawnDetached: SpawnDetached = async (args, logPath) => {
  const log = await open(logPath, 'a', 0o600)
  try {
    const child = spawn(process.execPath, [...process.execArgv, main, ...args], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      windowsHide: true,
    })
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve()
      })
    })
    await once(child, 'spawn')
    child.unref()
    return { pid: child.pid ?? 0, exited, kill: () => void child.kill() }
  } finally {
    await log.close()
  }
}

function terminal(stream: NodeJS.WriteStream): Terminal {
  return {
    get isTty() {
      return (stream.isTTY as boolean | undefined) ?? false
    },
    get columns() {
      // A stream that is no terminal has no width, whatever its type says: there nothing is cut. Some terminals say 0.
      const isTty = (stream.isTTY as boolean | undefined) ?? false
      return isTty ? (stream.columns as number | undefined) || 80 : Number.POSITIVE_INFINITY
    },
    write: (text) => void stream.write(text),
  }
}

/** The first Ctrl-C asks the command to end, the second one ends the process. */
function interruption(): AbortSignal {
  const controller = new AbortController()
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    controller.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  process.on('SIGHUP', interrupt)
  return controller.signal
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** `sheaf jobs | head -1` closes the pipe early, which is no failure. */
function tolerateClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok)
    throw error
  })
}

const flush = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => {
      resolve()
    })
  })

tolerateClosedPipe(process.stdout)
tolerateClosedPipe(process.stderr)

// An invitation is a secret for a quarter of an hour: other users of the machine see no arguments of a title.
if (process.argv[2] === 'join') process.title = 'sheaf join'

const interrupted = interruption()
const environment: Environment = {
  version,
  stdout: terminal(process.stdout),
  stderr: terminal(process.stderr),
  env: process.env,
  platform: process.platform,
  homeDir: homedir(),
  cwd: process.cwd(),
  nowMs: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
  interrupted,
  isAlive,
  startAgent,
  verifyFilm,
  joinMachine,
  farmKeys,
  ask: (question, options) => askPerson(question, { ...options, signal: interrupted }),
  readInput: readStandardInput,
  spawnDetached,
  liveDisplay: () => createLiveDisplay(process.stdout),
  probes: machineProbes(),
}

const exitCode = await runCli(process.argv.slice(2), environment)
await Promise.all([flush(process.stdout), flush(process.stderr)])
process.exit(exitCode)
