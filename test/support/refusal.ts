import { isSheafError, type SheafError, type SheafErrorCode } from '@sheaf/protocol'
import { expect } from 'vitest'

/** What a refusal must be like. */
export interface ExpectedRefusal {
  readonly code: SheafErrorCode
  /** Each must be found in the message: the thing, and its place. */
  readonly says: readonly (string | RegExp)[]
  /** What the hint must contain. */
  readonly hint: RegExp
}

/** Awaits the refusal and checks that it says what, where, and what to do. */
export async function expectRefusal(asked: Promise<unknown>, expected: ExpectedRefusal): Promise<SheafError> {
  const outcome: unknown = await asked.then(
    (answer) => new Error(`nothing was refused: ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  )
  if (!isSheafError(outcome)) throw outcome
  expect({ code: outcome.code, message: outcome.message }).toMatchObject({ code: expected.code })
  for (const part of expected.says) expect(outcome.message).toMatch(part)
  expect(outcome.hint ?? 'no hint').toMatch(expected.hint)
  return outcome
}
