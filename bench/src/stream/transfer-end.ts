/** How bytes travel in the bench. */
export const ways = ['tcp', 'libp2p', 'lane'] as const
export type Way = (typeof ways)[number]

/** From the memory of one process to that of the other, or from a file, verified, to a file. */
export type Route = 'memory' | 'disk'

/** What an end is made with. */
export interface EndInit {
  /** A folder of its own. */
  readonly dir: string
  readonly sizeBytes: number
}

export interface ServingInit extends EndInit {
  /** What is sent when it comes from a file. */
  readonly file: string
}

export interface AskingInit extends EndInit {
  /** What the serving end said. */
  readonly address: string
}

/** The end that sends what it is asked for. */
export interface ServingEnd {
  readonly address: string
  stop(): Promise<void>
}

/** The end that asks. */
export interface AskingEnd {
  /** Receives all of it and drops it. */
  memory(): Promise<void>
  /** Receives all of it into a file, and resolves when every byte has been verified and written. */
  disk(path: string): Promise<void>
  stop(): Promise<void>
}

/** One piece of what is sent from memory. */
export const pieceBytes = 1 << 20
