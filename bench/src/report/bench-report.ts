/** One measured value and what it should be. */
export interface Figure {
  readonly name: string
  readonly value: number
  /** `ratio`, `s`, `segments/s` … */
  readonly unit: string
  readonly op: '<=' | '>='
  readonly goal: number
}

/** What every bench of the project prints as its last line with `--json`. */
export interface BenchReport {
  readonly name: string
  readonly figures: readonly Figure[]
  /** How many runs each figure is the median of. */
  readonly runs: number
  /** Of everything that was drawn by lot. */
  readonly seed: number
  /** Processor, memory, system and tools, in words. */
  readonly machine: string
  /** What a reader must know to judge the figures: single runs, what was measured how, what did not hold. */
  readonly notes: readonly string[]
}

/** Whether a figure is as good as its goal. */
export function isMet({ value, op, goal }: Figure): boolean {
  return op === '<=' ? value <= goal : value >= goal
}

/** The report as one line of JSON, fields in the schema's order; throws a RangeError for what no reader could use. */
export function reportLine(report: BenchReport): string {
  const { name, runs, seed, machine, notes } = report
  for (const figure of report.figures) {
    const { value, goal } = figure
    if (!Number.isFinite(value) || !Number.isFinite(goal)) throw new RangeError(`${name}: ${figure.name} is no number`)
  }
  if (report.figures.length === 0) throw new RangeError(`${name} has no figures`)
  const figures = report.figures.map((figure) => ({
    name: figure.name,
    value: rounded(figure.value),
    unit: figure.unit,
    op: figure.op,
    goal: figure.goal,
  }))
  return JSON.stringify({ name, figures, runs, seed, machine, notes })
}

/** To five digits: more would only be noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(5))
}
