import type { FarmView, JobView } from '@sheaf/protocol'

/** What a kill cost, as far as views show it. */
export interface KillReport {
  /** Segments that the killed agent had not landed. */
  readonly moved: number
  /** From the kill until the last of them had a new holder, in ms; `undefined` while some have none. */
  readonly movedAfterMs: number | undefined
}

/** Follows one job through its views: what moved after a kill, and whether anything that landed was begun again. */
export class RerenderWatch {
  readonly #jobId: string
  readonly #landed = new Set<number>()
  readonly #again = new Set<number>()
  #orphans: ReadonlySet<number> = new Set()
  #killedAtMs = 0
  #victim: string | undefined
  #movedAfterMs: number | undefined

  constructor(jobId: string) {
    this.#jobId = jobId
  }

  see(view: FarmView, nowMs: number): void {
    const job = view.jobs.find(({ jobId }) => jobId === this.#jobId)
    if (job === undefined) return
    for (const run of job.runs) {
      for (let index = run.from; index < run.to; index += 1) this.#seeSegment(index, run.status)
    }
    if (this.#victim !== undefined && this.#movedAfterMs === undefined && this.#allMoved(job)) {
      this.#movedAfterMs = nowMs - this.#killedAtMs
    }
  }

  /** Notes the kill of an agent, with the view from just before it. */
  killed(victim: string, view: FarmView, nowMs: number): void {
    const job = view.jobs.find(({ jobId }) => jobId === this.#jobId)
    this.#victim = victim
    this.#killedAtMs = nowMs
    this.#orphans = new Set(
      (job?.runs ?? []).filter((run) => run.holder === victim && run.status !== 'landed').flatMap(indexes),
    )
  }

  kill(): KillReport {
    return { moved: this.#orphans.size, movedAfterMs: this.#movedAfterMs }
  }

  /** Segments that had landed and were not landed later on. */
  landedTwice(): number {
    return this.#again.size
  }

  #seeSegment(index: number, status: string): void {
    if (status === 'landed') this.#landed.add(index)
    else if (this.#landed.has(index)) this.#again.add(index)
  }

  #allMoved(job: JobView): boolean {
    return job.runs.every((run) => {
      const free = run.status === 'waiting' || (run.holder === this.#victim && run.status !== 'landed')
      return !free || !indexes(run).some((index) => this.#orphans.has(index))
    })
  }
}

const indexes = ({ from, to }: { readonly from: number; readonly to: number }): readonly number[] =>
  Array.from({ length: to - from }, (_, at) => from + at)
