import { performance } from 'node:perf_hooks'

/** A loop that did not turn for this long was frozen or asleep. */
const stallMs = 1500

/**
 * Watches whether this process stood still. The monotonic clock stops on some systems while the machine
 * sleeps and the wall clock may be set, so both are compared and the longer one counts.
 */
export function watchStall(): { check(): number } {
  let monotonicMs = performance.now()
  let wallMs = Date.now()
  return {
    /** Milliseconds since the last check if they were too many, else 0. */
    check: () => {
      const elapsedMs = Math.max(performance.now() - monotonicMs, Date.now() - wallMs)
      monotonicMs = performance.now()
      wallMs = Date.now()
      return elapsedMs > stallMs ? elapsedMs : 0
    },
  }
}
