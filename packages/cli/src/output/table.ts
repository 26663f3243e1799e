import { padText, textWidth, truncate, truncateStart } from './text.js'

/** A column: its heading, where its text stands, and how it is cut when the table is too wide. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Which end is cut; absent: the column stays as wide as it is. */
  readonly shrinks?: 'end' | 'start'
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
    cells
      .map((cell, i) => {
        const columnWidth = fitted[i] ?? 0
        const cut = columns[i]?.shrinks === 'start' ? truncateStart : truncate
        return padText(cut(cell, columnWidth), columnWidth, columns[i]?.align === 'right' ? 'left' : 'right')
      })
      .join(' '.repeat(gap))
      .trimEnd()
  return [line(columns.map((column) => column.title)), ...rows.map(line)]
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
