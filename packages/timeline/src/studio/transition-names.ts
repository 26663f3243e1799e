import { lookOf, type TransitionLook } from '../model/transition-style.js'

/** What projects call a transition, where that differs from what other editors do; without case and signs. */
const OWN_NAMES: ReadonlyMap<string, string> = new Map([
  ['basicfade', 'fade'],
  ['fadeblack', 'dip to black'],
  ['fadewhite', 'dip to white'],
])
/** Names that need a direction to mean anything. */
const WITH_DIRECTION: ReadonlySet<string> = new Set(['wipe'])

/** The look that one of these names means, together with a direction such as `left`; undefined when none does. */
export function studioTransitionLook(
  names: readonly string[],
  direction: string | undefined,
): TransitionLook | undefined {
  const all = names.flatMap((name) => {
    const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '')
    if (WITH_DIRECTION.has(plain)) return direction === undefined ? [] : [`${plain} ${direction}`]
    return [OWN_NAMES.get(plain) ?? name]
  })
  return lookOf(...all)
}
