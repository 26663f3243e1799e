import { BORDER_REACH } from './border-windows.js'
import { apartness, distanceOf } from './match-picture.js'
import type { Signature } from './signature.js'

/** Pictures on both sides of a border that are looked at together. */
export const LOOK_FRAMES = 2 * BORDER_REACH

/**
 * In levels of 8 bits, and wide of what `judgePictures` calls a fault: a picture that took another one's place there
 * is at least 3 levels and seven times the encoder's noise from its own, so that it differs from that other one by noise.
 */
const LIMITS = {
  /** Pictures as near to black as this may be black. */
  black: 16,
  /** Two that differ no more than this may be the same, whatever moves around them. */
  same: 3,
  /** A film that moves no more than this from picture to picture may stand still: a coarse encoder's noise is as much. */
  still: 6,
  /** And two that differ by no more than this part of what the film usually moves from picture to picture there. */
  part: 0.5,
} as const

/**
 * Whether any of these pictures of a film, one after another, may be black or show what another one of them shows: then
 * only the edit can tell whether they should. Told from the film alone, so that most borders need no look at the edit.
 */
export function isSuspect(pictures: readonly Signature[], black: Signature): boolean {
  if (pictures.some((picture) => distanceOf(picture, black) <= LIMITS.black)) return true
  const steps = pictures.slice(1).map((picture, at) => apartness(picture, pictures[at]))
  // The largest may be a cut.
  const usual = [...steps].sort((a, b) => b - a)[1] ?? 0
  if (usual <= LIMITS.still) return true
  const least = Math.max(LIMITS.same, LIMITS.part * usual)
  return pictures.some((picture, at) => pictures.slice(at + 1).some((other) => apartness(picture, other) <= least))
}
