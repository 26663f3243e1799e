import type { SequenceNumbering } from '../model/sequence-names.js'
import type { MediaIndex } from './media-index.js'
import type { MissingReason } from './missing-media.js'

/** What is known of one medium when the edit is checked. */
export type MediaState =
  | {
      readonly state: 'missing'
      /** Where it was looked for, when that is not what the edit says. */
      readonly looked?: string | undefined
      readonly why?: MissingReason | undefined
    }
  | { readonly state: 'empty' }
  | { readonly state: 'unreadable'; readonly reason: string }
  | {
      readonly state: 'indexed'
      readonly index: MediaIndex
      /** How the files of a sequence are called. */
      readonly numbering?: SequenceNumbering | undefined
    }

/** One thing that keeps an edit from being rendered. */
export interface MediaProblem {
  readonly kind: 'missing' | 'empty' | 'unreadable' | 'no-video' | 'no-audio' | 'too-short'
  readonly media: string
  /** The first clip that it is about. */
  readonly where: string
  readonly message: string
  /** Of what is missing: why it was not found. */
  readonly why?: MissingReason | undefined
}
