import type { OtioTransition } from '../otio/otio-types.js'
import type { TransitionStyle } from './edit.js'

/** A look, or a dip through a colour: two dissolves one after the other. */
export type TransitionLook =
  { readonly kind: 'style'; readonly style: TransitionStyle } | { readonly kind: 'dip'; readonly rgb: string }

const style = (name: TransitionStyle): TransitionLook => ({ kind: 'style', style: name })
const dip = (rgb: string): TransitionLook => ({ kind: 'dip', rgb })

/** Names as editors write them, without case, spaces and signs. */
const looks: ReadonlyMap<string, TransitionLook> = new Map([
  ['smptedissolve', style('dissolve')],
  ['dissolve', style('dissolve')],
  ['crossdissolve', style('dissolve')],
  ['crossfade', style('dissolve')],
  ['fade', style('dissolve')],
  ['fadein', style('dissolve')],
  ['fadeout', style('dissolve')],
  ['mix', style('dissolve')],
  ['wipeleft', style('wipe-left')],
  ['wiperight', style('wipe-right')],
  ['wipeup', style('wipe-up')],
  ['wipedown', style('wipe-down')],
  ['diptoblack', dip('000000')],
  ['fadetoblack', dip('000000')],
  ['diptowhite', dip('ffffff')],
  ['fadetowhite', dip('ffffff')],
])

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** The look that a transition names, by its type or its own name; undefined when nobody here knows it. */
export function lookOf(transition: OtioTransition): TransitionLook | undefined {
  const byType = looks.get(plain(transition.transitionType))
  // "Custom_Transition" says nothing; what it is then stands in the name.
  return byType ?? looks.get(plain(transition.name))
}
