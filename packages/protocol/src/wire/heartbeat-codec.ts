import { limits } from '../limits.js'
import { agentStatuses, roles } from '../statuses.js'
import type { AgentAbility, Heartbeat, HeldLease, HeldSegment, RunningSegment } from '../work/work-message.js'
import { checkCount, checkFinite, checkInteger, checkPresent, checkText, checkWord, overLimit } from './check.js'
import type {
  AbilityWire,
  HeartbeatWire,
  HeldLeaseWire,
  HeldSegmentWire,
  RunningSegmentWire,
} from './generated/work.js'
import { hexToBytes } from './packed.js'
import {
  blobFromWire,
  indexesFromWire,
  indexesToWire,
  jobPartFromWire,
  leaseIdFromWire,
  segmentFromWire,
  termFromWire,
  termToWire,
} from './work-parts.js'

const enginesPerAgent = 64
const leasesPerAgent = 1024
/** Rendered and not yet acknowledged: bounded by what fits into one message. */
const heldPerAgent = 10_000

export function heartbeatToWire(heartbeat: Heartbeat): HeartbeatWire {
  const { ability, following } = heartbeat
  return {
    status: heartbeat.status,
    uptimeMs: heartbeat.uptimeMs,
    ability: {
      ...ability,
      scores: new Map(Object.entries(ability.scores)),
      fingerprints: new Map(Object.entries(ability.fingerprints)),
      engineVersions: new Map(Object.entries(ability.engineVersions ?? {})),
    },
    ...(following === undefined
      ? {}
      : { following: { term: termToWire(following.term), silentMs: following.silentMs } }),
    highestCounter: heartbeat.highestCounter,
    leases: heartbeat.leases.map((lease) => ({
      ...lease,
      term: termToWire(lease.term),
      indexes: indexesToWire(lease.indexes),
    })),
    running: heartbeat.running.map((segment) => ({ ...segment, term: termToWire(segment.term) })),
    held: heartbeat.held.map((segment) => ({
      ...segment,
      blob: hexToBytes(segment.blob),
    })),
  }
}

/** `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function heartbeatFromWire(wire: HeartbeatWire): Heartbeat {
  const { following } = wire
  return {
    kind: 'heartbeat',
    status: checkWord('status', wire.status, agentStatuses),
    uptimeMs: checkFinite('uptimeMs', wire.uptimeMs),
    ability: abilityFromWire(checkPresent('ability', wire.ability)),
    ...(following === undefined
      ? {}
      : {
          following: {
            term: termFromWire(following.term),
            silentMs: checkFinite('following.silentMs', following.silentMs),
          },
        }),
    highestCounter: checkInteger('highestCounter', wire.highestCounter),
    leases: checkCount('leases', wire.leases, leasesPerAgent).map(leaseFromWire),
    running: checkCount('running', wire.running, limits.slotsPerAgent).map(runningFromWire),
    held: checkCount('held', wire.held, heldPerAgent).map(heldFromWire),
  }
}

function abilityFromWire(wire: AbilityWire): AgentAbility {
  return {
    name: checkText('ability.name', wire.name, limits.nameBytes),
    version: checkText('ability.version', wire.version, limits.nameBytes),
    role: checkWord('ability.role', wire.role, roles),
    slots: checkInteger('ability.slots', wire.slots, { max: limits.slotsPerAgent }),
    scores: recordFromWire('ability.scores', wire.scores, (field, score) => checkFinite(field, score)),
    fingerprints: recordFromWire('ability.fingerprints', wire.fingerprints, (field, text) => checkText(field, text)),
    ...(wire.engineVersions.size > 0 && {
      engineVersions: recordFromWire('ability.engineVersions', wire.engineVersions, (field, text) =>
        checkText(field, text, limits.nameBytes),
      ),
    }),
  }
}

function recordFromWire<T>(
  field: string,
  map: ReadonlyMap<string, T>,
  check: (field: string, value: T) => T,
): Readonly<Record<string, T>> {
  if (map.size > enginesPerAgent) throw overLimit(field, `more than ${enginesPerAgent} engines`)
  return Object.fromEntries(
    [...map].map(([engine, value]) => [checkText(`${field} key`, engine, limits.nameBytes), check(field, value)]),
  )
}

function leaseFromWire(wire: HeldLeaseWire): HeldLease {
  return {
    leaseId: leaseIdFromWire(wire.leaseId),
    term: termFromWire(wire.term),
    ...jobPartFromWire(wire),
    indexes: indexesFromWire(wire.indexes, limits.segmentsPerLease),
  }
}

function runningFromWire(wire: RunningSegmentWire): RunningSegment {
  return {
    ...segmentFromWire(wire),
    leaseId: leaseIdFromWire(wire.leaseId),
    term: termFromWire(wire.term),
    progress: checkFinite('progress', wire.progress, { max: 1 }),
  }
}

function heldFromWire(wire: HeldSegmentWire): HeldSegment {
  return {
    ...segmentFromWire(wire),
    blob: blobFromWire(wire.blob),
    sizeBytes: checkInteger('sizeBytes', wire.sizeBytes, { max: limits.blobBytes }),
  }
}
