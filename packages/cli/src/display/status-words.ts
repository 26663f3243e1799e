import type { JobView } from '@sheaf/protocol'
import { formatCount } from './format.js'

/** A job's status, and how far its film was looked at: `completed, checked`. */
export function statusWords(job: JobView): string {
  const { status, borders } = job
  if (status === 'rendered') return borders === undefined ? waitingWords(job) : `in place, ${checkWords(borders)}`
  if (status === 'completed' && borders !== undefined) return `completed, ${checkWords(borders)}`
  return status
}

/** Sound is made where the film is put together: of sound alone nothing is rendered on the farm. */
const waitingWords = ({ frames }: JobView): string =>
  frames === 0 ? 'the sound is being made' : 'rendered, awaiting delivery'

/** How far a film was looked at. */
export function checkWords({ checked, all }: NonNullable<JobView['borders']>): string {
  return checked === all ? 'checked' : `${formatCount(checked)} of ${formatCount(all)} borders checked`
}
