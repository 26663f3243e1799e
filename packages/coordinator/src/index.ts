export type { Command } from './core/command.js'
export { defaultConfig, type CoreConfig } from './core/config.js'
export {
  initialState,
  isCoordinator,
  leadingTerm,
  type CoreInit,
  type CoreState,
  type PeerRecord,
} from './core/core-state.js'
export type { ClaimReason, Decision, DecisionBody, ResignReason } from './core/decision.js'
export type { Input } from './core/input.js'
export { step, type StepResult } from './core/step.js'
export { followingOf, isLive } from './election/words.js'
export type { ElectionState } from './election/election-state.js'
export {
  emptyFarmState,
  firstGeneration,
  type FarmState,
  type JobState,
  type LandedRecord,
} from './facts/farm-state.js'
export { applyFact } from './facts/apply-fact.js'
export { farmStateHash } from './facts/farm-state-hash.js'
export { failureOf, isOpen, isPaused, priorityOf } from './facts/job-standing.js'
export {
  homeOf,
  jobRecord,
  jobRecords,
  jobStatus,
  landedBlob,
  landedRuns,
  landedSegments,
  openJobs,
} from './facts/selectors.js'
export { countRuns, indexesOf, runsContain, type Run, type Runs } from './facts/runs.js'
export { plan } from './plan/plan.js'
export type {
  DuplicateReason,
  LeaseReason,
  Plan,
  PlanItem,
  RefuseReason,
  RevokeReason,
  StealReason,
} from './plan/plan-value.js'
export { snapshotOf, type PlanAgent, type PlanJob, type PlanSnapshot } from './plan/snapshot.js'
export {
  chooseRoute,
  NOTABLE_SPEEDUP,
  settledRoute,
  type LeftOutReason,
  type Route,
  type RouteAgent,
  type RouteQuestion,
} from './route/choose-route.js'
export { farmView } from './view/farm-view.js'
export { forkOf } from './trust/fork.js'
export { emptyReading, readMore, type Reading, type ReadOn } from './trust/read-more.js'
export { exclusionOf, readableFacts, readingKey, unreadReason, type UnreadReason } from './trust/reading.js'
export {
  emptyTrust,
  logName,
  roleAt,
  type CertifiedPlace,
  type FrozenLog,
  type RevokedMember,
  type Trust,
} from './trust/trust.js'
export { weighTrust } from './trust/weigh-trust.js'
