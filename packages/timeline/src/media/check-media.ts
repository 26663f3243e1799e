import {
  absRational,
  addRational,
  ceilRational,
  compareRational,
  divRational,
  mulRational,
  type Rational,
  rational,
  SheafError,
  subRational,
  ZERO,
} from '@sheaf/protocol'
import type { Edit, MediaClip } from '../model/edit.js'
import { mediaClipsOf, mediaTimeAt } from '../model/walk-edit.js'
import type { MediaIndex } from './media-index.js'
import type { MediaProblem, MediaState } from './media-state.js'
import { missingHint, missingMedium } from './missing-media.js'
import { missingPictures } from './missing-pictures.js'
import { valueAt } from './pts-runs.js'
import { programOf } from './sound-program.js'

/** Places of one medium that are named beside the first one. */
const MOST_PLACES = 20
/** Problems that are named; all of them are needed to bring all the files at once. */
const MOST_SHOWN = 200

/**
 * Everything that is wrong between an edit and its media, each with its place in the timeline;
 * empty when all is well. `media` is keyed like the clips' `media`.
 */
export function checkMediaAgainstEdit(edit: Edit, media: ReadonlyMap<string, MediaState>): MediaProblem[] {
  const problems: MediaProblem[] = []
  const broken = new Set<string>()
  const clips = { video: mediaClipsOf(edit.video), audio: mediaClipsOf(edit.audio) }
  for (const kind of ['video', 'audio'] as const) {
    for (const clip of clips[kind]) {
      const { media: name } = clip.content
      const state: MediaState = media.get(name) ?? { state: 'missing' }
      if (state.state === 'indexed') {
        problems.push(...checkClip(edit.rate, clip, state.index, kind), ...missingPictures(edit.rate, clip, state))
      } else if (!broken.has(name)) {
        broken.add(name)
        const uses = [...clips.video, ...clips.audio].filter(({ content }) => content.media === name)
        problems.push(brokenMedium(clip, state, new Set(uses.map(({ where }) => where))))
      }
    }
  }
  return problems
}

/** All problems as one error, whose code is that of the worst; undefined when there is none. */
export function mediaError(problems: readonly MediaProblem[]): SheafError | undefined {
  if (problems.length === 0) return undefined
  const has = (kind: MediaProblem['kind']): boolean => problems.some((p) => p.kind === kind)
  const shown = problems.slice(0, MOST_SHOWN).map((p) => `  ${p.where}: ${p.message}`)
  const more = problems.length > MOST_SHOWN ? [`  and ${problems.length - MOST_SHOWN} more`] : []
  const count = problems.length === 1 ? 'a medium of' : `${problems.length} media or uses of media in`
  return new SheafError({
    code: has('missing')
      ? 'SHEAF_MEDIA_MISSING'
      : problems.every((p) => p.kind === 'too-short')
        ? 'SHEAF_MEDIA_TOO_SHORT'
        : 'SHEAF_MEDIA_INVALID',
    message: [`${count} this edit cannot be used`, ...shown, ...more].join('\n'),
    hint: has('missing')
      ? missingHint(problems)
      : 'Replace the media, or shorten the clips in the editor and export again.',
    details: { problems: problems.slice(0, 1000) },
  })
}

/** Seconds of pictures that a medium holds. */
export function videoDuration(index: NonNullable<MediaIndex['video']>): Rational {
  const first = valueAt(index.frames, 0) ?? 0
  const last = valueAt(index.frames, index.frameCount - 1) ?? first
  return mulRational(rational(last - first + index.lastDuration), index.timeBase)
}

function brokenMedium(
  clip: MediaClip,
  state: Exclude<MediaState, { state: 'indexed' }>,
  uses: ReadonlySet<string>,
): MediaProblem {
  const { media } = clip.content
  const others = [...uses].filter((where) => where !== clip.where)
  const named = others.slice(0, MOST_PLACES).join(', ')
  const more = others.length > MOST_PLACES ? ` and ${others.length - MOST_PLACES} more places` : ''
  const also = others.length === 0 ? '' : `; also used by ${named}${more}`
  const at = { media, where: clip.where }
  switch (state.state) {
    case 'missing':
      return { kind: 'missing', ...at, why: state.why ?? 'absent', message: `${missingMedium(media, state)}${also}` }
    case 'empty':
      return { kind: 'empty', ...at, message: `the file ${media} is empty (0 bytes)${also}` }
    case 'unreadable':
      return { kind: 'unreadable', ...at, message: `the file ${media}: ${state.reason}${also}` }
  }
}

/** Beyond eight channels nobody says which speaker is meant by which. */
const MOST_CHANNELS = 8

function channelProblem(index: MediaIndex, { content }: MediaClip): string | undefined {
  const [heard] = programOf(index, content.sound)
  if (!heard) return `no audio stream ${(content.sound ?? 0) + 1}`
  if (heard.channels <= MOST_CHANNELS) return undefined
  return `an audio stream of ${heard.channels} channels; up to ${MOST_CHANNELS} can be mixed`
}

function checkClip(rate: Rational, clip: MediaClip, index: MediaIndex, kind: 'video' | 'audio'): MediaProblem[] {
  const { media, speed } = clip.content
  const at = { media, where: clip.where }
  if (!index[kind]) {
    const what = kind === 'video' ? 'no video stream' : 'no audio stream'
    return [{ kind: `no-${kind}`, ...at, message: `the file ${media} holds ${what}` }]
  }
  const channels = kind === 'audio' ? channelProblem(index, clip) : undefined
  if (channels !== undefined) return [{ kind: 'no-audio', ...at, message: `the file ${media} holds ${channels}` }]
  // Sound that ends early is silence; a still has no end. Only what is not there at all is wrong.
  if (kind === 'audio' || !index.video || index.video.frameCount === 1) return []
  const early = mulRational(subRational(ZERO, mediaTimeAt(clip, speed.num < 0 ? clip.to - 1 : clip.from, rate)), rate)
  if (compareRational(early, rational(1, 2)) > 0) {
    const message = `the file ${media} begins ${ceilRational(early)} frames after what is wanted of it (a transition shows more of it than the clip)`
    return [{ kind: 'too-short', ...at, message }]
  }
  const latest = speed.num < 0 ? clip.from : clip.to - 1
  const frame = divRational(absRational(speed), rate)
  const missing = subRational(addRational(mediaTimeAt(clip, latest, rate), frame), videoDuration(index.video))
  const frames = mulRational(missing, rate)
  // Half a frame is what a coarse time base and a fractional start may cost.
  if (compareRational(frames, rational(1, 2)) <= 0) return []
  const count = ceilRational(subRational(frames, rational(1, 2)))
  const words = count === 1 ? '1 frame' : `${count} frames`
  return [{ kind: 'too-short', ...at, message: `the file ${media} is ${words} shorter than the clip that uses it` }]
}
