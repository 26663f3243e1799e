import type { Chromaticity, ContentLight, LightLevels, MasteringDisplay } from '../media/light-levels.js'
import type { ValueReader } from './value-reader.js'

/** Chromaticities and contents are 16 bits in files, luminances 32. */
const MOST_16 = 0xff_ff
const MOST_32 = 0xff_ff_ff_ff

/** Reads what HDR pictures say of themselves. */
export function readLight(value: ValueReader): LightLevels {
  const mastering = value.field('mastering').optional(readMastering)
  const content = value.field('content').optional(readContent)
  return { ...(mastering && { mastering }), ...(content && { content }) }
}

function readMastering(value: ValueReader): MasteringDisplay {
  const point = (key: 'red' | 'green' | 'blue' | 'white'): Chromaticity => {
    const at = value.field(key)
    return { x: at.field('x').integer(0, MOST_16), y: at.field('y').integer(0, MOST_16) }
  }
  return {
    red: point('red'),
    green: point('green'),
    blue: point('blue'),
    white: point('white'),
    maxLuminance: value.field('maxLuminance').integer(0, MOST_32),
    minLuminance: value.field('minLuminance').integer(0, MOST_32),
  }
}

function readContent(value: ValueReader): ContentLight {
  return {
    maxContent: value.field('maxContent').integer(0, MOST_16),
    maxAverage: value.field('maxAverage').integer(0, MOST_16),
  }
}
