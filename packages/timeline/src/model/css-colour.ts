import type { Paint } from './text.js'

/** Those of HTML, and the few more that subtitles are written with. */
const NAMED: Readonly<Record<string, string>> = {
  aqua: '00ffff',
  black: '000000',
  blue: '0000ff',
  cyan: '00ffff',
  fuchsia: 'ff00ff',
  gray: '808080',
  green: '008000',
  grey: '808080',
  lime: '00ff00',
  magenta: 'ff00ff',
  maroon: '800000',
  navy: '000080',
  olive: '808000',
  orange: 'ffa500',
  purple: '800080',
  red: 'ff0000',
  silver: 'c0c0c0',
  teal: '008080',
  white: 'ffffff',
  yellow: 'ffff00',
}

/** A colour as style sheets write it (`#fff`, `#1f2e3d`, `#1f2e3dcc`, `rgba(0, 0, 0, 0.7)`); undefined for others. */
export function cssColour(text: string): Paint | undefined {
  const written = text.trim().toLowerCase()
  if (written === 'transparent') return { rgb: '000000', opacity: 0 }
  const named = Object.hasOwn(NAMED, written) ? NAMED[written] : undefined
  if (named !== undefined) return { rgb: named, opacity: 1 }
  const long = /^#?([0-9a-f]{6})([0-9a-f]{2})?$/.exec(written)
  if (long?.[1] !== undefined)
    return { rgb: long[1], opacity: long[2] === undefined ? 1 : Number.parseInt(long[2], 16) / 255 }
  const short = /^#?([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(written)
  if (short)
    return {
      rgb: short
        .slice(1, 4)
        .map((digit) => digit + digit)
        .join(''),
      opacity: 1,
    }
  return functional(written)
}

function functional(written: string): Paint | undefined {
  const parts = /^rgba?\(([\d.,\s]{5,60})\)$/.exec(written)?.[1]?.split(',').map(Number) ?? []
  const [r, g, b, opacity = 1] = parts
  const channels = [r, g, b].filter((one) => one !== undefined && one >= 0 && one <= 255)
  if (channels.length < 3 || parts.length > 4 || !(opacity >= 0 && opacity <= 1)) return undefined
  return {
    rgb: channels
      .map((one) =>
        Math.round(one ?? 0)
          .toString(16)
          .padStart(2, '0'),
      )
      .join(''),
    opacity,
  }
}
