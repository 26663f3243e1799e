import type { Content, EditClip, EditElement, EditItem, EditTrack } from '../model/edit.js'
import { TRANSITION_STYLES } from '../model/edit.js'
import { MAX_EDIT_FRAMES } from '../model/read-edit.js'
import { MANIFEST_LIMITS } from './manifest.js'
import type { ValueReader } from './value-reader.js'

interface FrameSpan {
  readonly from: number
  readonly to: number
}

/** Reads the tracks of one manifest: spans without holes, and no more items and depth than a manifest may have. */
export class TrackValueReader {
  #items = 0
  #depth = 0

  /** A track whose items fill `span`; a transition at either end may reach beyond it. */
  track(value: ValueReader, span: FrameSpan): EditTrack {
    const items = value.field('items').list(MANIFEST_LIMITS.items, (item) => this.#item(item))
    let at = span.from
    for (const [index, item] of items.entries()) {
      const early = index === 0 && item.kind === 'transition' && item.from < at
      if ((item.from !== at && !early) || item.to <= Math.max(at, item.from)) {
        throw value.error(`items without holes (at frame ${at})`)
      }
      at = item.to
    }
    const late = items.at(-1)?.kind === 'transition' && at > span.to
    if (at !== span.to && !late) throw value.error(`items up to frame ${span.to}`)
    return { name: value.field('name').text(256), items }
  }

  #item(value: ValueReader): EditItem {
    if (++this.#items > MANIFEST_LIMITS.items) throw value.error(`at most ${MANIFEST_LIMITS.items} items`)
    if (value.field('kind').oneOf('clip', 'gap', 'transition') !== 'transition') return this.#element(value)
    const span = readSpan(value)
    const side = (key: 'out' | 'in'): EditElement => {
      const element = this.#element(value.field(key))
      if (element.from !== span.from || element.to !== span.to) throw value.error('sides on its own frames')
      return element
    }
    return {
      kind: 'transition',
      ...span,
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
    return {
      kind: 'clip',
      name: value.field('name').text(),
      ...span,
      content: this.#content(value.field('content'), span),
      where: value.field('where').text(),
    } satisfies EditClip
  }

  #content(value: ValueReader, span: FrameSpan): Content {
    switch (value.field('kind').oneOf('media', 'colour', 'bars', 'stack')) {
      case 'media':
        return {
          kind: 'media',
          media: value.field('media').text(256),
          start: value.field('start').rational(),
          speed: value.field('speed').rational(),
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
        const tracks = value.field('tracks').list(MANIFEST_LIMITS.tracks, (track) => this.track(track, span))
        this.#depth -= 1
        return { kind: 'stack', tracks }
      }
    }
  }
}

/** A transition that a span of frames was cut out of may begin before frame 0. */
function readSpan(value: ValueReader): FrameSpan {
  const from = value.field('from').integer(-MAX_EDIT_FRAMES, MAX_EDIT_FRAMES)
  return { from, to: value.field('to').integer(from + 1, 2 * MAX_EDIT_FRAMES) }
}
