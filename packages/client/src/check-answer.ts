import { SheafError } from '@sheaf/protocol'
import type { Static, TSchema } from 'typebox'
import { Check, Errors } from 'typebox/value'

/**
 * Narrows an answer to its schema. Fields that the schema does not know are let through, so that a
 * newer agent can be asked. Throws SHEAF_WIRE_MALFORMED, which names the first field that is wrong.
 */
export function checkAnswer<S extends TSchema>(schema: S, value: unknown, asked: string): Static<S> {
  if (Check(schema, value)) return value
  const [first] = Errors(schema, value)
  const where = first?.instancePath === undefined || first.instancePath === '' ? 'the whole answer' : first.instancePath
  throw new SheafError({
    code: 'SHEAF_WIRE_MALFORMED',
    message: `the agent's answer to ${asked} has an unexpected shape: ${where} ${first?.message ?? 'does not fit'}`,
    hint: 'Agent and command may be of different versions: restart the agent with sheaf down, sheaf up.',
  })
}
