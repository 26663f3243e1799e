import type { OtioGeneratorReference } from '../otio/otio-types.js'
import type { Content } from './edit.js'

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '')

/** What a generator makes; undefined when nobody here knows it. */
export function generatorContent({ generatorKind, name, parameters }: OtioGeneratorReference): Content | undefined {
  switch (plain(generatorKind) || plain(name)) {
    case 'smptebars':
    case 'smptehdbars':
    case 'bars':
    case 'colorbars':
    case 'colourbars':
      return { kind: 'bars' }
    case 'black':
    case 'slug':
      return { kind: 'colour', rgb: '000000' }
    case 'white':
      return { kind: 'colour', rgb: 'ffffff' }
    case 'solidcolor':
    case 'solidcolour':
    case 'solid':
    case 'color':
    case 'colour': {
      const rgb = rgbOf(parameters['color'] ?? parameters['colour'])
      return rgb === undefined ? undefined : { kind: 'colour', rgb }
    }
    default:
      return undefined
  }
}

/** `#rrggbb`, `#rgb`, `0xrrggbb`, or three numbers from 0 to 1; opaque ones alone. */
export function rgbOf(value: unknown): string | undefined {
  if (typeof value === 'string') {
    const hex = /^(?:#|0x)?([0-9a-f]{6})(?:ff)?$/i.exec(value)?.[1]
    if (hex !== undefined) return hex.toLowerCase()
    const short = /^#?([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(value)
    return short
      ?.slice(1, 4)
      .map((digit) => `${digit}${digit}`.toLowerCase())
      .join('')
  }
  const [r, g, b, a = 1] = channelsOf(value)
  const channels = [r, g, b]
  if (a !== 1 || !channels.every((c) => typeof c === 'number' && c >= 0 && c <= 1)) return undefined
  return channels
    .map((c) =>
      Math.round(Number(c) * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')
}

function channelsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[]
  if (typeof value !== 'object' || value === null) return []
  const { r, g, b, a } = value as Readonly<Record<string, unknown>>
  return a === undefined ? [r, g, b] : [r, g, b, a]
}
