import type { JobView } from '@sheaf/protocol'
import { formatCount, formatPercent } from './format.js'

type Amount = Pick<JobView, 'status' | 'frames'>

/** How much of a job is done: 100 % exactly when it is completed or all frames are there; sound alone counts none. */
export function jobPercent(job: Amount & Pick<JobView, 'framesDone'>): string {
  return job.status === 'completed' ? formatPercent(1, 1) : formatPercent(job.framesDone, job.frames)
}

/** `617/1,500 frames`, or how much sound there is where nothing is to be seen; `soundS` in seconds, where it is known. */
export function amountText({ frames }: Pick<JobView, 'frames'>, done: number, soundS?: number): string {
  return frames === 0 ? soundText(soundS) : `${formatCount(Math.floor(done))}/${formatCount(frames)} frames`
}

/** `10.4 s of sound`. */
export function soundText(soundS: number | undefined): string {
  return soundS === undefined ? 'sound alone' : `${Number(soundS.toFixed(1))} s of sound`
}
