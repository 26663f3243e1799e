/**
 * Set-up cannot go on, for a reason that a person can do something about.
 * `message` says what and where, `hint` what to do, `output` is what the failed command printed.
 */
export class SetupError extends Error {
  /** @param {{ message: string, hint?: string | undefined, output?: string | undefined, cause?: unknown }} init */
  constructor({ message, hint, output, cause }) {
    super(message, { cause })
    this.name = 'SetupError'
    this.hint = hint
    this.output = output
  }
}
