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

/** The look that one of these names means, the first one that is known here; undefined when none is. */
export function lookOf(...names: readonly string[]): TransitionLook | undefined {
  return names.map((name) => looks.get(plain(name))).find((look) => look !== undefined)
}
