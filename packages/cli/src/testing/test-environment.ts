import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Probes } from '../doctor/probes.js'
import type { Environment, Terminal } from '../environment.js'
import { runCli } from '../run-cli.js'
import type { ExitCode } from '../exit-codes.js'

/** A terminal that remembers. */
export class FakeTerminal implements Terminal {
  text = ''
  constructor(
    readonly isTty = false,
    readonly columns = 80,
  ) {}

  write(text: string): void {
    this.text += text
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }
}

/** A machine on which everything is in order. */
export const healthyProbes: Probes = {
  nodeVersion: 'v24.1.0',
  runTool: (name, args) => {
    const output = args.includes('-encoders') ? ' V....D libx264  H.264' : `${name} version 5.1.9-0+deb12u1 Copyright`
    return Promise.resolve({ kind: 'ran', output })
  },
  storeFolder: () => Promise.resolve({ kind: 'writable', freeBytes: 200e9 }),
  port: () => Promise.resolve('free'),
  interfaces: () => Promise.resolve([{ name: 'eth0', address: '192.168.1.5', multicast: true }]),
}

/** What one run of the command line left behind. */
export interface CliRun {
  readonly exitCode: ExitCode
  readonly stdout: FakeTerminal
  readonly stderr: FakeTerminal
}

/** What a test replaces; the streams stay ones that remember. */
export type Replaced = Partial<Environment> & { readonly stdout?: FakeTerminal; readonly stderr?: FakeTerminal }

/** A command line with a store of its own; `dispose` removes it. */
export class TestCli {
  readonly interruption = new AbortController()
  readonly stdout = new FakeTerminal()
  readonly stderr = new FakeTerminal()
  /** What the live display showed: frames that were drawn, lines that were persisted, its end. */
  readonly drawn: string[] = []

  private constructor(readonly storePath: string) {}

  static async create(): Promise<TestCli> {
    return new TestCli(await mkdtemp(join(tmpdir(), 'sheaf-cli-')))
  }

  async run(argv: readonly string[], over: Replaced = {}): Promise<CliRun> {
    const { stdout = this.stdout, stderr = this.stderr } = over
    const exitCode = await runCli(argv, this.environment({ ...over, stdout, stderr }))
    return { exitCode, stdout, stderr }
  }

  environment(over: Partial<Environment> = {}): Environment {
    return {
      version: '0.1.0',
      stdout: this.stdout,
      stderr: this.stderr,
      env: { SHEAF_STORE: this.storePath },
      platform: 'linux',
      homeDir: '/home/ada',
      cwd: '/films',
      nowMs: Date.now,
      sleep: (ms, signal) => delay(Math.min(ms, 5), undefined, signal === undefined ? {} : { signal }),
      interrupted: this.interruption.signal,
      isAlive: (pid) => pid === process.pid,
      startAgent: () => Promise.reject(new Error('no agent in this test')),
      verifyFilm: () => Promise.reject(new Error('no film in this test')),
      joinMachine: () => Promise.reject(new Error('no farm in this test')),
      farmKeys: {
        exportKey: () => Promise.reject(new Error('no farm in this test')),
        importKey: () => Promise.reject(new Error('no farm in this test')),
      },
      ask: () => Promise.reject(new Error('nobody to ask in this test')),
      readInput: () => Promise.resolve(''),
      spawnDetached: () => Promise.reject(new Error('no child in this test')),
      liveDisplay: () => ({
        draw: (lines) => void this.drawn.push(...lines),
        persist: (line) => void this.drawn.push(line),
        end: (last) => void this.drawn.push(`(${last})`),
      }),
      probes: healthyProbes,
      ...over,
    }
  }

  async dispose(): Promise<void> {
    await rm(this.storePath, { recursive: true, force: true })
  }
}
