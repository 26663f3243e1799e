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
  const update = createLogUpdate(withSize(stream))
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

/** Some terminals (`script`, containers) say that they have 0 rows: nothing at all would be drawn on them. */
function withSize(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return Object.create(stream, {
    columns: { get: () => stream.columns || 80 },
    rows: { get: () => stream.rows || 24 },
  }) as NodeJS.WriteStream
}
