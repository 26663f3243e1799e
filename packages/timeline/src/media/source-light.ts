import type { Chromaticity, ContentLight, LightLevels, MasteringDisplay } from './light-levels.js'
import type { ProbeSideData } from './probe-report.js'

/** Light levels among the side data of a stream or of its first pictures; undefined when there are none. */
export function lightOf(sideData: readonly ProbeSideData[]): LightLevels | undefined {
  const mastering = sideData.map(readMastering).find((one) => one !== undefined)
  const content = sideData.map(readContent).find((one) => one !== undefined)
  if (!mastering && !content) return undefined
  return { ...(mastering && { mastering }), ...(content && { content }) }
}

function readMastering(data: ProbeSideData): MasteringDisplay | undefined {
  if (data.side_data_type !== 'Mastering display metadata') return undefined
  const point = (x: string | undefined, y: string | undefined): Chromaticity => ({
    x: inSteps(x, 50_000, 0xff_ff),
    y: inSteps(y, 50_000, 0xff_ff),
  })
  const display = {
    red: point(data.red_x, data.red_y),
    green: point(data.green_x, data.green_y),
    blue: point(data.blue_x, data.blue_y),
    white: point(data.white_point_x, data.white_point_y),
    maxLuminance: inSteps(data.max_luminance, 10_000, 0xff_ff_ff_ff),
    minLuminance: inSteps(data.min_luminance, 10_000, 0xff_ff_ff_ff),
  }
  return display.maxLuminance > 0 ? display : undefined
}

function readContent(data: ProbeSideData): ContentLight | undefined {
  if (data.side_data_type !== 'Content light level metadata') return undefined
  const { max_content: content = 0, max_average: average = 0 } = data
  if (!Number.isInteger(content) || !Number.isInteger(average)) return undefined
  if (content < 0 || average < 0 || content > 0xff_ff || average > 0xff_ff) return undefined
  return content === 0 && average === 0 ? undefined : { maxContent: content, maxAverage: average }
}

/** `34000/50000` in steps of one over `steps`. */
function inSteps(text: string | undefined, steps: number, most: number): number {
  const [num, den = 1] = (text ?? '').split('/').map(Number)
  const value = Math.round(((num ?? 0) / den) * steps)
  return value >= 0 && value <= most ? value : 0
}
