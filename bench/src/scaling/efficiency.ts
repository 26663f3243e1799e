import { SheafError, type FarmView } from '@sheaf/protocol'

/** How far something had come at a moment. */
export interface ProgressPoint {
  readonly atMs: number
  readonly frames: number
}

/**
 * Frames a second of several renders while *all* of them were under way: from when the last one had begun until the
 * first one ended. What each does before and after that, alone on the machine, does not count.
 * Throws a RangeError when they hardly ran at the same time.
 */
export function speedsTogether(renders: readonly (readonly ProgressPoint[])[]): readonly number[] {
  const begunMs = renders.map((points) => points.find(({ frames }) => frames > 0)?.atMs ?? Number.POSITIVE_INFINITY)
  const endedMs = renders.map((points) => points.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY)
  const fromMs = Math.max(...begunMs)
  const toMs = Math.min(...endedMs)
  if (!(toMs - fromMs >= leastOverlapMs)) throw new RangeError('the renders did not run at the same time')
  return renders.map((points) => ((framesAt(points, toMs) - framesAt(points, fromMs)) * 1000) / (toMs - fromMs))
}

const leastOverlapMs = 1_000

/** Between two points the frames grow evenly. */
function framesAt(points: readonly ProgressPoint[], atMs: number): number {
  let before = points[0]
  if (before === undefined) return 0
  for (const point of points) {
    if (point.atMs > atMs) {
      const part = (atMs - before.atMs) / (point.atMs - before.atMs)
      return before.frames + Math.max(0, part) * (point.frames - before.frames)
    }
    before = point
  }
  return before.frames
}

/** The time that the work takes when all agents render all the time, each at its speed, and nothing else is to be done. */
export function idealMs(frames: number, speeds: readonly number[]): number {
  return (frames * 1000) / speeds.reduce((sum, speed) => sum + speed, 0)
}

/** Adds up how long each agent was seen with nothing to render, between the first and the last view of a job. */
export class IdleWatch {
  readonly #idleMs = new Map<string, number>()
  #beforeMs: number | undefined
  #idle: readonly string[] = []

  see(view: Pick<FarmView, 'peers'>, atMs: number): void {
    const sinceMs = atMs - (this.#beforeMs ?? atMs)
    for (const peer of this.#idle) this.#idleMs.set(peer, this.idleMs(peer) + sinceMs)
    this.#beforeMs = atMs
    this.#idle = view.peers.filter(({ running }) => running === 0).map(({ peer }) => peer)
  }

  idleMs(peer: string): number {
    return this.#idleMs.get(peer) ?? 0
  }
}

/** Refuses a split that the figure is not defined for. */
export function requireSegments(segments: number, least: number): void {
  if (segments >= least) return
  throw new SheafError({
    code: 'SHEAF_INTERNAL',
    message: `The edit was cut into ${segments} segments; this bench needs ${least}.`,
  })
}
