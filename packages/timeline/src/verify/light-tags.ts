import type { Chromaticity, LightLevels } from '../media/light-levels.js'
import { lightOf } from '../media/source-light.js'
import type { ProbeSideData } from '../media/probe-report.js'

/** Light levels as tags of a film, in words of one form, to be compared; none when there are none. */
export function lightTags(light: LightLevels | undefined): Readonly<Record<string, string>> {
  const { mastering, content } = light ?? {}
  const at = ({ x, y }: Chromaticity): string => `(${x},${y})`
  return {
    ...(mastering && {
      mastering_display:
        `G${at(mastering.green)}B${at(mastering.blue)}R${at(mastering.red)}WP${at(mastering.white)}` +
        `L(${mastering.maxLuminance},${mastering.minLuminance})`,
    }),
    ...(content && { content_light: `${content.maxContent},${content.maxAverage}` }),
  }
}

/** The same of what ffprobe says of a film's stream. */
export function lightTagsOf(sideData: readonly ProbeSideData[]): Readonly<Record<string, string>> {
  return lightTags(lightOf(sideData))
}
