import type { Curve, Level, Look, Place } from '../model/edit.js'
import type { Notes } from '../model/refusal.js'
import type { TimeMap } from '../model/time-map.js'
import type { StudioClip, StudioTrack, TimedCurve } from './studio-project.js'
import { placeCurve, placeProduct } from './timed-curve.js'

/** The most that a sound is amplified, as a factor. */
const MOST_GAIN = 16

/** A clip, and where it begins on the edit. */
interface PlacedClip {
  readonly from: number
  readonly map: TimeMap
  readonly clip: StudioClip
  readonly track: StudioTrack
}

/** How a clip's picture is laid on the canvas; undefined when it is left as it is. */
export function placeLook({ from, map, clip }: PlacedClip, notes: Notes): Look | undefined {
  const { effects, opacity, place, fit } = clip.look
  const curve = placeProduct(opacity, { from, map })
  if (place && !isSeen(place)) notes.refuse('a place, a size or a turn far beyond what is seen', clip.where)
  const look: Look = {
    ...(effects.length > 0 && { effects }),
    ...(place && { place: placed(place, { from, map }) }),
    ...(curve !== 1 && { opacity: curve }),
    ...(fit && { fit }),
  }
  return Object.keys(look).length > 0 ? look : undefined
}

/** Farther than this, in canvases, and larger than this nothing is laid; nor turned around more often. */
const FARTHEST = 1000

function isSeen({
  x,
  y,
  scaleX,
  scaleY,
  rotation,
  anchorX,
  anchorY,
}: NonNullable<StudioClip['look']['place']>): boolean {
  const within = (curve: TimedCurve, most: number): boolean =>
    typeof curve === 'number' ? Math.abs(curve) <= most : curve.every(({ value }) => Math.abs(value) <= most)
  return (
    [x, y, scaleX, scaleY, anchorX, anchorY].every((one) => within(one, FARTHEST)) && within(rotation, 360 * FARTHEST)
  )
}

function placed(
  place: NonNullable<StudioClip['look']['place']>,
  at: { readonly from: number; readonly map: TimeMap },
): Place {
  const { anchorX, anchorY } = place
  return {
    x: placeCurve(place.x, at),
    y: placeCurve(place.y, at),
    scaleX: placeCurve(place.scaleX, at),
    scaleY: placeCurve(place.scaleY, at),
    rotation: placeCurve(place.rotation, at),
    anchorX,
    anchorY,
  }
}

/** How loud a clip is, with what its track says; undefined when it is left as it is. */
export function placeLevel({ from, map, clip, track }: PlacedClip, notes: Notes): Level | undefined {
  const gain = placeProduct([track.gain, ...clip.sound.gain], { from, map })
  const { pan } = track
  if (mostOf(gain) > MOST_GAIN) {
    notes.refuse(`a volume of ${mostOf(gain)} with that of its track; ${MOST_GAIN} is possible`, clip.where)
  }
  return gain === 1 && pan === 0 ? undefined : { gain, pan }
}

function mostOf(curve: Curve): number {
  return typeof curve === 'number' ? curve : Math.max(...curve.map(({ value }) => value))
}
