import { divRational, type Rational, rational, rationalToNumber } from '@sheaf/protocol'
import { type EditClip, type EditElement, type EditItem, type FrameSpan, LONGEST_TRANSITION_SECONDS } from './edit.js'
import type { Notes } from './refusal.js'
import type { TransitionLook } from './transition-style.js'
import { reframe } from './walk-edit.js'

/** An item of a track and the frames that it holds when transitions are left aside. */
export interface PlacedItem {
  readonly span: FrameSpan
  /** Whether a person misses it when it has no frames. */
  readonly isClip: boolean
  readonly where: string
}

/** A transition of a track: its frames, and the number of the item that it leads to. */
export interface PlacedTransition extends FrameSpan {
  /** As people know it. */
  readonly name: string
  /** Undefined when nobody here knows it. */
  readonly look: TransitionLook | undefined
  readonly nextItem: number
  readonly where: string
}

/** A transition that is rendered. */
interface Laid extends PlacedTransition {
  readonly look: TransitionLook
}

/**
 * A track's items in a row. A transition takes the end of the item before it and the beginning of the next one,
 * both of which it shows longer than they last by themselves; at the edge of a track it leads from or to nothing.
 */
export function layTransitions<Item extends PlacedItem>(
  items: readonly Item[],
  transitions: readonly PlacedTransition[],
  how: {
    readonly notes: Notes
    readonly rate: Rational
    /** The element of an item on all the frames on which it is seen. */
    readonly read: (item: Item, visible: FrameSpan) => EditElement
  },
): EditItem[] {
  const { notes, rate, read } = how
  const before = chooseTransitions(items, transitions, { notes, rate })
  const elements = items.map((item, index): EditElement => {
    const visible = {
      from: before.get(index)?.from ?? item.span.from,
      to: before.get(index + 1)?.to ?? item.span.to,
    }
    return read(item, visible)
  })
  const row: EditItem[] = []
  for (let index = 0; index <= items.length; index++) {
    const laid = before.get(index)
    if (laid) row.push(...transitionItems(laid, { out: elements[index - 1], in: elements[index] }, rate))
    const [item, element] = [items[index], elements[index]]
    if (!item || !element) continue
    const alone = { from: laid?.to ?? item.span.from, to: before.get(index + 1)?.from ?? item.span.to }
    if (alone.to > alone.from) row.push(reframe(element, alone, rate))
    else if (item.span.to === item.span.from && item.isClip) {
      notes.warn(`${item.where} is shorter than half a frame; it is left out`)
    }
  }
  return row
}

/** The transitions that can be rendered, by the item that they lead to. */
function chooseTransitions(
  items: readonly PlacedItem[],
  transitions: readonly PlacedTransition[],
  { notes, rate }: { readonly notes: Notes; readonly rate: Rational },
): ReadonlyMap<number, Laid> {
  const chosen = new Map<number, Laid>()
  for (const placed of transitions) {
    const { look, name } = placed
    if (look === undefined) notes.refuseOrDrop(`a transition (${name || 'unnamed'})`, placed.where)
    else if (chosen.has(placed.nextItem)) notes.refuse('a second transition at one cut', placed.where)
    else if (rationalToNumber(divRational(rational(placed.to - placed.from), rate)) > LONGEST_TRANSITION_SECONDS) {
      notes.refuse(`a transition longer than ${LONGEST_TRANSITION_SECONDS} s`, placed.where)
    } else if (placed.to > placed.from) chosen.set(placed.nextItem, { ...placed, look })
  }
  for (const [index, item] of items.entries()) {
    const from = chosen.get(index)?.to ?? item.span.from
    const next = chosen.get(index + 1)
    if (next && (next.from < from || next.from < item.span.from)) {
      notes.refuse('a transition that begins before the item it leaves, or inside the transition before it', next.where)
    }
    const previous = chosen.get(index)
    if (previous && previous.to > item.span.to) {
      notes.refuse('a transition that ends after the item it leads to', previous.where)
    }
  }
  return chosen
}

function transitionItems(
  laid: Laid,
  sides: { readonly out: EditElement | undefined; readonly in: EditElement | undefined },
  rate: Rational,
): EditItem[] {
  const { from, to, look, where } = laid
  const side = (element: EditElement | undefined, span: FrameSpan): EditElement =>
    element === undefined ? { kind: 'gap', from: span.from, to: span.to } : reframe(element, span, rate)
  const item = (span: FrameSpan, out: EditElement, next: EditElement): EditItem[] =>
    span.to > span.from
      ? [{ kind: 'transition', ...span, whole: span, style: styleOf(look), out, in: next, where }]
      : []
  if (look.kind === 'style') return item({ from, to }, side(sides.out, { from, to }), side(sides.in, { from, to }))
  const middle = Math.ceil((from + to) / 2)
  const colour = (span: FrameSpan): EditClip => ({
    kind: 'clip',
    name: '',
    ...span,
    content: { kind: 'colour', rgb: look.rgb },
    where,
  })
  const [first, second] = [
    { from, to: middle },
    { from: middle, to },
  ]
  return [
    ...item(first, side(sides.out, first), colour(first)),
    ...item(second, colour(second), side(sides.in, second)),
  ]
}

const styleOf = (look: TransitionLook) => (look.kind === 'style' ? look.style : 'dissolve')
