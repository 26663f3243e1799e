import type { GlyphStyle, Paint } from '../model/text.js'
import type { AssTag } from './ass-override.js'

/** How letters look, in the script's own numbers. Colours are `AABBGGRR` in hexadecimal digits. */
export interface AssLook {
  readonly family: string
  readonly size: number
  /** 100 to 900. */
  readonly weight: number
  readonly italic: boolean
  readonly underline: boolean
  readonly strikeOut: boolean
  /** Percent. */
  readonly stretchX: number
  readonly stretchY: number
  readonly spacing: number
  readonly primary: string
  readonly edge: string
  readonly back: string
  readonly outline: number
  readonly shadowX: number
  readonly shadowY: number
}

/** What a tag makes of a look; undefined when its value cannot be read. `own` is what the style of the line says. */
type LookChange = (value: string, own: AssLook, now: AssLook) => Partial<AssLook> | undefined

/** The look behind a tag: changed, undefined when its value cannot be read, `other` when it is not about letters. */
export function lookAfter(tag: AssTag, own: AssLook, now: AssLook): AssLook | 'other' | undefined {
  const change = Object.hasOwn(CHANGES, tag.name) ? CHANGES[tag.name] : undefined
  if (!change) return 'other'
  const changed = change(tag.value, own, now)
  return changed && { ...now, ...changed }
}

/** Number of a tag, or what the style says when nothing is written; undefined when it is none. */
function numberOr(value: string, own: number): number | undefined {
  if (value === '') return own
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

const numeric =
  (key: 'stretchX' | 'stretchY' | 'spacing' | 'outline' | 'shadowX' | 'shadowY'): LookChange =>
  (value, own) => {
    const number = numberOr(value, own[key])
    return number === undefined ? undefined : { [key]: number }
  }

const switched =
  (key: 'italic' | 'underline' | 'strikeOut'): LookChange =>
  (value, own) => {
    const number = numberOr(value, own[key] ? 1 : 0)
    return number === 0 || number === 1 ? { [key]: number === 1 } : undefined
  }

const coloured =
  (key: 'primary' | 'edge' | 'back'): LookChange =>
  (value, own, now) => {
    const digits = value === '' ? own[key].slice(2) : hexDigits(value, 6)
    return digits === undefined ? undefined : { [key]: now[key].slice(0, 2) + digits }
  }

const veiled =
  (...keys: readonly ('primary' | 'edge' | 'back')[]): LookChange =>
  (value, own, now) => {
    const digits = value === '' ? undefined : hexDigits(value, 2)
    if (value !== '' && digits === undefined) return undefined
    return Object.fromEntries(keys.map((key) => [key, (digits ?? own[key].slice(0, 2)) + now[key].slice(2)]))
  }

const CHANGES: Readonly<Record<string, LookChange>> = {
  fn: (value, own) => ({ family: value === '' || value === '0' ? own.family : value }),
  fs: sized,
  b: (value, own) => {
    const number = numberOr(value, own.weight)
    if (number === 0 || number === 1) return { weight: number === 0 ? 400 : 700 }
    return number !== undefined && number >= 100 && number <= 900 ? { weight: number } : undefined
  },
  i: switched('italic'),
  u: switched('underline'),
  s: switched('strikeOut'),
  fscx: numeric('stretchX'),
  fscy: numeric('stretchY'),
  fsc: (value, { stretchX, stretchY }) => (value === '' ? { stretchX, stretchY } : undefined),
  fsp: numeric('spacing'),
  bord: numeric('outline'),
  shad: (value, own) => {
    if (value === '') return { shadowX: own.shadowX, shadowY: own.shadowY }
    const number = numberOr(value, 0)
    return number === undefined || number < 0 ? undefined : { shadowX: number, shadowY: number }
  },
  xshad: numeric('shadowX'),
  yshad: numeric('shadowY'),
  c: coloured('primary'),
  '1c': coloured('primary'),
  '3c': coloured('edge'),
  '4c': coloured('back'),
  alpha: veiled('primary', 'edge', 'back'),
  '1a': veiled('primary'),
  '3a': veiled('edge'),
  '4a': veiled('back'),
}

/** `\fs20`, and `\fs+2`, which is two tenths more. None is left of nothing: then the style's counts. */
function sized(value: string, own: AssLook, now: AssLook): Partial<AssLook> | undefined {
  const number = numberOr(value, own.size)
  if (number === undefined) return undefined
  const size = /^[+-]/.test(value) ? now.size * (1 + number / 10) : number
  return { size: size > 0 ? size : own.size }
}

/** The last digits of `&H00FF00&`; undefined for what is no number. */
function hexDigits(value: string, count: number): string | undefined {
  const digits = /^&?H?([0-9a-f]+)&?$/i.exec(value.trim())?.[1]
  return digits?.padStart(count, '0').slice(-count).toLowerCase()
}

/** A look in heights of the canvas; `hasBox`: its edge is a box behind the letters, not an outline around them. */
export function glyphStyleOf(look: AssLook, { height, hasBox }: { height: number; hasBox: boolean }): GlyphStyle {
  const down = (value: number): number => value / height
  const { family, weight, italic, underline, strikeOut, stretchX, stretchY, spacing, outline } = look
  const throwsShadow = !hasBox && (look.shadowX !== 0 || look.shadowY !== 0)
  const [x, y] = [down(look.shadowX), down(look.shadowY)]
  return {
    font: { family: family.replace(/^@/, ''), weight, italic },
    size: down(look.size),
    measure: 'line',
    paint: assPaint(look.primary),
    ...(!hasBox && outline > 0 && { outline: { width: down(outline), paint: assPaint(look.edge) } }),
    ...(throwsShadow && { shadow: { x, y, blur: 0, paint: assPaint(look.back) } }),
    ...(underline && { underline }),
    ...(strikeOut && { strikeOut }),
    ...(stretchX !== 100 && { stretchX: stretchX / 100 }),
    ...(stretchY !== 100 && { stretchY: stretchY / 100 }),
    ...(spacing !== 0 && { spacing: down(spacing) }),
  }
}

/** `AABBGGRR`, its alpha counting from opaque to transparent. */
export function assPaint(written: string): Paint {
  const bgr = written.slice(2)
  const rgb = `${bgr.slice(4)}${bgr.slice(2, 4)}${bgr.slice(0, 2)}`
  const clear = Number.parseInt(written.slice(0, 2), 16)
  return { rgb: /^[0-9a-f]{6}$/.test(rgb) ? rgb : 'ffffff', opacity: 1 - (Number.isNaN(clear) ? 0 : clear) / 255 }
}
