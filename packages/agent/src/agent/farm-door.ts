import { randomBytes } from 'node:crypto'
import {
  certificateFromWire,
  grantFromWire,
  limits,
  protocols,
  SheafError,
  type AdoptRequest,
  type ApproveRequest,
  type Certificate,
  type InvitationView,
  type InviteRequest,
  type LeaveRequest,
  type LogHead,
  type MembershipView,
  type MembersView,
  type MemberView,
  type PeerId,
} from '@sheaf/protocol'
import type { ApiMembership } from '../api/index.js'
import { keepFarm, rememberAddress, Renewal, type Attachment } from '../joining/index.js'
import type { Log } from '../log/index.js'
import { codeBytes, fingerprintOf, Invitations, Issuer, JoinServer, Knocks, verifyChain } from '../membership/index.js'
import type { FarmNetwork } from '../network/index.js'
import type { AgentStorage } from './agent-storage.js'

const defaultTtlS = 15 * 60

export interface FarmDoorComponents {
  readonly storage: AgentStorage
  readonly network: FarmNetwork
  readonly log: Log
  readonly hasOpenJobs: () => boolean
  /** Members that facts tell of, connected or not. */
  readonly known: () => Iterable<Certificate>
  readonly isRevoked: (certificate: Certificate) => boolean
  readonly restart: () => void
  readonly end: () => void
}

/** Who comes in and who goes: invitations, knocks, and this machine's own place. */
export class FarmDoor implements ApiMembership {
  readonly #components: FarmDoorComponents
  readonly #invitations = new Invitations()
  readonly #knocks = new Knocks()
  readonly #issuer: Issuer
  readonly #renewal: Renewal
  #firstAddress: string | undefined

  /** Looks after this machine's own certificate from now on. */
  start(): void {
    this.#renewal.start()
  }

  stop(): Promise<void> {
    return this.#renewal.stop()
  }

  /** Notes what the next start should dial; after the network has stopped, which writes its own book. */
  async settle(): Promise<void> {
    const { storage, log } = this.#components
    const address = this.#firstAddress
    if (address === undefined) return
    await rememberAddress({ storePath: storage.paths.root, self: storage.identity.peerId, address, log })
  }

  /** Serves `/sheaf/join/1`; to be made before the network starts. */
  constructor(components: FarmDoorComponents) {
    this.#components = components
    const { storage, network, log } = components
    const { identity, membership, farm } = storage
    this.#issuer = new Issuer({ identity, membership, folder: farm })
    const server = new JoinServer({
      self: identity.peerId,
      invitations: this.#invitations,
      knocks: this.#knocks,
      issuer: this.#issuer,
      log,
      mayRenew: ({ certificate }) => !components.isRevoked(certificate),
    })
    this.#renewal = new Renewal({
      membership,
      peers: () => network.peers(),
      open: (peer, protocol, options) => network.openStream(peer, protocol, options),
      renewOwn: () => this.#issuer.renew(membership.credentials.chain),
      keep: (credentials) => farm.keepCredentials(credentials),
      log,
    })
    network.on('peer-connected', () => this.#renewal.look())
    network.handleStrangers(protocols.join, (stream, caller) => server.serve(stream, caller))
  }

  async standing(): Promise<MembershipView> {
    const { membership, farm } = this.#components.storage
    const { peer, name, role, expiresAtMs } = membership.certificate
    const kept = await farm.farmKey()
    return {
      ...this.#farm,
      peer,
      name,
      role,
      expiresAtMs,
      holdsFarmKey: kept?.key.id === membership.credentials.farmKey,
    }
  }

  members(): MembersView {
    const { network, storage, known, isRevoked } = this.#components
    const connected = network.peers()
    const own = storage.membership.certificate
    const certificates = new Map<PeerId, Certificate>()
    for (const certificate of known()) certificates.set(certificate.peer, certificate)
    for (const { peer, verified } of connected) certificates.set(peer, verified.certificate)
    certificates.set(own.peer, own)
    const frozen = storage.facts.frozen()
    const isConnected = new Set(connected.map(({ peer }) => peer))
    const members = [...certificates.values()].map((certificate): MemberView => ({
      ...memberView(certificate),
      connected: isConnected.has(certificate.peer),
      self: certificate.peer === own.peer,
      ...(isRevoked(certificate) ? { revoked: true } : {}),
      ...forkedOf(frozen, certificate.peer),
    }))
    const pending = this.#knocks
      .pending(Date.now())
      .map(({ peer, name, atMs }) => ({ peer, name, atMs, fingerprint: fingerprintOf(peer) }))
    return { ...this.#farm, members, pending }
  }

  async invite({ role = 'artist', ttlS = defaultTtlS }: InviteRequest): Promise<InvitationView> {
    await this.#issuer.requireRight(role)
    const expiresAtMs = Date.now() + ttlS * 1000
    const invitation = this.#invitations.make({ random: randomBytes(codeBytes), role, expiresAtMs })
    this.#components.log.info({ role, expiresAtMs }, 'an invitation was made')
    return { ...invitation, ...this.#farm }
  }

  async approve({ peer, role = 'artist' }: ApproveRequest): Promise<MemberView> {
    const knock = this.#knockOf(peer)
    const credentials = await this.#issuer.issue({ peer: knock.peer, name: knock.name, role })
    this.#knocks.approve(knock.peer, credentials)
    this.#components.log.info({ peer: knock.peer, name: knock.name, role }, 'a machine was approved')
    return { ...memberView(certificateFromWire(credentials.chain[0].body)), connected: false, self: false }
  }

  async adopt({ grant, address }: AdoptRequest): Promise<MembershipView> {
    const { storage, log } = this.#components
    const credentials = grantFromWire(Buffer.from(grant, 'base64').subarray(0, limits.joinMessageBytes))
    const peer = storage.identity.peerId
    const verdict = verifyChain(credentials.chain, { farmKeys: new Set([credentials.farmKey]), peer })
    if (verdict.kind === 'invalid') {
      throw new SheafError({
        code: 'SHEAF_CERTIFICATE_INVALID',
        message: `That is no certificate for this machine (${verdict.fault}).`,
      })
    }
    await keepFarm(storage.farm, credentials, this.#attachment())
    this.#firstAddress = address
    log.info({ farmName: credentials.farmName }, 'this machine goes over to a farm')
    const { certificate } = verdict.verified
    const farm = { farmName: credentials.farmName, farmFingerprint: fingerprintOf(credentials.farmId) }
    return { ...farm, ...memberView(certificate), holdsFarmKey: false }
  }

  async leave({ force = false }: LeaveRequest): Promise<void> {
    const { storage, hasOpenJobs, log } = this.#components
    if (!force && hasOpenJobs()) {
      throw notLeaving(
        'Jobs of the farm are open.',
        'Let them end or cancel them; sheaf leave --force leaves all the same.',
      )
    }
    if (!force && this.#attachment() === 'others' && (await storage.farm.farmKey()) !== undefined) {
      const hint = 'Export it first: sheaf farm export-key FILE. Then sheaf leave --force.'
      throw notLeaving('The farm key lies on this machine; without it the farm can make no more admins.', hint)
    }
    await storage.farm.leave()
    log.info(this.#farm, 'this machine leaves the farm')
  }

  restart(): void {
    this.#components.restart()
  }

  end(): void {
    this.#components.end()
  }

  get #farm(): { readonly farmName: string; readonly farmFingerprint: string } {
    const { farmName, farmId } = this.#components.storage.membership.credentials
    return { farmName, farmFingerprint: fingerprintOf(farmId) }
  }

  #attachment(): Attachment {
    const { storage, hasOpenJobs, network } = this.#components
    const own = storage.identity.peerId
    const others = storage.facts.heads().some(({ author }) => author !== own) || network.peers().length > 0
    return others ? 'others' : hasOpenJobs() ? 'open-jobs' : 'none'
  }

  #knockOf(text: string) {
    const all = this.#knocks.pending(Date.now())
    const found = all.filter(
      ({ peer, name }) =>
        peer === text || name === text || peer.endsWith(text) || fingerprintOf(peer).startsWith(text.toLowerCase()),
    )
    const [knock, ...more] = found
    if (knock !== undefined && more.length === 0) return knock
    throw new SheafError({
      code: 'SHEAF_MEMBER_UNKNOWN',
      message:
        knock === undefined
          ? `No machine that asks to join is called ${text}.`
          : `${found.length} machines that ask to join are called ${text}.`,
      hint:
        knock === undefined
          ? 'sheaf members shows who asks; sheaf join must run there.'
          : 'Give its fingerprint as sheaf members shows it.',
    })
  }
}

function memberView({ peer, name, role, expiresAtMs }: Certificate) {
  return { peer, name, role, expiresAtMs }
}

function notLeaving(message: string, hint: string): SheafError {
  return new SheafError({ code: 'SHEAF_NOT_ALLOWED', message, hint })
}

function forkedOf(frozen: readonly LogHead[], peer: PeerId): { readonly forked?: number } {
  const forked = frozen.filter(({ author }) => author === peer).length
  return forked === 0 ? {} : { forked }
}
