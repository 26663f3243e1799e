import { existsSync } from 'node:fs'
import type { BenchResponse } from '@sheaf/protocol'
import { benchmarkKey, runBenchmark } from '../benchmark/index.js'
import {
  classFingerprint,
  classOfFingerprint,
  engineFingerprint,
  likelyChips,
  type EngineClass,
  type FfmpegTools,
} from '../engine/index.js'
import type { Log } from '../log/index.js'
import type { MachineDescription } from '../machine/index.js'
import { ClassFingerprints, type OtherClass } from './class-fingerprints.js'
import type { SettingsStore } from './settings.js'

export interface AbilityComponents {
  readonly tools: FfmpegTools
  readonly settings: SettingsStore
  readonly log: Log
}

export interface AbilityInit {
  readonly machine: MachineDescription
  readonly slots: number
  readonly cacheDir: string
  readonly onChange: () => void
}

/** What this machine can do: its engine's fingerprint and its score, found in the background after the start. */
export class Ability {
  readonly #components: AbilityComponents
  readonly #init: AbilityInit
  readonly #abort = new AbortController()
  #failed = false
  #measures = true
  #fingerprint: string | undefined
  #score: number | undefined
  #finding: Promise<string> | undefined
  /** Classes of jobs beyond the base that somebody asked about. */
  readonly #classes = new ClassFingerprints({ measure: (name) => this.#findClass(name), nowMs: Date.now })
  readonly #classFingerprints = new Map<EngineClass, string>()
  #preparing: Promise<void> | undefined
  #benching: Promise<BenchResponse> | undefined

  constructor(components: AbilityComponents, init: AbilityInit) {
    this.#components = components
    this.#init = init
  }

  get slots(): number {
    return this.#init.slots
  }

  /** Of ffmpeg, as it calls itself. */
  get engineVersion(): string {
    return this.#components.tools.version
  }

  /** The engine does not work here; nothing is rendered until the agent is started again. */
  get failed(): boolean {
    return this.#failed
  }

  markFailed(): void {
    this.#failed = true
  }

  scores(): Readonly<Record<string, number>> {
    return this.#score === undefined ? {} : { ffmpeg: this.#score }
  }

  /** Fingerprint known, and score too unless this machine is not to be measured. */
  get ready(): boolean {
    return this.#fingerprint !== undefined && (this.#score !== undefined || !this.#measures)
  }

  fingerprints(): Readonly<Record<string, string>> {
    if (this.#fingerprint === undefined) return {}
    const classes = [...this.#classFingerprints].map(([name, fingerprint]) => [`ffmpeg/${name}`, fingerprint] as const)
    return { ffmpeg: this.#fingerprint, ...Object.fromEntries(classes) }
  }

  /** Finds the fingerprint, then the score, unless `benchmark` is false. Rejects when the engine does not work here. */
  prepare(options: { readonly benchmark: boolean }): Promise<void> {
    this.#preparing ??= this.#prepare(options.benchmark)
    return this.#preparing
  }

  /** The fingerprint, once known. */
  fingerprint(): Promise<string> {
    this.#finding ??= this.#findFingerprint()
    return this.#finding
  }

  /**
   * The fingerprint of a class of jobs, measured when it is asked for first. Rejects when this machine cannot
   * render such jobs just now; whoever asks next tries again, unless its build has not got the encoder.
   */
  fingerprintOf(engineClass: EngineClass): Promise<string> {
    if (engineClass === 'base') return this.fingerprint()
    return this.#classes.of(engineClass)
  }

  /** A job asks for this fingerprint: finds out in the background whether this machine has it. */
  learn(fingerprint: string): void {
    const engineClass = classOfFingerprint(fingerprint)
    if (engineClass === undefined || engineClass === 'base' || !this.#classes.isDue(engineClass)) return
    if (this.#fingerprint === undefined) return
    this.fingerprintOf(engineClass).catch((error: unknown) =>
      this.#components.log.info({ engineClass, error }, 'jobs of this class are not for this machine'),
    )
  }

  /** Measures, or returns the kept result while hardware and engine are the same. */
  bench(again: boolean): Promise<BenchResponse> {
    this.#benching ??= this.#bench(again).finally(() => (this.#benching = undefined))
    return this.#benching
  }

  /** Resolves when nothing is being measured any more. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error('agent stops'))
    await Promise.allSettled([this.#preparing, this.#finding, this.#benching, this.#classes.settled()])
  }

  async #prepare(benchmark: boolean): Promise<void> {
    this.#measures = benchmark
    const key = await this.#key()
    const kept = this.#components.settings.get().benchmark
    if (kept?.key === key) this.#score = kept.score
    this.#init.onChange()
    if (benchmark) await this.bench(false)
    await this.#learnChips()
  }

  async #findFingerprint(): Promise<string> {
    const { tools } = this.#components
    const { cacheDir } = this.#init
    try {
      const options = { tools, cacheDir, signal: this.#abort.signal }
      const base = await engineFingerprint(options)
      // Found along with the base, and told with it: who submits weighs a lossless intermediate by it.
      this.#classFingerprints.set('lossless', await classFingerprint({ ...options, engineClass: 'lossless' }))
      this.#fingerprint = base
      this.#init.onChange()
      return this.#fingerprint
    } catch (error) {
      // The next one who asks tries again.
      this.#finding = undefined
      throw error
    }
  }

  /** Tries the chips' encoders, after everything else: others of the farm may submit jobs for them. */
  async #learnChips(): Promise<void> {
    const { encoders } = this.#components.tools
    for (const chip of likelyChips({ encoders, platform: process.platform, present: existsSync })) {
      if (this.#abort.signal.aborted) return
      await this.fingerprintOf(chip).catch((error: unknown) =>
        this.#components.log.info({ chip, error }, 'this chip does not encode here'),
      )
    }
  }

  async #findClass(engineClass: OtherClass): Promise<string> {
    await this.fingerprint()
    const { tools } = this.#components
    const { cacheDir } = this.#init
    const fingerprint = await classFingerprint({ tools, cacheDir, engineClass, signal: this.#abort.signal })
    this.#classFingerprints.set(engineClass, fingerprint)
    this.#init.onChange()
    return fingerprint
  }

  async #key(): Promise<string> {
    const fingerprint = await this.fingerprint()
    const { slots, machine } = this.#init
    return benchmarkKey({ ...machine, fingerprint, slots })
  }

  async #bench(again: boolean): Promise<BenchResponse> {
    const { settings, tools, log } = this.#components
    const { slots, cacheDir } = this.#init
    const key = await this.#key()
    const kept = settings.get().benchmark
    if (!again && kept?.key === key) {
      return { engine: 'ffmpeg', score: kept.score, framesPerS: kept.framesPerS, slots, cached: true }
    }
    const result = await runBenchmark({ tools, slots, cacheDir, signal: this.#abort.signal })
    this.#score = result.score
    await settings.set({ benchmark: { key, score: result.score, framesPerS: result.framesPerSecond } })
    log.info({ score: result.score, framesPerS: result.framesPerSecond, slots }, 'benchmark done')
    this.#init.onChange()
    return { engine: 'ffmpeg', score: result.score, framesPerS: result.framesPerSecond, slots, cached: false }
  }
}
