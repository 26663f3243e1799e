import type { FactPayloads, SignedPlace } from '@sheaf/protocol'

/**
 * Sequence from which on nothing of a log counts, as two signed places of it prove: two facts for one place, or one
 * that does not follow the fact before it. Branches may part earlier still, which another proof then tells.
 * `undefined` when they prove nothing. Signatures are not judged here.
 */
export function forkOf({ places }: Pick<FactPayloads['log-forked'], 'places'>): number | undefined {
  const [a, b] = [...places].sort((one, other) => one.seq - other.seq) as [SignedPlace, SignedPlace]
  if (a.seq === b.seq) return a.hash === b.hash ? undefined : a.seq
  return b.seq === a.seq + 1 && b.prev !== a.hash ? a.seq : undefined
}
