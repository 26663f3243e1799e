import type { SheafClient } from '@sheaf/client'
import { SheafError, type FarmView, type JobView, type SubmitRequest } from '@sheaf/protocol'

/** A finished render. */
export interface RenderedJob {
  readonly job: JobView
  /** From before the submission until the file was in place. */
  readonly wallMs: number
}

/** Submits an edit and waits for its file. Rejects when the job fails, or with the signal's reason. */
export async function renderJob(
  client: SheafClient,
  request: SubmitRequest,
  options: {
    readonly signal: AbortSignal
    /** Every view on the way that has the job, with the time at which it came. */
    readonly onView?: ((view: FarmView, job: JobView, atMs: number) => void) | undefined
  },
): Promise<RenderedJob> {
  const startedMs = performance.now()
  let inPlaceMs: number | undefined
  const { jobId } = await client.submit(request, { signal: options.signal })
  for await (const view of client.watchFarm({ signal: options.signal })) {
    const atMs = performance.now()
    const job = view.jobs.find((one) => one.jobId === jobId)
    if (job === undefined) continue
    options.onView?.(view, job, atMs)
    // Its borders are looked at while nobody waits for the film any more.
    if (job.status === 'rendered' && job.borders !== undefined) inPlaceMs ??= atMs
    if (job.status === 'completed') return { job, wallMs: (inPlaceMs ?? atMs) - startedMs }
    if (job.status === 'failed' || job.status === 'canceled') throw jobEnded(job)
  }
  throw new SheafError({ code: 'SHEAF_AGENT_UNREACHABLE', message: 'The agent stopped telling before the job ended.' })
}

/** Resolves with the first view of the farm that is as wanted. SHEAF_TIMEOUT after `patienceMs` (default a minute). */
export async function whenFarm(
  client: SheafClient,
  wanted: (view: FarmView) => boolean,
  options: { readonly what: string; readonly signal: AbortSignal; readonly patienceMs?: number | undefined },
): Promise<FarmView> {
  const limit = AbortSignal.timeout(options.patienceMs ?? 60_000)
  const signal = AbortSignal.any([limit, options.signal])
  try {
    for await (const view of client.watchFarm({ signal })) if (wanted(view)) return view
  } catch (error) {
    options.signal.throwIfAborted()
    if (!limit.aborted) throw error
  }
  throw new SheafError({
    code: 'SHEAF_TIMEOUT',
    message: `${options.what} did not happen in time.`,
    hint: 'Is something else using this machine?',
  })
}

/** Whether all `agents` agents are there, measured, and led: nothing is left to do but work. */
export function isReady(view: FarmView, agents: number): boolean {
  const here = view.peers.filter((peer) => peer.connected)
  return here.length === agents && here.every((peer) => peer.score !== undefined) && view.coordinator !== undefined
}

function jobEnded({ jobId, status, message }: JobView): SheafError {
  return new SheafError({
    code: 'SHEAF_ENGINE_FAILED',
    message: `Job ${jobId} is ${status}: ${message ?? 'no reason'}`,
  })
}
