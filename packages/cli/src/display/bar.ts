import { assertNever, type JobView, type SegmentRunView } from '@sheaf/protocol'
import type { Style } from '../output/style.js'
import type { AgentMark } from './agent-marks.js'

/** What one cell of the bar stands for. */
export type BarCell =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'held'; readonly peer: string; readonly landed: boolean }

/**
 * Cuts a job's segments into `width` cells. A cell shows what most of its segments are; between
 * equals the earlier run wins, and a failed segment is never hidden.
 */
export function barCells(job: Pick<JobView, 'runs' | 'segments'>, width: number): BarCell[] {
  const cells: BarCell[] = []
  let first = 0
  for (let i = 0; i < width; i++) {
    const from = (i * job.segments) / width
    const to = ((i + 1) * job.segments) / width
    while ((job.runs[first]?.to ?? Number.POSITIVE_INFINITY) <= from) first++
    cells.push(cellOf(job.runs, first, { from, to }))
  }
  return cells
}

/** The bar as text: an agent's pattern where it has landed, the same but dim where it still renders. */
export function renderBar(cells: readonly BarCell[], marks: ReadonlyMap<string, AgentMark>, style: Style): string {
  let bar = ''
  for (let from = 0; from < cells.length;) {
    const cell = cells[from]
    if (cell === undefined) break
    let to = from + 1
    while (to < cells.length && isSame(cell, cells[to])) to++
    // A stretch is painted at once: a tenth of the bytes of a bar painted cell by cell.
    bar += renderStretch(cell, to - from, { marks, style })
    from = to
  }
  return bar
}

function isSame(a: BarCell, b: BarCell | undefined): boolean {
  if (a.kind !== 'held' || b?.kind !== 'held') return a.kind === b?.kind
  return a.peer === b.peer && a.landed === b.landed
}

function cellOf(
  runs: readonly SegmentRunView[],
  first: number,
  { from, to }: { readonly from: number; readonly to: number },
): BarCell {
  let best: BarCell = { kind: 'waiting' }
  let bestOverlap = 0
  for (let i = first; i < runs.length; i++) {
    const run = runs[i]
    if (run === undefined || run.from >= to) break
    const cell = cellOfRun(run)
    if (cell.kind === 'failed') return cell
    const overlap = Math.min(run.to, to) - Math.max(run.from, from)
    if (overlap > bestOverlap) {
      best = cell
      bestOverlap = overlap
    }
  }
  return best
}

function cellOfRun(run: SegmentRunView): BarCell {
  switch (run.status) {
    case 'failed':
      return { kind: 'failed' }
    case 'waiting':
    case 'soft-failed':
      return { kind: 'waiting' }
    case 'leased':
    case 'rendering':
    case 'landed':
      return { kind: 'held', peer: run.holder ?? '', landed: run.status === 'landed' }
    default:
      return assertNever(run.status)
  }
}

interface Look {
  readonly marks: ReadonlyMap<string, AgentMark>
  readonly style: Style
}

function renderStretch(cell: BarCell, length: number, { marks, style }: Look): string {
  switch (cell.kind) {
    case 'waiting':
      return style.dim('·'.repeat(length))
    case 'failed':
      return style.red('✗'.repeat(length))
    case 'held': {
      const mark = marks.get(cell.peer)
      const text = style.agent(mark?.colour ?? 0, (mark?.pattern ?? '█').repeat(length))
      return cell.landed ? text : style.dim(text)
    }
    default:
      return assertNever(cell)
  }
}
