import type { AgentStatus, Role } from '@sheaf/protocol'
import type { SelfReport } from '../host/index.js'
import type { Delivery, Worker } from '../worker/index.js'
import type { Ability } from './ability.js'
import type { SettingsStore } from './settings.js'

/** Who knows what a heartbeat says. */
export interface SelfSources {
  readonly name: string
  readonly version: string
  readonly role: Role
  readonly startedAtMs: number
  readonly settings: SettingsStore
  readonly worker: Worker
  readonly delivery: Delivery
  readonly ability: Ability
}

/** What this agent says of itself in a heartbeat. */
export function selfReport(sources: SelfSources): SelfReport {
  const { worker, delivery, ability } = sources
  return {
    status: agentStatus(sources),
    uptimeMs: Date.now() - sources.startedAtMs,
    ability: {
      name: sources.name,
      version: sources.version,
      role: sources.role,
      slots: worker.slots,
      scores: ability.scores(),
      fingerprints: ability.fingerprints(),
      engineVersions: { ffmpeg: ability.engineVersion },
    },
    leases: worker.heldLeases(),
    running: worker.running(),
    held: delivery
      .held()
      .map(({ jobId, generation, index, blob, sizeBytes }) => ({ jobId, generation, index, blob, sizeBytes })),
  }
}

/** A paused machine is asleep: it ends what it began and takes nothing new. */
export function agentStatus({
  settings,
  worker,
  ability,
}: Omit<SelfSources, 'name' | 'version' | 'role' | 'startedAtMs'>): AgentStatus {
  if (settings.get().paused) return 'asleep'
  if (ability.failed) return 'error'
  if (!ability.ready) return 'starting'
  return worker.busy ? 'busy' : 'awake'
}
