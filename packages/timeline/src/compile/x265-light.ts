import type { Chromaticity, LightLevels } from '../media/light-levels.js'
import type { FrameFormat } from './frame-format.js'

/** x265's parameters for what HDR pictures say of themselves, each with a ":" before it; empty for SDR. Numbers alone. */
export function x265Light({ colour, light }: FrameFormat): string {
  if (colour === 'bt709') return ''
  const known = light?.mastering ?? light?.content
  return known === undefined ? '' : `:hdr10=1${masteringOf(light ?? {})}${contentOf(light ?? {})}`
}

function masteringOf({ mastering }: LightLevels): string {
  if (!mastering) return ''
  const { red, green, blue, white, maxLuminance, minLuminance } = mastering
  const at = ({ x, y }: Chromaticity): string => `(${x},${y})`
  return `:master-display=G${at(green)}B${at(blue)}R${at(red)}WP${at(white)}L(${maxLuminance},${minLuminance})`
}

function contentOf({ content }: LightLevels): string {
  return content ? `:max-cll=${content.maxContent},${content.maxAverage}` : ''
}
