import type { Curve, Level, Look, Place } from '../model/edit.js'
import type { Notes } from '../model/refusal.js'
import type { TimeMap } from '../model/time-map.js'
import type { StudioClip, StudioTrack } from './studio-project.js'
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
export function placeLook({ from, map, clip }: PlacedClip): Look | undefined {
  const { effects, opacity, place, fit } = clip.look
  const curve = placeProduct(opacity, { from, map })
  const look: Look = {
    ...(effects.length > 0 && { effects }),
    ...(place && { place: placed(place, { from, map }) }),
    ...(curve !== 1 && { opacity: curve }),
    ...(fit && { fit }),
  }
  return Object.keys(look).length > 0 ? look : undefined
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
