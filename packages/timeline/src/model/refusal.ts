/** Something that this version does not render, and its place. */
export interface Refusal {
  readonly what: string
  readonly where: string
  /** Whether the edit can be rendered without it when the person agrees. */
  readonly droppable: boolean
}

/** What was noticed on the way through an edit, each thing once. */
export class Notes {
  readonly warnings: string[] = []
  readonly refusals: Refusal[] = []
  readonly #dropUnknown: boolean
  readonly #said = new Set<string>()

  constructor(init: { readonly dropUnknown: boolean }) {
    this.#dropUnknown = init.dropUnknown
  }

  warn(text: string): void {
    if (this.#isNew(text)) this.warnings.push(text)
  }

  /** Something that is there and is not used, because the edit says so: an item of pictures or of sound, or a track. */
  switchedOff(where: string, of: 'Video' | 'Audio' | 'track'): void {
    const outcome = { Video: 'not shown', Audio: 'silent', track: 'not rendered' }[of]
    this.warn(`${where} is switched off; it is ${outcome}`)
  }

  /** What cannot be left out. */
  refuse(what: string, where: string): void {
    if (this.#isNew(`${where}: ${what}`)) this.refusals.push({ what, where, droppable: false })
  }

  /** What can be left out when the person has said so, and is refused when not. */
  refuseOrDrop(what: string, where: string): void {
    if (this.#dropUnknown) this.warn(`${where}: ${what} is left out`)
    else if (this.#isNew(`${where}: ${what}`)) this.refusals.push({ what, where, droppable: true })
  }

  #isNew(text: string): boolean {
    const isNew = !this.#said.has(text)
    this.#said.add(text)
    return isNew
  }
}
