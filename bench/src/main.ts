import { setMaxListeners } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFfmpeg } from '@sheaf/agent/measuring'
import { isSheafError } from '@sheaf/protocol'
import type { Bench } from './bench.js'
import { benches } from './command/benches.js'
import { parseArguments, type BenchCommand } from './command/parse-arguments.js'
import { reportLine, type BenchReport } from './report/bench-report.js'
import { describeMachine } from './report/machine.js'
import { aligned, reportTable } from './report/report-table.js'

const root = join(fileURLToPath(new URL('../..', import.meta.url)), '.sheaf', 'bench')
const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const

const help = `npm run bench -- NAME [--json] [--quick] [--runs N] [--seed N]
npm run bench -- --list

  --json    the last line is one JSON object: name, figures, runs, seed, machine, notes
  --quick   a small run that shows that the bench works; its figures mean nothing
  --runs N  how many runs the medians are taken of
  --seed N  what is drawn by lot follows from it (default 1)

A bench exits with 0 when it measured, whatever the figures. Leave the machine alone meanwhile.`

/** Measures, reports, and leaves nothing behind but the media, which the next run needs too. */
async function runBench(bench: Bench, command: Extract<BenchCommand, { kind: 'run' }>, signal: AbortSignal) {
  await mkdir(root, { recursive: true })
  const dir = await mkdtemp(join(root, 'run-'))
  try {
    const tools = await findFfmpeg({ signal })
    const runs = command.runs ?? (command.quick ? bench.runs.quick : bench.runs.full)
    const { quick, seed } = command
    const say = (line: string): void => console.error(`${bench.name}: ${line}`)
    const result = await bench.run({ dir, mediaDir: join(root, 'media'), tools, seed, runs, quick, say, signal })
    const notes = quick
      ? ['a quick run: it shows that the bench works, its figures mean nothing', ...result.notes]
      : result.notes
    return { name: bench.name, figures: result.figures, runs, seed, machine: describeMachine(tools), notes }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const names = benches.map(({ name }) => name)
  const command = parseArguments(args, names)
  switch (command.kind) {
    case 'help':
      console.log(help)
      return exitCodes.ok
    case 'list':
      console.log(aligned(benches.map(({ name, summary }) => [name, summary])).join('\n'))
      return exitCodes.ok
    case 'wrong':
      console.error(`${command.message}\n\n${help}`)
      return exitCodes.usage
    case 'run': {
      const bench = benches.find(({ name }) => name === command.name)
      if (bench === undefined) throw new Error(`${command.name} was checked`)
      const report: BenchReport = await runBench(bench, command, signal)
      console.log(command.json ? reportLine(report) : reportTable(report))
      return exitCodes.ok
    }
  }
}

const interruption = new AbortController()
setMaxListeners(0, interruption.signal)
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => interruption.abort(new Error(`stopped by ${name}`)))
}
try {
  process.exitCode = await main(process.argv.slice(2), interruption.signal)
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  console.error(isSheafError(error) && error.hint !== undefined ? `${message}\n${error.hint}` : message)
  if (!isSheafError(error) && !interruption.signal.aborted) console.error(error)
  process.exitCode = interruption.signal.aborted ? exitCodes.interrupted : exitCodes.failed
}
