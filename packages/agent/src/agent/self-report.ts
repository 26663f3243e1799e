import type { AgentStatus } from '@sheaf/protocol'
import type { SelfReport } from '../host/index.js'
import type { AgentParts, PartsInit } from './agent-parts.js'

/** What this agent says of itself in a heartbeat. */
export function selfReport(init: PartsInit, parts: AgentParts): SelfReport {
  const { worker, delivery, ability } = parts
  return {
    status: agentStatus(init, parts),
    uptimeMs: Date.now() - init.startedAtMs,
    ability: {
      name: init.name,
      version: init.version,
      role: 'artist',
      slots: worker.slots,
      scores: ability.promisedScores(),
      fingerprints: ability.fingerprints(),
    },
    leases: worker.heldLeases(),
    running: worker.running(),
    held: delivery
      .held()
      .map(({ jobId, generation, index, blob, sizeBytes }) => ({ jobId, generation, index, blob, sizeBytes })),
  }
}

/** A paused machine is asleep: it ends what it began and takes nothing new. */
export function agentStatus(init: PartsInit, { worker, ability }: AgentParts): AgentStatus {
  if (init.storage.settings.get().paused) return 'asleep'
  if (ability.failed) return 'error'
  if (ability.fingerprints()['ffmpeg'] === undefined) return 'starting'
  return worker.busy ? 'busy' : 'awake'
}
