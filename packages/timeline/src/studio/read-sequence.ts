import type { Notes } from '../model/refusal.js'
import type { JsonObject } from '../otio/json-reader.js'
import { readEditorClip } from './editor-clip.js'
import type { EditorContext } from './editor-context.js'
import { editorTransitions } from './editor-transitions.js'
import { isTrue, numberAt, objectsAt, quoted, said, textAt } from './project-fields.js'
import type { StudioClip, StudioTrack } from './studio-project.js'

/** Types of tracks that are heard and not seen. */
const SOUND_TYPES: ReadonlySet<string> = new Set(['audio', 'music', 'voiceover', 'sfx', 'ambient'])
const TEXT_TYPES: ReadonlySet<string> = new Set(['title', 'subtitle', 'text'])

/** Reads the tracks of the editor, the first at the bottom. */
export function readEditorTracks(
  tracks: readonly JsonObject[],
  of: {
    readonly context: EditorContext
    readonly masterGain: number
    /** Goes before the names of tracks that stand in another sequence, for people. */
    readonly within: string
  },
): readonly StudioTrack[] {
  const { notes } = of.context
  checkOrder(tracks, notes)
  const numbers = { V: 0, A: 0, T: 0 }
  const anySolo = tracks.some(isSolo)
  return tracks.map((track): StudioTrack => {
    const type = (textAt(track, 'type') ?? 'video').toLowerCase()
    const letter = SOUND_TYPES.has(type) ? 'A' : TEXT_TYPES.has(type) ? 'T' : 'V'
    numbers[letter] += 1
    return readTrack(track, { ...of, name: `${letter}${numbers[letter]}`, anySolo })
  })
}

const isSolo = (track: JsonObject): boolean => isTrue(track, 'isSolo') || isTrue(track, 'solo')

function readTrack(
  track: JsonObject,
  of: {
    readonly context: EditorContext
    readonly masterGain: number
    readonly within: string
    readonly name: string
    readonly anySolo: boolean
  },
): StudioTrack {
  const { context, name, anySolo, masterGain, within } = of
  const { notes } = context
  const title = said(textAt(track, 'name') ?? '')
  const where = `track ${within}${name}${quoted(title)}`
  const [muted, hidden] = [isTrue(track, 'isMuted') || isTrue(track, 'muted'), isTrue(track, 'isHidden')]
  const isSound = name.startsWith('A')
  const gain = (numberAt(track, 'volume') ?? 1) * masterGain
  const pan = numberAt(track, 'pan') ?? 0
  if (gain < 0) notes.refuse(`a volume of ${gain}`, where)
  if (pan < -1 || pan > 1) notes.refuse(`a pan of ${pan}; -1 to 1 are possible`, where)
  const list = objectsAt(track, 'clips')
  if (list.length > 0) {
    if (muted) notes.warn(`${where} is muted; it is silent`)
    else if (anySolo && !isSolo(track) && !name.startsWith('T')) notes.warn(`${where} is silent: another track is solo`)
    if (hidden && !isSound) notes.warn(`${where} is hidden; it is not shown`)
  }
  const heard = !muted && (!anySolo || isSolo(track)) && gain > 0
  // Of what is neither seen nor heard nothing need be rendered, and nothing is refused.
  const used = isSound ? heard : !hidden || heard
  const clips = used
    ? list.map((clip, i) =>
        readEditorClip(clip, {
          number: `${within}${name} item ${i + 1}`,
          track,
          isText: name.startsWith('T'),
          context,
        }),
      )
    : []
  const read = clips.filter((clip): clip is StudioClip => clip !== undefined)
  const transitions = used ? editorTransitions(track, { name: `${within}${name}`, clips: read, context }) : []
  return {
    name,
    title,
    kind: isSound ? 'sound' : 'pictures',
    shown: !hidden,
    heard,
    gain,
    pan,
    clips: read,
    transitions,
  }
}

/** The tracks lie over each other in the order of the file, as Timeline Studio's own export takes them. */
function checkOrder(tracks: readonly JsonObject[], notes: Notes): void {
  const orders = tracks.map((track) => numberAt(track, 'order') ?? 0)
  const falls = orders.some((order, i) => order < (orders[i - 1] ?? order))
  if (falls && new Set(orders).size === orders.length) {
    notes.warn('the tracks lie over each other as they stand in the file; their numbers of order say otherwise')
  }
}
