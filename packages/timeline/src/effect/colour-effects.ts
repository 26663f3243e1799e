import { filterNumber } from '../compile/filter-number.js'
import { gains, GREY, mixChannels, towards, type ColourMatrix } from './colour-matrix.js'
import { type EffectParameter, type EffectType, filtersOf, parameter, valueOf } from './effect-type.js'

const SEPIA: ColourMatrix = [
  [0.393, 0.769, 0.189],
  [0.349, 0.686, 0.168],
  [0.272, 0.534, 0.131],
]
const amount = parameter('amount', [0, 1, 1], '0 leaves it as it is')

/** An effect that leads a share of the way to what a matrix makes. */
function matrixEffect(id: string, does: string, matrix: ColourMatrix): EffectType {
  return {
    ...{ id, does, class: 'stateless', works: 'on-pixels', parameters: [amount] },
    write: filtersOf((values) => {
      const share = valueOf(values, 'amount')
      return share === 0 ? [] : [mixChannels(towards(matrix, share))]
    }),
  }
}

/** Shares of red, green and blue in the light of a black body, by Tanner Helland's fit; 1 at most. */
function lightOf(kelvin: number): readonly [number, number, number] {
  const heat = kelvin / 100
  const within = (value: number): number => Math.min(255, Math.max(1, value)) / 255
  const red = heat <= 66 ? 255 : 329.698727446 * (heat - 60) ** -0.1332047592
  const green =
    heat <= 66 ? 99.4708025861 * Math.log(heat) - 161.1195681661 : 288.1221695283 * (heat - 60) ** -0.0755148492
  const blue = heat >= 66 ? 255 : heat <= 19 ? 1 : 138.5177312231 * Math.log(heat - 10) - 305.0447927307
  return [within(red), within(green), within(blue)]
}

function whiteBalance(kelvin: number, tint: number): ColourMatrix {
  const [red, green, blue] = lightOf(kelvin)
  const [r, g, b] = lightOf(6500)
  const [x, y, z] = [red / r, (green / g) * (1 - tint / 4), blue / b]
  // As bright as before, by the share of each channel.
  const bright = 0.2126 * x + 0.7152 * y + 0.0722 * z
  return gains(x / bright, y / bright, z / bright)
}

const channels = ['Red', 'Green', 'Blue'] as const
const balance = ['shadows', 'midtones', 'highlights'].flatMap((zone): EffectParameter[] =>
  channels.map((channel) => parameter(`${zone}${channel}`, [-1, 0, 1], `${channel.toLowerCase()} in the ${zone}`)),
)
const colourOf = (name: string, [r, g, b]: readonly [number, number, number]): EffectParameter[] =>
  ([r, g, b] as const).map((normal, i) => {
    const channel = channels[i] ?? ''
    return parameter(`${name}${channel}`, [0, normal, 1], `${channel.toLowerCase()} of the ${name} colour`)
  })

/** Effects that change colours. */
export const colourEffects: readonly EffectType[] = [
  matrixEffect('grayscale', 'no colours', GREY),
  matrixEffect('sepia', 'the brown of old photographs', SEPIA),
  {
    id: 'white-balance',
    does: 'warmer or colder light, greener or more magenta',
    class: 'stateless',
    works: 'on-pixels',
    parameters: [
      parameter('temperature', [1000, 6500, 20000], 'kelvins of the light; below 6500 it is warmer'),
      parameter('tint', [-1, 0, 1], 'above 0 more magenta, below it more green'),
    ],
    write: filtersOf((values) => {
      const [kelvin, tint] = [valueOf(values, 'temperature'), valueOf(values, 'tint')]
      return kelvin === 6500 && tint === 0 ? [] : [mixChannels(whiteBalance(kelvin, tint))]
    }),
  },
  {
    id: 'vibrance',
    does: 'saturates what is little saturated',
    class: 'stateless',
    works: 'on-pixels',
    parameters: [parameter('amount', [-2, 0, 2], 'below 0 takes colour away')],
    write: filtersOf((values) => {
      const strength = valueOf(values, 'amount')
      return strength === 0 ? [] : [`vibrance=intensity=${filterNumber(strength)}`]
    }),
  },
  {
    id: 'colour-balance',
    does: 'more or less of each colour in the dark, the middle and the bright tones',
    class: 'stateless',
    works: 'on-pixels',
    parameters: balance,
    write: filtersOf((values) => {
      if (balance.every(({ name }) => values[name] === 0)) return []
      const options = balance.map(({ name }, i) => {
        const [zone, channel] = [['s', 'm', 'h'][Math.floor(i / 3)] ?? '', ['r', 'g', 'b'][i % 3] ?? '']
        return `${channel}${zone}=${filterNumber(valueOf(values, name))}`
      })
      return [`colorbalance=${options.join(':')}`]
    }),
  },
  {
    id: 'duotone',
    does: 'dark tones in one colour, bright ones in another',
    class: 'stateless',
    works: 'on-pixels',
    parameters: [...colourOf('dark', [0.1, 0.05, 0.3]), ...colourOf('light', [1, 0.85, 0.4])],
    write: filtersOf((values) => {
      const curves = channels.map((channel, i) => {
        const [dark, light] = [valueOf(values, `dark${channel}`), valueOf(values, `light${channel}`)]
        const tone = `${filterNumber(dark)}+${filterNumber(light - dark)}*val/maxval`
        return `${['r', 'g', 'b'][i] ?? ''}='floor(maxval*(${tone})+0.5)'`
      })
      return [mixChannels(GREY), `lutrgb=${curves.join(':')}`]
    }),
  },
]
