import type { ProbeFrame, ProbeStream } from './probe-report.js'
import { type Turn, turnOfDegrees, turnOfMatrix } from './turn.js'

/** How a file wants its pictures turned, or why they cannot be. */
export type TurnReading =
  | { readonly kind: 'upright' }
  | { readonly kind: 'turned'; readonly turn: Turn }
  | { readonly kind: 'refused'; readonly problem: string }

/** Reads the display matrix of a stream or of its first picture, or without one the older tag of degrees. */
export function readTurn(stream: ProbeStream, [first]: readonly ProbeFrame[] = []): TurnReading {
  const sideData = [...(stream.side_data_list ?? []), ...(first?.side_data_list ?? [])]
  const matrix = sideData.find((data) => data.displaymatrix !== undefined)
  const tag = tagOf(stream)
  const turn = matrix?.displaymatrix === undefined ? turnOfDegrees(tag) : turnOfMatrix(matrix.displaymatrix)
  if (turn === undefined) {
    return { kind: 'refused', problem: `pictures turned by ${matrix?.rotation ?? tag} degrees (quarters are possible)` }
  }
  return turn === 'none' ? { kind: 'upright' } : { kind: 'turned', turn }
}

function tagOf({ tags = {} }: ProbeStream): number {
  const value = Object.entries(tags).find(([key]) => key.toLowerCase() === 'rotate')?.[1]
  return value === undefined ? 0 : Number(value)
}
