import { createLogUpdate } from 'log-update'

/** Lines at the bottom of a terminal that are drawn again and again; what is persisted scrolls up above them. */
export interface LiveDisplay {
  draw(lines: readonly string[]): void
  persist(line: string): void
  /** Leaves the last lines where they are, or takes them away, and gives the cursor back. */
  end(last: 'keep' | 'clear'): void
}

/** The real one. */
export function createLiveDisplay(stream: NodeJS.WriteStream): LiveDisplay {
  const update = createLogUpdate(stream)
  return {
    draw: (lines) => {
      update(lines.join('\n'))
    },
    persist: (line) => {
      update.persist(line)
    },
    end: (last) => {
      if (last === 'clear') update.clear()
      update.done()
    },
  }
}
