import type { Rational } from '@sheaf/protocol'
import type { MissingPicturePolicy } from '../media/picture-sequence.js'

/**
 * An edit as Sheaf renders it. Frames count from 0 at `rate`; every item is placed in whole frames of
 * the edit, those of nested stacks too. What no item covers is black or silent.
 */
export interface Edit {
  readonly name: string
  readonly rate: Rational
  readonly frames: number
  /** Of a part of an edit: the number that its frame 0 has in the whole edit; without it 0. */
  readonly firstFrame?: number | undefined
  /** The first lies at the bottom; what a track does not cover shows the ones below. */
  readonly video: readonly EditTrack[]
  /** Mixed together. */
  readonly audio: readonly EditTrack[]
  /** Of frame 0, when the edit has one. */
  readonly timecode?: EditTimecode | undefined
  /** Of the edit, its tracks, their items and what is nested in them: the earlier first, each frame and name once. */
  readonly markers?: readonly EditMarker[] | undefined
}

/** A time code: frames since 00:00:00:00, and whether its writing leaves numbers out (at 29.97 and 59.94). */
export interface EditTimecode {
  readonly frame: number
  readonly drop: boolean
}

/** A place that somebody has marked; in a part of an edit it may lie outside. */
export interface EditMarker {
  readonly frame: number
  readonly name: string
}

/** Frames [from, to) of the edit. */
export interface FrameSpan {
  readonly from: number
  readonly to: number
}

/**
 * Items in rising order without holes: over [0, frames), in a nested stack over the frames of its clip, and as far
 * beyond them as there is something that its effects look at.
 */
export interface EditTrack {
  /** `V1`, `A1`; nested ones `V1.3.1`: the first track in item 3 of V1. */
  readonly name: string
  /** What the editor calls it: `Dialogue`. */
  readonly title?: string | undefined
  /** How loud all of it is, on top of what its clips say; of audio tracks alone. */
  readonly level?: Level | undefined
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
  /** How it lies on the canvas; without it: fitted into the middle, opaque, as it is. */
  readonly look?: Look | undefined
  /** How loud it is, and where; without it: as it is. */
  readonly level?: Level | undefined
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
  readonly whole: FrameSpan
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

/** A medium, at a constant speed: frame n shows the second `start + (n − at) × speed ÷ rate`. */
export interface MediaContent {
  readonly kind: 'media'
  /** Names the medium: a path right after reading, an asset id after {@link bindMedia}. */
  readonly media: string
  /** Seconds from the medium's own beginning to the picture at frame `at`. */
  readonly start: Rational
  /**
   * Frame of the edit that `start` is told for; without it the clip's `from`. A clip that was cut keeps the one it had:
   * told for another frame, times would be rounded otherwise, and a picture may come a frame early or late.
   */
  readonly at?: number | undefined
  /** 1 is as it was taken; 0 stands still; below 0 it runs backwards. */
  readonly speed: Rational
  /** Which of its audio streams is heard, the first being 0; without it what `programOf` says. */
  readonly sound?: number | undefined
  /** Sound that comes with a picture: none when the medium holds none. Settled before an edit is rendered. */
  readonly ifAny?: true | undefined
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

/** A value, or keyframes of one: before the first and behind the last it stays as it is there. */
export type Curve = number | readonly CurveKey[]

/** A keyframe. */
export interface CurveKey {
  /** Frame of the edit, rising from key to key; it may lie outside the clip and between frames. */
  readonly frame: number
  readonly value: number
  /** How the value goes on to the next key. */
  readonly ease: CurveEase
}

/** `hold` jumps at the next key; `smooth` starts and ends slowly (3t² − 2t³). */
export const CURVE_EASES = ['linear', 'hold', 'smooth'] as const
export type CurveEase = (typeof CURVE_EASES)[number]

/** How pictures are changed and laid on the canvas: effects, then the crop, then the place, then opacity. */
export interface Look {
  /** In this order, on the pictures of the clip. */
  readonly effects?: readonly Effect[] | undefined
  /** Fractions of the picture that are cut away at its edges, 0 to 1. */
  readonly crop?: Crop | undefined
  readonly place?: Place | undefined
  /** 0 to 1. */
  readonly opacity?: Curve | undefined
  /** Where the picture goes first, as far as that depends on its size; settled into crop and place. */
  readonly fit?: Fit | undefined
}

/** What is said of a picture whose size is not known yet; see `settleEdit`. */
export interface Fit {
  /** Pixels that are cut away at its edges. */
  readonly cropPixels?: Readonly<Record<keyof Crop, number>> | undefined
  readonly box?: FitBox | undefined
}

/** A part of the canvas that a picture is put into, in canvas widths and heights from its upper left corner. */
export interface FitBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** All of it is seen; all of the box is covered and the rest cut away; it is given the box's shape. */
  readonly how: 'contain' | 'cover' | 'stretch'
  /** Where it lies when it is smaller, or what is seen when it is larger: 0 left or top, 1 right or bottom. */
  readonly alignX: number
  readonly alignY: number
}

/** What is cut away, as fractions of the picture's width and height; what is left stays where it was. */
export interface Crop {
  readonly left: Curve
  readonly top: Curve
  readonly right: Curve
  readonly bottom: Curve
}

/** Where a picture goes, from where it would lie by itself: fitted into the canvas, in the middle. */
export interface Place {
  /** To the right and downwards, in canvas widths and heights. */
  readonly x: Curve
  readonly y: Curve
  /** 1 as large as it is fitted; below 0 mirrored. */
  readonly scaleX: Curve
  readonly scaleY: Curve
  /** Degrees, clockwise. */
  readonly rotation: Curve
  /** The point of the picture that scaling and turning leave where it is: fractions of it, 0.5 its middle. */
  readonly anchorX: number
  readonly anchorY: number
}

/** An effect of the whitelist, by its name there. */
export interface Effect {
  readonly id: string
  readonly parameters: Readonly<Record<string, Curve>>
}

/** How loud something is. */
export interface Level {
  /** Factor of the amplitude, 0 to 16; between keys it goes by amplitude. */
  readonly gain: Curve
  /** −1 left, 0 where it is, 1 right. */
  readonly pan: Curve
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
  /** Numbered pictures in the folder `folder`; `path` is then a name for people. */
  readonly sequence?: SequenceTarget | undefined
  /** What the edit calls a medium that it says is missing: `path` is then no path, and it is nowhere to be found. */
  readonly absent?: string | undefined
}

/** Numbered pictures, as an edit names them. */
export interface SequenceTarget {
  /** Where they lie, as the edit writes it, and with percent escapes resolved when that differs. */
  readonly folder: string
  readonly decodedFolder: string | undefined
  readonly prefix: string
  readonly suffix: string
  /** Number of the first file; each next one has a number `frameStep` higher. */
  readonly startFrame: number
  readonly frameStep: number
  /** Digits that a number has at least. */
  readonly padding: number
  /** How long each picture is shown, in seconds. */
  readonly pictureSeconds: Rational
  /** How many there should be; undefined: as many as there are. */
  readonly count: number | undefined
  readonly policy: MissingPicturePolicy
}
