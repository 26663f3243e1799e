import type { BlobId, LeaseMessage, PeerId, RevokeMessage, Role } from '@sheaf/protocol'
import { capabilityLifetimeMs, signCapability } from '../membership/index.js'
import type { AgentStorage } from './agent-storage.js'

/** A command as its agent gets it: a guest's lease brings what it fetches with; members need nothing of the kind. */
export function forGuest<M extends LeaseMessage | RevokeMessage>(command: {
  readonly to: PeerId
  readonly message: M
  readonly role: Role | undefined
  readonly manifest: BlobId | undefined
  readonly storage: Pick<AgentStorage, 'identity' | 'membership'>
}): M {
  const { to: guest, message, role, manifest, storage } = command
  if (message.kind !== 'lease' || role !== 'guest' || manifest === undefined) return message
  const what = { guest, jobId: message.jobId, manifest, expiresAtMs: Date.now() + capabilityLifetimeMs }
  return { ...message, capability: signCapability(storage.identity, storage.membership.credentials.chain, what) }
}
