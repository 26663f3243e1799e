import Type, { type Static } from 'typebox'
import { agentStatuses, jobStatuses, roles, segmentStatuses } from '../statuses.js'

const oneOf = <T extends string>(values: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...values] })

/** A run of neighbouring segments in one status, `to` exclusive; `holder` is the peer that has them. */
export const SegmentRunSchema = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  status: oneOf(segmentStatuses),
  holder: Type.Optional(Type.String()),
})

/** How much of a job one agent did and does. */
export const JobShareSchema = Type.Object({
  peer: Type.String(),
  landed: Type.Integer(),
  landedFrames: Type.Integer(),
  running: Type.Integer(),
})

/** Why an agent cannot take part: it makes other bytes, or has not told (yet) what it makes of such jobs. */
export const leftOutReasons = ['fingerprint-differs', 'fingerprint-not-told'] as const

/** A job as a person sees it, derived from facts and heartbeats: the same on every agent. */
export const JobViewSchema = Type.Object({
  jobId: Type.String(),
  name: Type.String(),
  status: oneOf(jobStatuses),
  priority: Type.Integer(),
  preset: Type.String(),
  submittedAtMs: Type.Number(),
  generation: Type.Integer(),
  submitter: Type.String(),
  home: Type.String(),
  epoch: Type.Integer(),
  outputPath: Type.String(),
  frames: Type.Integer(),
  framesLanded: Type.Integer(),
  /** Landed frames plus what running segments report: for a bar that moves. */
  framesDone: Type.Number(),
  segments: Type.Integer(),
  landed: Type.Integer(),
  failed: Type.Array(Type.Integer()),
  runs: Type.Array(SegmentRunSchema),
  shares: Type.Array(JobShareSchema),
  etaMs: Type.Optional(Type.Number()),
  /**
   * Borders of segments of the film, and how many of them were looked at. While a job is `rendered`: its film is in its
   * place already, told by the submitter's agent alone. When it is `completed`: how far it was looked at.
   */
  borders: Type.Optional(Type.Object({ checked: Type.Integer(), all: Type.Integer() })),
  outputSha256: Type.Optional(Type.String()),
  outputBytes: Type.Optional(Type.Number()),
  message: Type.Optional(Type.String()),
  /** Why the film is made as it is: directly, or through a lossless intermediate. */
  route: Type.Optional(Type.String()),
  /** Live agents that cannot take part in an open job, and why; absent when all can. */
  leftOut: Type.Optional(
    Type.Array(
      Type.Object({ peer: Type.String(), reason: oneOf(leftOutReasons), engineVersion: Type.Optional(Type.String()) }),
    ),
  ),
})

/** An agent of the farm as a person sees it; `self` is the one that answers. */
export const PeerViewSchema = Type.Object({
  peer: Type.String(),
  name: Type.String(),
  version: Type.String(),
  self: Type.Boolean(),
  status: oneOf(agentStatuses),
  role: oneOf(roles),
  coordinator: Type.Boolean(),
  connected: Type.Boolean(),
  slots: Type.Integer(),
  /** Score of the engine that matters most here (ffmpeg); absent until measured. */
  score: Type.Optional(Type.Number()),
  scores: Type.Record(Type.String(), Type.Number()),
  running: Type.Integer(),
  uptimeMs: Type.Number(),
})

/** The whole farm at one moment. */
export const FarmViewSchema = Type.Object({
  atMs: Type.Number(),
  self: Type.String(),
  coordinator: Type.Optional(Type.Object({ peer: Type.String(), counter: Type.Integer() })),
  peers: Type.Array(PeerViewSchema),
  jobs: Type.Array(JobViewSchema),
})

export type SegmentRunView = Static<typeof SegmentRunSchema>
export type JobShareView = Static<typeof JobShareSchema>
export type JobView = Static<typeof JobViewSchema>
export type PeerView = Static<typeof PeerViewSchema>
export type FarmView = Static<typeof FarmViewSchema>
