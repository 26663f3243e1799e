import type { FrameSpan } from '../model/edit.js'
import type { PictureFault } from './film-fault.js'
import type { NearerPicture, PictureEvidence } from './match-picture.js'

/**
 * Limits found by measuring: seven films (surveillance, a trailer with and without grain, a hand-held shot,
 * test pictures of 640x360 and 96x54, a fade) at CRF 20 to 51, presets medium and ultrafast: no false alarm,
 * and at CRF 35 or better every single repeated frame that moved. Distances in levels of 8 bits.
 */
const LIMITS = {
  /** A picture has taken another one's place when it lies at least this far on the way there, and not beyond. */
  along: [0.8, 1.25],
  /** And when this part at most of what lies between them is left. */
  left: 0.5,
  /** How far the two must be apart: this, and so many times what the encoder changes anyway. */
  apart: 3,
  apartOverNoise: 7,
  /** A picture that is like none around it is wrong when it is this far from its own, whatever the noise. */
  wrong: [10, 32],
  wrongOverNoise: 5,
  /** Or when it is nearly as far from it as grey would be: no encoder is that bad, however coarse. */
  wrongOverContrast: 0.7,
  wrongAtLeast: 8,
  /** Frames on either side from which the encoder's noise is read. */
  around: 25,
} as const

/** What is wrong with a film's pictures, in rising order. `exact`: they must be the edit's bit for bit. */
export function judgePictures(
  evidence: readonly PictureEvidence[],
  { exact }: { readonly exact: boolean },
): PictureFault[] {
  const noise = exact ? evidence.map(() => 0) : noiseAround(evidence)
  const verdicts = evidence.map((one, at) => judgeOne(one, { noise: noise[at] ?? 0, exact }))
  return joinRuns(evidence, verdicts)
}

/** What one picture is: as it should be, nothing to tell it by, or not as it should be. */
type Verdict =
  | { readonly kind: 'right' | 'untold' | 'black' }
  | { readonly kind: 'shows'; readonly frame: number }
  | { readonly kind: 'wrong'; readonly standing: boolean; readonly levels: number }
  | { readonly kind: 'inexact'; readonly levels: number }

function judgeOne(one: PictureEvidence, { noise, exact }: { noise: number; exact: boolean }): Verdict {
  const { distance, nearer, moves, still, peak } = one
  const least = Math.max(LIMITS.apart, LIMITS.apartOverNoise * noise)
  if (nearer !== undefined && isThere(nearer, least)) {
    return nearer.shows === 'black' ? { kind: 'black' } : { kind: 'shows', frame: nearer.shows }
  }
  if (isWrong(one, noise)) {
    return { kind: 'wrong', standing: still !== undefined && still < distance / 10, levels: distance }
  }
  if (exact && peak > 0) return { kind: 'inexact', levels: peak }
  return { kind: moves >= least ? 'right' : 'untold' }
}

function isWrong({ distance, contrast }: PictureEvidence, noise: number): boolean {
  const [least, most] = LIMITS.wrong
  if (distance > Math.min(most, Math.max(least, LIMITS.wrongOverNoise * noise))) return true
  return distance > LIMITS.wrongAtLeast && distance > LIMITS.wrongOverContrast * contrast
}

function isThere({ along, apart, left }: NearerPicture, least: number): boolean {
  return apart >= least && left <= LIMITS.left * apart && along >= LIMITS.along[0] && along <= LIMITS.along[1]
}

/**
 * What the encoder changes in a picture that is right: read from the frames around each, so that a burst of motion
 * or a fade has its own measure. A picture in the wrong place counts with its distance from what it shows.
 */
function noiseAround(evidence: readonly PictureEvidence[]): number[] {
  const least = evidence.map(({ distance, nearer }) => Math.min(distance, nearer?.distance ?? distance))
  const usual = quantile(least, 0.5)
  return least.map((_, at) => {
    const near = least.slice(Math.max(0, at - LIMITS.around), at + LIMITS.around + 1)
    return Math.max(usual, quantile(near, 0.8))
  })
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

/** Neighbours with the same fault become one; frames that nothing can be told of do not part them. */
function joinRuns(evidence: readonly PictureEvidence[], verdicts: readonly Verdict[]): PictureFault[] {
  const faults: PictureFault[] = []
  let open: PictureFault | undefined
  let untoldSince: number | undefined
  verdicts.forEach((verdict, at) => {
    const frame = evidence[at]?.frame ?? 0
    if (verdict.kind === 'untold') {
      untoldSince ??= frame
      return
    }
    const fault = faultOf(verdict, frame)
    const reached = untoldSince ?? frame
    untoldSince = undefined
    const joined: PictureFault | undefined = open && fault && open.frames.to >= reached ? join(open, fault) : undefined
    if (open && !joined) faults.push(open)
    open = joined ?? fault
  })
  if (open) faults.push(open)
  return faults.map(settle)
}

function faultOf(verdict: Verdict, frame: number): PictureFault | undefined {
  const frames: FrameSpan = { from: frame, to: frame + 1 }
  switch (verdict.kind) {
    case 'right':
    case 'untold':
      return undefined
    case 'black':
      return { kind: 'black', frames }
    case 'shows':
      return { kind: 'shifted', frames, shift: verdict.frame - frame }
    case 'wrong':
      return { kind: 'wrong', frames, standing: verdict.standing, levels: verdict.levels }
    case 'inexact':
      return { kind: 'inexact', frames, levels: verdict.levels }
  }
}

/** One fault of two that follow each other, where they are of one kind. */
function join(a: PictureFault, b: PictureFault): PictureFault | undefined {
  const frames = { from: a.frames.from, to: b.frames.to }
  if (a.kind === 'black' && b.kind === 'black') return { kind: 'black', frames }
  if (a.kind === 'shifted' && b.kind === 'shifted' && a.shift === b.shift) return { ...a, frames }
  if ((a.kind === 'shifted' || a.kind === 'frozen') && b.kind === 'shifted') return joinFrozen(a, b)
  if (a.kind === 'wrong' && b.kind === 'wrong' && (a.standing === b.standing || length(a) === 1)) {
    return { ...b, frames, levels: Math.max(a.levels, b.levels) }
  }
  if (a.kind === 'inexact' && b.kind === 'inexact') return { ...a, frames, levels: Math.max(a.levels, b.levels) }
  return undefined
}

function joinFrozen(
  a: Extract<PictureFault, { kind: 'shifted' | 'frozen' }>,
  b: Extract<PictureFault, { kind: 'shifted' }>,
): PictureFault | undefined {
  if (a.kind === 'shifted' && length(a) > 1) return undefined
  const shows = a.kind === 'frozen' ? a.shows : a.frames.from + a.shift
  if (b.frames.from + b.shift !== shows) return undefined
  return { kind: 'frozen', frames: { from: a.frames.from, to: b.frames.to }, shows }
}

/** A single frame that shows the one before stands still for a frame. */
function settle(fault: PictureFault): PictureFault {
  if (fault.kind !== 'shifted' || fault.shift !== -1 || length(fault) > 1) return fault
  return { kind: 'frozen', frames: fault.frames, shows: fault.frames.from - 1 }
}

const length = ({ frames }: PictureFault): number => frames.to - frames.from
