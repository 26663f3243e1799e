import { filterNumber } from '../compile/filter-number.js'
import { type EffectType, filtersOf, parameter, valueOf, wholeParameter } from './effect-type.js'
import { hueMatrix, mixChannels, saturationMatrices } from './colour-matrix.js'

/** How far highlights, shadows, whites and blacks move what they are about: more would turn the order of tones round. */
const TONE_SHARE = 0.12

/**
 * A filter that gives each channel's value another one: `expression` says which, of `x` from 0 to 1, to be read as
 * `ld(0)`.
 */
export function toneFilter(expression: string): string {
  const curve = `st(0,val/maxval);floor(maxval*clip(${expression},0,1)+0.5)`
  return `lutrgb=r='${curve}':g='${curve}':b='${curve}'`
}

/** Changes in the order of the parameters; those that change nothing are left out. */
function correction(values: Readonly<Record<string, number>>): string[] {
  const of = (name: string): number => valueOf(values, name)
  const bright = of('brightness')
  const contrast = of('contrast')
  const moved = `(ld(0)+${filterNumber(bright)}-0.5)*${filterNumber(contrast)}+0.5`
  const gamma = `pow(clip(ld(0),0,1),${filterNumber(1 / of('gamma'))})`
  const zones = [
    ['highlights', '6.75*ld(0)*ld(0)*(1-ld(0))'],
    ['shadows', '6.75*ld(0)*(1-ld(0))*(1-ld(0))'],
    ['whites', 'ld(0)*ld(0)*ld(0)'],
    ['blacks', '(1-ld(0))*(1-ld(0))*(1-ld(0))'],
  ] as const
  const zone = zones
    .filter(([name]) => of(name) !== 0)
    .map(([name, weight]) => `+${filterNumber(TONE_SHARE * of(name))}*${weight}`)
    .join('')
  const steps = [
    ...(bright === 0 && contrast === 1 ? [] : [`st(0,clip(${moved},0,1))`]),
    ...(of('gamma') === 1 ? [] : [`st(0,${gamma})`]),
    ...(zone === '' ? [] : [`st(0,clip(ld(0)${zone},0,1))`]),
  ]
  const tone = steps.length === 0 ? [] : [stepsFilter(steps)]
  const hue = of('hue') % 360 === 0 ? [] : [mixChannels(hueMatrix(of('hue')))]
  return [...tone, ...saturationMatrices(of('saturation')).map(mixChannels), ...hue]
}

function stepsFilter(steps: readonly string[]): string {
  const curve = `st(0,val/maxval);${steps.join(';')};floor(maxval*ld(0)+0.5)`
  return `lutrgb=r='${curve}':g='${curve}':b='${curve}'`
}

/** Effects that give tones other tones. */
export const toneEffects: readonly EffectType[] = [
  {
    id: 'colour-correction',
    does: 'brightness, contrast, gamma, the four zones of tones, saturation and hue, in this order',
    class: 'stateless',
    works: 'on-pixels',
    parameters: [
      parameter('brightness', [-1, 0, 1], 'added to every channel; 1 is white'),
      parameter('contrast', [0, 1, 10], 'factor around middle grey'),
      parameter('saturation', [0, 1, 4], 'factor; 0 is grey'),
      parameter('hue', [-360, 0, 360], 'degrees around the wheel'),
      parameter('gamma', [0.1, 1, 10], 'above 1 lifts the middle tones'),
      parameter('highlights', [-1, 0, 1], 'lifts or lowers the bright tones'),
      parameter('shadows', [-1, 0, 1], 'lifts or lowers the dark tones'),
      parameter('whites', [-1, 0, 1], 'lifts or lowers white'),
      parameter('blacks', [-1, 0, 1], 'lifts or lowers black'),
    ],
    write: filtersOf(correction),
  },
  {
    id: 'exposure',
    does: 'brighter or darker as by the lens',
    class: 'stateless',
    works: 'on-pixels',
    parameters: [parameter('stops', [-5, 0, 5], 'each doubles the light')],
    write: filtersOf((values) => {
      const stops = valueOf(values, 'stops')
      return stops === 0 ? [] : [toneFilter(`ld(0)*${filterNumber(2 ** (stops / 2.2))}`)]
    }),
  },
  {
    id: 'levels',
    does: 'what becomes black, what becomes white, and the way between',
    class: 'stateless',
    works: 'on-pixels',
    parameters: [
      parameter('inBlack', [0, 0, 0.99], 'tone that becomes outBlack'),
      parameter('inWhite', [0.01, 1, 1], 'tone that becomes outWhite; at least a hundredth above inBlack'),
      parameter('gamma', [0.1, 1, 10], 'above 1 lifts the middle tones'),
      parameter('outBlack', [0, 0, 1], 'tone of what is black'),
      parameter('outWhite', [0, 1, 1], 'tone of what is white'),
    ],
    write: filtersOf((values) => {
      const of = (name: string): number => valueOf(values, name)
      const span = Math.max(0.01, of('inWhite') - of('inBlack'))
      const input = `clip((ld(0)-${filterNumber(of('inBlack'))})*${filterNumber(1 / span)},0,1)`
      const output = filterNumber(of('outWhite') - of('outBlack'))
      return [toneFilter(`${filterNumber(of('outBlack'))}+${output}*pow(${input},${filterNumber(1 / of('gamma'))})`)]
    }),
  },
  {
    id: 'invert',
    does: 'the negative',
    class: 'stateless',
    works: 'on-pixels',
    parameters: [parameter('amount', [0, 1, 1], '0 leaves it as it is')],
    write: filtersOf((values) => {
      const amount = valueOf(values, 'amount')
      return amount === 0 ? [] : [toneFilter(`ld(0)+${filterNumber(amount)}*(1-2*ld(0))`)]
    }),
  },
  {
    id: 'posterize',
    does: 'few tones',
    class: 'stateless',
    works: 'on-pixels',
    parameters: [wholeParameter('levels', [2, 6, 256], 'tones of each channel')],
    write: filtersOf((values) => {
      const levels = valueOf(values, 'levels')
      return [toneFilter(`min(floor(ld(0)*${levels}),${levels - 1})/${levels - 1}`)]
    }),
  },
]
