import { isSheafError, type FarmView, type JobView, type SubmitRequest } from '@sheaf/protocol'
import type { SheafClient } from '@sheaf/client'
import type { KnownRenders } from '../agent-contract.js'
import type { Session } from './session.js'

/** A job that the agent of this machine knows. */
export interface KnownJob {
  readonly farm: FarmView
  readonly view: JobView
  /** How it was asked for; undefined when it was submitted elsewhere. */
  readonly asked: SubmitRequest | undefined
}

/** A job by its id or a part of it. Throws what the agent refuses with, and when there is no agent. */
export async function jobCalled(session: Session, text: string): Promise<KnownJob> {
  const { client } = await session.connect()
  const view = await client.job(text, { signal: session.env.interrupted })
  return known(session, client, view)
}

/** The newest job that wrote this file, when an agent runs and knows it. */
export async function jobThatWrote(session: Session, filePath: string): Promise<KnownJob | undefined> {
  try {
    const { client } = await session.connect()
    const { jobs, self } = await client.farm({ signal: session.env.interrupted })
    const views = jobs.filter(({ outputPath, submitter }) => outputPath === filePath && submitter === self)
    const view = views.sort((a, b) => b.submittedAtMs - a.submittedAtMs)[0]
    return view && (await known(session, client, view))
  } catch (error) {
    // Without an agent nothing is known of who rendered what; the film can be compared all the same.
    if (isSheafError(error)) return undefined
    throw error
  }
}

async function known(session: Session, client: SheafClient, view: JobView): Promise<KnownJob> {
  const call = { signal: session.env.interrupted }
  const asked = await client.jobRequest(view.jobId, call).catch((error: unknown) => {
    // What is missing for it is asked of the person instead.
    if (isSheafError(error)) return undefined
    throw error
  })
  return { farm: await client.farm(call), view, asked }
}

/** Who rendered a job's segments, by the names of those machines. */
export function rendersOf({ farm, view }: KnownJob): KnownRenders {
  const names = new Map(farm.peers.map(({ peer, name }) => [peer, name]))
  return {
    frames: view.frames,
    segments: view.segments,
    renderedBy: (segment) => {
      const run = view.runs.find(({ from, to, status }) => status === 'landed' && segment >= from && segment < to)
      return run?.holder && (names.get(run.holder) ?? run.holder)
    },
  }
}
