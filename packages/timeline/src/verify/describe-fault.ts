import type { Rational } from '@sheaf/protocol'
import type { EditTimecode, FrameSpan } from '../model/edit.js'
import { formatTimecode } from '../model/timecode.js'
import type { SegmentSpan } from '../segment/plan-segments.js'
import type { FilmFault, PictureFault, SoundFault } from './film-fault.js'

/** What faults are described with. */
export interface FaultContext {
  readonly rate: Rational
  /** Of the edit's first frame, when it has one. */
  readonly timecode?: EditTimecode | undefined
  readonly segments: readonly SegmentSpan[]
  /** Who rendered a segment, as a person calls that machine; undefined when it is not known. */
  readonly renderedBy?: ((segment: number) => string | undefined) | undefined
}

/** A fault as a person and a program read it. */
export interface DescribedFault {
  readonly kind: FilmFault['kind']
  /** One sentence: what, where, and whose. */
  readonly message: string
  /** First and last frame, where it is known. */
  readonly frames?: { readonly first: number; readonly last: number }
  /** Segments that hold these frames, with who rendered each, where it is known. */
  readonly segments: readonly { readonly index: number; readonly renderedBy?: string }[]
}

/** Describes a fault, naming the segments it lies in and who rendered them. */
export function describeFault(fault: FilmFault, context: FaultContext): DescribedFault {
  const span = spanOf(fault)
  const segments = span === undefined ? [] : segmentsIn(span, context)
  const what = wordsFor(fault, context)
  const where = segments.length === 0 ? '' : ` (${segmentWords(segments)})`
  return {
    kind: fault.kind,
    message: `${what}${where}`,
    ...(span === undefined ? {} : { frames: { first: span.from, last: span.to - 1 } }),
    segments,
  }
}

function spanOf(fault: FilmFault): FrameSpan | undefined {
  if ('frames' in fault) return fault.frames
  if (fault.kind === 'off-grid') return { from: fault.first, to: fault.first + 1 }
  return undefined
}

function segmentsIn({ from, to }: FrameSpan, { segments, renderedBy }: FaultContext): DescribedFault['segments'] {
  return segments.flatMap(([first, end], index) => {
    if (first >= to || end <= from) return []
    const who = renderedBy?.(index)
    return [who === undefined ? { index } : { index, renderedBy: who }]
  })
}

function segmentWords(segments: DescribedFault['segments']): string {
  const [first, last] = [segments[0], segments.at(-1)]
  if (!first || !last) return ''
  const who = [...new Set(segments.flatMap(({ renderedBy }) => renderedBy ?? []))]
  const which = first === last ? `segment ${first.index}` : `segments ${first.index}-${last.index}`
  if (who.length === 0) return which
  const shown = who.length > 4 ? `${who.slice(0, 4).join(', ')} and ${who.length - 4} more` : who.join(', ')
  return `${which}, rendered by ${shown}`
}

function wordsFor(fault: FilmFault, context: FaultContext): string {
  switch (fault.kind) {
    case 'no-pictures':
      return 'the file has no pictures'
    case 'frame-count':
      return countWords(fault)
    case 'off-grid':
      return gridWords(fault)
    case 'tag':
      return `${fault.name.replaceAll('_', ' ')} is ${fault.found}, ${fault.expected} was asked for`
    case 'no-sound':
      return 'the file has no sound, the edit has'
    case 'sound-length':
      return `the sound lasts ${fault.foundSeconds.toFixed(3)} s, the edit ${fault.expectedSeconds.toFixed(3)} s`
    case 'undecodable':
      return `${fault.frames ? `${frameWords(fault.frames, context)} cannot` : 'it cannot'} be decoded: ${fault.reason}`
    case 'black':
    case 'frozen':
    case 'shifted':
    case 'wrong':
    case 'inexact':
      return `${frameWords(fault.frames, context)} ${pictureWords(fault)}`
    case 'sound-offset':
    case 'sound-silent':
    case 'sound-unasked':
    case 'sound-wrong':
      return soundWords(fault)
  }
}

function gridWords({ count, first, offMs }: Extract<FilmFault, { kind: 'off-grid' }>): string {
  const off = offMs === 0 ? '' : `, ${Math.abs(offMs).toFixed(2)} ms ${offMs > 0 ? 'late' : 'early'}`
  if (count === 1) return `1 frame is not where the frame rate has it: frame ${first}${off}`
  return `${count} frames are not where the frame rate has them; the first is frame ${first}${off}`
}

function countWords({ found, expected }: { readonly found: number; readonly expected: number }): string {
  const off = Math.abs(found - expected)
  const what = `${off} ${off === 1 ? 'is' : 'are'} ${found < expected ? 'missing' : 'too many'}`
  return `the file has ${found} frames, the edit ${expected}: ${what}`
}

function pictureWords(fault: PictureFault): string {
  const one = fault.frames.to - fault.frames.from === 1
  switch (fault.kind) {
    case 'black':
      return `${one ? 'is' : 'are'} black, which the edit is not there`
    case 'frozen':
      return one
        ? `repeats frame ${fault.shows}`
        : `stand still on what belongs to frame ${fault.shows}, while the edit goes on`
    case 'shifted':
      return `${one ? 'shows' : 'each show'} what belongs ${distance(fault.shift)}`
    case 'wrong':
      return fault.standing
        ? `${one ? 'stands' : 'stand'} still on a picture that is not the edit's`
        : `${one ? 'is' : 'are'} not what the edit shows there (${fault.levels.toFixed(0)} of 255 levels off)`
    case 'inexact':
      return `${one ? 'is' : 'are'} not bit for bit what this machine renders (${fault.levels.toFixed(2)} of 255 levels off at most)`
  }
}

/** A picture that belongs later stands where earlier ones are missing. */
function distance(shift: number): string {
  const frames = Math.abs(shift) === 1 ? '1 frame' : `${Math.abs(shift)} frames`
  return shift > 0
    ? `${frames} later: the film lost ${frames} before this place`
    : `${frames} earlier: the film has ${frames} too many before this place`
}

function soundWords(fault: SoundFault): string {
  const span = `the sound from second ${fault.fromSeconds} to ${fault.toSeconds}`
  switch (fault.kind) {
    case 'sound-offset':
      return `${span} comes ${Math.abs(fault.offsetMs).toFixed(1)} ms too ${fault.offsetMs > 0 ? 'late' : 'early'}`
    case 'sound-silent':
      return `${span} is silent, which the edit is not there`
    case 'sound-unasked':
      return `${span} is heard, where the edit is silent`
    case 'sound-wrong':
      return `${span} is not the edit's`
  }
}

function frameWords({ from, to }: FrameSpan, { rate, timecode }: FaultContext): string {
  const at = `at ${formatTimecode(from, rate, timecode)}`
  return to - from === 1 ? `frame ${from} ${at}` : `frames ${from}-${to - 1} ${at}`
}
