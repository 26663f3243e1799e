import {
  blendColours,
  type EffectPictures,
  type EffectType,
  type EffectValues,
  filtersOf,
  valueOf,
  parameter,
  wholeParameter,
} from './effect-type.js'
import { filterNumber } from '../compile/filter-number.js'

/** How far the plate of grain may be moved to either side. Primes, so that it comes back after a long while alone. */
const GRAIN_PATHS = { x: 127, y: 113 } as const

/**
 * Grain over the pictures: one plate of it, made once from its seed. What moves is moved by the number of the frame
 * in the edit, by whole numbers alone; ffmpeg's own moving noise differs from run to run.
 */
function writeGrain(moves: boolean): EffectType['write'] {
  return (label, values, pictures) => {
    const strength = Math.round(100 * valueOf(values, 'strength'))
    if (strength === 0) return label
    const plate = writePlate(strength, valueOf(values, 'seed'), moves, pictures)
    return pictures.add(`[${label}][${plate}]${blendColours('grainmerge')}`)
  }
}

function writePlate(strength: number, seed: number, moves: boolean, pictures: EffectPictures): string {
  const { width, height, firstFrame, frames, counted, pixFmt, scaleFlags, add } = pictures
  const { x, y } = GRAIN_PATHS
  const size = moves ? `${width + x}x${height + y}` : `${width}x${height}`
  const frame = `(n+${firstFrame})`
  const at = (factor: number, prime: number): string =>
    `'mod(mod(${frame}*${frame},${prime})*31+${frame}*${factor},${prime})'`
  const moved = moves
    ? `loop=loop=${frames}:size=1,trim=end_frame=${frames},${counted},crop=${width}:${height}:${at(17, x)}:${at(89, y)}:exact=1,`
    : ''
  return add(
    // Grey comes out of 128 in every channel: one pattern for all three.
    `color=c=black:s=${size}:r=1,trim=end_frame=1,format=gbrp,lutrgb=r=128:g=128:b=128,` +
      `noise=c0s=${strength}:c0_seed=${seed},shuffleplanes=0:0:0,${counted},${moved}` +
      `scale=${scaleFlags},format=${pixFmt},${counted}`,
  )
}

const seed = wholeParameter('seed', [1, 7, 1_000_000], 'another one, another pattern')

const deflicker = (values: EffectValues, { pixFmt, alpha, bits, scaleFlags }: EffectPictures): string[] => {
  const yuv = `yuv${alpha ? 'a' : ''}444p${bits === 8 ? '' : `${bits}le`}`
  return [
    `scale=${scaleFlags}:out_color_matrix=bt709:out_range=tv,format=${yuv}`,
    `deflicker=size=${valueOf(values, 'frames')}:mode=am`,
    `scale=${scaleFlags}:in_color_matrix=bt709:in_range=tv,format=${pixFmt}`,
  ]
}

/** Effects in which the number of a frame, or what comes before and after it, decides about it. */
export const timeEffects: readonly EffectType[] = [
  {
    id: 'noise',
    does: 'a pattern of noise that stands still',
    class: 'stateless',
    works: 'on-pixels',
    parameters: [parameter('strength', [0, 0.2, 1], '0 leaves it as it is'), seed],
    hasGrain: true,
    write: writeGrain(false),
  },
  {
    id: 'film-grain',
    does: 'grain that moves from frame to frame',
    class: 'time',
    works: 'on-pixels',
    parameters: [parameter('strength', [0, 0.1, 1], '0 leaves it as it is'), seed],
    hasGrain: true,
    write: writeGrain(true),
  },
  {
    id: 'motion-blur',
    does: 'each picture mixed with those before it',
    class: 'bounded',
    works: 'on-areas',
    parameters: [wholeParameter('frames', [1, 4, 32], 'pictures in each mix')],
    reach: (values) => ({ before: valueOf(values, 'frames') - 1, after: 0 }),
    write: filtersOf((values) => {
      const frames = valueOf(values, 'frames')
      return frames === 1 ? [] : [`tmix=frames=${frames}`]
    }),
  },
  {
    id: 'denoise',
    does: 'takes away noise that differs from frame to frame',
    class: 'bounded',
    works: 'on-areas',
    parameters: [
      parameter('strength', [0, 0.3, 1], '0 leaves it as it is'),
      wholeParameter('radius', [2, 4, 16], 'pictures to either side that are looked at'),
    ],
    reach: (values) => ({ before: valueOf(values, 'radius'), after: valueOf(values, 'radius') }),
    write: filtersOf((values) => {
      const strength = valueOf(values, 'strength')
      if (strength === 0) return []
      const limits = ['0', '1', '2'].map(
        (plane) => `${plane}a=${filterNumber(0.3 * strength)}:${plane}b=${filterNumber(strength)}`,
      )
      return [`atadenoise=s=${2 * valueOf(values, 'radius') + 1}:${limits.join(':')}`]
    }),
  },
  {
    id: 'deflicker',
    does: 'brightness that jumps from frame to frame becomes even',
    class: 'bounded',
    works: 'on-pixels',
    parameters: [wholeParameter('frames', [2, 5, 32], 'pictures that are averaged, from each one on')],
    reach: (values) => ({ before: 0, after: valueOf(values, 'frames') - 1 }),
    write: filtersOf(deflicker),
  },
  {
    id: 'stop-motion',
    does: 'each picture stands for some frames',
    class: 'cadence',
    works: 'on-pixels',
    parameters: [wholeParameter('frames', [1, 3, 60], 'frames that a picture stands')],
    cadence: (values) => valueOf(values, 'frames'),
    // Only whole groups come in.
    write: filtersOf((values, { counted }) => {
      const hold = valueOf(values, 'frames')
      return hold === 1 ? [] : [`shuffleframes=${Array.from({ length: hold }, () => 0).join(' ')}`, counted]
    }),
  },
]
