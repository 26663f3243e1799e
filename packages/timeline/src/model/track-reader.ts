import {
  addRational,
  assertNever,
  compareRational,
  mulRational,
  type Rational,
  rational,
  rationalToNumber,
  roundRational,
  subRational,
  ZERO,
} from '@sheaf/protocol'
import { activeReference, durationOf, secondsOf } from '../otio/durations.js'
import type { OtioChild, OtioClip, OtioEffect, OtioGap, OtioTrack } from '../otio/otio-types.js'
import type { EditItem, EditTrack } from './edit.js'
import { resolveReference } from './media-target.js'
import type { TargetList } from './target-list.js'
import { formatTimecode } from './timecode.js'

/** Something that this version does not render, and its place. */
export interface Refusal {
  readonly what: string
  readonly where: string
}

/** What a {@link TrackReader} writes to. */
export interface TrackReaderInit {
  readonly rate: Rational
  /** `V1` or `A1`. */
  readonly name: string
  readonly targets: TargetList
  readonly warnings: string[]
  readonly refusals: Refusal[]
}

/** A boundary further than this from a whole frame is worth a warning, in frames. */
const SNAP_WARNING = rational(1, 10)

/** Places the items of one track on whole frames, and notes all that is refused on the way. */
export class TrackReader {
  readonly #init: TrackReaderInit
  readonly #items: EditItem[] = []
  /** Exact time reached, so that rounding never adds up. */
  #now: Rational = ZERO

  constructor(init: TrackReaderInit) {
    this.#init = init
  }

  /** The track's items; what was refused is in `refusals`. */
  read(track: OtioTrack): EditTrack {
    const where = `track ${this.#init.name}`
    if (track.sourceRange) this.#refuse('a source range on the track (a trimmed track)', where)
    this.#refuseEffects(track.effects, where)
    track.children.forEach((child, index) => this.#child(child, index + 1))
    return { name: this.#init.name, items: this.#items }
  }

  #child(child: OtioChild, number: number): void {
    const at = this.#frame(this.#now)
    const name = child.name ? ` "${child.name}"` : ''
    const where = `track ${this.#init.name} item ${number}${name} at ${formatTimecode(Math.max(0, at), this.#init.rate)}`
    switch (child.schema) {
      case 'Clip':
        return this.#clip(child, where)
      case 'Gap':
        return this.#gap(child, where)
      case 'Transition':
        if (child.enabled) this.#refuse(`a transition (${child.transitionType || 'unnamed'})`, where)
        return
      case 'Stack':
      case 'Track':
        this.#refuse(`a nested ${child.schema.toLowerCase()}`, where)
        this.#refuseEffects(child.effects, where)
        this.#advance(durationOf(child) ?? ZERO)
        return
      case 'unknown':
        return this.#refuse(`an item of the unknown kind ${child.written || '(no schema)'}`, where)
      default:
        assertNever(child)
    }
  }

  #gap(gap: OtioGap, where: string): void {
    const duration = this.#duration(gap, where)
    this.#refuseEffects(gap.effects, where)
    if (!duration) return
    const { from, to } = this.#place(duration, where)
    if (to > from) this.#items.push({ kind: 'gap', from, to })
  }

  #clip(clip: OtioClip, where: string): void {
    const duration = this.#duration(clip, where)
    if (!clip.enabled) {
      this.#init.warnings.push(`${where} is switched off; it is ${this.#isVideo() ? 'black' : 'silent'}`)
      const { from, to } = this.#place(duration ?? ZERO, where)
      if (to > from) this.#items.push({ kind: 'gap', from, to })
      return
    }
    this.#refuseEffects(clip.effects, where)
    const sourceStart = this.#sourceStart(clip, where)
    const media = this.#media(clip, where)
    const { from, to } = this.#place(duration ?? ZERO, where)
    if (!duration || !sourceStart || media === undefined) return
    if (to === from) {
      this.#init.warnings.push(`${where} is shorter than half a frame; it is left out`)
      return
    }
    this.#items.push({ kind: 'clip', name: clip.name, media, from, to, sourceStart, where })
  }

  /** Seconds into the medium; a medium with an embedded time code starts at its available range. */
  #sourceStart(clip: OtioClip, where: string): Rational | undefined {
    const available = activeReference(clip)?.availableRange
    if (!clip.sourceRange) return ZERO
    const start = secondsOf(clip.sourceRange.start)
    if (!start) {
      this.#refuse(`a source start of ${describe(clip.sourceRange.start)}`, where)
      return undefined
    }
    // Exporters write a rate of 0 for stills; their range then says nothing.
    const offset = available && available.start.rate !== 0 ? secondsOf(available.start) : ZERO
    if (!offset) {
      this.#refuse(`a medium that starts at ${describe(available?.start)}`, where)
      return undefined
    }
    const relative = subRational(start, offset)
    if (compareRational(relative, ZERO) < 0) {
      const frames = roundRational(mulRational(subRational(ZERO, relative), this.#init.rate))
      this.#refuse(`a source start ${frames} frames before its medium begins (negative time)`, where)
      return undefined
    }
    return relative
  }

  #media(clip: OtioClip, where: string): string | undefined {
    const reference = activeReference(clip)
    switch (reference?.schema) {
      case undefined:
      case 'MissingReference':
        this.#refuse('a clip without a medium (missing reference)', where)
        return undefined
      case 'GeneratorReference':
        this.#refuse(`a generator (${reference.generatorKind || 'unnamed'})`, where)
        return undefined
      case 'ImageSequenceReference':
        this.#refuse(`an image sequence (${reference.namePrefix}…${reference.nameSuffix})`, where)
        return undefined
      case 'unknown':
        this.#refuse(`a medium of the unknown kind ${reference.written}`, where)
        return undefined
      case 'ExternalReference': {
        const target = resolveReference(reference.targetUrl)
        if (target.kind === 'refused') {
          this.#refuse(target.reason, where)
          return undefined
        }
        this.#init.targets.add(target, where)
        return target.path
      }
      default:
        return assertNever(reference)
    }
  }

  #duration(item: OtioClip | OtioGap, where: string): Rational | undefined {
    const duration = durationOf(item)
    const range = item.sourceRange ?? (item.schema === 'Clip' ? activeReference(item)?.availableRange : undefined)
    if (!range) {
      this.#refuse('an item that does not say how long it is', where)
      return undefined
    }
    if (!duration || duration.num < 0) {
      this.#refuse(`a duration of ${describe(range.duration)}`, where)
      return undefined
    }
    return duration
  }

  /** Frames [from, to) that the next `duration` seconds cover. */
  #place(duration: Rational, where: string): { readonly from: number; readonly to: number } {
    const from = this.#frame(this.#now)
    this.#advance(duration)
    const end = mulRational(this.#now, this.#init.rate)
    const to = roundRational(end)
    const off = subRational(end, rational(to))
    if (compareRational(off.num < 0 ? subRational(ZERO, off) : off, SNAP_WARNING) > 0) {
      const error = Math.abs(rationalToNumber(off)).toFixed(2)
      this.#init.warnings.push(`${where} ends ${error} frames off the grid; it is moved to frame ${to}`)
    }
    return { from, to }
  }

  #advance(duration: Rational): void {
    this.#now = addRational(this.#now, duration)
  }

  #frame(time: Rational): number {
    return roundRational(mulRational(time, this.#init.rate))
  }

  #refuseEffects(effects: readonly OtioEffect[], where: string): void {
    for (const effect of effects) {
      const harmless = effect.schema === 'LinearTimeWarp' && effect.timeScalar === 1
      if (!effect.enabled || harmless) continue
      const name = effect.effectName || effect.name || effect.written
      const speed = effect.timeScalar === undefined ? '' : ` at ${effect.timeScalar}`
      const kind = effect.timeScalar === undefined ? 'effect' : 'time effect'
      this.#refuse(`the ${kind} ${name}${speed} (${effect.written})`, where)
    }
  }

  #refuse(what: string, where: string): void {
    this.#init.refusals.push({ what, where })
  }

  #isVideo(): boolean {
    return this.#init.name.startsWith('V')
  }
}

function describe(time: { readonly value: number; readonly rate: number } | undefined): string {
  return time ? `${time.value} at rate ${time.rate}` : 'no time'
}
