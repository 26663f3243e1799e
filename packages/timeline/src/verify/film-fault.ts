import type { FrameSpan } from '../model/edit.js'

/** What is wrong with a run of pictures. */
export type PictureFault =
  /** Black, where the edit is not. */
  | { readonly kind: 'black'; readonly frames: FrameSpan }
  /** All of them show one frame of the edit, which goes on meanwhile. */
  | { readonly kind: 'frozen'; readonly frames: FrameSpan; readonly shows: number }
  /** Each shows what belongs `shift` frames later; below 0, earlier. */
  | { readonly kind: 'shifted'; readonly frames: FrameSpan; readonly shift: number }
  /** They show something else than the edit. `standing`: and do not move. */
  | { readonly kind: 'wrong'; readonly frames: FrameSpan; readonly standing: boolean; readonly levels: number }
  /** A lossless film that is not the edit bit for bit; `levels` of 255 at most. */
  | { readonly kind: 'inexact'; readonly frames: FrameSpan; readonly levels: number }

/** What is wrong with the sound between two seconds of the film. */
export type SoundFault =
  /** It comes `offsetMs` late; below 0, early. */
  | SoundSpan<'sound-offset', { readonly offsetMs: number }>
  | SoundSpan<'sound-silent'>
  | SoundSpan<'sound-unasked'>
  | SoundSpan<'sound-wrong'>

type SoundSpan<K extends string, More = unknown> = {
  readonly kind: K
  readonly fromSeconds: number
  readonly toSeconds: number
} & More

/** What is wrong with the file as such. */
export type FileFault =
  | { readonly kind: 'no-pictures' }
  | { readonly kind: 'frame-count'; readonly found: number; readonly expected: number }
  /** `frames` frames are not where the rate has them; the first one by `offMs`. */
  | { readonly kind: 'off-grid'; readonly count: number; readonly first: number; readonly offMs: number }
  | { readonly kind: 'tag'; readonly name: string; readonly found: string; readonly expected: string }
  | { readonly kind: 'no-sound' }
  | { readonly kind: 'sound-length'; readonly foundSeconds: number; readonly expectedSeconds: number }
  /** ffmpeg could not decode it; `frames` where. */
  | { readonly kind: 'undecodable'; readonly frames?: FrameSpan | undefined; readonly reason: string }

/** One thing that is wrong with a film, as data. */
export type FilmFault = FileFault | PictureFault | SoundFault
