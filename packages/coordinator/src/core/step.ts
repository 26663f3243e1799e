import type { FactIntent } from '@sheaf/protocol'
import { elect } from '../election/elect.js'
import { plan } from '../plan/plan.js'
import { snapshotOf } from '../plan/snapshot.js'
import { carryOut } from './carry-out.js'
import type { Command } from './command.js'
import type { CoreState } from './core-state.js'
import type { Decision, DecisionBody } from './decision.js'
import type { Input } from './input.js'
import { loseSilent, takeIn } from './take-in.js'

/** What one input led to. Facts are on disk, in order, before the commands are carried out. */
export interface StepResult {
  readonly state: CoreState
  readonly facts: readonly FactIntent[]
  readonly commands: readonly Command[]
  readonly decisions: readonly Decision[]
}

/** Takes one input and decides. Pure: the same state and input give the same result. */
export function step(before: CoreState, input: Input): StepResult {
  const taken = takeIn(before, input)
  const heard = loseSilent(taken.state)
  const elected = elect(heard.state)
  const led = lead(elected.state)
  const decisions: readonly DecisionBody[] = [
    ...(taken.decisions ?? []),
    ...(heard.decisions ?? []),
    ...elected.decisions,
    ...led.decisions,
  ]
  const { atMs } = led.state
  return {
    state: led.state,
    facts: [...(taken.facts ?? []), ...led.facts],
    commands: [...(taken.commands ?? []), ...elected.commands, ...led.commands],
    decisions: decisions.map((body) => ({ atMs, ...body })),
  }
}

/** A coordinator that has listened plans; anybody else leaves everything as it is. */
function lead(state: CoreState): {
  readonly state: CoreState
  readonly facts: readonly FactIntent[]
  readonly commands: readonly Command[]
  readonly decisions: readonly DecisionBody[]
} {
  if (state.election.kind !== 'leading') return { state, facts: [], commands: [], decisions: [] }
  const done = carryOut(state, state.election.term, plan(snapshotOf(state)))
  return { ...done, state: { ...state, leasing: done.leasing } }
}
