import { divRational, type Rational, rateFromDouble, rational, rationalToNumber, roundRational } from '@sheaf/protocol'
import { MAX_SEQUENCE_PICTURES, MISSING_PICTURE_POLICIES } from '../media/picture-sequence.js'
import { secondsOf } from '../otio/durations.js'
import type { OtioImageSequenceReference } from '../otio/otio-types.js'
import type { MediaTarget, SequenceTarget } from './edit.js'
import { resolveReference } from './media-target.js'
import { foldPictureNames } from './sequence-names.js'

/** The medium that an `ImageSequenceReference` names, or why it cannot be used. */
export type ResolvedSequence =
  | ({ readonly kind: 'path' } & Omit<MediaTarget, 'uses' | 'kind'>)
  | { readonly kind: 'refused'; readonly reason: string }

/** Reads an `ImageSequenceReference`: pictures that each last `frame_step` frames of `rate`. `editRate` is for those that name none. */
export function resolveSequence(reference: OtioImageSequenceReference, editRate: Rational): ResolvedSequence {
  const { startFrame, frameStep, frameZeroPadding: padding, missingFramePolicy, availableRange } = reference
  const policy = MISSING_PICTURE_POLICIES.find((known) => known === missingFramePolicy)
  const named = `an image sequence (${reference.namePrefix}…${reference.nameSuffix})`
  const refused = (why: string) => ({ kind: 'refused', reason: `${named} ${why}` }) as const
  if (policy === undefined) return refused(`with the missing_frame_policy ${missingFramePolicy.slice(0, 40)}`)
  if (!isWhole(startFrame, -1e9, 1e9)) return refused(`that starts at frame ${startFrame}`)
  if (!isWhole(frameStep, 1, 10_000)) return refused(`with a frame_step of ${frameStep}`)
  if (!isWhole(padding, 0, 15)) return refused(`with numbers of ${padding} digits`)
  const rate = rateOf(reference, editRate)
  if (!rate) return refused(`at a rate of ${reference.rate}`)
  const folder = folderOf(reference)
  if (folder.kind === 'refused') return folder
  const pictureSeconds = divRational(rational(frameStep), rate)
  const length = availableRange && availableRange.duration.rate !== 0 ? secondsOf(availableRange.duration) : undefined
  const count = length && length.num > 0 ? Math.max(1, roundRational(divRational(length, pictureSeconds))) : undefined
  if (count !== undefined && count > MAX_SEQUENCE_PICTURES) return refused(`of ${count} pictures`)
  const sequence: SequenceTarget = {
    folder: folder.path,
    decodedFolder: folder.decodedPath,
    ...{ prefix: folder.prefix, suffix: reference.nameSuffix, startFrame, frameStep, padding, pictureSeconds, count },
    policy,
  }
  // A decimal, for a fraction's stroke would look like a folder's.
  const how = `${Number(rationalToNumber(rate).toFixed(3))} fps${policy === 'error' ? '' : `, ${policy}`}`
  const path = `${joined(folder.path, namesOf(sequence))} (${how})`
  return { kind: 'path', path, relative: folder.relative, decodedPath: undefined, sequence }
}

/** The names of all pictures of a sequence, folded; one with a star when it does not say how many there are. */
function namesOf(sequence: SequenceTarget): string {
  const { prefix, suffix, count } = sequence
  return count === undefined ? `${prefix}*${suffix}` : foldPictureNames(sequence, [[0, count]])
}

function rateOf({ rate, availableRange }: OtioImageSequenceReference, editRate: Rational): Rational | undefined {
  for (const value of [rate, availableRange?.duration.rate]) {
    if (value === undefined || Number.isNaN(value) || value === 0) continue
    return value >= 0.001 && value <= 1000 ? rateFromDouble(value) : undefined
  }
  return editRate
}

type Folder =
  | {
      readonly kind: 'path'
      readonly path: string
      readonly decodedPath: string | undefined
      readonly relative: boolean
      readonly prefix: string
    }
  | { readonly kind: 'refused'; readonly reason: string }

/** The folder of the pictures; a name prefix may name folders as well. */
function folderOf({ targetUrlBase, namePrefix, nameSuffix }: OtioImageSequenceReference): Folder {
  if (/[\u0000-\u001f]/.test(namePrefix + nameSuffix)) {
    return { kind: 'refused', reason: 'a file name with control characters' }
  }
  if (/[\\/]/.test(nameSuffix)) return { kind: 'refused', reason: `an image sequence with folders in its suffix` }
  const cut = Math.max(namePrefix.lastIndexOf('/'), namePrefix.lastIndexOf('\\')) + 1
  const [inside, prefix] = [namePrefix.slice(0, cut), namePrefix.slice(cut)]
  const written = targetUrlBase === '' ? inside : joined(targetUrlBase, inside)
  const target = resolveReference(written === '' ? '.' : written)
  return target.kind === 'refused' ? target : { ...target, prefix }
}

const joined = (folder: string, name: string): string =>
  folder === '' || folder === '.' || /[\\/]$/.test(folder)
    ? `${folder === '.' ? '' : folder}${name}`
    : `${folder}/${name}`

const isWhole = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most
