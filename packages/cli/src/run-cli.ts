import { CommanderError } from 'commander'
import { SheafError } from '@sheaf/protocol'
import type { Outcome } from './commands/action.js'
import type { Environment } from './environment.js'
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.js'
import { printError } from './output/print-error.js'
import { styleFor } from './output/style.js'
import { buildProgram } from './program.js'

/**
 * Runs one command line (without `node` and the script) and returns its exit code. Never throws:
 * whatever goes wrong has been printed when this returns.
 */
export async function runCli(argv: readonly string[], env: Environment): Promise<ExitCode> {
  const outcome: Outcome = { exitCode: exitCodes.ok }
  const program = buildProgram({ env, outcome })
  try {
    if (argv.length === 0) {
      program.outputHelp()
      return exitCodes.usage
    }
    await program.parseAsync([...argv], { from: 'user' })
    return outcome.exitCode
  } catch (error) {
    return tell(error, argv, env)
  }
}

function tell(error: unknown, argv: readonly string[], env: Environment): ExitCode {
  const options = {
    stderr: env.stderr,
    style: styleFor(env.stderr, env.env, !argv.includes('--no-color')),
    json: argv.includes('--json'),
    debug: env.env['SHEAF_DEBUG'] === '1',
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok
    printError(usageError(error, argv), options)
    return exitCodes.usage
  }
  if (env.interrupted.aborted) return exitCodes.interrupted
  printError(error, options)
  return exitCodeOf(error)
}

/** Commander's message without its prefix; its suggestion becomes the hint. */
function usageError(error: CommanderError, argv: readonly string[]): SheafError {
  const [message = '', ...suggestion] = error.message.replace(/^error: /, '').split('\n')
  const verb = argv.find((word) => /^[a-z]+$/.test(word))
  const help = error.code === 'commander.unknownCommand' || verb === undefined ? 'sheaf --help' : `sheaf ${verb} --help`
  const hint = suggestion.join(' ').replace(/^\((.*)\)$/, '$1')
  return new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message,
    hint: hint === '' ? `see: ${help}` : hint,
    cause: error,
  })
}
