import type { FarmKeys, JoinMachine, StartAgent, VerifyFilm } from './agent-contract.js'
import type { Probes } from './doctor/probes.js'
import type { LiveDisplay } from './output/live-display.js'
import type { SpawnDetached } from './up/spawn-detached.js'

/**
 * A stream that a person or a program reads. `columns` is asked anew each time: windows change size; what is no
 * terminal has endless lines.
 */
export interface Terminal {
  readonly isTty: boolean
  readonly columns: number
  write(text: string): void
}

/** Everything the commands touch outside of themselves. `main.ts` makes the real one, tests another. */
export interface Environment {
  readonly version: string
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDir: string
  readonly cwd: string
  readonly nowMs: () => number
  /** Waits; rejects with the signal's reason when it is aborted first. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Aborted by Ctrl-C and by a polite kill. */
  readonly interrupted: AbortSignal
  readonly isAlive: (pid: number) => boolean
  readonly startAgent: StartAgent
  readonly verifyFilm: VerifyFilm
  readonly joinMachine: JoinMachine
  readonly farmKeys: FarmKeys
  /** Asks the person at the terminal. */
  readonly ask: (question: string, options?: { readonly hidden?: boolean }) => Promise<string>
  /** All of standard input. */
  readonly readInput: () => Promise<string>
  readonly spawnDetached: SpawnDetached
  readonly liveDisplay: () => LiveDisplay
  readonly probes: Probes
}
