import { compareStamps, type PeerId, type TrustFact } from '@sheaf/protocol'

export type RevocationFact = Extract<TrustFact, { kind: 'member-revoked' }>

/** Seniority of an author: the lower outranks; whoever is no admin ranks behind all admins. */
export type SeniorityOf = (peer: PeerId) => number

/** A revocation among others: those whom it would cut off, and those that would cut it off. */
interface Weighed {
  readonly fact: RevocationFact
  readonly cuts: Weighed[]
  readonly cutBy: Weighed[]
  standing: 'open' | 'counts' | 'void'
}

/**
 * Which of these revocations count, told from the set alone: one is void when another that counts cuts its author's
 * log below it. Where admins cut off each other, round in a circle, the most senior of the circle is believed, the
 * same everywhere: by seniority, then peer id, then the farm's total order; never by who was first, which whoever
 * back-dates could choose. A circle of juniors moves no senior outside it.
 */
export function weighRevocations(
  facts: readonly RevocationFact[],
  seniorityOf: SeniorityOf,
): readonly RevocationFact[] {
  const all = facts
    .map((fact): Weighed => ({ fact, cuts: [], cutBy: [], standing: 'open' }))
    .sort((a, b) => compareSeniority(a.fact, b.fact, seniorityOf))
  connect(all)
  for (const one of all) if (isFree(one)) believe(one)
  for (let circle = sourceCircle(all); circle !== undefined; circle = sourceCircle(all)) {
    const senior = all.find((one) => circle.has(one))
    if (senior === undefined) throw new Error('a circle without members')
    believe(senior)
  }
  return all.filter(({ standing }) => standing === 'counts').map(({ fact }) => fact)
}

function connect(all: readonly Weighed[]): void {
  const byAuthor = new Map<PeerId, Weighed[]>()
  for (const one of all) byAuthor.set(one.fact.stamp.author, [...(byAuthor.get(one.fact.stamp.author) ?? []), one])
  for (const one of all) {
    const { peer, heads } = one.fact.payload
    for (const other of byAuthor.get(peer) ?? []) {
      const named = heads.filter(({ logId }) => logId === other.fact.logId).map(({ seq }) => seq)
      // A member's last word about itself does not cut itself off.
      if (one === other || other.fact.seq <= (named.length === 0 ? 0 : Math.min(...named))) continue
      one.cuts.push(other)
      other.cutBy.push(one)
    }
  }
}

/** Nothing that may still count cuts it off. */
function isFree(one: Weighed): boolean {
  return one.standing === 'open' && one.cutBy.every(({ standing }) => standing === 'void')
}

/** It counts: what it cuts off is void, what would have cut it off is outranked, and whom those held back stands. */
function believe(believed: Weighed): void {
  const waiting = [believed]
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (one.standing !== 'open') continue
    one.standing = 'counts'
    for (const gone of [...one.cuts, ...one.cutBy]) {
      if (gone.standing !== 'open') continue
      gone.standing = 'void'
      waiting.push(...gone.cuts.filter(isFree))
    }
  }
}

/** Open ones that cut each other off round in a circle and that nothing open outside of it cuts off. */
function sourceCircle(all: readonly Weighed[]): ReadonlySet<Weighed> | undefined {
  const open = all.filter(({ standing }) => standing === 'open')
  // What a walk from cutter to cut begins with last, having reached everything else before, nothing outside reaches.
  const reached = new Set<Weighed>()
  let last: Weighed | undefined
  for (const one of open) {
    if (reached.has(one)) continue
    last = one
    reach(one, ({ cuts }) => cuts, reached)
  }
  return last === undefined ? undefined : reach(last, ({ cutBy }) => cutBy, new Set())
}

function reach(from: Weighed, next: (one: Weighed) => readonly Weighed[], reached: Set<Weighed>): Set<Weighed> {
  const waiting = [from]
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (reached.has(one) || one.standing !== 'open') continue
    reached.add(one)
    waiting.push(...next(one))
  }
  return reached
}

function compareSeniority(a: RevocationFact, b: RevocationFact, seniorityOf: SeniorityOf): number {
  const [one, other] = [seniorityOf(a.stamp.author), seniorityOf(b.stamp.author)]
  if (one !== other) return one < other ? -1 : 1
  if (a.stamp.author !== b.stamp.author) return a.stamp.author < b.stamp.author ? -1 : 1
  return compareStamps(a.stamp, b.stamp)
}
