import { describe, expect, it } from 'vitest'
import { isMet, reportLine, type BenchReport } from './bench-report.js'
import { reportTable } from './report-table.js'

const report: BenchReport = {
  name: 'overhead',
  figures: [
    { name: 'plain', value: 1.0512345, unit: 'ratio', op: '<=', goal: 1.08 },
    { name: 'verified', value: 1.2, unit: 'ratio', op: '<=', goal: 1.18 },
  ],
  runs: 3,
  seed: 1,
  machine: '2 × Some Processor',
  notes: ['a note'],
}

describe('reportLine', () => {
  it('is one line with the fields that all benches share, in order', () => {
    const line = reportLine(report)
    expect(line).not.toContain('\n')
    const read = JSON.parse(line) as BenchReport
    expect(Object.keys(read)).toEqual(['name', 'figures', 'runs', 'seed', 'machine', 'notes'])
    expect(Object.keys(read.figures[0] ?? {})).toEqual(['name', 'value', 'unit', 'op', 'goal'])
    expect(read.figures.map(({ value }) => value)).toEqual([1.0512, 1.2])
  })

  it('refuses what JSON would turn into null, and a report of nothing', () => {
    const [figure] = report.figures
    if (figure === undefined) throw new Error('the report has a figure')
    expect(() => reportLine({ ...report, figures: [{ ...figure, value: Number.NaN }] })).toThrow('plain is no number')
    expect(() => reportLine({ ...report, figures: [] })).toThrow('no figures')
  })
})

describe('isMet', () => {
  it('counts the goal itself as met, in both directions', () => {
    const at = (op: '<=' | '>=', value: number) => isMet({ name: '', unit: '', goal: 2, op, value })
    expect([at('<=', 1), at('<=', 2), at('<=', 3)]).toEqual([true, true, false])
    expect([at('>=', 1), at('>=', 2), at('>=', 3)]).toEqual([false, true, true])
  })
})

describe('reportTable', () => {
  it('says of each figure whether its goal is met', () => {
    expect(reportTable(report)).toBe(
      [
        'overhead',
        '  figure    measured      goal',
        '  plain     1.0512 ratio  <= 1.08  met',
        '  verified  1.2 ratio     <= 1.18  not met',
        '',
        '  runs 3, seed 1',
        '  2 × Some Processor',
        '  a note',
      ].join('\n'),
    )
  })
})
