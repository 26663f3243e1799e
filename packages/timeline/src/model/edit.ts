import type { Rational } from '@sheaf/protocol'

/**
 * An edit as Sheaf renders it. Frames count from 0 at `rate`; every item is placed in whole frames of
 * the edit, those of nested stacks too. What no item covers is black or silent.
 */
export interface Edit {
  readonly name: string
  readonly rate: Rational
  readonly frames: number
  /** The first lies at the bottom; what a track does not cover shows the ones below. */
  readonly video: readonly EditTrack[]
  /** Mixed together. */
  readonly audio: readonly EditTrack[]
}

/** Items in rising order without holes: over [0, frames), in a nested stack over the frames of its clip. */
export interface EditTrack {
  /** `V1`, `A1`; nested ones `V1.3.1`: the first track in item 3 of V1. */
  readonly name: string
  readonly items: readonly EditItem[]
}

/** A span of a track. */
export type EditItem = EditClip | EditGap | EditTransition

/** What may stand on either side of a transition. */
export type EditElement = EditClip | EditGap

/** A piece of something on frames [from, to) of the edit. */
export interface EditClip {
  readonly kind: 'clip'
  readonly name: string
  readonly from: number
  readonly to: number
  readonly content: Content
  /** For people: `track V1 item 3 "shot_010" at 00:00:12:05`. */
  readonly where: string
}

/** Nothing on frames [from, to): the tracks below, black, or silence. */
export interface EditGap {
  readonly kind: 'gap'
  readonly from: number
  readonly to: number
}

/** Leads from one element to the next on the frames of `whole`, all of which both sides cover; [from, to) is seen. */
export interface EditTransition {
  readonly kind: 'transition'
  readonly from: number
  readonly to: number
  readonly whole: { readonly from: number; readonly to: number }
  readonly style: TransitionStyle
  readonly out: EditElement
  readonly in: EditElement
  readonly where: string
}

/** ffmpeg's xfade knows no longer ones. */
export const LONGEST_TRANSITION_SECONDS = 60

/** How a transition looks. Sound is always faded over with equal power. */
export const TRANSITION_STYLES = ['dissolve', 'wipe-left', 'wipe-right', 'wipe-up', 'wipe-down'] as const
export type TransitionStyle = (typeof TRANSITION_STYLES)[number]

/** What a clip shows or lets hear. */
export type Content = MediaContent | ColourContent | BarsContent | StackContent

/** A medium, at a constant speed: frame n shows the second `start + (n − from) × speed ÷ rate`. */
export interface MediaContent {
  readonly kind: 'media'
  /** Names the medium: a path right after reading, an asset id after {@link bindMedia}. */
  readonly media: string
  /** Seconds from the medium's own beginning to the picture at the clip's `from`. */
  readonly start: Rational
  /** 1 is as it was taken; 0 stands still; below 0 it runs backwards. */
  readonly speed: Rational
}

/** One colour, opaque; silent. */
export interface ColourContent {
  readonly kind: 'colour'
  /** Eight bits each of sRGB: `1f2e3d`. */
  readonly rgb: string
}

/** SMPTE colour bars; silent. */
export interface BarsContent {
  readonly kind: 'bars'
}

/** Tracks of their own, placed on the frames of the edit; they lie where their clip does. */
export interface StackContent {
  readonly kind: 'stack'
  readonly tracks: readonly EditTrack[]
}

/** A clip whose content is a medium. */
export interface MediaClip extends EditClip {
  readonly content: MediaContent
}

/** A medium as an edit names it. */
export interface MediaTarget {
  readonly kind: 'path'
  /** As clips name it in `media`. */
  readonly path: string
  /** Whether `path` is relative to the folder of the edit. */
  readonly relative: boolean
  /**
   * The same with percent escapes resolved, when that differs: a reference without a scheme may be
   * meant either way. To be tried when `path` does not exist.
   */
  readonly decodedPath: string | undefined
  /** The clips that use it. */
  readonly uses: readonly string[]
}
