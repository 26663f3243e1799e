import type { EffectPictures, EffectReach, EffectType, EffectValues } from '../effect/effect-type.js'
import { effectType, effectValues } from '../effect/effects.js'
import type { Effect, FrameSpan } from '../model/edit.js'

/** Effects in a row, on planar RGB; the label of what comes out. */
export function addEffects(effects: readonly Effect[], label: string, pictures: EffectPictures): string {
  return effects.reduce((before, effect) => {
    const [type, values] = known(effect)
    if (!pictures.alpha || type.works === 'on-pixels') return type.write(before, values, pictures)
    // Colours of what is not to be seen would get into what is: they are multiplied by their transparency meanwhile.
    const multiplied = pictures.add(`[${before}]premultiply=inplace=1`)
    return pictures.add(`[${type.write(multiplied, values, pictures)}]unpremultiply=inplace=1`)
  }, label)
}

/** Whether pictures may come out with transparency where none went in. */
export function opensAlpha(effects: readonly Effect[]): boolean {
  return effects.some((effect) => known(effect)[0].opensAlpha)
}

/**
 * The level at which effects get their pictures when those are wanted at `level`: larger than the canvas where each
 * pixel is changed by itself, so that a picture that is seen enlarged keeps what it has to show; else as large as it
 * is fitted, for the others reckon in its pixels.
 */
export function sourceLevel(effects: readonly Effect[], level: number): number {
  if (effects.length === 0) return level
  const byPixel = effects.every((effect) => known(effect)[0].works === 'on-pixels' && !known(effect)[0].hasGrain)
  return byPixel ? Math.max(0, level) : 0
}

/** All the frames that frames [from, to) of a clip with these effects are made from, its neighbours' among them. */
export function reachOf(effects: readonly Effect[], { from, to }: FrameSpan): FrameSpan {
  let reach: EffectReach = { before: 0, after: 0 }
  let group = 1
  for (const effect of effects) {
    const [type, values] = known(effect)
    const one = type.reach?.(values) ?? { before: 0, after: 0 }
    reach = { before: reach.before + one.before, after: reach.after + one.after }
    group = leastMultiple(group, type.cadence?.(values) ?? 1)
  }
  // Groups of frames count from the edit's frame 0, and are made whole.
  const first = Math.floor((from - reach.before) / group) * group
  return { from: first, to: first + Math.ceil((to + reach.after - first) / group) * group }
}

function leastMultiple(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y !== 0) [x, y] = [y, x % y]
  return (a / x) * b
}

function known(effect: Effect): readonly [EffectType, EffectValues] {
  const type = effectType(effect.id)
  if (!type) throw new Error(`no effect ${effect.id}`)
  return [type, effectValues(effect)]
}
