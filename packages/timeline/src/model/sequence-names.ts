import type { SequenceTarget } from './edit.js'
import type { PictureSpan } from '../media/picture-sequence.js'

/** How the files of a sequence are numbered. */
export type SequenceNumbering = Pick<SequenceTarget, 'prefix' | 'suffix' | 'startFrame' | 'frameStep' | 'padding'>

/** File name of picture number `picture`, counted from 0: `shot.0101.png`. */
export function pictureName(numbering: SequenceNumbering, picture: number): string {
  return `${numbering.prefix}${digitsOf(numbering, picture)}${numbering.suffix}`
}

/** Number, counted from 0, of the picture with this file name; undefined when it is none of the sequence's. */
export function pictureOfName(numbering: SequenceNumbering, name: string): number | undefined {
  const { prefix, suffix, startFrame, frameStep } = numbering
  if (name.length <= prefix.length + suffix.length || !name.startsWith(prefix) || !name.endsWith(suffix)) {
    return undefined
  }
  const digits = name.slice(prefix.length, name.length - suffix.length)
  if (!/^-?\d{1,15}$/.test(digits)) return undefined
  const picture = (Number(digits) - startFrame) / frameStep
  return Number.isInteger(picture) && picture >= 0 && pictureName(numbering, picture) === name ? picture : undefined
}

/** Names of several pictures, ranges folded: `shot.0101-0140.png, shot.0144.png`; at most `most` of them are named. */
export function foldPictureNames(numbering: SequenceNumbering, spans: readonly PictureSpan[], most = 20): string {
  const { prefix, suffix, frameStep } = numbering
  const step = frameStep === 1 ? '' : `x${frameStep}`
  const shown = spans.slice(0, most).map(([from, to]) => {
    if (to - from === 1) return pictureName(numbering, from)
    return `${prefix}${digitsOf(numbering, from)}-${digitsOf(numbering, to - 1)}${step}${suffix}`
  })
  const more = spans.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more stretches`] : [])].join(', ')
}

/** As OpenTimelineIO writes numbers: zeros in front, the sign of negative ones before them. */
function digitsOf({ startFrame, frameStep, padding }: SequenceNumbering, picture: number): string {
  const number = startFrame + picture * frameStep
  const digits = String(Math.abs(number)).padStart(padding, '0')
  return number < 0 ? `-${digits}` : digits
}
