import { rational } from '@sheaf/protocol'
import type { MediaIndex } from '../media/media-index.js'
import type { Content, Curve, Edit, EditClip, EditItem, EditTransition, Look, Place } from '../model/edit.js'
import { reframe } from '../model/walk-edit.js'
import { PROBE_MEDIUM_BASE64, PROBE_MEDIUM_INDEX } from './probe-medium.js'

/** What agents compose to find out whether they make the same pictures. */
export interface ProbePictures {
  readonly edit: Edit
  /** By asset id: all of them are the one medium, taken for unlike footage. */
  readonly media: Readonly<Record<string, MediaIndex>>
  /** The medium's file. */
  readonly mediumBase64: string
}

/** Uses of effects, each of which does something; those with motion look at pictures around their own. */
const STILL_EFFECTS: readonly (readonly [id: string, parameters: Readonly<Record<string, number>>])[] = [
  ['colour-correction', { brightness: 0.1, contrast: 1.3, saturation: 1.7, hue: 40, gamma: 1.2, shadows: 0.4 }],
  ['exposure', { stops: -0.7 }],
  ['levels', { inBlack: 0.1, inWhite: 0.9, gamma: 0.8, outBlack: 0.05, outWhite: 0.95 }],
  ['invert', { amount: 0.8 }],
  ['posterize', { levels: 5 }],
  ['grayscale', { amount: 0.6 }],
  ['sepia', { amount: 0.7 }],
  ['white-balance', { temperature: 4200, tint: 0.2 }],
  ['vibrance', { amount: 1.2 }],
  ['colour-balance', { midtonesRed: 0.5, shadowsBlue: 0.3, highlightsGreen: -0.2 }],
  ['duotone', { lightRed: 0.9, lightGreen: 0.8, lightBlue: 0.1, darkBlue: 0.6 }],
  ['blur', { radius: 0.07 }],
  ['sharpen', { amount: 1.3 }],
  ['vignette', { strength: 0.8 }],
  ['glow', { radius: 0.08, strength: 0.9 }],
  ['mirror', { horizontal: 1, vertical: 1 }],
  ['pixelate', { size: 0.11 }],
  ['edges', { strength: 0.7 }],
  ['chromatic-aberration', { shift: 0.03 }],
  ['chroma-key', { green: 1, similarity: 0.25, blend: 0.1 }],
  ['noise', { strength: 0.4, seed: 11 }],
  ['film-grain', { strength: 0.3, seed: 3 }],
]
const MOVING_EFFECTS: typeof STILL_EFFECTS = [
  ['motion-blur', { frames: 3 }],
  ['denoise', { strength: 0.8, radius: 2 }],
  ['deflicker', { frames: 3 }],
  ['stop-motion', { frames: 2 }],
]

const RATE = rational(25)

/** The medium as it is, and taken for footage that needs other filters. */
const FOOTAGE: Readonly<Record<string, Partial<NonNullable<MediaIndex['video']>>>> = {
  plain: { matrix: 'bt709' },
  sd: {},
  interlaced: { fields: 'top-first', matrix: 'bt2020', colour: 'bt2020-pq' },
  turned: { turn: 'right', matrix: 'bt2020', colour: 'bt2020-hlg', range: 'full' },
  transparent: { alpha: 'premultiplied', matrix: 'bt709' },
}

const HOME: Place = { x: 0, y: 0, scaleX: 1, scaleY: 1, rotation: 0, anchorX: 0.5, anchorY: 0.5 }
const placed = (place: Partial<Place>): Look => ({ place: { ...HOME, ...place } })
/** From one value to another over the frames [from, to]. */
const going = (from: number, to: number, [first, last]: readonly [number, number]): Curve => [
  { frame: from, value: first, ease: 'smooth' },
  { frame: to, value: last, ease: 'linear' },
]
const footage = (name: string, start = 0, speed = rational(1)): Content => ({
  kind: 'media',
  media: idOf(name),
  start: rational(start, 25),
  speed,
})
/** As assets are called in a manifest. */
const idOf = (name: string): string => `a${Object.keys(FOOTAGE).indexOf(name)}`
const BARS: Content = { kind: 'bars' }

/**
 * An edit of a few dozen frames in which every filter has work to do that edits are compiled to: footage of all kinds,
 * retimed both ways, transitions, looks that stand and move, stacks, transparency, and each effect of the whitelist.
 */
export function probePictures(): ProbePictures {
  const frames = EFFECTS_AT + 2 * EFFECT_ROWS.length
  const video = [
    { name: 'V1', items: filled(footageItems(), frames) },
    { name: 'V2', items: filled([...lookItems(), ...effectItems()], frames) },
  ]
  return {
    edit: { name: 'probe', rate: RATE, frames, video, audio: [] },
    media: Object.fromEntries(
      Object.entries(FOOTAGE).map(([id, unlike]) => [
        idOf(id),
        { ...PROBE_MEDIUM_INDEX, video: { ...PROBE_MEDIUM_INDEX.video, ...unlike } },
      ]),
    ),
    mediumBase64: PROBE_MEDIUM_BASE64,
  }
}

/** Uses of effects, three on each picture. */
const EFFECT_ROWS = STILL_EFFECTS.flatMap((_, at) => (at % 3 === 0 ? [STILL_EFFECTS.slice(at, at + 3)] : []))

/** Where looks end and effects begin, on the frames of the edit. */
const EFFECTS_AT = 34

/** Below: how footage is decoded, brought to the rate, and led over. */
function footageItems(): EditItem[] {
  const [last, next] = [clip(footage('plain', 4), 6, 14), clip(footage('sd', 0), 10, 18)]
  return [
    clip(footage('plain'), 0, 6),
    { ...last, to: 10 },
    transition('dissolve', last, next),
    { ...next, from: 14, content: footage('sd', 4) },
    clip(footage('interlaced', 1), 18, 21),
    clip(footage('turned', 2), 21, 24),
    clip(footage('plain', 10, rational(-3, 2)), 24, 28),
    clip(footage('plain', 5, rational(0)), 28, 30),
    clip(footage('sd', 0, rational(2, 3)), 30, 33),
    clip({ kind: 'colour', rgb: '30608f' }, 33, EFFECTS_AT + 2 * EFFECT_ROWS.length),
  ]
}

/** Above: how pictures are laid on others. */
function lookItems(): EditItem[] {
  const moving = placed({
    ...{ x: going(6, 14, [-0.2, 0.2]), scaleX: 0.6, scaleY: going(6, 14, [0.4, 0.8]) },
    rotation: going(6, 14, [0, 50]),
  })
  const cropped: Look = {
    crop: { left: 0.1, top: going(18, 24, [0, 0.4]), right: 0.2, bottom: 0.05 },
    opacity: going(18, 24, [0.3, 0.9]),
  }
  return [
    clip(footage('plain', 2), 0, 3),
    clip(footage('transparent', 1), 3, 6, { opacity: 0.7 }),
    clip(footage('plain', 3), 6, 10, moving),
    clip(BARS, 10, 14, placed({ scaleX: -0.55, scaleY: 0.45, x: 0.15 })),
    clip(footage('sd', 2), 14, 18, placed({ rotation: 30, scaleX: 0.7, scaleY: 0.7 })),
    clip(footage('plain', 6), 18, 24, cropped),
    stack(24, 30),
    ...MOVING_EFFECTS.map(([id, parameters], at) =>
      clip(footage('plain', 6 + at), 30 + at, 31 + at, { effects: [{ id, parameters }] }),
    ),
  ]
}

/** Tracks inside each other, half transparent, with a transition between what does not fill them. */
function stack(from: number, to: number): EditClip {
  const middle = from + 3
  const small = placed({ scaleX: 0.5, scaleY: 0.5, x: -0.1 })
  const [before, after] = [clip(footage('sd', 3), from, middle + 2, small), clip(BARS, middle - 2, to, small)]
  const items = [{ ...before, to: middle - 2 }, transition('wipe-left', before, after), { ...after, from: middle + 2 }]
  const tracks = [
    { name: 'V2.1', items },
    { name: 'V2.2', items: [clip(footage('transparent', 2), from, to)] },
  ]
  return clip({ kind: 'stack', tracks }, from, to, {
    effects: [{ id: 'blur', parameters: { radius: 0.03 } }],
    opacity: 0.8,
    place: { ...HOME, rotation: -8 },
  })
}

/** Three effects after one another for two frames, every other time on pictures that are partly transparent. */
function effectItems(): EditItem[] {
  return EFFECT_ROWS.map((effects, at) => {
    const from = EFFECTS_AT + 2 * at
    const cropped = at % 2 === 0 && { crop: { left: 0.3, top: 0, right: 0, bottom: 0.2 } }
    return clip(BARS, from, from + 2, { effects: effects.map(([id, parameters]) => ({ id, parameters })), ...cropped })
  })
}

function clip(content: Content, from: number, to: number, look?: Look): EditClip {
  return { kind: 'clip', name: 'probe', from, to, content, look, where: 'probe' }
}

/** Over the frames that both sides cover. */
function transition(style: EditTransition['style'], out: EditClip, into: EditClip): EditTransition {
  const whole = { from: into.from, to: out.to }
  return {
    kind: 'transition',
    ...whole,
    whole,
    style,
    out: reframe(out, whole, RATE),
    in: reframe(into, whole, RATE),
    where: 'probe',
  }
}

/** Items with a gap behind them, to the end of the edit. */
function filled(items: readonly EditItem[], frames: number): EditItem[] {
  const end = items.at(-1)?.to ?? 0
  return end < frames ? [...items, { kind: 'gap', from: end, to: frames }] : [...items]
}
