import type { JobId, SubmitRequest } from '@sheaf/protocol'
import type { StoreDatabase } from '../facts/index.js'

/** How the jobs that were submitted here were asked for: where edit and media lie is known to this machine alone. */
export interface JobRequests {
  get(jobId: JobId): Promise<SubmitRequest | undefined>
  /** On disk when it resolves. */
  put(jobId: JobId, request: SubmitRequest): Promise<void>
}

/** `JobRequests` in the agent's database. */
export function openJobRequests(db: StoreDatabase): JobRequests {
  const table = db.sublevel<string, SubmitRequest>('requests', { valueEncoding: 'json' })
  return {
    get: (jobId) => table.get(jobId),
    put: (jobId, request) => table.put(jobId, request),
  }
}
