import { compareRational, type Rational, rational } from '@sheaf/protocol'
import { formatTimecode } from '../model/timecode.js'
import { TimeMap } from '../model/time-map.js'
import type { JsonObject } from '../otio/json-reader.js'
import type { EditorContext } from './editor-context.js'
import { byId, numberAt, objectAt, objectsAt, said, textAt, textsAt } from './project-fields.js'
import type { StudioClip, StudioTransition } from './studio-project.js'
import { studioSeconds } from './studio-time.js'
import { studioTransitionLook } from './transition-names.js'

interface TransitionsOf {
  /** `V1`. */
  readonly name: string
  readonly clips: readonly StudioClip[]
  readonly context: EditorContext
}

/**
 * The transitions of a track: those that stand on the timeline, then those that clips apply, where a cut has none yet.
 * What cannot be placed is refused by name, and can be left out.
 */
export function editorTransitions(track: JsonObject, of: TransitionsOf): readonly StudioTransition[] {
  const { context } = of
  const all = byId(context.resources, 'timelineTransitions')
  const named = textsAt(track, 'transitions')
  for (const id of named) {
    if (all.has(id)) continue
    const where = `track ${of.name}`
    context.notes.refuseOrDrop(`the transition "${said(id)}", which the project does not hold`, where)
  }
  const own = [...all].filter(([id, one]) => named.includes(id) || textAt(one, 'trackId') === textAt(track, 'id'))
  const standing = own.flatMap(([, one]) => standingTransition(one, of))
  const applied = objectsAt(track, 'clips').flatMap((clip) =>
    objectsAt(clip, 'transitions').flatMap((one) => appliedTransition(one, textAt(clip, 'id'), of)),
  )
  const key = ({ out, in: into }: StudioTransition): string => `${out ?? ''}\n${into ?? ''}`
  return [...new Map([...applied, ...standing].map((one) => [key(one), one])).values()]
}

function standingTransition(transition: JsonObject, of: TransitionsOf): readonly StudioTransition[] {
  if (transition['isEnabled'] === false) return []
  const type = textAt(transition, 'type') ?? textAt(transition, 'position') ?? ''
  const start = studioSeconds(numberAt(transition, 'position') ?? numberAt(transition, 'startTime'))
  const [first, last] = [textAt(transition, 'startClipId'), textAt(transition, 'endClipId')]
  const sides = sidesOf(type, [first, last])
  const between = sides?.out !== undefined && sides.in !== undefined
  return finished(transition, { type, sides, start: between ? start : undefined }, of)
}

/** The clips of a transition that stands on the timeline. */
function sidesOf(type: string, [first, last]: readonly [string | undefined, string | undefined]): Sides | undefined {
  if (type === 'in') return { out: undefined, in: last ?? first }
  if (type === 'out') return { out: first ?? last, in: undefined }
  return (type === 'between' || type === 'cross') && first !== undefined && last !== undefined
    ? { out: first, in: last }
    : undefined
}

interface Sides {
  readonly out: string | undefined
  readonly in: string | undefined
}

function appliedTransition(
  transition: JsonObject,
  id: string | undefined,
  of: TransitionsOf,
): readonly StudioTransition[] {
  if (transition['isEnabled'] === false) return []
  const type = textAt(transition, 'type') ?? ''
  const clip = of.clips.find((one) => one.id === id)
  if (!clip) return []
  const sides =
    type === 'in'
      ? { out: undefined, in: id }
      : type === 'out'
        ? { out: id, in: undefined }
        : type === 'cross'
          ? crossSides(clip, of)
          : undefined
  return finished(transition, { type, sides, start: undefined }, of)
}

/** A crossfade leads to the clip that begins where its own ends, else it comes from the one that ends there. */
function crossSides(clip: StudioClip, { clips, context }: TransitionsOf): Sides | undefined {
  const next = clips.find((one) => one !== clip && touches(clip.end, one.start, context.rate))
  if (next) return { out: clip.id, in: next.id }
  const before = clips.find((one) => one !== clip && touches(one.end, clip.start, context.rate))
  return before && { out: before.id, in: clip.id }
}

function touches(end: Rational, start: Rational, rate: Rational): boolean {
  const map = new TimeMap({ rate })
  return compareRational(rational(map.frameAt(end)), rational(map.frameAt(start))) === 0
}

function finished(
  transition: JsonObject,
  found: { readonly type: string; readonly sides: Sides | undefined; readonly start: Rational | undefined },
  of: TransitionsOf,
): readonly StudioTransition[] {
  const { clips, context } = of
  const { notes, resources, rate } = context
  const { type, sides, start } = found
  const id = textAt(transition, 'transitionId') ?? ''
  const definition = byId(resources, 'transitions').get(id)
  const names = [definition && textAt(definition, 'type'), textAt(transition, 'name'), id].filter(
    (one) => one !== undefined,
  )
  const name = said(names.find((one) => one !== '') ?? type)
  const known = clips.find((one) => one.id === (sides?.in ?? sides?.out))
  const at = start ?? (known && (sides?.in === undefined ? known.end : known.start))
  const tc = at ? ` at ${formatTimecode(new TimeMap({ rate }).frameAt(at), rate)}` : ''
  const where = `track ${of.name} transition "${name}"${tc}`
  const both = [sides?.out, sides?.in].filter((one) => one !== undefined)
  if (!sides || both.length === 0 || !both.every((one) => clips.some((clip) => clip.id === one))) {
    notes.refuseOrDrop(`a transition of the type ${said(type) || '(none)'} that cannot be placed on its track`, where)
    return []
  }
  const duration = studioSeconds(numberAt(transition, 'duration'))
  if (!duration || duration.num <= 0) {
    notes.refuseOrDrop('a transition without a duration', where)
    return []
  }
  if (objectsAt(transition, 'keyframes').length > 0) notes.refuseOrDrop('keyframes of a transition', where)
  const curve = textAt(objectAt(transition, 'curve'), 'type') ?? 'linear'
  if (curve !== 'linear') notes.warn(`${where} runs evenly, not as ${said(curve)}`)
  const parameters = [
    objectAt(transition, 'parameters'),
    objectAt(transition, 'customParams'),
    objectAt(definition ?? {}, 'parameters'),
  ]
  const direction = parameters.map((one) => textAt(one, 'direction')).find((one) => one !== undefined)
  return [{ ...sides, start, duration, name, look: studioTransitionLook(names, direction), where }]
}
