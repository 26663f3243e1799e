/** Something that this version does not render, and its place. */
export interface Refusal {
  readonly what: string
  readonly where: string
  /** Whether the edit can be rendered without it when the person agrees. */
  readonly droppable: boolean
}

/** What was noticed on the way through an edit. */
export class Notes {
  readonly warnings: string[] = []
  readonly refusals: Refusal[] = []
  readonly #dropUnknown: boolean

  constructor(init: { readonly dropUnknown: boolean }) {
    this.#dropUnknown = init.dropUnknown
  }

  warn(text: string): void {
    this.warnings.push(text)
  }

  /** What cannot be left out. */
  refuse(what: string, where: string): void {
    this.refusals.push({ what, where, droppable: false })
  }

  /** What can be left out when the person has said so, and is refused when not. */
  refuseOrDrop(what: string, where: string): void {
    if (this.#dropUnknown) this.warnings.push(`${where}: ${what} is left out`)
    else this.refusals.push({ what, where, droppable: true })
  }
}
