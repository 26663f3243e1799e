import { padText, textWidth, truncate } from './text.js'

/** A column: its heading, where its text stands, and whether it may be cut when the table is too wide. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  readonly shrinks?: boolean
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
        return padText(truncate(cell, columnWidth), columnWidth, columns[i]?.align === 'right' ? 'left' : 'right')
      })
      .join(' '.repeat(gap))
      .trimEnd()
  return [line(columns.map((column) => column.title)), ...rows.map(line)]
}

function shrink(columns: readonly Column[], widths: readonly number[], width: number): number[] {
  const fitted = [...widths]
  let excess = widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1) - width
  while (excess > 0) {
    const candidates = fitted.map((one, i) => (columns[i]?.shrinks === true && one > narrowest ? one : 0))
    const widest = Math.max(...candidates)
    if (widest === 0) break
    fitted[candidates.indexOf(widest)] = widest - 1
    excess--
  }
  return fitted
}
