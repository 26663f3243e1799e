import type { Rational } from '@sheaf/protocol'
import type { FrameSize } from '../compile/frame-format.js'
import type { Notes } from '../model/refusal.js'
import type { JsonObject } from '../otio/json-reader.js'
import type { MediaPool } from './media-pool.js'
import type { StudioSequence } from './studio-project.js'

/** What sequences of the editor are read with. */
export interface EditorContext {
  readonly rate: Rational
  readonly size: FrameSize | undefined
  readonly notes: Notes
  readonly pool: MediaPool
  /** Effects, filters, transitions, titles and so on, as the sequence carries them. */
  readonly resources: JsonObject
  /** Clips that stand for a part of a sequence. */
  readonly masterClips: ReadonlyMap<string, JsonObject>
  /** Speeds that change within a clip, by its id. */
  readonly speedRamps: JsonObject
  /** The sequence of that id; undefined when there is none. */
  readonly sequence: (id: string) => StudioSequence | undefined
}

/** The size that lengths in pixels are of when a project does not say its own. */
export const USUAL_SIZE: FrameSize = { width: 1920, height: 1080 }
