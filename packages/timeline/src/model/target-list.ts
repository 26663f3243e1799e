import { canonicalJson } from '../manifest/canonical-json.js'
import type { MediaTarget } from './edit.js'
import type { TextPicture, TextTarget } from './text.js'

/** Collects the media and texts of an edit, each once, with the clips that use it. */
export class TargetList {
  readonly #targets = new Map<string, { target: Omit<MediaTarget, 'uses'>; uses: string[] }>()
  readonly #texts = new Map<string, { picture: TextPicture; media: string; uses: string[] }>()

  /** `texts` are there already, under their names. */
  constructor(texts: readonly TextTarget[] = []) {
    for (const { media, uses, ...picture } of texts) {
      this.#texts.set(canonicalJson(picture), { picture, media, uses: [...uses] })
    }
  }

  /** Notes that `where` uses the medium. */
  add(target: Omit<MediaTarget, 'uses'>, where: string): void {
    const entry = this.#targets.get(target.path) ?? { target, uses: [] }
    entry.uses.push(where)
    this.#targets.set(target.path, entry)
  }

  /** Notes that `where` shows a text; returns what names its picture in clips. */
  addText(picture: TextPicture, where: string): string {
    const key = canonicalJson(picture)
    const entry = this.#texts.get(key) ?? { picture, media: `<text ${this.#texts.size + 1}>`, uses: [] }
    entry.uses.push(where)
    this.#texts.set(key, entry)
    return entry.media
  }

  /** Each text once, in the order of first use. */
  listTexts(): TextTarget[] {
    return [...this.#texts.values()].map(({ picture, media, uses }) => ({ ...picture, media, uses }))
  }

  /** In the order of first use. */
  list(): MediaTarget[] {
    return [...this.#targets.values()].map(({ target, uses }) => ({ ...target, uses }))
  }
}
