/**
 * Says on stderr what set-up is doing: one line a step, with seconds. Stdout stays the target's
 * own, so that `--json` can be read by a program.
 * @typedef {{ isTTY?: boolean | undefined, write: (text: string) => unknown }} ReportStream
 */
export class Report {
  #startedMs
  #steps = 0

  /** @param {{ stream: ReportStream, verbose: boolean, nowMs: () => number }} init */
  constructor({ stream, verbose, nowMs }) {
    this.stream = stream
    this.verbose = verbose
    this.nowMs = nowMs
    this.#startedMs = nowMs()
  }

  /**
   * Runs one step of work and prints its line when it is done. At a terminal the line stands
   * there while the work is going on.
   * @template T
   * @param {string} label what is being done
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async step(label, work) {
    const startedMs = this.nowMs()
    const live = this.stream.isTTY === true && !this.verbose
    this.#steps += 1
    if (live) this.stream.write(`  … ${label}`)
    if (this.verbose) this.stream.write(`  … ${label}\n`)
    try {
      const result = await work()
      this.stream.write(`${live ? '\r\u001b[K' : ''}  ✓ ${label}  ${seconds(this.nowMs() - startedMs)}\n`)
      return result
    } catch (error) {
      this.stream.write(`${live ? '\r\u001b[K' : ''}  ✗ ${label}  ${seconds(this.nowMs() - startedMs)}\n`)
      throw error
    }
  }

  /**
   * The closing line: what there is now, and how long it took to get there.
   * @param {string} summary such as "Node 24.21.0, ffmpeg 5.1.9"
   */
  finish(summary) {
    const took = seconds(this.nowMs() - this.#startedMs)
    const line = this.#steps === 0 ? `set up already: ${summary} (${took})` : `set up in ${took}: ${summary}`
    this.stream.write(`${line}\n`)
  }
}

/** @param {number} durationMs */
function seconds(durationMs) {
  return `${(durationMs / 1000).toFixed(1)} s`
}
