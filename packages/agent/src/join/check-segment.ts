import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { type Rational, SheafError } from '@sheaf/protocol'
import { Mp4FormatError, u32 } from './box.js'
import { readFrameOrder } from './frame-order.js'
import { type Mp4Track, readMp4Track } from './mp4-track.js'

/** What a segment must be. */
export interface SegmentExpectation {
  /** Index in the job; errors name it. */
  readonly index: number
  readonly frames: number
  readonly rate: Rational
  readonly width: number
  readonly height: number
  /** Signature of the job's other segments; absent for the first one that is seen. */
  readonly signature?: string | undefined
}

/** What a sound segment is. */
export interface SegmentFacts {
  readonly frames: number
  readonly sizeBytes: number
  /** SHA-256 over what must be equal in all segments of a job: sample entry, time scale, size. */
  readonly signature: string
}

/** A segment that passed, with what the joiner needs of it. */
export interface CheckedSegment extends SegmentFacts {
  readonly track: Mp4Track
  /** Frame that each sample shows, in decoding order. */
  readonly order: Int32Array
}

/**
 * Checks the container of a segment without decoding: sample entry, size, time scale, frame count,
 * first frame a sync sample, every frame exactly on the grid, all bytes there.
 * Throws SHEAF_SEGMENT_INVALID naming the segment and what differs.
 */
export async function checkSegment(path: string, expect: SegmentExpectation): Promise<SegmentFacts> {
  const { frames, sizeBytes, signature } = await readSegment(path, expect)
  return { frames, sizeBytes, signature }
}

/** {@link checkSegment}, returning the index too. */
export async function readSegment(path: string, expect: SegmentExpectation): Promise<CheckedSegment> {
  try {
    const track = await readMp4Track(path, 'video')
    if (!track) throw new Mp4FormatError('it has no video track')
    const order = inspect(track, expect)
    const { size: sizeBytes } = await stat(path)
    return { track, order, frames: track.samples.count, sizeBytes, signature: trackSignature(track) }
  } catch (error) {
    throw segmentInvalid(expect.index, error)
  }
}

/** The error of a segment that must not be used: SHEAF_SEGMENT_INVALID. Keeps other errors of ours, such as a full disk. */
export function segmentInvalid(index: number, cause: unknown): SheafError {
  if (cause instanceof SheafError && cause.code !== 'SHEAF_TOOL_FAILED') return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SheafError({
    code: 'SHEAF_SEGMENT_INVALID',
    message: `segment ${index} cannot be used: ${reason}`,
    hint: 'It is rendered again. If this repeats, check the memory and the disk of the machine that made it.',
    cause,
    details: { segment: index },
  })
}

function inspect(track: Mp4Track, expect: SegmentExpectation): Int32Array {
  const [width, height] = track.codedSize
  if (track.samples.count !== expect.frames) {
    throw new Mp4FormatError(`it has ${track.samples.count} frames, expected ${expect.frames}`)
  }
  if (width !== expect.width || height !== expect.height) {
    throw new Mp4FormatError(`its size is ${width}×${height}, expected ${expect.width}×${expect.height}`)
  }
  if (track.samples.sync !== undefined && track.samples.sync[0] !== 0) {
    throw new Mp4FormatError('its first frame is not a key frame')
  }
  const order = readFrameOrder(track, expect.rate)
  if (expect.signature !== undefined && trackSignature(track) !== expect.signature) {
    throw new Mp4FormatError(
      `its parameters (${track.codec}, time scale ${track.timescale}, parameter sets) differ from the job's other segments`,
    )
  }
  return order
}

/** What must be equal in all segments that are joined. */
function trackSignature(track: Mp4Track): string {
  return createHash('sha256')
    .update(track.brand)
    .update(u32([track.timescale, ...track.displaySize]))
    .update(track.sampleEntry)
    .digest('hex')
}
