import type { SourceColour } from '../media/media-index.js'
import { filterNumber } from './filter-number.js'
import type { PictureColour } from './frame-format.js'

/**
 * Conversions between colours, on RGB of 16 bits a channel and full range. All go through the light of the scene, with 1
 * for what is white in SDR: BT.2408 puts it at 75 % of HLG and at 203 cd/m² of PQ. A table by channel, a matrix, a table:
 * whole numbers in between, so that the pictures are the same on every processor.
 */

const HLG = { a: 0.178_832_77, b: 0.284_668_92, c: 0.559_910_73, white: 0.264_962_56 } as const
/** Scene light of the brightest that HLG knows; about 950 cd/m² of PQ. */
const HDR_PEAK = 1 / HLG.white
const PQ = { m1: 0.159_301_757_812_5, m2: 78.843_75, c1: 0.835_937_5, c2: 18.851_562_5, c3: 18.6875 } as const
const PQ_WHITE = 203
/** Where SDR begins to hold back what HDR has above its white; from there on it comes ever closer to 1. */
const KNEE = 0.7

/** Rows for red, green and blue, of linear light (BT.2087). */
const TO_BT709 = [
  ['rr=1.6605:rg=-0.5876:rb=-0.0729'],
  ['gr=-0.1246:gg=1.1329:gb=-0.0083'],
  ['br=-0.0182:bg=-0.1006:bb=1.1188'],
]
  .flat()
  .join(':')
const TO_BT2020 = [
  ['rr=0.6274:rg=0.3293:rb=0.0433'],
  ['gr=0.0691:gg=0.9195:gb=0.0114'],
  ['br=0.0164:bg=0.0880:bb=0.8956'],
]
  .flat()
  .join(':')

/** White in 16 bits of RGB as swscale writes and reads it: 255 with eight bits behind it. No table goes above it. */
export const WIDE_WHITE = 255 << 8
/** What swscale makes of it in floats, of 65535. */
const FLOAT_WHITE = 65_283

/** Which numbers of 16 bits are white and opaque in what comes in. */
export interface WideLevels {
  readonly white: number
  /** Undefined: there is no transparency. */
  readonly opaque: number | undefined
}

/**
 * Filters for gbrp16le or gbrap16le of full range, after which white is {@link WIDE_WHITE} and opaque 65535; none when
 * nothing is to be done. Alpha is straight.
 */
export function colourFilters(from: SourceColour, to: PictureColour, { white, opaque }: WideLevels): string[] {
  // No table writes more than WIDE_WHITE, into alpha neither; what is opaque gets the rest at the end.
  const alpha = opaque === undefined || opaque === WIDE_WHITE ? '' : `:a='val*${WIDE_WHITE}/${opaque}+0.5'`
  const opacity = opaque === undefined ? [] : [`colorchannelmixer=aa=${65_535 / WIDE_WHITE}`]
  if (from === to) {
    const same = white === WIDE_WHITE && alpha === ''
    return [...(same ? [] : [`lutrgb=${channels(`val*${WIDE_WHITE}/${white}+0.5`)}${alpha}`]), ...opacity]
  }
  const peak = to === 'bt709' ? 1 : HDR_PEAK
  const hdr = from === 'bt2020-hlg' || from === 'bt2020-pq'
  const scene = toScene(from)
  const light = to === 'bt709' && hdr ? heldBack(scene) : scene
  const matrix = matrixFor(from, to)
  return [
    `lutrgb=${channels(`st(0,min(val/${white},1));${WIDE_WHITE}*(${light}/${peak})+0.5`)}${alpha}`,
    ...(matrix === undefined ? [] : [`colorchannelmixer=${matrix}`]),
    `lutrgb=${channels(`st(0,min(val/${WIDE_WHITE},1));${WIDE_WHITE}*(${fromScene(to, peak)})+0.5`)}`,
    ...opacity,
  ]
}

/**
 * Filters from gbrp16le of full range, whose white is `white`, to gbrpf32le of linear light, in which the white of SDR is
 * 1; HDR goes above it, to HLG's peak at most. Primaries stay those of the film. `scale` goes from pixels to pixels.
 */
export function lightFilters(colour: PictureColour, white: number, scale: string): string[] {
  const peak = colour === 'bt709' ? 1 : HDR_PEAK
  const light = `st(0,min(val/${white},1));${WIDE_WHITE}*min(${toScene(colour)}/${peak},1)+0.5`
  const stops = Math.log2((peak * 65_535) / FLOAT_WHITE)
  return [`lutrgb=${channels(light)}`, scale, 'format=gbrpf32le', `exposure=exposure=${filterNumber(stops)}`]
}

/** The same table for every channel. The filter cuts off behind the point: the half on top rounds. */
function channels(expression: string): string {
  return ['r', 'g', 'b'].map((channel) => `${channel}='${expression}'`).join(':')
}

function matrixFor(from: SourceColour, to: PictureColour): string | undefined {
  const wide = { from: from.startsWith('bt2020'), to: to.startsWith('bt2020') }
  if (wide.from === wide.to) return undefined
  return wide.to ? TO_BT2020 : TO_BT709
}

/** Scene light of what register 0 holds, 0 to 1. Registers 1 and 2 are free. */
function toScene(colour: SourceColour): string {
  switch (colour) {
    case 'bt709':
    case 'bt2020':
      return bt709Light('ld(0)')
    case 'linear':
      return 'ld(0)'
    case 'bt2020-hlg':
      return `(if(lte(ld(0),0.5),ld(0)*ld(0)/3,(exp((ld(0)-${HLG.c})/${HLG.a})+${HLG.b})/12)/${HLG.white})`
    case 'bt2020-pq': {
      const root = `st(1,pow(ld(0),${1 / PQ.m2}))`
      const display = `10000*pow(max(${root}-${PQ.c1},0)/(${PQ.c2}-${PQ.c3}*ld(1)),${1 / PQ.m1})`
      return bt709Light(`st(2,pow(${display}/${PQ_WHITE},${1 / 2.4}))`, 'ld(2)')
    }
  }
}

/** Register 0 is a share of `peak`. */
function fromScene(colour: PictureColour, peak: number): string {
  const light = `(ld(0)*${peak})`
  switch (colour) {
    case 'bt709':
      return bt709Signal('ld(0)')
    case 'bt2020-hlg': {
      const scene = `(${light}*${HLG.white})`
      const bright = `${HLG.a}*log(max(12*${scene}-${HLG.b},0.001))+${HLG.c}`
      return `if(lte(12*${scene},1),sqrt(3*${scene}),${bright})`
    }
    case 'bt2020-pq': {
      const display = `${PQ_WHITE}*pow(${bt709Signal(light)},2.4)`
      const power = `st(1,pow(${display}/10000,${PQ.m1}))`
      return `pow((${PQ.c1}+${PQ.c2}*${power})/(1+${PQ.c3}*ld(1)),${PQ.m2})`
    }
  }
}

/** Extended Reinhard above the knee: it goes on with the same slope, and the brightest becomes 1. */
function heldBack(light: string): string {
  const most = (HDR_PEAK - KNEE) / (1 - KNEE)
  const over = `st(4,min((ld(3)-${KNEE})/${1 - KNEE},${most}))`
  const bent = `${KNEE}+${1 - KNEE}*${over}*(1+ld(4)/${most * most})/(1+ld(4))`
  return `if(lte(st(3,${light}),${KNEE}),ld(3),${bent})`
}

function bt709Light(signal: string, again = signal): string {
  return `if(lt(${signal},0.081),${again}/4.5,pow((${again}+0.099)/1.099,${1 / 0.45}))`
}

function bt709Signal(light: string): string {
  return `if(lt(${light},0.018),${light}*4.5,1.099*pow(${light},0.45)-0.099)`
}
