import { describe, expect, it } from 'vitest'
import { EFFECT_CLASSES } from './effect-type.js'
import { effectProblem, effectValues, findEffect, listEffects } from './effects.js'

describe('the whitelist of effects', () => {
  it('names each effect once, with a class and what its parameters may be', () => {
    const effects = listEffects()
    expect(new Set(effects.map(({ id }) => id)).size).toBe(effects.length)
    for (const effect of effects) {
      expect(effect.id).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(EFFECT_CLASSES).toContain(effect.class)
      for (const { name, least, normal, most } of effect.parameters) {
        expect([effect.id, name, least <= normal && normal <= most && least < most]).toEqual([effect.id, name, true])
      }
    }
  })

  it('holds every class but the one that no window can be rendered of', () => {
    const classes = new Set(listEffects().map((effect) => effect.class))
    expect(EFFECT_CLASSES.filter((one) => !classes.has(one))).toEqual(['once'])
  })

  it('finds by id alone', () => {
    expect(findEffect('blur')?.class).toBe('stateless')
    expect(findEffect('movie=/etc/passwd')).toBeUndefined()
    expect(findEffect('__proto__')).toBeUndefined()
  })

  it.each([
    ['unheard-of', {}, 'the effect unheard-of'],
    ['blur', { size: 1 }, 'the effect blur with the parameter size'],
    ['blur', { radius: 9 }, 'the effect blur with radius 9, which may be 0 to 0.25'],
    ['blur', { radius: Number.NaN }, 'the effect blur with radius NaN, which may be 0 to 0.25'],
    ['motion-blur', { frames: 2.5 }, 'the effect motion-blur with frames 2.5, which may be 1 to 32'],
    [
      'blur',
      { radius: [{ frame: 0, value: 0, ease: 'linear' as const }] },
      'the effect blur with keyframes of its radius',
    ],
    ['blur', { radius: 0.1 }, undefined],
    ['mirror', {}, undefined],
  ])('says what is wrong with %s %j', (id, parameters, problem) => {
    expect(effectProblem({ id, parameters })).toBe(problem)
  })

  it('fills in what is not said', () => {
    expect(effectValues({ id: 'mirror', parameters: { vertical: 1 } })).toEqual({ horizontal: 1, vertical: 1 })
  })
})
