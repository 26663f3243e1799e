import { constants, setPriority } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import type { SheafError } from '@sheaf/protocol'
import { execa } from 'execa'
import { toolFailed } from './tool-error.js'
import { priorityPrefix } from './tool-priority.js'
import type { ToolStart } from './tool-start.js'

/** How a command ended. `killed` means by us. */
export type ToolOutcome =
  | { readonly kind: 'ok'; readonly stderr: string }
  | { readonly kind: 'killed' }
  | { readonly kind: 'failed'; readonly error: SheafError }

/** A running command. */
export interface ToolProcess {
  readonly pid: number | undefined
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly progress: Readable | null
  /** Never rejects. Pending until the process is gone. */
  readonly done: Promise<ToolOutcome>
  /** SIGKILL at once: what a tool leaves half-written is deleted anyway, so there is nothing to say goodbye for. */
  readonly kill: () => void
}

/** stderr that is kept, from its end. */
const STDERR_BYTES = 64 * 1024

/** Starts a command at low CPU and disk priority, in a process group of its own (a terminal's Ctrl-C is for the agent). */
export async function startTool(start: ToolStart): Promise<ToolProcess> {
  const [file = start.file, ...args] = [...(await priorityPrefix()), start.file, ...start.args]
  const child = execa(file, args, {
    stdio: [
      start.stdin === 'pipe' ? 'pipe' : 'ignore',
      start.stdout === 'pipe' ? 'pipe' : 'ignore',
      'pipe',
      ...(start.progress ? (['pipe'] as const) : []),
    ],
    ...(start.cwd === undefined ? {} : { cwd: start.cwd }),
    env: { ...toolEnvironment(), ...start.environment },
    extendEnv: false,
    buffer: false,
    reject: false,
    cleanup: false,
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const state = { killed: false }
  const pipes = [child.stdout, child.stdio[3] as Readable | undefined]
  const kill = (): void => {
    state.killed = true
    killGroup(child.pid, () => child.kill('SIGKILL'))
    for (const pipe of pipes) pipe?.destroy()
  }
  lowerPriority(child.pid)
  // A write into a tool that has just died is no error of ours: its outcome says what happened.
  child.stdin?.on('error', () => undefined)
  for (const pipe of pipes) pipe?.on('error', () => undefined)
  const stderr = keepTail(child.stderr)
  liveTools.add(kill)
  const done = child.then((result): ToolOutcome => {
    liveTools.delete(kill)
    if (state.killed) return { kind: 'killed' }
    if (!result.failed) return { kind: 'ok', stderr: stderr() }
    const { exitCode, signal, code } = result
    const cause = 'originalMessage' in result ? result.originalMessage : undefined
    return { kind: 'failed', error: toolFailed({ start, exitCode, signal, code, cause, stderr: stderr() }) }
  })
  const progress = (child.stdio[3] as Readable | undefined) ?? null
  return { pid: child.pid, stdin: child.stdin, stdout: child.stdout, progress, done, kill }
}

/** Tools that run now; an agent that ends in an orderly way takes them along. */
const liveTools = new Set<() => void>()
process.on('exit', () => {
  for (const kill of liveTools) kill()
})

function killGroup(pid: number | undefined, otherwise: () => void): void {
  if (pid === undefined) return
  if (process.platform === 'win32') return otherwise()
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    otherwise() // already gone
  }
}

function lowerPriority(pid: number | undefined): void {
  if (pid === undefined || process.platform === 'linux') return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Gone already, or not permitted: it runs at normal priority then.
  }
}

/** The agent's own environment, without what would change a tool's output or hand it our secrets. */
function toolEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined || name.startsWith('SHEAF_')) continue
    if (name.startsWith('LC_') || name === 'LANG' || name === 'FFREPORT' || name.startsWith('AV_LOG')) continue
    environment[name] = value
  }
  // SVT-AV1 greets on stderr, where only what went wrong is looked for: 1 is errors alone.
  return { ...environment, LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1', SVT_LOG: '1' }
}

function keepTail(stream: Readable | null): () => string {
  let tail = Buffer.alloc(0)
  stream?.on('data', (bytes: Buffer) => {
    const all = Buffer.concat([tail, bytes])
    tail = all.subarray(Math.max(0, all.length - STDERR_BYTES))
  })
  stream?.on('error', () => undefined)
  return () => tail.toString('utf8')
}
