import { filterNumber } from '../compile/filter-number.js'

/** Red, green and blue that come out, of red, green and blue that go in: three rows. */
export type ColourMatrix = readonly [Row, Row, Row]
type Row = readonly [number, number, number]

/** BT.709's share of each channel in what is seen as brightness. */
export const LUMA: Row = [0.2126, 0.7152, 0.0722]

const IDENTITY: ColourMatrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
]
/** Largest factor that ffmpeg's mixer of channels takes. */
const MOST = 2

/** The filter for a matrix. */
export function mixChannels([r, g, b]: ColourMatrix): string {
  const row = (name: string, [red, green, blue]: Row): string =>
    `${name}r=${coefficient(red)}:${name}g=${coefficient(green)}:${name}b=${coefficient(blue)}`
  return `colorchannelmixer=${row('r', r)}:${row('g', g)}:${row('b', b)}`
}

function coefficient(value: number): string {
  return filterNumber(Math.min(MOST, Math.max(-MOST, value)))
}

/** One matrix a share of the way from nothing to another. */
export function towards(to: ColourMatrix, share: number): ColourMatrix {
  const row = (i: 0 | 1 | 2): Row => mapRow(to[i], (value, j) => IDENTITY[i][j] + (value - IDENTITY[i][j]) * share)
  return [row(0), row(1), row(2)]
}

/** Every channel the brightness. */
export const GREY: ColourMatrix = [LUMA, LUMA, LUMA]

/** Matrices that one after another multiply the saturation; none for 1. Each stays within what the mixer takes. */
export function saturationMatrices(saturation: number): readonly ColourMatrix[] {
  if (saturation === 1) return []
  if (saturation <= MOST) return [towards(GREY, 1 - saturation)]
  return [towards(GREY, 1 - MOST), ...saturationMatrices(saturation / MOST)]
}

/** Turns hues round the wheel and leaves brightness as it is. */
export function hueMatrix(degrees: number): ColourMatrix {
  const angle = ((degrees % 360) * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [r, g, b] = LUMA
  // As in SVG's hueRotate, with BT.709's exact shares.
  const across = [
    [-r, -g, 1 - b],
    [0.143, 0.14, -0.283],
    [-(1 - r), g, b],
  ] as const
  const row = (i: 0 | 1 | 2): Row =>
    mapRow(LUMA, (share, j) => share + (IDENTITY[i][j] - share) * cos + across[i][j] * sin)
  return [row(0), row(1), row(2)]
}

/** Factors of each channel. */
export function gains(red: number, green: number, blue: number): ColourMatrix {
  return [
    [red, 0, 0],
    [0, green, 0],
    [0, 0, blue],
  ]
}

function mapRow(row: Row, change: (value: number, j: 0 | 1 | 2) => number): Row {
  return [change(row[0], 0), change(row[1], 1), change(row[2], 2)]
}
