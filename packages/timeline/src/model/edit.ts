import type { Rational } from '@sheaf/protocol'

/**
 * An edit as Sheaf renders it. Frames count from 0 at `rate`; every item is placed in whole frames.
 * One video track and at most one audio track; items follow each other without overlap, and what no
 * item covers is black or silent.
 */
export interface Edit {
  readonly name: string
  readonly rate: Rational
  readonly frames: number
  readonly video: EditTrack
  readonly audio: EditTrack | undefined
}

/** Items in rising order that fill [0, frames) without holes. */
export interface EditTrack {
  /** `V1`, `A1`. */
  readonly name: string
  readonly items: readonly EditItem[]
}

/** A span of a track. */
export type EditItem = EditClip | EditGap

/** A piece of a medium on frames [from, to) of the edit. */
export interface EditClip {
  readonly kind: 'clip'
  readonly name: string
  /** Names the medium: a path right after {@link readEdit}, an asset id after {@link bindMedia}. */
  readonly media: string
  readonly from: number
  readonly to: number
  /** Seconds from the medium's own beginning to the picture at `from`. */
  readonly sourceStart: Rational
  /** For people: `track V1 item 3 "shot_010" at 00:00:12:05`. */
  readonly where: string
}

/** Black or silence on frames [from, to). */
export interface EditGap {
  readonly kind: 'gap'
  readonly from: number
  readonly to: number
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

/** The edit with every medium's name replaced; throws when one is not in the map. */
export function bindMedia(edit: Edit, ids: ReadonlyMap<string, string>): Edit {
  const bind = (track: EditTrack): EditTrack => ({
    ...track,
    items: track.items.map((item) => {
      if (item.kind === 'gap') return item
      const media = ids.get(item.media)
      if (media === undefined) throw new Error(`no asset for ${item.media} (${item.where})`)
      return { ...item, media }
    }),
  })
  return { ...edit, video: bind(edit.video), audio: edit.audio && bind(edit.audio) }
}

/** All clips of the edit, video first. */
export function clipsOf(edit: Edit): EditClip[] {
  const items = [...edit.video.items, ...(edit.audio?.items ?? [])]
  return items.filter((item) => item.kind === 'clip')
}

/** Frames at which the picture changes from one item to another: neither 0 nor the end. */
export function cutsOf(edit: Edit): number[] {
  return edit.video.items.map((item) => item.from).filter((frame) => frame > 0)
}
