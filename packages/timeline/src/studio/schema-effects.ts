import { compareRational, type Rational } from '@sheaf/protocol'
import type { FrameSize } from '../compile/frame-format.js'
import type { Effect } from '../model/edit.js'
import type { Notes } from '../model/refusal.js'
import type { JsonObject } from '../otio/json-reader.js'
import { byId, numberAt, objectAt, parameterValue, said, textAt, textsAt } from './project-fields.js'
import { whitelisted } from './studio-effects.js'
import { studioSeconds } from './studio-time.js'

/** Fields of effects and filters that are run by Timeline Studio as they are, and never here. */
const COMMANDS = ['ffmpeg_command', 'custom_filter'] as const
/** Height that lengths in pixels are of when a project does not say its own. */
const USUAL_HEIGHT = 1080

/** Effects and filters of a `ProjectSchema`, by their ids. */
export class SchemaEffects {
  readonly #effects: ReadonlyMap<string, JsonObject>
  readonly #filters: ReadonlyMap<string, JsonObject>
  readonly #notes: Notes
  readonly #canvasHeight: number

  constructor(root: JsonObject, init: { readonly notes: Notes; readonly size: FrameSize | undefined }) {
    this.#effects = byId(root, 'effects')
    this.#filters = byId(root, 'filters')
    this.#notes = init.notes
    this.#canvasHeight = init.size?.height ?? USUAL_HEIGHT
  }

  /** The effects that a clip or a track names by id, then its filters. */
  read(
    user: JsonObject,
    of: { readonly where: string; readonly span: { readonly start: Rational; readonly end: Rational } },
  ): readonly Effect[] {
    return [
      ...textsAt(user, 'effects').flatMap((id) => this.#one(this.#effects.get(id), { ...of, id, kind: 'effect' })),
      ...textsAt(user, 'filters').flatMap((id) => this.#one(this.#filters.get(id), { ...of, id, kind: 'filter' })),
    ]
  }

  #one(
    effect: JsonObject | undefined,
    of: {
      readonly id: string
      readonly kind: 'effect' | 'filter'
      readonly where: string
      readonly span: { readonly start: Rational; readonly end: Rational }
    },
  ): readonly Effect[] {
    const { id, kind, where, span } = of
    const notes = this.#notes
    if (!effect) {
      notes.refuseOrDrop(`the ${kind} "${said(id)}", which the project does not hold`, where)
      return []
    }
    if (effect['enabled'] === false) return []
    const name = textAt(effect, 'name') ?? id
    const from = studioSeconds(numberAt(effect, 'start_time'))
    const to = studioSeconds(numberAt(effect, 'end_time'))
    if ((from && compareRational(from, span.start) > 0) || (to && compareRational(to, span.end) < 0)) {
      notes.refuseOrDrop(`the ${kind} "${said(name)}" on a part of its clip`, where)
      return []
    }
    const intensity = kind === 'filter' ? numberAt(effect, 'intensity') : undefined
    if (intensity === 0) return []
    if (intensity !== undefined && intensity !== 1) {
      notes.refuseOrDrop(`the filter "${said(name)}" at an intensity of ${intensity}`, where)
      return []
    }
    const parameters = Object.entries(objectAt(effect, 'parameters')).map(
      ([key, value]) => [key, parameterValue(value)] as const,
    )
    const type = textAt(effect, `${kind}_type`) ?? ''
    const commands = COMMANDS.filter((field) => textAt(effect, field) !== undefined)
    const use = { type, name, parameters: new Map(parameters), commands }
    return whitelisted(use, { where, notes, canvasHeight: this.#canvasHeight })
  }
}
