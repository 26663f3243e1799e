import type { SheafClient } from '@sheaf/client'
import { closedJobStatuses, SheafError, type FarmView, type JobView } from '@sheaf/protocol'
import { farmEvents } from '../display/farm-events.js'
import { closingLine, jobLines, jobSummary } from '../display/job-lines.js'
import { addSample, framesPerS, type ProgressSample } from '../display/progress-meter.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import type { LiveDisplay } from '../output/live-display.js'
import type { Session } from './session.js'

/** `json`: nothing, a JSON line a view, or one document at the end. */
export interface FollowInit {
  readonly session: Session
  readonly client: SheafClient
  readonly jobId: string
  /** When the person asked for it; absent when the job was there before. */
  readonly startedAtMs?: number
  readonly json: 'no' | 'lines' | 'last'
  /** Seconds of a job of sound alone, where they are known. */
  readonly soundS?: number | undefined
}

const plainEveryMs = 5000
const redrawMs = 250

/**
 * Shows a job until it has ended: exit code 0 completed, 4 failed or canceled. Ctrl-C detaches:
 * the job goes on, and the person reads how to come back (130).
 */
export async function followJob(init: FollowInit): Promise<ExitCode> {
  const { session } = init
  const { interrupted } = session.env
  const screen = new JobScreen(init)
  try {
    for await (const farm of init.client.watchFarm({ signal: interrupted, onLost: (error) => screen.away(error) })) {
      const job = screen.show(farm)
      if (job !== undefined && isClosed(job)) return screen.close(job)
    }
    throw new SheafError({ code: 'SHEAF_AGENT_UNREACHABLE', message: 'the agent ended the connection' })
  } catch (error) {
    screen.end()
    if (!interrupted.aborted) throw error
    session.note(`detached; the job goes on. Come back with: sheaf watch ${init.jobId}${session.storeFlag}`)
    return exitCodes.interrupted
  } finally {
    screen.end()
  }
}

export const isClosed = (job: JobView): boolean => (closedJobStatuses as readonly string[]).includes(job.status)

/** What a follower has seen and where it shows it: a live display on a terminal, else plain lines now and then. */
class JobScreen {
  readonly #init: FollowInit
  readonly #live: LiveDisplay | undefined
  readonly #timer: NodeJS.Timeout | undefined
  #farm: FarmView | undefined
  #samples: readonly ProgressSample[] = []
  #startedAtMs: number | undefined
  #saidAtMs = Number.NEGATIVE_INFINITY
  #framesDone = 0
  #isAway = false
  #ended = false

  constructor(init: FollowInit) {
    this.#init = init
    this.#startedAtMs = init.startedAtMs
    const { env } = init.session
    this.#live = init.json === 'no' && env.stdout.isTty ? env.liveDisplay() : undefined
    // The countdown goes on between two views.
    this.#timer = this.#live === undefined ? undefined : setInterval(() => this.#draw(), redrawMs)
  }

  show(farm: FarmView): JobView | undefined {
    const { session, jobId, json } = this.#init
    const job = farm.jobs.find((one) => one.jobId === jobId)
    if (job === undefined) return undefined
    if (!isClosed(job)) {
      this.#startedAtMs ??= job.submittedAtMs
      this.#framesDone = job.framesDone
    }
    const before = this.#farm
    this.#farm = farm
    this.#isAway = false
    this.#samples = addSample(this.#samples, { atMs: session.env.nowMs(), frames: job.framesDone })
    if (json === 'lines') session.printJson(job)
    if (json !== 'no') return job
    for (const event of before === undefined ? [] : farmEvents(before, farm, jobId)) this.#say(event.text)
    if (this.#live === undefined) this.#sayProgress()
    else this.#draw()
    return job
  }

  away(error: SheafError): void {
    if (this.#isAway) return
    this.#isAway = true
    if (this.#init.json === 'no') this.#say(`! ${error.message}; waiting for it`)
  }

  close(job: JobView): ExitCode {
    const { session, json, soundS } = this.#init
    this.#draw()
    this.end()
    const elapsedMs = this.#startedAtMs === undefined ? undefined : session.env.nowMs() - this.#startedAtMs
    if (json === 'last') session.printJson(job)
    if (json === 'no')
      session.print(closingLine(job, { elapsedMs, framesDone: this.#framesDone, soundS }, session.style))
    return job.status === 'completed' ? exitCodes.ok : exitCodes.jobNotCompleted
  }

  /** Idempotent. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#timer !== undefined) clearInterval(this.#timer)
    this.#live?.end('keep')
  }

  #draw(): void {
    if (this.#live === undefined || this.#farm === undefined) return
    const { session, jobId, soundS } = this.#init
    const { stdout, nowMs } = session.env
    const fps = framesPerS(this.#samples)
    const shown = { farm: this.#farm, jobId, width: stdout.columns, nowMs: nowMs(), fps, soundS, style: session.style }
    this.#live.draw(jobLines(shown))
  }

  #sayProgress(): void {
    const { session, jobId, soundS } = this.#init
    const nowMs = session.env.nowMs()
    if (this.#farm === undefined || nowMs - this.#saidAtMs < plainEveryMs) return
    this.#saidAtMs = nowMs
    const width = Number.POSITIVE_INFINITY
    session.print(jobSummary({ farm: this.#farm, jobId, width, nowMs, fps: framesPerS(this.#samples), soundS }))
  }

  #say(line: string): void {
    if (this.#live === undefined) this.#init.session.print(line)
    else this.#live.persist(line)
  }
}
