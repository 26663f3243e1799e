import { assertNever } from '@sheaf/protocol'
import { padText, textWidth, truncate, truncateMiddle, truncateStart, wrapText } from './text.js'

/** A column: its heading, where its text stands, and how it is cut when the table is too wide. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Where it is cut, or that its text goes on below; absent: the column stays as wide as it is. */
  readonly shrinks?: 'end' | 'start' | 'middle' | 'wrap'
}

const gap = 2
const narrowest = 6

/**
 * Lines of a table with its headings, no line longer than `width` as long as cutting the columns
 * that may shrink is enough. Cells are plain text.
 */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const widths = columns.map((column, i) =>
    Math.max(textWidth(column.title), ...rows.map((row) => textWidth(row[i] ?? ''))),
  )
  const fitted = shrink(columns, widths, width)
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => padText(cells[i] ?? '', fitted[i] ?? 0, align === 'right' ? 'left' : 'right'))
      .join(' '.repeat(gap))
      .trimEnd()
  const lines = (row: readonly string[]): string[] => {
    const cells = row.map((cell, i) => cellLines(cell, columns[i]?.shrinks, fitted[i] ?? 0))
    const count = Math.max(1, ...cells.map(({ length }) => length))
    return Array.from({ length: count }, (_, at) => line(cells.map((cell) => cell[at] ?? '')))
  }
  return [columns.map((column) => column.title), ...rows].flatMap(lines)
}

function cellLines(text: string, shrinks: Column['shrinks'], width: number): readonly string[] {
  switch (shrinks) {
    case 'wrap':
      return wrapText(text, width)
    case 'start':
      return [truncateStart(text, width)]
    case 'middle':
      return [truncateMiddle(text, width)]
    case 'end':
    case undefined:
      return [truncate(text, width)]
    default:
      return assertNever(shrinks)
  }
}

function shrink(columns: readonly Column[], widths: readonly number[], width: number): number[] {
  const fitted = [...widths]
  let excess = widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1) - width
  while (excess > 0) {
    const candidates = fitted.map((one, i) => (columns[i]?.shrinks !== undefined && one > narrowest ? one : 0))
    const widest = Math.max(...candidates)
    if (widest === 0) break
    fitted[candidates.indexOf(widest)] = widest - 1
    excess--
  }
  return fitted
}
