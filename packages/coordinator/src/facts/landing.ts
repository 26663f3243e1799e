import { compareStamps, type FactStamp, type PeerId } from '@sheaf/protocol'
import type { Contribution, JobDerived, JobState, LandedRecord, SegmentCell } from './farm-state.js'
import { runsOf, subtractRuns, unionRuns } from './runs.js'
import { mapEach, mapGet, mapSet } from './sorted-map.js'

/** Nothing landed. */
export const nothingLanded: JobDerived = { landed: [], landedSegments: 0, landedFrames: 0, contributions: [] }

/** Who was home in `epoch`: in epoch 0 the submitter, later whom the coordinator named; `undefined` while unknown. */
export function homeOfEpoch(job: JobState, epoch: number): PeerId | undefined {
  if (epoch === 0) return job.submitted?.submitter
  return job.homes.find((entry) => entry.epoch === epoch)?.home.value
}

/**
 * The landing of a segment that counts: signed by the home of its stated epoch, and not retracted
 * by the home of that or a later epoch since. Of several the latest epoch's last.
 */
export function effectiveLanding(job: JobState, cell: SegmentCell | undefined): LandedRecord | undefined {
  if (!cell) return undefined
  return cell.landed.findLast((record) => signedByHome(job, record) && !isRetracted(job, cell, record))
}

/** The job with records changed by `edit` for the given indexes, and what follows from them. */
export function withCells(
  job: JobState,
  indexes: readonly number[],
  edit: (cell: SegmentCell, index: number) => SegmentCell,
): JobState {
  let cells = job.cells
  const gone: LandedRecord[] = []
  const come: LandedRecord[] = []
  for (const index of indexes) {
    const before = mapGet(cells, index) ?? noRecords
    const after = edit(before, index)
    if (after === before) continue
    cells = mapSet(cells, index, after)
    const was = effectiveLanding(job, before)
    const is = effectiveLanding(job, after)
    if (was === is) continue
    if (was) gone.push(was)
    if (is) come.push(is)
  }
  if (cells === job.cells) return job
  return { ...job, cells, derived: changeDerived(job, gone, come) }
}

/** The job with everything derived afresh; needed when its submission or a home became known. O(segments). */
export function rederive(job: JobState): JobState {
  const come: LandedRecord[] = []
  mapEach(job.cells, (cell) => {
    const landing = effectiveLanding(job, cell)
    if (landing) come.push(landing)
  })
  return { ...job, derived: changeDerived({ ...job, derived: nothingLanded }, [], come) }
}

/** Adds a record to a list ordered by epoch, then author; of one epoch and author the highest stamp stays. */
export function keepLatest<T extends { readonly epoch: number; readonly stamp: FactStamp }>(
  records: readonly T[],
  record: T,
): readonly T[] {
  const at = records.findIndex((other) => compareSlots(other, record) >= 0)
  const there = at < 0 ? undefined : records[at]
  if (!there || compareSlots(there, record) !== 0) return records.toSpliced(at < 0 ? records.length : at, 0, record)
  return compareStamps(record.stamp, there.stamp) > 0 ? records.with(at, record) : records
}

const noRecords: SegmentCell = { landed: [], retracted: [] }

interface Placed {
  readonly epoch: number
  readonly stamp: FactStamp
}

function compareSlots(a: Placed, b: Placed): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch
  return a.stamp.author === b.stamp.author ? 0 : a.stamp.author < b.stamp.author ? -1 : 1
}

function signedByHome(job: JobState, { epoch, stamp }: Placed): boolean {
  return homeOfEpoch(job, epoch) === stamp.author
}

function isRetracted(job: JobState, cell: SegmentCell, record: LandedRecord): boolean {
  return cell.retracted.some(
    (retracted) =>
      retracted.epoch >= record.epoch &&
      compareStamps(retracted.stamp, record.stamp) > 0 &&
      signedByHome(job, retracted),
  )
}

/** An index outside the job is kept as a record and counts for nothing. */
function changeDerived(job: JobState, gone: readonly LandedRecord[], come: readonly LandedRecord[]): JobDerived {
  const frames = job.submitted?.segmentFrames
  if (!frames) return nothingLanded
  const inside = (record: LandedRecord): boolean => frames[record.index] !== undefined
  const lost = gone.filter(inside)
  const won = come.filter(inside)
  const { derived } = job
  const framesOf = (records: readonly LandedRecord[]): number =>
    records.reduce((sum, { index }) => sum + (frames[index] ?? 0), 0)
  const without = subtractRuns(derived.landed, runsOf(lost.map(({ index }) => index)))
  return {
    landed: unionRuns(without, runsOf(won.map(({ index }) => index))),
    landedSegments: derived.landedSegments - lost.length + won.length,
    landedFrames: derived.landedFrames - framesOf(lost) + framesOf(won),
    contributions: contribute(contribute(derived.contributions, lost, frames, -1), won, frames, 1),
  }
}

function contribute(
  contributions: readonly Contribution[],
  records: readonly LandedRecord[],
  frames: readonly number[],
  sign: 1 | -1,
): readonly Contribution[] {
  if (records.length === 0) return contributions
  const byPeer = new Map(contributions.map((entry) => [entry.peer, entry]))
  for (const { renderedBy: peer, renderMs, index } of records) {
    const entry = byPeer.get(peer) ?? { peer, segments: 0, frames: 0, renderMs: 0 }
    byPeer.set(peer, {
      peer,
      segments: entry.segments + sign,
      frames: entry.frames + sign * (frames[index] ?? 0),
      // Whole milliseconds add up to the same sum in any order.
      renderMs: entry.renderMs + sign * Math.round(renderMs),
    })
  }
  return [...byPeer.values()].filter(({ segments }) => segments > 0).sort((a, b) => (a.peer < b.peer ? -1 : 1))
}
