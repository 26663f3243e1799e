import type { Rational } from '@sheaf/protocol'
import type { Edit, MediaClip } from '../model/edit.js'
import { foldPictureNames } from '../model/sequence-names.js'
import { mediaClipsOf } from '../model/walk-edit.js'
import type { MediaProblem, MediaState } from './media-state.js'
import { joinSpans, overlaps, type MissingPicturePolicy, type PictureSpan } from './picture-sequence.js'
import { picturesOfClip } from './used-pictures.js'

type IndexedMedium = Extract<MediaState, { state: 'indexed' }>

/** Where a sequence that is to have no gaps has some that a clip shows. */
export function missingPictures(rate: Rational, clip: MediaClip, state: IndexedMedium): MediaProblem[] {
  if (state.index.sequence?.policy !== 'error') return []
  const message = whatIsMissing(clip.content.media, state, gapsShown(rate, clip, state))
  return message === undefined ? [] : [{ kind: 'missing', media: clip.content.media, where: clip.where, message }]
}

/**
 * Pictures that clips show, that are missing, and in whose place the edit itself has others shown: one sentence for
 * each sequence, with the pictures' names and the first place. `media` is keyed like the clips' `media`.
 */
export function filledPictures(edit: Pick<Edit, 'video' | 'rate'>, media: ReadonlyMap<string, MediaState>): string[] {
  const gaps = new Map<string, { readonly places: Set<string>; spans: readonly PictureSpan[] }>()
  for (const clip of mediaClipsOf(edit.video)) {
    const { media: name } = clip.content
    const state = media.get(name)
    if (state?.state !== 'indexed' || !isFilled(state.index.sequence?.policy)) continue
    const spans = gapsShown(edit.rate, clip, state)
    if (spans.length === 0) continue
    const known = gaps.get(name) ?? { places: new Set(), spans: [] }
    known.spans = joinSpans([...known.spans, ...spans])
    known.places.add(clip.where)
    gaps.set(name, known)
  }
  return [...gaps].flatMap(([name, { places, spans }]) => {
    const state = media.get(name)
    const message = state?.state === 'indexed' ? whatIsMissing(name, state, spans) : undefined
    if (message === undefined || state?.state !== 'indexed') return []
    const [first = '', ...others] = places
    const more = others.length === 0 ? '' : ` and ${others.length} more ${others.length === 1 ? 'place' : 'places'}`
    return [`${message}; ${INSTEAD[state.index.sequence?.policy ?? 'hold']}, as the edit asks (${first}${more})`]
  })
}

const INSTEAD: Readonly<Record<MissingPicturePolicy, string>> = {
  error: 'nothing is shown instead',
  hold: 'the picture before is held',
  black: 'black is shown instead',
}

const isFilled = (policy: MissingPicturePolicy | undefined): boolean => policy === 'hold' || policy === 'black'

/** The pictures of a sequence that a clip shows and that have no file. */
function gapsShown(rate: Rational, clip: MediaClip, { index }: IndexedMedium): readonly PictureSpan[] {
  const { sequence, video } = index
  return sequence && video ? overlaps(sequence.missing, picturesOfClip(clip, rate, video.timeBase)) : []
}

function whatIsMissing(media: string, { numbering }: IndexedMedium, gaps: readonly PictureSpan[]): string | undefined {
  if (!numbering || gaps.length === 0) return undefined
  const count = gaps.reduce((sum, [from, to]) => sum + to - from, 0)
  const what = count === 1 ? 'a picture is' : `${count} pictures are`
  return `${what} missing in ${media}: ${foldPictureNames(numbering, gaps)}`
}
