import { addRational, type Rational, rationalToNumber, ZERO } from '@sheaf/protocol'
import { formatTimecode } from '../model/timecode.js'
import { TimeMap } from '../model/time-map.js'
import { snapSpeed } from '../model/time-warp.js'
import type { JsonObject } from '../otio/json-reader.js'
import type { EditorContext } from './editor-context.js'
import { fadesOf, keyframesOf } from './editor-curves.js'
import { editorEffects } from './editor-effects.js'
import { editorLook } from './editor-look.js'
import { editorSource } from './editor-source.js'
import { isTrue, numberAt, objectAt, objectsAt, quoted, said, textAt } from './project-fields.js'
import { checkSourceEnd } from './source-end.js'
import type { StudioClip } from './studio-project.js'
import { isStudioSpeed, studioSeconds } from './studio-time.js'

/** Reads a clip of a track; undefined, with the reason noted, when it cannot be placed. */
export function readEditorClip(
  clip: JsonObject,
  of: {
    /** `V1 item 3`. */
    readonly number: string
    readonly track: JsonObject
    readonly isText: boolean
    readonly context: EditorContext
  },
): StudioClip | undefined {
  const { track, isText, context } = of
  const { rate, notes } = context
  if (clip['enabled'] === false) return undefined
  const name = said(textAt(clip, 'name') ?? textAt(clip, 'text') ?? '')
  const start = studioSeconds(numberAt(clip, 'startTime'))
  const at = start && start.num > 0 ? new TimeMap({ rate }).frameAt(start) : 0
  const where = `track ${of.number}${quoted(name)} at ${formatTimecode(at, rate)}`
  const duration = studioSeconds(numberAt(clip, 'duration'))
  if (!start || !duration || start.num < 0 || duration.num <= 0) {
    notes.refuse('a clip whose times are none or negative', where)
    return undefined
  }
  const seconds = rationalToNumber(duration)
  const speed = speedOfClip(clip, where, context)
  if (!speed) return undefined
  const { source, offset, pace } = editorSource(clip, { where, isText, seconds, context })
  const sourceStart = sourceStartOf(clip, where, context)
  const end = addRational(start, duration)
  const ends = studioSeconds(numberAt(clip, 'mediaEndTime') ?? numberAt(clip, 'sourceOut'))
  if (source.kind === 'file') {
    const size = { ...speed, num: Math.abs(speed.num) }
    checkSourceEnd(
      { start, end, sourceStart, sourceEnd: ends, speed: size },
      { field: 'mediaEndTime', rate, where, notes },
    )
  }
  restOfClip(clip, where, context)
  const keyframes = keyframesOf(clip, { where, seconds, notes })
  const use = { where, seconds, context }
  const applied = [
    ...editorEffects(clip, use),
    ...editorEffects(track, use, { effects: 'trackEffects', filters: 'trackFilters' }),
  ]
  const gain = numberAt(clip, 'volume') ?? 1
  if (gain < 0) notes.refuse(`a volume of ${gain}`, where)
  return {
    ...{ id: textAt(clip, 'id') ?? '', name, where, start, end, source },
    sourceStart: addRational(sourceStart, offset),
    speed: pace === undefined ? speed : snapSpeed(rationalToNumber(speed) * pace),
    look: editorLook(clip, { where, seconds, keyframes, applied, context }),
    sound: {
      heard: !isTrue(clip, 'isMuted') && gain > 0,
      gain: [keyframes.get('volume') ?? gain, ...fadesOf(clip, { where, seconds, notes })],
    },
  }
}

/** `speed`, or `playbackRate` where that says it instead; below 0 backwards. */
function speedOfClip(clip: JsonObject, where: string, { notes }: EditorContext): Rational | undefined {
  const [speed, pace] = [numberAt(clip, 'speed') ?? 1, numberAt(clip, 'playbackRate') ?? 1]
  const chosen = speed === 1 ? pace : speed
  if (speed !== 1 && pace !== 1 && speed !== pace) {
    notes.refuse(`a speed of ${speed} and a playback rate of ${pace}`, where)
    return undefined
  }
  if (!isStudioSpeed(chosen)) {
    notes.refuse(`a speed of ${chosen}; 1/100 to 100 are possible`, where)
    return undefined
  }
  if (chosen !== 1 && clip['maintainPitch'] === false) {
    notes.warn(`${where}: its sound keeps its pitch at ${chosen} times its speed`)
  }
  return snapSpeed(isTrue(clip, 'isReversed') ? -chosen : chosen)
}

/** Where in its medium a clip begins. `offset` is another word for it, written beside it. */
function sourceStartOf(clip: JsonObject, where: string, { notes }: EditorContext): Rational {
  const begins = numberAt(clip, 'mediaStartTime') ?? numberAt(clip, 'sourceIn')
  const offset = numberAt(clip, 'offset')
  const start = studioSeconds(begins ?? offset ?? 0)
  if (!start || start.num < 0) {
    notes.refuse('a beginning before that of its medium', where)
    return ZERO
  }
  if (begins !== undefined && offset !== undefined && offset !== 0 && Math.abs(offset - begins) > 1e-3) {
    notes.warn(`${where} begins at ${begins} s of its medium; its offset of ${offset} s is left aside`)
  }
  return start
}

/** What clips can say and is not rendered. */
function restOfClip(clip: JsonObject, where: string, { notes, speedRamps }: EditorContext): void {
  for (const ramp of [objectAt(clip, 'speedRamping'), objectAt(speedRamps, textAt(clip, 'id') ?? '')]) {
    const says = Object.keys(ramp).length > 0 && ramp['enabled'] !== false && ramp['isEnabled'] !== false
    if (says && (!Array.isArray(ramp['keyframes']) || objectsAt(ramp, 'keyframes').length > 0)) {
      notes.refuseOrDrop('a speed that changes within the clip (speedRamping)', where)
    }
  }
  const style = objectAt(clip, 'styleTemplate')
  if (Object.keys(style).length > 0 && style['isEnabled'] !== false) {
    notes.refuseOrDrop(`a style template (${said(textAt(style, 'styleTemplateId') ?? '')})`, where)
  }
  const apart = numberAt(clip, 'audioOffset') ?? 0
  if (apart !== 0) notes.refuseOrDrop(`sound that is ${apart} s apart from its picture (audioOffset)`, where)
  const equalizer = objectAt(clip, 'equalizer')
  const changed = ['bass', 'mid', 'treble'].some((band) => (numberAt(equalizer, band) ?? 0) !== 0)
  if (changed) notes.refuseOrDrop('an equalizer', where)
  for (const key of ['reverb', 'compression']) {
    if ((numberAt(clip, key) ?? 0) !== 0) notes.refuseOrDrop(`a ${key} of ${numberAt(clip, key) ?? 0}`, where)
  }
}
