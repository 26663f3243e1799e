import type { JobId } from '@sheaf/protocol'
import type { StoreDatabase } from '../facts/index.js'

/** Remembers which closed jobs nothing is kept of any more, so that a start does not clear them up again. */
export interface FreedJobs {
  has(jobId: JobId): boolean
  /** On disk when it resolves; losing it in a crash only costs that the job is cleared up again. */
  add(jobId: JobId): Promise<void>
}

/** `FreedJobs` in the agent's database. */
export async function openFreedJobs(db: StoreDatabase): Promise<FreedJobs> {
  const table = db.sublevel('freed', { valueEncoding: 'utf8' })
  const jobs = new Set(await table.keys().all())
  return {
    has: (jobId) => jobs.has(jobId),
    add: async (jobId) => {
      jobs.add(jobId)
      await table.put(jobId, '')
    },
  }
}
