import { MANIFEST_LIMITS } from '../manifest/manifest.js'
import type { Edit, EditElement, EditItem, EditTrack } from './edit.js'
import type { Refusal } from './refusal.js'

/** Characters of a name, and of a place, that a job keeps: people write more than anybody reads in a message. */
const MOST_CHARACTERS = 200

/** An edit whose names a job can keep, and what of it is more than a job can hold. */
export interface LimitedEdit {
  readonly edit: Edit
  readonly refusals: readonly Refusal[]
}

/** Cuts long names, and names the stacks that hold too many tracks, lie too deep, or make too many items. */
export function withinLimits(edit: Edit): LimitedEdit {
  const limiter = new Limiter()
  const [video, audio] = [limiter.tracks(edit.video, 'the edit'), limiter.tracks(edit.audio, 'the edit')]
  return { edit: { ...edit, name: shortened(edit.name), video, audio }, refusals: limiter.refusals() }
}

class Limiter {
  readonly #refusals: Refusal[] = []
  #items = 0
  #depth = 0

  refusals(): readonly Refusal[] {
    if (this.#items <= MANIFEST_LIMITS.items) return this.#refusals
    const what = `${this.#items} items on all tracks together; ${MANIFEST_LIMITS.items} are possible`
    return [...this.#refusals, { what, where: 'the edit', droppable: false }]
  }

  tracks(tracks: readonly EditTrack[], where: string): EditTrack[] {
    if (tracks.length > MANIFEST_LIMITS.tracks) {
      this.#refuse(`${tracks.length} tracks over each other; ${MANIFEST_LIMITS.tracks} are possible`, where)
    }
    return tracks.map((track) => ({
      ...track,
      name: shortened(track.name),
      ...(track.title !== undefined && { title: shortened(track.title) }),
      items: track.items.map((item) => this.#item(item)),
    }))
  }

  #item(item: EditItem): EditItem {
    if (item.kind !== 'transition') return this.#element(item)
    this.#items += 1
    return { ...item, where: shortened(item.where), out: this.#element(item.out), in: this.#element(item.in) }
  }

  #element(element: EditElement): EditElement {
    this.#items += 1
    if (element.kind === 'gap') return element
    const where = shortened(element.where)
    const named = { ...element, name: shortened(element.name), where }
    if (element.content.kind !== 'stack') return named
    if (this.#depth === MANIFEST_LIMITS.depth) {
      this.#refuse(`stacks more than ${MANIFEST_LIMITS.depth} deep in one another`, where)
      return named
    }
    this.#depth += 1
    const tracks = this.tracks(element.content.tracks, where)
    this.#depth -= 1
    return { ...named, content: { kind: 'stack', tracks } }
  }

  #refuse(what: string, where: string): void {
    this.#refusals.push({ what, where, droppable: false })
  }
}

/** A text of at most 200 characters: of a longer one its beginning and its end, where places have their time code. */
function shortened(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text
  const [head, tail] = [text.slice(0, MOST_CHARACTERS - 61), text.slice(-60)]
  // Half a letter of two units is none.
  return `${head.replace(/[\uD800-\uDBFF]$/, '')}…${tail.replace(/^[\uDC00-\uDFFF]/, '')}`
}
