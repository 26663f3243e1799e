import { parseArgs } from 'node:util'

/** What a person asked for. */
export type BenchCommand =
  | { readonly kind: 'list' }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }
  | {
      readonly kind: 'run'
      readonly name: string
      readonly json: boolean
      readonly quick: boolean
      readonly seed: number
      /** The bench's own number when absent. */
      readonly runs: number | undefined
    }

const options = {
  json: { type: 'boolean' },
  list: { type: 'boolean' },
  quick: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  seed: { type: 'string' },
  runs: { type: 'string' },
} as const

/** Reads the arguments; `names` are the benches there are. Never throws: what is wrong with them is said. */
export function parseArguments(args: readonly string[], names: readonly string[]): BenchCommand {
  let parsed
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error))
  }
  const { values, positionals } = parsed
  if (values.help === true) return { kind: 'help' }
  if (values.list === true) return { kind: 'list' }
  const [name, ...more] = positionals
  if (name === undefined) return wrong(`Which bench? One of: ${names.join(', ')}`)
  if (more.length > 0) return wrong(`One bench at a time, not also ${more.join(', ')}: they would disturb each other.`)
  if (!names.includes(name)) return wrong(`There is no bench "${name}". One of: ${names.join(', ')}`)
  const seed = wholeNumber(values.seed ?? '1', { least: 0, most: 2 ** 32 - 1 })
  if (seed === undefined) return wrong(`--seed ${values.seed ?? ''}: a whole number from 0 to 4294967295 is wanted`)
  const runs = values.runs === undefined ? undefined : wholeNumber(values.runs, { least: 1, most: 100 })
  if (values.runs !== undefined && runs === undefined) return wrong(`--runs ${values.runs}: 1 to 100 are possible`)
  return { kind: 'run', name, json: values.json === true, quick: values.quick === true, seed, runs }
}

function wholeNumber(text: string, { least, most }: { readonly least: number; readonly most: number }) {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

const wrong = (message: string): BenchCommand => ({ kind: 'wrong', message })
