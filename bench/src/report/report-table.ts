import { isMet, rounded, type BenchReport } from './bench-report.js'

/** The report for people: a line per figure, then what to know about them. */
export function reportTable(report: BenchReport): string {
  const rows = report.figures.map((figure) => [
    figure.name,
    `${rounded(figure.value)} ${figure.unit}`,
    `${figure.op} ${figure.goal}`,
    isMet(figure) ? 'met' : 'not met',
  ])
  const table = aligned([['figure', 'measured', 'goal', ''], ...rows])
  const { runs, seed, machine, notes } = report
  const about = [`runs ${runs}, seed ${seed}`, machine, ...notes].map((line) => `  ${line}`)
  return [report.name, ...table.map((line) => `  ${line}`), '', ...about].join('\n')
}

/** Columns of equal width. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)))
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
