import { type Rational, rational, SheafError } from '@sheaf/protocol'
import type { FrameSize } from '../compile/frame-format.js'
import type { Notes } from '../model/refusal.js'
import type { JsonObject } from '../otio/json-reader.js'
import type { EditorContext } from './editor-context.js'
import { MediaPool } from './media-pool.js'
import { byId, isTrue, NOTHING, numberAt, objectAt, objectsAt, quoted, said, textAt } from './project-fields.js'
import { noRate, sizeOf, type StudioProject } from './read-project-schema.js'
import { readEditorTracks } from './read-sequence.js'
import { readStudioMarkers } from './studio-markers.js'
import type { StudioSequence } from './studio-project.js'
import { studioRate } from './studio-time.js'

/** How deep sequences may stand in one another. */
const MAX_DEPTH = 32

/**
 * Reads a project of Timeline Studio's second version (`.tlsp`): its active sequence, and those that stand in it.
 * Throws SHEAF_EDIT_INVALID when there is none, or no usable frame rate.
 */
export function readTlsp(root: JsonObject, { notes }: { readonly notes: Notes }): StudioProject {
  const sequences = byId(root, 'sequences')
  const active = activeSequence(root, sequences, notes)
  const settings = objectAt(root, 'settings')
  const own = objectAt(active, 'settings')
  const rate = timebase(own) ?? studioRate(numberAt(own, 'frameRate')) ?? studioRate(numberAt(settings, 'frameRate'))
  if (!rate) throw noRate()
  const resolution = objectAt(own, 'resolution')
  const size =
    sizeOf(numberAt(resolution, 'width'), numberAt(resolution, 'height')) ??
    sizeFromText(textAt(settings, 'resolution'))
  colourNotes(settings, own, notes)
  const reader = new SequenceReader({ rate, size, notes, pool: new MediaPool(root), sequences })
  const masterGain = numberAt(objectAt(settings, 'audio'), 'masterVolume') ?? 1
  const name = textAt(objectAt(root, 'metadata'), 'name') ?? ''
  return { name, rate, size, sequence: reader.read(active, masterGain) }
}

/** `1920x1080`. */
export function sizeFromText(text: string | undefined): FrameSize | undefined {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(text ?? '') ?? []
  return sizeOf(Number(width), Number(height))
}

/** Settings that ask for another colour than is rendered. */
export function colourNotes(settings: JsonObject, sequence: JsonObject, notes: Notes): void {
  const space = textAt(settings, 'colorSpace')
  if (space !== undefined && space !== 'sdr')
    notes.warn(`the project's colour is ${said(space)}; the preset of the job decides`)
  if (isTrue(objectAt(sequence, 'hdr'), 'enabled')) notes.warn('the sequence is HDR; the preset of the job decides')
}

/** A rate as a fraction, exact. */
function timebase(settings: JsonObject): Rational | undefined {
  const base = objectAt(settings, 'timebase')
  const [num, den] = [numberAt(base, 'numerator'), numberAt(base, 'denominator')]
  if (
    num === undefined ||
    den === undefined ||
    !Number.isInteger(num) ||
    !Number.isInteger(den) ||
    num <= 0 ||
    den <= 0
  ) {
    return undefined
  }
  // 1/25 and 25/1 are both meant as 25 frames a second.
  const [most, least] = num >= den ? [num, den] : [den, num]
  return studioRate(most / least) ? rational(most, least) : undefined
}

function activeSequence(root: JsonObject, sequences: ReadonlyMap<string, JsonObject>, notes: Notes): JsonObject {
  const id = textAt(root, 'activeSequenceId')
  const active = id === undefined ? undefined : sequences.get(id)
  if (active) return active
  const [only, ...more] = [...sequences.values()].filter((one) => textAt(one, 'type') !== 'nested')
  if (only && more.length === 0) {
    notes.warn(`the active sequence${quoted(id)} is not in the project; its only other one is rendered`)
    return only
  }
  throw new SheafError({
    code: 'SHEAF_EDIT_INVALID',
    message: `the project holds ${sequences.size} sequences, and the active one${quoted(id)} is not among them`,
    hint: 'Open the sequence that is to be rendered in Timeline Studio and save the project again.',
  })
}

/** What all sequences of a project are read with. */
interface Shared extends Pick<EditorContext, 'rate' | 'size' | 'notes' | 'pool'> {
  readonly sequences: ReadonlyMap<string, JsonObject>
}

/** Reads sequences, each once, and those that stand in them. */
class SequenceReader {
  readonly #shared: Shared
  readonly #done = new Map<string, StudioSequence>()
  readonly #open = new Set<string>()

  constructor(shared: Shared) {
    this.#shared = shared
  }

  /** The sequence that is rendered. */
  read(sequence: JsonObject, masterGain: number): StudioSequence {
    const id = textAt(sequence, 'id') ?? ''
    this.#open.add(id)
    this.#notesOf(sequence)
    return this.#tracks(sequence, { id, masterGain, within: '' })
  }

  #nested(id: string): StudioSequence | undefined {
    const { sequences, notes } = this.#shared
    const sequence = sequences.get(id)
    if (!sequence) return undefined
    const done = this.#done.get(id)
    if (done) return done
    const name = textAt(sequence, 'name') ?? id
    if (this.#open.has(id) || this.#open.size > MAX_DEPTH) {
      notes.refuse('a sequence that stands in itself, or too deep in others', `sequence${quoted(name)}`)
      return { id, name, tracks: [] }
    }
    this.#open.add(id)
    const read = this.#tracks(sequence, { id, masterGain: 1, within: `${quoted(name).trim()} ` })
    this.#open.delete(id)
    this.#done.set(id, read)
    return read
  }

  #tracks(
    sequence: JsonObject,
    of: { readonly id: string; readonly masterGain: number; readonly within: string },
  ): StudioSequence {
    const { id, masterGain, within } = of
    const composition = objectAt(sequence, 'composition')
    const context: EditorContext = {
      ...this.#shared,
      resources: objectAt(sequence, 'resources'),
      masterClips: byId(composition, 'masterClips'),
      speedRamps: NOTHING,
      sequence: (inner) => this.#nested(inner),
    }
    const tracks = readEditorTracks(objectsAt(composition, 'tracks'), { context, masterGain, within })
    return { id, name: textAt(sequence, 'name') ?? '', tracks, markers: readStudioMarkers(sequence) }
  }

  #notesOf(sequence: JsonObject): void {
    const { notes } = this.#shared
    const name = `sequence${quoted(textAt(sequence, 'name'))}`
    const type = textAt(sequence, 'type') ?? 'main'
    if (type === 'multicam' || type === 'vr360') notes.refuse(`a sequence of the type ${type}`, name)
    for (const region of objectsAt(objectAt(sequence, 'composition'), 'automation')) {
      notes.refuseOrDrop(`automation of "${said(textAt(region, 'parameter') ?? '')}"`, name)
    }
    const render = objectAt(sequence, 'renderSettings')
    const [from, to] = [numberAt(render, 'inPoint'), numberAt(render, 'outPoint')]
    if (from !== undefined || to !== undefined) {
      notes.warn(
        `${name} marks ${from ?? 0} s to ${to ?? 'its end'}${to === undefined ? '' : ' s'} to be rendered; all of it is, or what --frames says`,
      )
    }
  }
}
