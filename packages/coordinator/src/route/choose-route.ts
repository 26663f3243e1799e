import type { PeerId } from '@sheaf/protocol'

/** How a film is made: each segment with its preset, or without loss and encoded once, at its home. */
export type RouteKind = 'direct' | 'intermediate'

/** Why a film takes a route. */
export type RouteReason =
  /** Somebody said so. */
  | 'asked'
  /** Its rate can only be kept by one encode of the whole film. */
  | 'preset'
  /** No more agents could share the job the other way. */
  | 'nobody-more'
  /** More could, and the encode of the whole film on one machine would eat up what they bring. */
  | 'encode-outweighs'
  /** More can, and the film is done notably sooner. */
  | 'notably-faster'
  /** It would have been notably faster, and the lossless segments have no room on the home's disk. */
  | 'no-room'

/** Why an agent is left out of a job. */
export type LeftOutReason =
  /** It makes other bytes than the job's. */
  | 'differs'
  /** It has not told yet what it makes. */
  | 'not-told'

/** An agent that could work on the job now, as its heartbeat tells. */
export interface RouteAgent {
  readonly peer: PeerId
  readonly slots: number
  /** For the job's engine; absent until measured. */
  readonly score: number | undefined
  /** By class of jobs: `ffmpeg`, `ffmpeg/libx265`. */
  readonly fingerprints: Readonly<Record<string, string>>
}

/** A fingerprint, and the name under which agents tell theirs. */
export interface ToldAs {
  readonly key: string
  readonly fingerprint: string
}

/** What a route is chosen by. */
export interface RouteQuestion {
  /** The submitter's, which is the home: it encodes the film when that is done once. */
  readonly self: RouteAgent
  readonly others: readonly RouteAgent[]
  /** The job's fingerprint on either route, as the submitter's machine has it. */
  readonly prints: Readonly<Record<RouteKind, ToldAs>>
  /** The key of the fingerprint that all others contain: whoever has another one differs in all classes of encoders. */
  readonly baseKey: string
  /** Work on a frame, in any unit: on either route on the agents, and of the one encode. */
  readonly cost: { readonly direct: number; readonly lossless: number; readonly once: number }
}

/** Who shares a job, and who does not. */
export interface RouteCrew {
  readonly share: readonly PeerId[]
  readonly leftOut: readonly { readonly peer: PeerId; readonly reason: LeftOutReason }[]
}

/** A route with what speaks for it. */
export interface Route extends RouteCrew {
  readonly kind: RouteKind
  readonly reason: RouteReason
  /** Who would share it the other way. */
  readonly instead: RouteCrew
  /** How many times as fast the intermediate is expected to be; below 1 it is slower. */
  readonly speedup: number
}

/** So many times as fast the intermediate must be: less is within the error of the estimate, and it takes disk and network. */
export const NOTABLE_SPEEDUP = 1.25

/** What an agent counts that was never measured: as much as the reference machine. */
const UNMEASURED_SCORE = 100
/** A slot is cut for three logical processors, and an encoder of a whole film uses about four. */
const SLOTS_OF_ENCODER = 4 / 3

/**
 * Chooses how a film is made when nobody said it: directly, unless the intermediate lets more agents take part and is
 * expected to be {@link NOTABLE_SPEEDUP} times as fast. Direct takes `cost.direct ÷ (scores of those who share it)`;
 * the intermediate `cost.lossless ÷ (scores of those who share that)`, and then `cost.once ÷` the part of the home's
 * score that one encoder can use.
 */
export function chooseRoute(question: RouteQuestion): Route {
  const direct = settledRoute(question, 'direct', 'nobody-more')
  if (direct.instead.share.length <= direct.share.length) return direct
  if (direct.speedup < NOTABLE_SPEEDUP) return { ...direct, reason: 'encode-outweighs' }
  return settledRoute(question, 'intermediate', 'notably-faster')
}

/** A route that was settled otherwise, with who shares it. */
export function settledRoute(question: RouteQuestion, kind: RouteKind, reason: RouteReason): Route {
  const crews = { direct: crewOf(question, 'direct'), intermediate: crewOf(question, 'intermediate') }
  const instead = crews[kind === 'direct' ? 'intermediate' : 'direct']
  return { kind, reason, ...crews[kind], instead, speedup: speedupOf(question, crews.direct, crews.intermediate) }
}

function crewOf(question: RouteQuestion, kind: RouteKind): RouteCrew {
  const { self, others, prints, baseKey } = question
  const share: PeerId[] = [self.peer]
  const leftOut: { peer: PeerId; reason: LeftOutReason }[] = []
  for (const agent of [...others].sort((a, b) => (a.peer < b.peer ? -1 : 1))) {
    const standing = standingOf(agent, prints[kind], { key: baseKey, fingerprint: self.fingerprints[baseKey] ?? '' })
    if (standing === 'shares') share.push(agent.peer)
    else leftOut.push({ peer: agent.peer, reason: standing })
  }
  return { share, leftOut }
}

/** One that has not told of a class yet measures it when the job is there; whether it will agree is told by its base. */
function standingOf(agent: RouteAgent, print: ToldAs, base: ToldAs): 'shares' | LeftOutReason {
  const told = agent.fingerprints[print.key]
  if (told !== undefined) return told === print.fingerprint ? 'shares' : 'differs'
  const itsBase = agent.fingerprints[base.key]
  if (itsBase === undefined) return 'not-told'
  return itsBase === base.fingerprint ? 'shares' : 'differs'
}

function speedupOf(question: RouteQuestion, direct: RouteCrew, intermediate: RouteCrew): number {
  const { self, others, cost } = question
  const scores = new Map([self, ...others].map(({ peer, score }) => [peer, scoreOf(score)]))
  const sum = ({ share }: RouteCrew): number => share.reduce((total, peer) => total + (scores.get(peer) ?? 0), 0)
  const encoder = scoreOf(self.score) * Math.min(1, SLOTS_OF_ENCODER / Math.max(1, self.slots))
  const takesDirect = cost.direct / sum(direct)
  const takesIntermediate = cost.lossless / sum(intermediate) + cost.once / encoder
  return takesDirect / takesIntermediate
}

const scoreOf = (score: number | undefined): number => (score !== undefined && score > 0 ? score : UNMEASURED_SCORE)
