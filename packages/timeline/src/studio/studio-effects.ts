import { effectProblem } from '../effect/effects.js'
import type { Effect } from '../model/edit.js'
import type { Notes } from '../model/refusal.js'
import type { JsonValue } from '../otio/json-reader.js'
import { said } from './project-fields.js'

/** An effect or a filter as a project names it. */
export interface StudioEffect {
  /** What it does, in the words of the project: `Brightness`, `blur`. */
  readonly type: string
  readonly name: string
  readonly parameters: ReadonlyMap<string, JsonValue | undefined>
  /** Fields that hold commands for ffmpeg, of those that are filled in. */
  readonly commands: readonly string[]
}

/** One parameter of an effect of the whitelist, and the names that projects have for it. */
interface Knob {
  readonly id: string
  readonly to: string
  readonly names: readonly string[]
  readonly change?: (value: number, canvasHeight: number) => number
}

/** The parts of a colour correction, each with the value that changes nothing. */
export const CORRECTIONS: Readonly<Record<string, number>> = {
  brightness: 0,
  contrast: 1,
  saturation: 1,
  hue: 0,
  gamma: 1,
  highlights: 0,
  shadows: 0,
  whites: 0,
  blacks: 0,
}

const correction = (name: string, ...others: readonly string[]): Knob => ({
  id: 'colour-correction',
  to: name,
  names: [name, 'value', ...others],
})
const amount = (id: string): Knob => ({ id, to: 'amount', names: ['amount', 'intensity', 'value'] })
/** Lengths are pixels of the project's picture. */
const inHeights = (value: number, height: number): number => value / height

/** What projects call an effect, without case and signs, and what it is here. */
const known: ReadonlyMap<string, readonly Knob[]> = new Map<string, readonly Knob[]>([
  ...Object.keys(CORRECTIONS).map((name) => [name, [correction(name)]] as const),
  ['huerotate', [correction('hue', 'angle', 'degrees')]],
  ['colorcorrection', Object.keys(CORRECTIONS).map((name) => ({ ...correction(name), names: [name] }))],
  ['grayscale', [amount('grayscale')]],
  ['sepia', [amount('sepia')]],
  ['invert', [amount('invert')]],
  ['blur', [{ id: 'blur', to: 'radius', names: ['radius', 'amount', 'value'], change: inHeights }]],
  ['sharpen', [amount('sharpen')]],
  ['vibrance', [amount('vibrance')]],
  ['vignette', [{ id: 'vignette', to: 'strength', names: ['strength', 'vignette', 'intensity', 'amount', 'value'] }]],
  ['filmgrain', [{ id: 'film-grain', to: 'strength', names: ['strength', 'grain', 'intensity', 'amount', 'value'] }]],
  ['grain', [{ id: 'film-grain', to: 'strength', names: ['strength', 'grain', 'intensity', 'amount', 'value'] }]],
])

/** Parameters that filters carry along, of which 0 changes nothing. */
const ZERO_IS_NOTHING: ReadonlySet<string> = new Set(['temperature', 'tint', 'clarity', 'dehaze', 'vibrance'])

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Whether an effect of that name is in the whitelist. */
export const isKnownEffect = (type: string): boolean => known.has(plain(type))

/**
 * The effects of the whitelist that one of a project is; what is not in it, or has a parameter that is not known
 * there, is refused by name and can be left out. Commands for ffmpeg are never used, and refused too.
 */
export function whitelisted(
  effect: StudioEffect,
  how: { readonly where: string; readonly notes: Notes; readonly canvasHeight: number },
): readonly Effect[] {
  const { where, notes, canvasHeight } = how
  const called = said(effect.name || effect.type)
  for (const field of effect.commands) notes.refuseOrDrop(`${field} of the effect "${called}" (never run)`, where)
  const knobs = known.get(plain(effect.type))
  const refuse = (why: string): readonly Effect[] => {
    notes.refuseOrDrop(`the effect "${called}" (${said(effect.type) || 'of no type'})${why}`, where)
    return []
  }
  if (!knobs) return refuse('')
  const found = new Map<string, Record<string, number>>(knobs.slice(0, 1).map(({ id }) => [id, {}]))
  for (const [name, value] of effect.parameters) {
    const knob = knobs.find(({ names }) => names.includes(plain(name))) ?? known.get(plain(name))?.[0]
    const given = typeof value === 'boolean' || typeof value === 'string' ? Number(value) : value
    if (!knob && given === 0 && ZERO_IS_NOTHING.has(plain(name))) continue
    if (!knob) return refuse(` with the parameter "${said(name)}"`)
    if (typeof given !== 'number' || !Number.isFinite(given)) return refuse(` with "${said(name)}" that is no number`)
    const parameters = found.get(knob.id) ?? {}
    if (parameters[knob.to] !== undefined) return refuse(` with more than one value for "${knob.to}"`)
    found.set(knob.id, { ...parameters, [knob.to]: knob.change ? knob.change(given, canvasHeight) : given })
  }
  const effects = [...found].map(([id, parameters]): Effect => ({ id, parameters }))
  const problem = effects.map(effectProblem).find((one) => one !== undefined)
  return problem === undefined ? effects : refuse(`: ${problem}`)
}
