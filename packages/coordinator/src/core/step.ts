import type { FactIntent } from '@sheaf/protocol'
import type { Command } from './command.js'
import type { CoreState } from './core-state.js'
import type { Decision } from './decision.js'
import type { Input } from './input.js'

/** What one input led to. Facts are on disk, in order, before the commands are carried out. */
export interface StepResult {
  readonly state: CoreState
  readonly facts: readonly FactIntent[]
  readonly commands: readonly Command[]
  readonly decisions: readonly Decision[]
}

/** Takes one input and decides. Pure: the same state and input give the same result. */
export function step(state: CoreState, input: Input): StepResult {
  return { state: { ...state, atMs: input.atMs }, facts: [], commands: [], decisions: [] }
}
