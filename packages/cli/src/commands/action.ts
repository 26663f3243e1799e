import type { Environment } from '../environment.js'
import type { ExitCode } from '../exit-codes.js'
import type { CommonOptions } from './define-command.js'
import { openSession, type Session } from './session.js'

/** Where a command leaves its exit code. */
export interface Outcome {
  exitCode: ExitCode
}

/** What every command file is given. */
export interface CommandHost {
  readonly env: Environment
  readonly outcome: Outcome
}

/** Makes commander's handler of a command without arguments. */
export function action<O extends CommonOptions>(
  { env, outcome }: CommandHost,
  run: (session: Session, options: O) => Promise<ExitCode>,
): (options: O) => Promise<void> {
  return async (options) => {
    outcome.exitCode = await run(openSession(env, options), options)
  }
}

/** Makes commander's handler of a command with one argument, which may be absent where the command says so. */
export function actionWith<A extends string | undefined, O extends CommonOptions>(
  { env, outcome }: CommandHost,
  run: (session: Session, argument: A, options: O) => Promise<ExitCode>,
): (argument: A, options: O) => Promise<void> {
  return async (argument, options) => {
    outcome.exitCode = await run(openSession(env, options), argument, options)
  }
}
