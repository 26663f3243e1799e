import { type Rational, rationalToNumber, SheafError } from '@sheaf/protocol'
import { formatTimecode } from '../model/timecode.js'
import type { FrameSize } from '../compile/frame-format.js'
import type { Notes } from '../model/refusal.js'
import { TimeMap } from '../model/time-map.js'
import { snapSpeed } from '../model/time-warp.js'
import type { JsonObject } from '../otio/json-reader.js'
import { byId, isTrue, numberAt, objectAt, objectsAt, quoted, said, textAt, textsAt } from './project-fields.js'
import { readSchemaLook } from './schema-look.js'
import { SchemaEffects } from './schema-effects.js'
import { readSchemaSubtitles } from './schema-subtitles.js'
import { readSchemaTransitions } from './schema-transitions.js'
import { checkSourceEnd } from './source-end.js'
import type { StudioClip, StudioSequence, StudioSource, StudioTrack } from './studio-project.js'
import { isStudioSpeed, studioRate, studioSeconds } from './studio-time.js'

/** A project as every reader of Timeline Studio's files gives it. */
export interface StudioProject {
  readonly name: string
  readonly rate: Rational
  readonly size: FrameSize | undefined
  readonly sequence: StudioSequence
}

/** What the clips of a project are read with. */
interface SchemaContext {
  readonly rate: Rational
  readonly size: FrameSize | undefined
  readonly notes: Notes
  readonly effects: SchemaEffects
  readonly layouts: ReadonlyMap<string, JsonObject>
}

/**
 * Reads a `ProjectSchema`, what Timeline Studio's compiler takes, in the dialect of its front end as well as in that
 * of its compiler. Throws SHEAF_EDIT_INVALID when it says no usable frame rate.
 */
export function readProjectSchema(root: JsonObject, { notes }: { readonly notes: Notes }): StudioProject {
  const rate = schemaRate(root, notes)
  const size = schemaSize(root, notes)
  const context = {
    rate,
    size,
    notes,
    effects: new SchemaEffects(root, { notes, size }),
    layouts: byId(root, 'templates'),
  }
  const numbers = { V: 0, A: 0, T: 0 }
  const subtitles = objectsAt(root, 'subtitles')
  const tracks = objectsAt(root, 'tracks').flatMap((track): StudioTrack[] => {
    const kind = textAt(track, 'track_type') ?? ''
    const letter = kind === 'Video' ? 'V' : kind === 'Audio' ? 'A' : 'T'
    numbers[letter] += 1
    const name = `${letter}${numbers[letter]}`
    if (letter !== 'T') return [readTrack(track, { name, context })]
    // Subtitles lie in a list of their own; a track of them says the same once more.
    const own = new Set(subtitles.map((one) => textAt(one, 'id')))
    if (objectsAt(track, 'clips').some((clip) => !own.has(textAt(clip, 'id')))) {
      notes.refuseOrDrop(
        `a track of the kind ${said(kind) || '(none)'}`,
        `track ${name}${quoted(textAt(track, 'name'))}`,
      )
    }
    return []
  })
  const texts = readSchemaSubtitles(subtitles, context)
  const placed = readSchemaTransitions(objectsAt(root, 'transitions'), { tracks, notes, rate })
  settingsNotes(root, notes)
  const name = textAt(objectAt(root, 'metadata'), 'name') ?? ''
  return { name, rate, size, sequence: { id: '', name, tracks: [...placed, ...texts] } }
}

/** The rate: `settings.frame_rate`, which may be a fraction, before `timeline.fps`, which may not. */
function schemaRate(root: JsonObject, notes: Notes): Rational {
  const fps = numberAt(objectAt(root, 'timeline'), 'fps')
  const said = numberAt(objectAt(root, 'settings'), 'frame_rate')
  const rate = studioRate(said) ?? studioRate(fps)
  if (!rate) throw noRate()
  if (said !== undefined && fps !== undefined && Math.abs(rationalToNumber(rate) - fps) > 0.5) {
    notes.warn(`settings.frame_rate is ${said} and timeline.fps ${fps}; ${said} frames a second are rendered`)
  }
  return rate
}

/** The error for a project that does not say how fast it runs. */
export function noRate(): SheafError {
  return new SheafError({
    code: 'SHEAF_EDIT_INVALID',
    message: 'the project says no frame rate between 0.1 and 1000 frames a second',
    hint: 'Set the frame rate in the project settings and save it again.',
  })
}

function schemaSize(root: JsonObject, notes: Notes): FrameSize | undefined {
  const pair = objectAt(root, 'timeline')['resolution']
  const [width, height] = Array.isArray(pair) ? (pair as readonly unknown[]) : []
  const resolution = objectAt(objectAt(root, 'settings'), 'resolution')
  const chosen = sizeOf(width, height) ?? sizeOf(resolution['width'], resolution['height'])
  const other = sizeOf(resolution['width'], resolution['height'])
  if (chosen && other && (chosen.width !== other.width || chosen.height !== other.height)) {
    notes.warn(
      `timeline.resolution is ${chosen.width}x${chosen.height} and settings.resolution ${other.width}x${other.height}; the first is rendered`,
    )
  }
  return chosen
}

/** A size that pictures may have; undefined for anything else. */
export function sizeOf(width: unknown, height: unknown): FrameSize | undefined {
  const fits = (side: unknown): side is number =>
    typeof side === 'number' && Number.isInteger(side) && side >= 16 && side <= 16_384
  return fits(width) && fits(height) ? { width, height } : undefined
}

function readTrack(track: JsonObject, at: { readonly name: string; readonly context: SchemaContext }): StudioTrack {
  const { name, context } = at
  const title = said(textAt(track, 'name') ?? '')
  const enabled = track['enabled'] !== false
  const clips = objectsAt(track, 'clips')
  if (!enabled && clips.length > 0) context.notes.switchedOff(`track ${name}${quoted(title)}`, 'track')
  const gain = numberAt(track, 'volume') ?? 1
  if (gain < 0) context.notes.refuse(`a volume of ${gain}`, `track ${name}${quoted(title)}`)
  const read = clips.map((clip, i) => readClip(clip, { name: `${name} item ${i + 1}`, track, context }))
  return {
    name,
    title,
    kind: name.startsWith('A') ? 'sound' : 'pictures',
    shown: enabled,
    heard: enabled && gain > 0,
    gain,
    pan: 0,
    clips: enabled ? read.filter((clip) => clip !== undefined) : [],
    transitions: [],
  }
}

function readClip(
  clip: JsonObject,
  of: { readonly name: string; readonly track: JsonObject; readonly context: SchemaContext },
): StudioClip | undefined {
  const { context, track } = of
  const { rate, notes, effects } = context
  const id = textAt(clip, 'id') ?? ''
  const path = pathOf(clip)
  const name = path?.split(/[\\/]/).at(-1) ?? id
  const start = studioSeconds(numberAt(clip, 'start_time'))
  const at = start && start.num > 0 ? new TimeMap({ rate }).frameAt(start) : 0
  const where = `track ${of.name}${quoted(name)} at ${formatTimecode(at, rate)}`
  if (track['enabled'] === false) return undefined
  const end = studioSeconds(numberAt(clip, 'end_time'))
  const sourceStart = studioSeconds(numberAt(clip, 'source_start') ?? 0)
  if (
    !start ||
    !end ||
    !sourceStart ||
    start.num < 0 ||
    sourceStart.num < 0 ||
    end.num * start.den <= start.num * end.den
  ) {
    notes.refuse('a clip whose times are none, negative, or end before they begin', where)
    return undefined
  }
  const pace = numberAt(clip, 'speed') ?? 1
  if (!isStudioSpeed(pace)) {
    notes.refuse(`a speed of ${pace}; 1/100 to 100 are possible`, where)
    return undefined
  }
  const speed = snapSpeed(pace)
  const lengths = { start, end, sourceStart, sourceEnd: studioSeconds(numberAt(clip, 'source_end')), speed }
  checkSourceEnd(lengths, { field: 'source_end', rate, where, notes })
  const gain = numberAt(clip, 'volume') ?? 1
  if (gain < 0) notes.refuse(`a volume of ${gain}`, where)
  restOfClip(clip, where, notes)
  const applied = [clip, track].flatMap((one) => effects.read(one, { where, span: { start, end } }))
  return {
    ...{ id, name: said(name), where, start, end, sourceStart, speed },
    source: readSource(clip, { path, where, notes }),
    look: readSchemaLook(clip, { applied, where, context }),
    sound: { heard: gain > 0, gain: [gain] },
  }
}

/** The file that a clip names, in either dialect. */
function pathOf(clip: JsonObject): string | undefined {
  return textAt(clip, 'source_path') ?? textAt(objectAt(clip, 'source'), 'File')
}

function readSource(
  clip: JsonObject,
  of: { readonly path: string | undefined; readonly where: string; readonly notes: Notes },
): StudioSource {
  const { path, where, notes } = of
  if (path !== undefined)
    return { kind: 'file', path, elsewhere: undefined, holds: 'both', stream: streamOf(clip, where, notes) }
  const source = objectAt(clip, 'source')
  const [stream, device] = [textAt(source, 'Stream'), textAt(source, 'Device')]
  if (clip['source'] === 'Generated')
    notes.refuseOrDrop('a picture that is generated (the project does not say how)', where)
  else if (stream !== undefined) notes.refuse(`a medium that is a stream (${said(stream)}); only files are read`, where)
  else if (device !== undefined) notes.refuse(`a medium that is a device (${said(device)}); only files are read`, where)
  else notes.refuse('a clip without a medium', where)
  return { kind: 'nothing' }
}

/** The stream of sound that a clip names; one that cannot be is refused. */
function streamOf(clip: JsonObject, where: string, notes: Notes): number | undefined {
  const stream = numberAt(clip, 'audio_track_index')
  if (stream === undefined || (Number.isInteger(stream) && stream >= 0 && stream < 256)) return stream
  notes.refuse(`audio stream ${stream} of its medium`, where)
  return undefined
}

/** What clips can say and is not rendered. */
function restOfClip(clip: JsonObject, where: string, notes: Notes): void {
  const style = textAt(clip, 'style_template_id')
  if (style !== undefined) notes.refuseOrDrop(`a style template (${said(style)})`, where)
}

/** Settings that ask for something that the preset of the job decides. */
function settingsNotes(root: JsonObject, notes: Notes): void {
  const wanted = objectAt(objectAt(root, 'settings'), 'export')
  const commands = textsAt(wanted, 'ffmpeg_args').length
  if (commands > 0) notes.refuseOrDrop(`${commands} ffmpeg_args (never passed on)`, 'settings.export')
  if (isTrue(wanted, 'normalize_audio'))
    notes.warn('settings.export asks for a normalised loudness; the job decides that')
  const format = wanted['format']
  const asks = [
    typeof format === 'string' && format !== 'Mp4' ? format : undefined,
    numberAt(wanted, 'multi_pass') === 2 ? 'two passes' : undefined,
    textAt(wanted, 'encoding_profile'),
  ].filter((one) => one !== undefined)
  if (asks.length > 0) notes.warn(`settings.export asks for ${said(asks.join(', '))}; the preset of the job decides`)
}
