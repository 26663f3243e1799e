import type { Rational } from '@sheaf/protocol'
import type { Content, Effect, Fit } from '../model/edit.js'
import type { TextPicture } from '../model/text.js'
import type { TransitionLook } from '../model/transition-style.js'

/*
 * A project of Timeline Studio, whichever of its files it was read from. Times are seconds from the beginning of the
 * sequence that they stand in, or of the clip where it says so.
 */

/** A marker of a sequence, in seconds from its beginning. */
export interface StudioMarker {
  readonly seconds: Rational
  readonly name: string
}

/** Tracks that are played together. */
export interface StudioSequence {
  readonly id: string
  readonly name: string
  /** Of one kind as well as the other, the first at the bottom. */
  readonly tracks: readonly StudioTrack[]
  readonly markers?: readonly StudioMarker[] | undefined
}

/** A track: pictures, and the sound that comes with them, or sound alone. */
export interface StudioTrack {
  /** `V1`, `A1`, `T1`. */
  readonly name: string
  readonly title: string
  readonly kind: 'pictures' | 'sound'
  readonly shown: boolean
  readonly heard: boolean
  readonly gain: number
  readonly pan: number
  readonly clips: readonly StudioClip[]
  readonly transitions: readonly StudioTransition[]
}

/** A clip of a track. */
export interface StudioClip {
  readonly id: string
  readonly name: string
  /** For people: `track V1 item 3 "shot_010" at 00:00:12:05`. */
  readonly where: string
  readonly start: Rational
  readonly end: Rational
  readonly source: StudioSource
  /** Second of its medium, its sequence, at which it begins. */
  readonly sourceStart: Rational
  /** Below 0 backwards. */
  readonly speed: Rational
  readonly look: StudioLook
  readonly sound: StudioSound
}

/** What a clip shows or lets hear. */
export type StudioSource =
  | {
      readonly kind: 'file'
      readonly path: string
      readonly elsewhere: string | undefined
      readonly holds: 'sound' | 'both' | 'picture'
      /** Which of its audio streams is heard, the first being 0; undefined: as of any medium. */
      readonly stream: number | undefined
    }
  | { readonly kind: 'text'; readonly picture: TextPicture }
  | { readonly kind: 'made'; readonly content: Content }
  | { readonly kind: 'sequence'; readonly sequence: StudioSequence }
  /** What was refused: nothing is shown in its place. */
  | { readonly kind: 'nothing' }

/** A value over the time of a clip, in seconds from its beginning; see `Curve`. */
export type TimedCurve = number | readonly TimedKey[]

/** A keyframe; `seconds` rise from key to key. */
export interface TimedKey {
  readonly seconds: number
  readonly value: number
  readonly ease: TimedEase
}

/** How a value goes on to the next key: `smooth` as 3t² − 2t³, `in` as t², `out` as 1 − (1 − t)², `cosine` as (1 − cos πt) ÷ 2. */
export type TimedEase = 'linear' | 'hold' | 'smooth' | 'in' | 'out' | 'cosine'

/** How a clip's picture is changed and laid on the canvas; what is not there stays as it is. */
export interface StudioLook {
  readonly effects: readonly Effect[]
  /** Multiplied with one another. */
  readonly opacity: readonly TimedCurve[]
  readonly place: StudioPlace | undefined
  /** Before the place. */
  readonly fit: Fit | undefined
}

/** Where a picture goes; see `Place`. */
export interface StudioPlace {
  readonly x: TimedCurve
  readonly y: TimedCurve
  readonly scaleX: TimedCurve
  readonly scaleY: TimedCurve
  readonly rotation: TimedCurve
  readonly anchorX: number
  readonly anchorY: number
}

/** How a clip's sound is heard. */
export interface StudioSound {
  readonly heard: boolean
  /** Factors, multiplied with one another. */
  readonly gain: readonly TimedCurve[]
}

/** A transition, of which the clips that it stands between, or at the edge of, are known. */
export interface StudioTransition {
  /** Id of the clip that it leaves; undefined: it comes from nothing. */
  readonly out: string | undefined
  /** Id of the clip that it leads to; undefined: it leads to nothing. */
  readonly in: string | undefined
  /** When it begins; undefined: it lies around the cut, or at the edge of its clip. */
  readonly start: Rational | undefined
  readonly duration: Rational
  readonly name: string
  readonly look: TransitionLook | undefined
  readonly where: string
}

/** A look that changes nothing. */
export const PLAIN_LOOK: StudioLook = { effects: [], opacity: [], place: undefined, fit: undefined }
