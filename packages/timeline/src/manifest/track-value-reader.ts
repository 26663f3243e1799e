import { type Rational, rationalToNumber } from '@sheaf/protocol'
import type { Content, EditClip, EditElement, EditItem, EditTrack, FrameSpan } from '../model/edit.js'
import { LONGEST_TRANSITION_SECONDS, TRANSITION_STYLES } from '../model/edit.js'
import { MAX_EDIT_FRAMES } from '../model/finish-edit.js'
import { isPossibleSpeed } from '../model/time-warp.js'
import { readLevel, readLook } from './look-value-reader.js'
import { MANIFEST_LIMITS } from './manifest.js'
import type { ValueReader } from './value-reader.js'

/** Reads the tracks of one manifest: spans without holes, and no more items and depth than a manifest may have. */
export class TrackValueReader {
  readonly #longestTransition: number
  #items = 0
  #depth = 0

  constructor(rate: Rational) {
    this.#longestTransition = LONGEST_TRANSITION_SECONDS * rationalToNumber(rate)
  }

  /** A track whose items fill `span`; those of a nested stack may reach beyond it, for effects that look there. */
  track(value: ValueReader, span: FrameSpan, extent: 'exactly' | 'at least' = 'exactly'): EditTrack {
    const items = value.field('items').list(MANIFEST_LIMITS.items, (item) => this.#item(item))
    const wide = extent === 'at least'
    let at = wide ? Math.min(span.from, items[0]?.from ?? span.from) : span.from
    for (const item of items) {
      if (item.from !== at) throw value.error(`items without holes (at frame ${at})`)
      at = item.to
    }
    if (wide ? at < span.to : at !== span.to) throw value.error(`items up to frame ${span.to}`)
    const title = value.field('title').optional((text) => text.text(MANIFEST_LIMITS.title))
    const level = value.field('level').optional(readLevel)
    const name = value.field('name').text(256)
    return { name, ...(title !== undefined && { title }), ...(level && { level }), items }
  }

  #item(value: ValueReader): EditItem {
    if (++this.#items > MANIFEST_LIMITS.items) throw value.error(`at most ${MANIFEST_LIMITS.items} items`)
    if (value.field('kind').oneOf('clip', 'gap', 'transition') !== 'transition') return this.#element(value)
    const span = readSpan(value)
    const whole = readSpan(value.field('whole'))
    if (whole.from > span.from || whole.to < span.to) throw value.error('a part of the whole transition')
    if (whole.to - whole.from > this.#longestTransition) throw value.error('a shorter transition')
    const side = (key: 'out' | 'in'): EditElement => {
      const element = this.#element(value.field(key))
      if (element.from !== whole.from || element.to !== whole.to) throw value.error('sides on all its frames')
      return element
    }
    return {
      kind: 'transition',
      ...span,
      whole,
      style: value.field('style').oneOf(...TRANSITION_STYLES),
      out: side('out'),
      in: side('in'),
      where: value.field('where').text(),
    }
  }

  #element(value: ValueReader): EditElement {
    if (++this.#items > MANIFEST_LIMITS.items) throw value.error(`at most ${MANIFEST_LIMITS.items} items`)
    const span = readSpan(value)
    if (value.field('kind').oneOf('clip', 'gap') === 'gap') return { kind: 'gap', ...span }
    const look = value.field('look').optional(readLook)
    const level = value.field('level').optional(readLevel)
    return {
      kind: 'clip',
      name: value.field('name').text(),
      ...span,
      content: this.#content(value.field('content'), span),
      ...(look && { look }),
      ...(level && { level }),
      where: value.field('where').text(),
    } satisfies EditClip
  }

  #content(value: ValueReader, span: FrameSpan): Content {
    switch (value.field('kind').oneOf('media', 'colour', 'bars', 'stack')) {
      case 'media': {
        const at = value.field('at').optional((frame) => frame.integer(-MAX_EDIT_FRAMES, MAX_EDIT_FRAMES))
        const sound = value.field('sound').optional((number) => number.integer(0, MANIFEST_LIMITS.audioStreams))
        return {
          kind: 'media',
          media: value.field('media').text(256),
          start: value.field('start').rational(),
          speed: readSpeed(value.field('speed')),
          ...(at !== undefined && { at }),
          ...(sound !== undefined && { sound }),
        }
      }
      case 'colour': {
        const rgb = value.field('rgb').text(6)
        if (!/^[0-9a-f]{6}$/.test(rgb)) throw value.error('a colour of six hex digits')
        return { kind: 'colour', rgb }
      }
      case 'bars':
        return { kind: 'bars' }
      case 'stack': {
        if (++this.#depth > MANIFEST_LIMITS.depth) throw value.error(`at most ${MANIFEST_LIMITS.depth} stacks deep`)
        const tracks = value
          .field('tracks')
          .list(MANIFEST_LIMITS.tracks, (track) => this.track(track, span, 'at least'))
        this.#depth -= 1
        return { kind: 'stack', tracks }
      }
    }
  }
}

function readSpeed(value: ValueReader): Rational {
  const speed = value.rational()
  if (!isPossibleSpeed(speed)) throw value.error('a speed of 0 or 1/100 to 100')
  return speed
}

/** A transition of which a part is seen may begin before frame 0. */
function readSpan(value: ValueReader): FrameSpan {
  const from = value.field('from').integer(-MAX_EDIT_FRAMES, MAX_EDIT_FRAMES)
  return { from, to: value.field('to').integer(from + 1, 2 * MAX_EDIT_FRAMES) }
}
