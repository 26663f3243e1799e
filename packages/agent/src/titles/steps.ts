import { setImmediate as nextTurn } from 'node:timers/promises'

/** Work that stops between its steps, so that others may have the thread. */
export type Steps<T> = Generator<undefined, T>

/** How long a stretch of work may hold the thread: heartbeats, each second, hardly notice it. */
const LONGEST_TURN_MS = 25

/** Does the work in stretches of {@link LONGEST_TURN_MS} and a step; what waits for the thread has it between them. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  let began = performance.now()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (performance.now() - began < LONGEST_TURN_MS) continue
    await nextTurn()
    began = performance.now()
  }
}

/** Does the work without a stop. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
