import type { EditTrack, FrameSpan } from './edit.js'
import type { Notes } from './refusal.js'

/**
 * A transition beside a stack shows more of the stack than its own frames, as far as there is more: what is missing
 * is refused.
 */
export function checkHandles(
  tracks: readonly EditTrack[],
  { span, visible }: { readonly span: FrameSpan; readonly visible: FrameSpan },
  where: string,
  notes: Notes,
): void {
  const held = tracks.flatMap(({ items }) => items.filter(({ kind }) => kind !== 'gap'))
  const from = Math.min(...held.map((item) => item.from))
  const to = Math.max(...held.map((item) => item.to))
  const before = from <= span.from ? from - visible.from : 0
  const after = to >= span.to ? visible.to - to : 0
  if (before > 0) notes.refuse(`a transition that needs ${before} frames before what the stack holds`, where)
  if (after > 0) notes.refuse(`a transition that needs ${after} frames after what the stack holds`, where)
}
