import type { Effect } from '../model/edit.js'
import { areaEffects } from './area-effects.js'
import { colourEffects } from './colour-effects.js'
import type { EffectInfo, EffectType, EffectValues } from './effect-type.js'
import { timeEffects } from './time-effects.js'
import { toneEffects } from './tone-effects.js'

const whitelist: ReadonlyMap<string, EffectType> = new Map(
  [...toneEffects, ...colourEffects, ...areaEffects, ...timeEffects].map((effect) => [effect.id, effect]),
)

/** Every effect that can be rendered. */
export function listEffects(): readonly EffectInfo[] {
  return [...whitelist.values()]
}

/** The effect of that id; undefined when there is none. */
export function findEffect(id: string): EffectInfo | undefined {
  return whitelist.get(id)
}

/** The effect with what it is made of. */
export function effectType(id: string): EffectType | undefined {
  return whitelist.get(id)
}

/** Why a use of an effect cannot be rendered; undefined when it can. */
export function effectProblem({ id, parameters }: Effect): string | undefined {
  const type = whitelist.get(id)
  if (!type) return `the effect ${id}`
  for (const [name, value] of Object.entries(parameters)) {
    const known = type.parameters.find((parameter) => parameter.name === name)
    if (!known) return `the effect ${id} with the parameter ${name}`
    if (typeof value !== 'number') return `the effect ${id} with keyframes of its ${name}`
    const fits = value >= known.least && value <= known.most && (!known.whole || Number.isInteger(value))
    if (!fits) return `the effect ${id} with ${name} ${value}, which may be ${known.least} to ${known.most}`
  }
  return undefined
}

/** The parameters of a use that has no problem; those that it does not name are as they normally are. */
export function effectValues({ id, parameters }: Effect): EffectValues {
  const entries = (whitelist.get(id)?.parameters ?? []).map(({ name, normal }): [string, number] => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : normal
    return [name, typeof value === 'number' ? value : normal]
  })
  return Object.fromEntries(entries)
}
