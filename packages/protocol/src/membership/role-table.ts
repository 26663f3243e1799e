import type { FactKind } from '../facts/fact.js'
import type { Role } from '../statuses.js'
import type { BlobRequest } from '../wire/blob-codec.js'
import type { FactsMessage } from '../wire/facts-codec.js'
import type { WorkMessage } from '../work/work-message.js'

/**
 * What a role may say, judged by whoever hears it, before anything is done:
 * - `yes`, `no`;
 * - `own`: about itself alone;
 * - `ability`: it counts for what the sender can do and does, never for an election;
 * - `capability`: with a capability that a member signed, for what that names.
 */
export type Allowance = 'yes' | 'no' | 'own' | 'ability' | 'capability'

type Row = { readonly [R in Role]: Allowance }

const everybody: Row = { admin: 'yes', artist: 'yes', worker: 'yes', guest: 'yes' }
const members: Row = { admin: 'yes', artist: 'yes', worker: 'yes', guest: 'no' }
const artists: Row = { admin: 'yes', artist: 'yes', worker: 'no', guest: 'no' }
const withCapability: Row = { admin: 'yes', artist: 'yes', worker: 'yes', guest: 'capability' }

/** Everything that one agent can say to another after `hello`, and who may. */
export const roleTable = {
  /** Messages of `/sheaf/work/1`. */
  message: {
    heartbeat: { ...members, guest: 'ability' },
    lease: members,
    revoke: members,
    'segment-report': everybody,
    offer: everybody,
    'offer-reply': members,
    goodbye: everybody,
    introduction: members,
  },
  /** Frames of `/sheaf/facts/1`, whoever wrote the facts in them. */
  facts: { heads: members, facts: members, ack: members },
  /** Facts, by the role that their author had where it wrote them. */
  fact: {
    'job-submitted': artists,
    'job-setting': artists,
    'job-requeued': artists,
    'job-canceled': artists,
    'job-failed': members,
    'job-completed': members,
    'home-assigned': members,
    'segments-landed': members,
    'segments-retracted': members,
    'segment-failed': members,
    'member-certified': members,
    'member-revoked': { admin: 'yes', artist: 'own', worker: 'own', guest: 'no' },
    'log-forked': members,
  },
  /** Requests of `/sheaf/blob/1`. */
  blob: { blob: withCapability, 'asset-block': withCapability },
} as const satisfies {
  readonly message: { readonly [K in WorkMessage['kind']]: Row }
  readonly facts: { readonly [K in FactsMessage['kind']]: Row }
  readonly fact: { readonly [K in FactKind]: Row }
  readonly blob: { readonly [K in BlobRequest['kind']]: Row }
}

/** What may be said over one protocol. */
export type RoleTable = typeof roleTable

/** Whether, or how far, a role may say this. */
export function allowanceOf<P extends keyof RoleTable>(protocol: P, kind: keyof RoleTable[P], role: Role): Allowance {
  return (roleTable[protocol][kind] as Row)[role]
}
