import { dirname, join } from 'node:path'
import type { JobId } from '@sheaf/protocol'

/**
 * A file that a job needs for a while beside its output, on the same file system: `part` is what the output
 * will be, `again` what it is compared with after a crash, `stem` a stem on its way to its name. Named after the job, since two jobs may have one
 * output, and short, since the output's own name may be as long as the system allows.
 */
export function workingPath(outPath: string, jobId: JobId, kind: 'part' | 'again' | 'stem'): string {
  return join(dirname(outPath), `.sheaf-${jobId}.${kind}`)
}
