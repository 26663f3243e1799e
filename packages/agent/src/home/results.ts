import { rm } from 'node:fs/promises'
import { isSheafError, type JobId, type PeerId, type SheafErrorCode } from '@sheaf/protocol'
import type { CheckedBorders } from './ports.js'
import { JobResult, resultFolder, type JobResultComponents } from './job-result.js'

export interface ResultsInit {
  readonly self: PeerId
  readonly workDir: string
  /** A job cannot be finished and never will be, such as when a medium changed. */
  readonly onHopeless: (jobId: JobId, error: Error) => void
  readonly onChange: () => void
}

/** Errors that do not pass by waiting. */
const hopeless: ReadonlySet<string> = new Set<SheafErrorCode>([
  // Of a job that was submitted before an upgrade, or by a newer agent: no waiting makes it readable.
  'SHEAF_MANIFEST_VERSION',
  'SHEAF_MANIFEST_INVALID',
  'SHEAF_MEDIA_CHANGED',
  'SHEAF_MEDIA_MISSING',
  'SHEAF_ENGINE_FAILED',
  'SHEAF_OUTPUT_FORMAT',
  'SHEAF_OUTPUT_FAULTY',
  'SHEAF_STORE_DAMAGED',
])
/**
 * What passes by itself, and is waited for as long as it takes: other machines, and segments that are rendered anew.
 * Everything else (the disk or the folder of the output, a tool, what nobody has thought of) a person may mend while
 * it is tried, less and less often.
 */
const passing: ReadonlySet<string> = new Set<SheafErrorCode>([
  'SHEAF_BLOB_NOT_FOUND',
  'SHEAF_BLOB_CORRUPT',
  'SHEAF_PEER_UNREACHABLE',
  'SHEAF_TIMEOUT',
  'SHEAF_LEASE_EXPIRED',
])
const retryMs = 3000
/** Over about a minute and a half; then the job fails, which a requeue takes up from what landed. */
const outputTries = 6
/** A segment that was rendered anew this often and still does not fit the others never will. */
const invalidTries = 3

/** The home's second duty: an output file for each open job whose home is here. */
export class Results {
  readonly #components: JobResultComponents
  readonly #init: ResultsInit
  readonly #running = new Map<JobId, JobResult>()
  readonly #notices = new Map<JobId, string>()
  readonly #checks = new Map<JobId, CheckedBorders>()
  readonly #timers = new Map<JobId, NodeJS.Timeout>()
  /** How often each job's output could not be written. */
  readonly #outputFailures = new Map<JobId, number>()
  /** How often each segment was found wrong when it was joined. */
  readonly #invalid = new Map<string, number>()
  readonly #following = new Set<Promise<void>>()
  #stopped = false

  constructor(components: JobResultComponents, init: ResultsInit) {
    this.#components = components
    this.#init = init
  }

  /** What stands in the way of a job's file just now, in words; it is tried again by itself. */
  notice(jobId: JobId): string | undefined {
    return this.#notices.get(jobId)
  }

  /** How far the film of an open job that is in its place already was looked at. */
  check(jobId: JobId): CheckedBorders | undefined {
    return this.#checks.get(jobId)
  }

  /** Looks no further at a film that is in its place: its job completes, and says how far it was looked at. */
  endCheck(jobId: JobId): void {
    if (this.#checks.has(jobId)) this.#running.get(jobId)?.endCheck()
  }

  /** Looks at the farm's state again: begins, advances and ends results. Cheap; called on every change. */
  update(): void {
    if (this.#stopped) return
    const mine = this.#components.farm
      .openJobs()
      .filter((job) => job.home === this.#init.self && job.submitter === this.#init.self)
    const wanted = new Set(mine.map((job) => job.jobId))
    for (const [jobId, result] of this.#running) {
      if (wanted.has(jobId)) result.advance()
      else result.discard()
    }
    for (const known of [this.#notices, this.#checks]) {
      for (const jobId of known.keys()) if (!wanted.has(jobId)) known.delete(jobId)
    }
    for (const job of mine) {
      if (this.#running.has(job.jobId) || this.#timers.has(job.jobId)) continue
      const { workDir, self } = this.#init
      const onNotice = (text: string): void => this.#say(job.jobId, text)
      const onCheck = (borders: CheckedBorders): void => this.#sayCheck(job.jobId, borders)
      const result = new JobResult(this.#components, { job, workDir, self, onNotice, onCheck })
      this.#running.set(job.jobId, result)
      this.#follow(job.jobId, result)
    }
  }

  /** Removes what an unfinished result has left, also one of an earlier run of this agent. */
  async forgetJob(jobId: JobId): Promise<void> {
    if (!this.#running.has(jobId)) await rm(resultFolder(this.#init.workDir, jobId), { recursive: true, force: true })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    const ends = [...this.#following]
    for (const result of this.#running.values()) result.stop()
    await Promise.all(ends)
  }

  #say(jobId: JobId, text: string): void {
    if (this.#notices.get(jobId) === text) return
    this.#notices.set(jobId, text)
    this.#init.onChange()
  }

  #sayCheck(jobId: JobId, borders: CheckedBorders): void {
    this.#notices.delete(jobId)
    this.#checks.set(jobId, borders)
    this.#init.onChange()
  }

  #follow(jobId: JobId, result: JobResult): void {
    const end = result
      .run()
      .then(() => {
        this.#notices.delete(jobId)
        this.#outputFailures.delete(jobId)
        // The fact is on its way into the farm's state; until it is there the job looks open.
        if (!this.#stopped) this.#tryLater(jobId)
      })
      .catch((error: unknown) => this.#onFailed(jobId, error))
      .finally(() => {
        this.#running.delete(jobId)
        this.#following.delete(end)
        this.#init.onChange()
        // The job may have got its next generation, or another one begun, while this ended.
        this.update()
      })
      .then(() => undefined)
    this.#following.add(end)
  }

  #onFailed(jobId: JobId, error: unknown): void {
    const stillOpen = this.#components.farm.job(jobId)?.open === true
    if (this.#stopped || !stillOpen) return
    const failure = error instanceof Error ? error : new Error(String(error))
    this.#components.log.warn({ jobId, error: failure }, 'output not finished yet')
    const isHopeless = this.#isHopeless(jobId, failure)
    // Also when it is hopeless: the fact that ends the job takes a moment, and is not to be signed twice.
    this.#tryLater(jobId)
    if (isHopeless) this.#init.onHopeless(jobId, failure)
    else this.#notices.set(jobId, failure.message)
  }

  #isHopeless(jobId: JobId, failure: Error): boolean {
    const code = isSheafError(failure) ? failure.code : undefined
    if (code !== undefined && hopeless.has(code)) return true
    if (code !== undefined && passing.has(code)) return false
    if (!isSheafError(failure, 'SHEAF_SEGMENT_INVALID')) {
      const tries = (this.#outputFailures.get(jobId) ?? 0) + 1
      this.#outputFailures.set(jobId, tries)
      if (tries >= outputTries) this.#outputFailures.delete(jobId)
      return tries >= outputTries
    }
    const generation = this.#components.farm.job(jobId)?.generation ?? 0
    const key = `${jobId}/${generation}/${String(failure.details['segment'])}`
    const tries = (this.#invalid.get(key) ?? 0) + 1
    this.#invalid.set(key, tries)
    return tries >= invalidTries
  }

  #tryLater(jobId: JobId): void {
    this.#timers.set(
      jobId,
      setTimeout(
        () => {
          this.#timers.delete(jobId)
          this.update()
        },
        retryMs * 2 ** Math.max(0, (this.#outputFailures.get(jobId) ?? 0) - 1),
      ).unref(),
    )
  }
}
