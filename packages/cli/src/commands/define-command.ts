import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'

/** What every command takes. */
export interface CommonOptions {
  readonly store?: string
  readonly json?: boolean
  readonly color: boolean
}

/** A line to type and what it does, shown by `--help`. */
export interface Example {
  readonly line: string
  readonly does: string
}

/** A command's place in `--help`. */
export interface CommandText {
  readonly usage: string
  readonly summary: string
  readonly description?: string
  readonly examples: readonly Example[]
}

/** Adds a command with the options that all of them have, and its examples below the help. */
export function defineCommand(program: Command, text: CommandText): Command {
  return program
    .command(text.usage)
    .summary(text.summary)
    .description(text.description ?? text.summary)
    .option('--store <dir>', "the agent's folder (default: $SHEAF_STORE or the platform's data folder)")
    .option('--json', 'print JSON')
    .option('--no-color', 'no colours')
    .addHelpText('after', `\nExamples:\n${exampleLines(text.examples).join('\n')}`)
}

/** Examples with what they do in a column of its own. */
export function exampleLines(examples: readonly Example[]): string[] {
  const width = Math.max(...examples.map((one) => one.line.length))
  return examples.map((one) => `  ${one.line.padEnd(width)}   ${one.does}`)
}

/** Parses a whole number within bounds, for an option. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    }
    return value
  }
}
