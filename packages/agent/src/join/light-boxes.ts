import type { LightLevels } from '@sheaf/timeline'
import { box, findBox, readBoxes, u16, u32 } from './box.js'

/** Bytes of a video sample entry before its boxes, its own header left aside. */
const ENTRY_FIELDS = 78
const HEADER = 8

/**
 * A video sample entry that says what display HDR pictures were made on (`mdcv`) and how bright they are (`clli`), as
 * ISO/IEC 14496-12 has them; what it said of that before is gone. Players that look no further than the container
 * find it there, and codecs that cannot say it themselves keep it: ProRes, DNxHR, FFV1, AV1 without its metadata.
 */
export function withLightBoxes(sampleEntry: Buffer, light: LightLevels | undefined): Buffer {
  if (!light?.mastering && !light?.content) return sampleEntry
  const fields = sampleEntry.subarray(HEADER, HEADER + ENTRY_FIELDS)
  const kept = [...readBoxes(sampleEntry.subarray(HEADER + ENTRY_FIELDS))]
    .filter(({ type }) => type !== 'mdcv' && type !== 'clli')
    .map(({ type, body }) => box(type, body))
  return box(sampleEntry.toString('latin1', 4, 8), fields, ...kept, ...lightBoxes(light))
}

function lightBoxes({ mastering, content }: LightLevels): Buffer[] {
  const boxes: Buffer[] = []
  if (mastering) {
    const { red, green, blue, white, maxLuminance, minLuminance } = mastering
    // In the order of H.265's own message.
    const points = [green, blue, red, white].flatMap(({ x, y }) => [x, y])
    boxes.push(box('mdcv', u16(points), u32([maxLuminance, minLuminance])))
  }
  if (content) boxes.push(box('clli', u16([content.maxContent, content.maxAverage])))
  return boxes
}

/** What a video sample entry says of light; undefined when it says nothing. */
export function readLightBoxes(sampleEntry: Buffer): LightLevels | undefined {
  const boxes = sampleEntry.subarray(HEADER + ENTRY_FIELDS)
  const [mdcv, clli] = [findBox(boxes, 'mdcv'), findBox(boxes, 'clli')]
  const point = (at: number) => ({ x: mdcv?.readUInt16BE(at) ?? 0, y: mdcv?.readUInt16BE(at + 2) ?? 0 })
  const mastering =
    mdcv && mdcv.length >= 24
      ? {
          ...{ green: point(0), blue: point(4), red: point(8), white: point(12) },
          ...{ maxLuminance: mdcv.readUInt32BE(16), minLuminance: mdcv.readUInt32BE(20) },
        }
      : undefined
  const content =
    clli && clli.length >= 4 ? { maxContent: clli.readUInt16BE(0), maxAverage: clli.readUInt16BE(2) } : undefined
  if (!mastering && !content) return undefined
  return { ...(mastering && { mastering }), ...(content && { content }) }
}
