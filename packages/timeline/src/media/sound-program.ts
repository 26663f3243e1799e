import { equalRational } from '@sheaf/protocol'
import type { AudioIndex, MediaIndex } from './media-index.js'

/** Containers that cameras and editors write the channels of one sound into as streams of their own. */
const MULTI_MONO: ReadonlySet<string> = new Set(['mov', 'mxf'])

/** All audio streams of a medium, in the order of its file. */
export function audioStreamsOf({ audio, moreAudio = [] }: MediaIndex): readonly AudioIndex[] {
  return audio ? [audio, ...moreAudio] : []
}

/**
 * The streams of a medium that are heard together, each a channel of its own when they are several: left and right
 * of two, and of 5.1 of six, in the order L R C LFE Ls Rs. `chosen` is the number of the one that a clip names.
 *
 * MXF and MOV hold the channels of one sound as mono streams. Two are stereo, six are 5.1; of any other number the
 * first two are left and right, as editors read the tracks of a camera. Mono streams in several languages, and streams in
 * other containers, are different sounds: the first is heard.
 */
export function programOf(index: MediaIndex, chosen?: number): readonly AudioIndex[] {
  const streams = audioStreamsOf(index)
  if (chosen !== undefined) return streams.slice(chosen, chosen + 1)
  const [first] = streams
  if (!first) return []
  if (!MULTI_MONO.has(index.container) || first.channels !== 1) return [first]
  const alike = streams.filter((stream) => isAlike(stream, first))
  if (alike.length === 6) return alike
  return alike.length > 1 ? alike.slice(0, 2) : [first]
}

/** What a person should know about the streams that are not heard; undefined when all of them are, or none is chosen. */
export function unheardSound(index: MediaIndex): string | undefined {
  const streams = audioStreamsOf(index)
  const heard = programOf(index)
  if (heard.length === streams.length) return undefined
  const which = heard.length === 1 ? 'the first is heard' : `the first ${heard.length} are heard`
  const kind = streams.every(({ channels }) => channels === 1) ? 'mono streams' : 'streams of sound'
  return `${streams.length} ${kind}; ${which}${heard.length === 2 ? ', as left and right' : ''}`
}

function isAlike(a: AudioIndex, b: AudioIndex): boolean {
  const format = a.channels === b.channels && a.codec === b.codec && a.sampleRate === b.sampleRate
  return format && equalRational(a.timeBase, b.timeBase) && a.language === b.language
}
