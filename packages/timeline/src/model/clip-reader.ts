import {
  assertNever,
  compareRational,
  mulRational,
  type Rational,
  rational,
  roundRational,
  subRational,
  ZERO,
} from '@sheaf/protocol'
import { activeReference, durationOf, secondsOf } from '../otio/durations.js'
import type { OtioClip, OtioGap, OtioGeneratorReference, OtioStack, OtioTrack } from '../otio/otio-types.js'
import type { Content, EditClip, EditElement, FrameSpan, MediaTarget } from './edit.js'
import { readManner } from '../otio/read-manner.js'
import { generatorContent } from './generator.js'
import { mediaStart } from './media-start.js'
import { absentTarget, resolveReference } from './media-target.js'
import type { Notes } from './refusal.js'
import { resolveSequence } from './sequence-reference.js'
import type { TargetList } from './target-list.js'
import type { TimeMap } from './time-map.js'
import { titleOf } from './title-generator.js'
import { isPossibleSpeed, multiplySpeeds, speedOf } from './time-warp.js'
import { reframe } from './walk-edit.js'

/** Where a clip goes. */
interface ClipPlace {
  /** Frames that it holds when transitions are left aside. */
  readonly span: FrameSpan
  /** Frames on which any of it is seen: at least `span`. */
  readonly visible: FrameSpan
  readonly map: TimeMap
  /** Second of the map at which it begins. */
  readonly localStart: Rational
  readonly where: string
}

/** Reads clips: what they show, from where in it, how fast. */
export class ClipReader {
  readonly #kind: 'Video' | 'Audio'
  readonly #targets: TargetList
  readonly #notes: Notes

  constructor(init: { readonly kind: 'Video' | 'Audio'; readonly targets: TargetList; readonly notes: Notes }) {
    this.#kind = init.kind
    this.#targets = init.targets
    this.#notes = init.notes
  }

  /** The clip on its visible frames; a gap when it is switched off or was refused. */
  read(clip: OtioClip, { span, localStart, visible, map, where }: ClipPlace): EditElement {
    const gap = { kind: 'gap', ...visible } as const
    if (!clip.enabled) {
      this.#notes.switchedOff(where, this.#kind)
      return gap
    }
    const { level, look, rest } = readManner(this.#kind, clip.effects, { span, map, notes: this.#notes, where })
    const speed = multiplySpeeds(speedOf(rest, where, this.#notes), map.speed)
    if (!isPossibleSpeed(speed))
      this.#notes.refuse('a speed that is beyond 1/100 to 100 with those of its stacks', where)
    const sourceStart = this.#sourceStart(clip, map.rate, where)
    const content = this.#content(clip, where, map.rate)
    if (!sourceStart || !content || span.to === span.from) return gap
    const manner = { ...(level && { level }), ...(look && { look }), where }
    if (content.kind !== 'media') return { kind: 'clip', name: clip.name, ...visible, content, ...manner }
    const start = mediaStart(sourceStart, { speed, span, localStart, map })
    const whole: EditClip = { kind: 'clip', name: clip.name, ...span, content: { ...content, start, speed }, ...manner }
    return reframe(whole, visible, map.rate)
  }

  /** Seconds that an item holds in its track; undefined when it does not say or says nonsense, which is noted. */
  duration(item: OtioClip | OtioGap | OtioStack | OtioTrack, where: string): Rational | undefined {
    const range = item.sourceRange ?? (item.schema === 'Clip' ? activeReference(item)?.availableRange : undefined)
    if (!range && (item.schema === 'Clip' || item.schema === 'Gap')) {
      this.#notes.refuse('an item that does not say how long it is', where)
      return undefined
    }
    const duration = durationOf(item)
    if (duration && duration.num >= 0) return duration
    this.#notes.refuse(range ? `a duration of ${describe(range.duration)}` : 'a duration that is no time', where)
    return undefined
  }

  /** Seconds into the medium; a medium with an embedded time code starts at its available range. */
  #sourceStart(clip: OtioClip, rate: Rational, where: string): Rational | undefined {
    const available = activeReference(clip)?.availableRange
    if (!clip.sourceRange) return ZERO
    const start = secondsOf(clip.sourceRange.start)
    if (!start) {
      this.#notes.refuse(`a source start of ${describe(clip.sourceRange.start)}`, where)
      return undefined
    }
    // Exporters write a rate of 0 for stills; their range then says nothing.
    const offset = available && available.start.rate !== 0 ? secondsOf(available.start) : ZERO
    if (!offset) {
      this.#notes.refuse(`a medium that starts at ${describe(available?.start)}`, where)
      return undefined
    }
    const relative = subRational(start, offset)
    if (compareRational(relative, ZERO) < 0) {
      const frames = roundRational(mulRational(subRational(ZERO, relative), rate))
      this.#notes.refuse(`a source start ${frames} frames before its medium begins (negative time)`, where)
      return undefined
    }
    return relative
  }

  /** What the clip shows, from its beginning and at its own speed. */
  #content(clip: OtioClip, where: string, rate: Rational): Content | undefined {
    const reference = activeReference(clip)
    const notes = this.#notes
    switch (reference?.schema) {
      case undefined:
      case 'MissingReference':
        return this.#medium(absentTarget(reference?.name || clip.name), where)
      case 'GeneratorReference':
        return this.#generated(reference, where)
      case 'ImageSequenceReference': {
        const target = resolveSequence(reference, rate)
        if (target.kind === 'path') return this.#medium(target, where)
        notes.refuse(target.reason, where)
        return undefined
      }
      case 'unknown':
        notes.refuse(`a medium of the unknown kind ${reference.written}`, where)
        return undefined
      case 'ExternalReference': {
        const target = resolveReference(reference.targetUrl)
        if (target.kind === 'path') return this.#medium(target, where)
        notes.refuse(target.reason, where)
        return undefined
      }
      default:
        return assertNever(reference)
    }
  }

  #generated(reference: OtioGeneratorReference, where: string): Content | undefined {
    const title = titleOf(reference)
    if (title.kind === 'title' && this.#kind === 'Video') {
      const media = this.#targets.addText(title.picture, where)
      return { kind: 'media', media, start: ZERO, speed: rational(1) }
    }
    const content = generatorContent(reference)
    if (content) return content
    const what = title.kind === 'refused' ? title.reason : `a generator (${reference.generatorKind || 'unnamed'})`
    this.#notes.refuseOrDrop(what, where)
    return undefined
  }

  #medium(target: Omit<MediaTarget, 'uses'>, where: string): Content {
    this.#targets.add(target, where)
    return { kind: 'media', media: target.path, start: ZERO, speed: rational(1) }
  }
}

function describe(time: { readonly value: number; readonly rate: number } | undefined): string {
  return time ? `${time.value} at rate ${time.rate}` : 'no time'
}
