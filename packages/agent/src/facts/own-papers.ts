import {
  allowanceOf,
  certificateChainToWire,
  certificateFromWire,
  SheafError,
  type Certificate,
  type CertificateChain,
  type FactIntent,
  type FactKind,
  type LogId,
} from '@sheaf/protocol'

/** This agent's certificates as the fact that a log begins with; `key` differs when they were renewed. */
export function ownPapers(
  chain: CertificateChain,
): Extract<FactIntent, { kind: 'member-certified' }> & { readonly key: string } {
  const [own, admin] = chain
  const payload = {
    chain,
    certificate: certificateFromWire(own.body),
    admin: admin === undefined ? undefined : certificateFromWire(admin.body),
  }
  return { kind: 'member-certified', payload, key: chainKey(chain) }
}

/** Text that is equal for equal chains. */
export function chainKey(chain: CertificateChain): string {
  return Buffer.from(certificateChainToWire(chain)).toString('base64')
}

/** Names a log and the certificates that were said in it last. */
export function certifiedKey(logId: LogId, key: string): string {
  return `${logId} ${key}`
}

/** `SHEAF_NOT_ALLOWED` for what everybody would leave unread. */
export function checkAllowed(intent: FactIntent, certificate: Certificate): void {
  const isOwn = intent.kind === 'member-revoked' && intent.payload.peer === certificate.peer
  if (isOwn && allowanceOf('fact', intent.kind, certificate.role) === 'own') return
  requireRight(intent.kind, certificate)
}

/** Before work is put into something that could not be said in the end. `SHEAF_NOT_ALLOWED`. */
export function requireRight(kind: FactKind, { role }: Certificate): void {
  if (allowanceOf('fact', kind, role) === 'yes') return
  throw new SheafError({
    code: 'SHEAF_NOT_ALLOWED',
    message: `This machine is ${role === 'artist' ? 'an artist' : `a ${role}`} in its farm, and ${deeds[kind] ?? 'that'} is not for ${role}s.`,
    hint: 'Do it on another machine, or let an admin take this one out and invite it again in another role.',
    details: { role, kind },
  })
}

const deeds: Partial<Record<FactIntent['kind'], string>> = {
  'job-submitted': 'submitting jobs',
  'job-setting': 'changing jobs',
  'job-requeued': 'requeueing jobs',
  'job-canceled': 'canceling jobs',
  'member-revoked': 'putting other members out',
}
