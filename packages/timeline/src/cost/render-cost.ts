import type { Curve, Edit, EditItem, Look, Place } from '../model/edit.js'
import type { EncoderName } from '../preset/picture-coding.js'
import type { Preset } from '../preset/preset.js'

/**
 * Work on a frame of the whole film, as a mean, in one unit: decoding and scaling one plain layer. Rough: it only
 * decides which of two ways is the faster one.
 */
export interface RenderCost {
  /** Composing, encoding with the preset and checking, on whichever agent renders a segment. */
  readonly direct: number
  /** Composing, encoding without loss and checking. */
  readonly lossless: number
  /** Reading lossless pictures and encoding them with the preset, on the one machine that makes the film. */
  readonly once: number
}

/** Measured in processor time on 72 frames of 640x360 and of 1920x1080, ffmpeg 5.1.9; the unit was 0.35 s and 3.6 s. */
const LAYER = { plain: 1, still: 1, moving: 5, effect: 1.5 } as const
/** FFV1: encoding it, and decoding it once, which is its check too. */
const FFV1 = { encode: 1.7, decode: 1.8 } as const
const CHECK = 0.4
/** By encoder, at the speed that it is shipped with. Those of chips cost the processor next to nothing. */
const ENCODE: Readonly<Partial<Record<EncoderName, number>>> = {
  ...{ libx264: 4, libx265: 6, libsvtav1: 7.5, prores_ks: 7, dnxhd: 2, ffv1: FFV1.encode },
}
/** Against `medium`, which x264 and x265 are shipped with: `veryfast` as measured, the others in proportion. */
const SPEEDS: Readonly<Record<string, number>> = {
  ...{ ultrafast: 0.15, superfast: 0.25, veryfast: 0.33, faster: 0.6, fast: 0.8, slow: 1.6, slower: 3, veryslow: 5 },
}

/** The work that an edit makes with a preset of pictures. */
export function renderCost({ edit, preset }: { readonly edit: Edit; readonly preset: Preset }): RenderCost {
  const compose = composeCost(edit)
  const encode = encodeCost(preset)
  return {
    direct: compose + encode + CHECK,
    lossless: compose + FFV1.encode + FFV1.decode,
    once: FFV1.decode + encode,
  }
}

function encodeCost({ pictures }: Preset): number {
  if (!pictures) return 0
  return (ENCODE[pictures.encoder] ?? 0.2) * (SPEEDS[String(pictures.speed)] ?? 1)
}

/** Layers of a frame as a mean, weighted; a frame on which there is nothing costs as much as a plain one. */
function composeCost({ video, frames }: Edit): number {
  const layers = video.flatMap(({ items }) => items).reduce((sum, item) => sum + itemCost(item), 0)
  return Math.max(LAYER.plain, layers / frames)
}

function itemCost(item: EditItem): number {
  switch (item.kind) {
    case 'gap':
      return 0
    case 'transition': {
      const seen = { from: item.from, to: item.to }
      return (
        itemCost({ ...item.out, ...seen }) + itemCost({ ...item.in, ...seen }) + LAYER.still * (item.to - item.from)
      )
    }
    case 'clip': {
      const { content, look, from, to } = item
      const own = (LAYER.plain + lookCost(look)) * (to - from)
      if (content.kind !== 'stack') return own
      // Inside a transition all of a stack's items count, though it is seen for a moment only: dear enough to be so.
      return own + content.tracks.flatMap(({ items }) => items).reduce((sum, inner) => sum + itemCost(inner), 0)
    }
  }
}

function lookCost(look: Look | undefined): number {
  if (!look) return 0
  const place = look.place ? (isWarped(look.place) ? LAYER.moving : LAYER.still) : 0
  return place + LAYER.effect * (look.effects?.length ?? 0)
}

/** Turned pictures, and those that change their place, take the way of those that move. */
function isWarped({ x, y, scaleX, scaleY, rotation }: Place): boolean {
  const moves = (curve: Curve): boolean => typeof curve !== 'number'
  return [x, y, scaleX, scaleY].some(moves) || moves(rotation) || rotation !== 0
}
