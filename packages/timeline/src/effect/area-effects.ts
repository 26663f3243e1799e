import { filterNumber } from '../compile/filter-number.js'
import {
  blendColours,
  type EffectPictures,
  type EffectType,
  type EffectValues,
  filtersOf,
  parameter,
  valueOf,
  wholeParameter,
} from './effect-type.js'
import { toneFilter } from './tone-effects.js'

/** A share of the pictures' height in whole pixels. */
function pixels(values: EffectValues, name: string, { height }: EffectPictures): number {
  return Math.round(valueOf(values, name) * height)
}

/** Three boxes over each other: nearly a bell, in whole numbers. */
function blurFilter(radius: number, { width, height }: EffectPictures): string {
  const most = Math.min(radius, Math.floor((Math.min(width, height) - 1) / 2))
  return `boxblur=lr=${most}:lp=3:cr=${most}:cp=3:ar=${most}:ap=3`
}

/** Bright in the middle, darker to the corners; made once. */
function writeVignette(label: string, values: EffectValues, pictures: EffectPictures): string {
  const [strength, start] = [valueOf(values, 'strength'), valueOf(values, 'start')]
  if (strength === 0) return label
  const { width, height, bits, pixFmt, counted, add } = pictures
  const most = 2 ** bits - 1
  const across = `((X+0.5)/${width}-0.5)*((X+0.5)/${width}-0.5)+((Y+0.5)/${height}-0.5)*((Y+0.5)/${height}-0.5)`
  // From the start, in half diagonals, smoothly to the corner.
  const way = `st(0,clip((sqrt(2*(${across}))-${filterNumber(start)})/${filterNumber(Math.max(0.01, 1 - start))},0,1))`
  const light = `${way};${most}*(1-${filterNumber(strength)}*ld(0)*ld(0)*(3-2*ld(0)))`
  const alpha = pictures.alpha ? `:a=${most}` : ''
  const mask = add(
    `color=c=black:s=${width}x${height}:r=1,trim=end_frame=1,format=${pixFmt},` +
      `geq=r='${light}':g='${light}':b='${light}'${alpha},${counted}`,
  )
  return add(`[${label}][${mask}]${blendColours('multiply')}`)
}

/** Bright parts shine beyond their edges. */
function writeGlow(label: string, values: EffectValues, pictures: EffectPictures): string {
  const [radius, strength] = [pixels(values, 'radius', pictures), valueOf(values, 'strength')]
  if (radius === 0 || strength === 0) return label
  const { add } = pictures
  const other = add(`[${label}]split[${label}g]`)
  const bright = toneFilter(`${filterNumber(strength)}*ld(0)*ld(0)`)
  const light = add(`[${label}g]${bright},${blurFilter(radius, pictures)}`)
  return add(`[${other}][${light}]${blendColours('screen')}`)
}

/** What has the key's colour becomes transparent; what was transparent stays so. */
function writeChromaKey(label: string, values: EffectValues, pictures: EffectPictures): string {
  const { add, pixFmt, bits, scaleFlags } = pictures
  const [u, v] = chromaOf(valueOf(values, 'red'), valueOf(values, 'green'), valueOf(values, 'blue'))
  const key = `chromakey=color=0x80${u}${v}:yuv=1:similarity=${filterNumber(valueOf(values, 'similarity'))}:blend=${filterNumber(valueOf(values, 'blend'))}`
  const kept = add(`[${label}]split[${label}k]`)
  const depth = bits === 8 ? '' : `${bits}le`
  const keyed = add(
    `[${label}k]scale=${scaleFlags}:out_color_matrix=bt709:out_range=tv,format=yuva444p${depth},${key},` +
      `scale=${scaleFlags}:in_color_matrix=bt709:in_range=tv,format=${pixFmt}`,
  )
  return add(`[${kept}][${keyed}]blend=c3_mode=darken`)
}

/** BT.709's chroma of a colour, as two hex digits each. */
function chromaOf(red: number, green: number, blue: number): readonly [string, string] {
  const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  const hex = (value: number): string =>
    Math.round(128 + 224 * value)
      .toString(16)
      .padStart(2, '0')
  return [hex((blue - luma) / 1.8556), hex((red - luma) / 1.5748)]
}

/** Effects in which what lies around a pixel, or where it lies, decides about it. */
export const areaEffects: readonly EffectType[] = [
  {
    id: 'blur',
    does: 'out of focus',
    class: 'stateless',
    works: 'on-areas',
    parameters: [parameter('radius', [0, 0.01, 0.25], 'in picture heights')],
    write: filtersOf((values, pictures) => {
      const radius = pixels(values, 'radius', pictures)
      return radius === 0 ? [] : [blurFilter(radius, pictures)]
    }),
  },
  {
    id: 'sharpen',
    does: 'edges stand out',
    class: 'stateless',
    works: 'on-areas',
    parameters: [parameter('amount', [0, 0.5, 4], '0 leaves it as it is')],
    write: filtersOf((values) => {
      const part = Math.round(25 * valueOf(values, 'amount'))
      if (part === 0) return []
      const kernel = `0 -${part} 0 -${part} ${100 + 4 * part} -${part} 0 -${part} 0`
      const planes = ['0', '1', '2'].map((plane) => `${plane}m='${kernel}':${plane}rdiv=0.01`)
      return [`convolution=${planes.join(':')}`]
    }),
  },
  {
    id: 'vignette',
    does: 'darker towards the corners',
    class: 'stateless',
    works: 'on-pixels',
    parameters: [
      parameter('strength', [0, 0.5, 1], '1 is black in the corners'),
      parameter('start', [0, 0.3, 0.99], 'where it begins, in half diagonals from the middle'),
    ],
    write: writeVignette,
  },
  {
    id: 'glow',
    does: 'bright parts shine beyond their edges',
    class: 'stateless',
    works: 'on-areas',
    parameters: [
      parameter('radius', [0, 0.03, 0.25], 'in picture heights'),
      parameter('strength', [0, 0.6, 2], '0 leaves it as it is'),
    ],
    write: writeGlow,
  },
  {
    id: 'mirror',
    does: 'left and right, or top and bottom, change places',
    class: 'stateless',
    works: 'on-pixels',
    parameters: [
      wholeParameter('horizontal', [0, 1, 1], '1 swaps left and right'),
      wholeParameter('vertical', [0, 0, 1], '1 swaps top and bottom'),
    ],
    write: filtersOf((values) => [
      ...(valueOf(values, 'horizontal') === 1 ? ['hflip'] : []),
      ...(valueOf(values, 'vertical') === 1 ? ['vflip'] : []),
    ]),
  },
  {
    id: 'pixelate',
    does: 'coarse squares',
    class: 'stateless',
    works: 'on-areas',
    parameters: [parameter('size', [0, 0.05, 0.25], 'side of a square in picture heights')],
    write: filtersOf((values, pictures) => {
      const size = Math.min(1024, pixels(values, 'size', pictures))
      return size < 2 ? [] : [`pixelize=w=${size}:h=${size}:mode=avg:planes=15`]
    }),
  },
  {
    id: 'edges',
    does: 'edges alone, bright on black',
    class: 'stateless',
    works: 'on-areas',
    parameters: [parameter('strength', [0, 1, 8], 'how bright')],
    write: filtersOf((values) => [`sobel=planes=7:scale=${filterNumber(valueOf(values, 'strength'))}`]),
  },
  {
    id: 'chromatic-aberration',
    does: 'red and blue part at the sides, as behind a poor lens',
    class: 'stateless',
    works: 'on-areas',
    parameters: [parameter('shift', [-0.1, 0.005, 0.1], 'of either colour, in picture heights')],
    write: filtersOf((values, pictures) => {
      const shift = Math.max(-255, Math.min(255, pixels(values, 'shift', pictures)))
      return shift === 0 ? [] : [`rgbashift=rh=${-shift}:bh=${shift}:edge=smear`]
    }),
  },
  {
    id: 'chroma-key',
    does: 'what has a colour becomes transparent',
    class: 'stateless',
    works: 'on-pixels',
    opensAlpha: true,
    parameters: [
      parameter('red', [0, 0, 1], 'red of the colour'),
      parameter('green', [0, 1, 1], 'green of the colour'),
      parameter('blue', [0, 0, 1], 'blue of the colour'),
      parameter('similarity', [0.00001, 0.15, 1], 'how far from the colour is transparent still'),
      parameter('blend', [0, 0.05, 1], 'how softly transparency ends'),
    ],
    write: writeChromaKey,
  },
]
