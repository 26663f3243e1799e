import {
  certificateFromWire,
  SheafError,
  type CertificateChain,
  type Credentials,
  type PeerId,
  type Role,
} from '@sheaf/protocol'
import type { Identity } from '../identity/index.js'
import { certifyAdmin, certifyMember } from './certificate.js'
import type { FarmFolder } from './farm-folder.js'
import type { FarmMembership } from './farm-membership.js'

/** Makes certificates, as far as this machine may: an admin signs members, who holds the farm key signs admins. */
export class Issuer {
  readonly #identity: Identity
  readonly #membership: FarmMembership
  readonly #folder: FarmFolder
  readonly #nowMs: () => number

  constructor(init: {
    readonly identity: Identity
    readonly membership: FarmMembership
    readonly folder: FarmFolder
    readonly nowMs?: (() => number) | undefined
  }) {
    this.#identity = init.identity
    this.#membership = init.membership
    this.#folder = init.folder
    this.#nowMs = init.nowMs ?? Date.now
  }

  /** `SHEAF_NOT_ALLOWED` when this machine is no admin, `SHEAF_FARM_KEY_MISSING` for a role that only the farm key gives. */
  async requireRight(role: Role): Promise<void> {
    if (role === 'admin') await this.#farmKey()
    else this.#requireAdmin()
  }

  /** Credentials for a machine that is to be in the farm. Errors as `requireRight`, `SHEAF_DISK_FULL`. */
  async issue(init: { readonly peer: PeerId; readonly name: string; readonly role: Role }): Promise<Credentials> {
    const { peer, name, role } = init
    const { farmId, farmName, farmKey } = this.#membership.credentials
    return { farmId, farmName, farmKey, chain: await this.#chain(peer, name, role) }
  }

  /** The same certificate with a later end; an admin keeps its seniority. Errors as `issue`. */
  async renew(chain: CertificateChain): Promise<Credentials> {
    const { peer, name, role, serial } = certificateFromWire(chain[0].body)
    const { farmId, farmName, farmKey } = this.#membership.credentials
    const renewed = role === 'admin' ? await this.#adminChain(peer, name, serial) : await this.#chain(peer, name, role)
    return { farmId, farmName, farmKey, chain: renewed }
  }

  async #chain(peer: PeerId, name: string, role: Role): Promise<CertificateChain> {
    if (role === 'admin') return this.#adminChain(peer, name, undefined)
    this.#requireAdmin()
    const { chain } = this.#membership.credentials
    return certifyMember(this.#identity, chain, { peer, name, role, atMs: this.#nowMs() })
  }

  async #adminChain(peer: PeerId, name: string, serial: number | undefined): Promise<CertificateChain> {
    const { key, lastSerial } = await this.#farmKey()
    const given = serial ?? lastSerial + 1
    // Counted on disk before it is given: no two admins get one number.
    if (given > lastSerial) await this.#folder.keepFarmKey({ key, lastSerial: given })
    return certifyAdmin(key, { peer, name, serial: given, atMs: this.#nowMs() })
  }

  async #farmKey() {
    const kept = await this.#folder.farmKey()
    if (kept?.key.id === this.#membership.credentials.farmKey) return kept
    throw new SheafError({
      code: 'SHEAF_FARM_KEY_MISSING',
      message: 'The farm key is not on this machine; only it makes admins.',
      hint: 'Do this on the machine that founded the farm, or bring the key here: sheaf farm import-key.',
    })
  }

  #requireAdmin(): void {
    const { role } = this.#membership.certificate
    if (role === 'admin') return
    throw new SheafError({
      code: 'SHEAF_NOT_ALLOWED',
      message: `This machine is ${role === 'artist' ? 'an' : 'a'} ${role} of the farm; only admins let machines in.`,
      hint: 'Do this on an admin’s machine: sheaf members shows who is one.',
    })
  }
}
