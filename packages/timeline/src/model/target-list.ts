import type { MediaTarget } from './edit.js'

/** Collects the media of an edit, each once, with the clips that use it. */
export class TargetList {
  readonly #targets = new Map<string, { target: Omit<MediaTarget, 'uses'>; uses: string[] }>()

  /** Notes that `where` uses the medium. */
  add(target: Omit<MediaTarget, 'uses'>, where: string): void {
    const entry = this.#targets.get(target.path) ?? { target, uses: [] }
    entry.uses.push(where)
    this.#targets.set(target.path, entry)
  }

  /** In the order of first use. */
  list(): MediaTarget[] {
    return [...this.#targets.values()].map(({ target, uses }) => ({ ...target, uses }))
  }
}
