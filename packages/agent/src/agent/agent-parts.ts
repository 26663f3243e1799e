import { join } from 'node:path'
import { homeOf, jobRecord } from '@sheaf/coordinator'
import {
  defaultPorts,
  isSheafError,
  type BlobId,
  type Fact,
  type FactIntent,
  type JobId,
  type LeaseId,
  type PeerId,
  type Role,
  type SegmentKey,
} from '@sheaf/protocol'
import { BlobService, CapabilityBook, createBlobAccess } from '../blobs/index.js'
import { BulkLanes } from '../bulk/index.js'
import type { FfmpegTools } from '../engine/index.js'
import { FactSync } from '../facts/index.js'
import { Landing, Results, type FilmWatch, type HomeFarm, type WatchFilm } from '../home/index.js'
import { CoreHost } from '../host/index.js'
import type { AgentLog, Log } from '../log/index.js'
import type { MachineDescription } from '../machine/index.js'
import { MediaServer } from '../media-server/index.js'
import { FarmNetwork, type FarmMessage } from '../network/index.js'
import { FarmTrust } from '../trust/index.js'
import { BorderWatch } from '../validate/index.js'
import { createEngineRenderer, Delivery, FarmMaterials, Worker } from '../worker/index.js'
import { Ability } from './ability.js'
import type { AgentOptions, AgentOutcome } from './agent-options.js'
import type { AgentStorage } from './agent-storage.js'
import { ClosedJobs } from './closed-jobs.js'
import { expelMembers } from './expel-members.js'
import { FarmDoor } from './farm-door.js'
import { createFarmReader } from './farm-reader.js'
import { forGuest } from './for-guest.js'
import { createHomeBytes } from './home-bytes.js'
import { routeMessage } from './route-message.js'
import { createSegmentCheck } from './segment-check.js'
import { selfReport, type SelfSources } from './self-report.js'

/** What the parts are made from. */
export interface PartsInit {
  readonly options: AgentOptions
  readonly storage: AgentStorage
  readonly tools: FfmpegTools
  readonly log: AgentLog
  readonly name: string
  readonly version: string
  readonly machine: MachineDescription
  readonly slots: number
  readonly startedAtMs: number
  readonly onChange: () => void
  /** The agent is to stop; the caller may be a request that is being answered. */
  readonly onEnd: (outcome: AgentOutcome) => void
}

/** The agent's parts, wired to each other and not yet started: the one place in which they know each other. */
export class AgentParts {
  readonly self: PeerId
  readonly network: FarmNetwork
  readonly lanes: BulkLanes
  readonly sync: FactSync
  readonly service: BlobService
  readonly capabilities = new CapabilityBook()
  readonly ability: Ability
  readonly media: MediaServer
  readonly materials: FarmMaterials
  readonly worker: Worker
  readonly landing: Landing
  readonly delivery: Delivery
  readonly results: Results
  readonly host: CoreHost
  readonly closed: ClosedJobs
  readonly farm: HomeFarm
  readonly door: FarmDoor
  readonly trust: FarmTrust
  readonly #init: PartsInit
  readonly #log: Log

  constructor(init: PartsInit) {
    this.#init = init
    this.#log = init.log.root
    const { storage, tools } = init
    const { facts } = storage
    this.self = storage.identity.peerId
    this.farm = createFarmReader(() => this.host.farm)
    this.network = this.#buildNetwork()
    this.door = this.#buildDoor()
    this.sync = new FactSync({ network: this.network, store: facts, log: this.#log.scope('facts') })
    this.lanes = this.#buildLanes()
    this.service = this.#buildService()
    this.ability = new Ability(
      { tools, settings: storage.settings, log: this.#log.scope('ability') },
      { machine: init.machine, slots: init.slots, cacheDir: storage.paths.cache, onChange: () => this.host.announce() },
    )
    this.media = new MediaServer({ log: this.#log.scope('media') })
    this.materials = this.#buildMaterials()
    this.worker = this.#buildWorker()
    this.landing = this.#buildLanding()
    this.delivery = this.#buildDelivery()
    this.results = this.#buildResults()
    this.host = this.#buildHost()
    this.closed = this.#buildClosedJobs()
    this.trust = this.#buildTrust()
    this.network.on('message', ({ from, message }) => this.receive(from, message))
    this.network.on('peer-connected', ({ peer }) => this.#onPeerConnected(peer))
    this.network.on('peer-lost', ({ peer }) => this.#onPeerLost(peer))
    this.#watchTrust()
  }

  /** What a message from a peer, or from this agent to itself, does. */
  receive(from: PeerId, message: FarmMessage): void {
    routeMessage({ from, message }, { parts: this, log: this.#log, deliver: (to, reply) => this.deliver(to, reply) })
  }

  /** Sends to a peer; what is for this agent itself takes the short way. */
  deliver(to: PeerId, message: FarmMessage): void {
    if (to === this.self) this.receive(to, message)
    else this.network.send(to, message)
  }

  append(intents: readonly FactIntent[]): Promise<readonly Fact[]> {
    return this.#init.storage.facts.append(intents)
  }

  /** Signs that a job cannot be finished, with what a person should read. */
  failJob(jobId: JobId, error: Error): void {
    const job = this.farm.job(jobId)
    if (job === undefined || !job.open) return
    const code = 'code' in error ? String(error.code) : 'SHEAF_INTERNAL'
    // What a person can do about a faulty film depends on what is wrong with it.
    const hint = isSheafError(error, 'SHEAF_OUTPUT_FAULTY') && error.hint !== undefined ? ` ${error.hint}` : ''
    const payload = { jobId, generation: job.generation, code, message: `${error.message}${hint}` }
    this.append([{ kind: 'job-failed', payload }]).catch((cause: unknown) =>
      this.#log.error({ jobId, error: cause }, 'a failure could not be signed'),
    )
  }

  #onPeerConnected(peer: PeerId): void {
    this.host.onPeerConnected(peer)
    this.delivery.offerDue()
  }

  #onPeerLost(peer: PeerId): void {
    this.delivery.onPeerLost(peer)
    this.host.onPeerLost(peer)
  }

  #buildTrust(): FarmTrust {
    return new FarmTrust({
      replay: () => this.#init.storage.facts.replay(),
      onFacts: (facts) => this.host.onFacts(facts),
      onFactsAnew: (facts) => this.host.onFactsAnew(facts),
      log: this.#log.scope('trust'),
    })
  }

  /** Who is out, by the farm's facts, is put out here: at hello, and of what is connected. */
  #watchTrust(): void {
    const { storage } = this.#init
    storage.membership.readFacts({ isRevoked: ({ certificate }) => this.trust.isOut(certificate) })
    storage.facts.on('facts', (event) => this.trust.take(event.facts))
    this.trust.on('changed', () => this.expel())
    storage.membership.on('renewed', () => {
      this.certify().catch((error: unknown) => this.#log.error({ error }, 'a renewed certificate could not be said'))
    })
  }

  /** Lets go of everybody who is out. */
  expel(): void {
    const { network, worker, trust } = this
    const own = this.#init.storage.membership.certificate
    expelMembers({ network, trust, own, log: this.#log.scope('trust'), stopWork: () => worker.setAccepting(false) })
  }

  /** Lets the farm know this machine, now and when its certificate is renewed; guests write nothing. */
  async certify(): Promise<void> {
    const { membership, facts } = this.#init.storage
    if (membership.certificate.role !== 'guest') await facts.certify()
  }

  /** The role in the certificate that a peer has shown. */
  roleOf(peer: PeerId): Role | undefined {
    const shown = peer === this.self ? this.#init.storage.membership : this.network.member(peer)
    return shown?.certificate.role
  }

  #buildNetwork(): FarmNetwork {
    const { options, storage } = this.#init
    return new FarmNetwork(
      { identity: storage.identity, membership: storage.membership, log: this.#log.scope('network') },
      {
        listen: { host: options.farmHost ?? '0.0.0.0', port: options.farmPort ?? 7433 },
        staticPeers: options.staticPeers,
        addressBookPath: join(storage.paths.root, 'address-book.json'),
        discovery: options.mdns === false ? 'none' : 'mdns',
      },
    )
  }

  #buildLanes(): BulkLanes {
    const { farmHost = '0.0.0.0', farmPort = defaultPorts.farm, bulkPort } = this.#init.options
    // The port between the two is that of the HTTP API.
    const beside = farmPort === 0 ? 0 : Math.min(farmPort + defaultPorts.bulk - defaultPorts.farm, 65_535)
    return new BulkLanes(
      { network: this.network, log: this.#log.scope('bulk') },
      { self: this.self, listen: { host: farmHost, port: bulkPort ?? beside } },
    )
  }

  #buildDoor(): FarmDoor {
    const { storage, onEnd } = this.#init
    return new FarmDoor({
      storage,
      network: this.network,
      log: this.#log.scope('door'),
      hasOpenJobs: () => this.farm.openJobs().length > 0,
      known: () => this.trust.trust.members.values(),
      isRevoked: (certificate) => this.trust.isOut(certificate),
      restart: () => onEnd('changed-farm'),
      end: () => onEnd('stopped'),
    })
  }

  #buildService(): BlobService {
    const { blobs, registry, membership } = this.#init.storage
    const access = createBlobAccess({
      roleOf: (peer) => this.roleOf(peer),
      membership,
      manifestOf: (jobId) => (this.farm.job(jobId)?.open === true ? this.#manifestOf(jobId) : undefined),
      nowMs: Date.now,
    })
    const { lanes: streams, capabilities } = this
    return new BlobService({ streams, store: blobs, registry, access, capabilities, log: this.#log.scope('blobs') })
  }

  #manifestOf(jobId: JobId): BlobId | undefined {
    return jobRecord(this.host.farm, jobId)?.submitted.manifest
  }

  #buildMaterials(): FarmMaterials {
    const { storage } = this.#init
    return new FarmMaterials(
      {
        store: storage.blobs,
        service: this.service,
        registry: storage.registry,
        media: this.media,
        log: this.#log.scope('materials'),
      },
      {
        self: this.self,
        assetsDir: storage.paths.assets,
        placeOf: (jobId) => {
          if (this.farm.job(jobId)?.open !== true) return undefined
          const submitted = jobRecord(this.host.farm, jobId)?.submitted
          return submitted && { manifest: submitted.manifest, submitter: submitted.submitter }
        },
      },
    )
  }

  #buildWorker(): Worker {
    const { storage, tools, options, slots } = this.#init
    return new Worker(
      {
        renderer: createEngineRenderer({ tools, workDir: storage.paths.work, decode: options.verify !== false }),
        materials: this.materials,
        kept: storage.kept,
        sink: storage.blobs,
        log: this.#log.scope('worker'),
      },
      {
        slots,
        report: (to, report) => this.deliver(to, report),
        onRendered: () => this.delivery.offerDue(),
        onChange: () => this.host.announce(),
        onMediaChanged: (jobId, error) => this.failJob(jobId, error),
      },
    )
  }

  #buildLanding(): Landing {
    return new Landing(
      {
        farm: this.farm,
        bytes: createHomeBytes(this.#init.storage.blobs, this.service),
        materials: this.materials,
        check: createSegmentCheck(this.#init.tools),
        append: (intents) => this.append(intents),
        log: this.#log.scope('home'),
      },
      { self: this.self },
    )
  }

  #buildDelivery(): Delivery {
    return new Delivery(
      { kept: this.#init.storage.kept, log: this.#log.scope('delivery') },
      {
        self: this.self,
        homeOf: (jobId) => (this.farm.job(jobId)?.open === true ? homeOf(this.host.farm, jobId)?.home : undefined),
        isConnected: (peer) => this.network.peers().some((connected) => connected.peer === peer),
        send: (to, message) => this.network.send(to, message),
        offerHere: (offer) => this.landing.offer(this.self, offer),
        onChange: () => this.host.announce(),
        onInvalid: (key, code, message) => this.#reportInvalid(key, code, message),
        nowMs: () => performance.now(),
      },
    )
  }

  /** A segment whose bytes the home refused counts against this agent, whoever leads by now. */
  #reportInvalid(key: SegmentKey, code: string, message: string): void {
    const term = this.host.following()
    if (term === undefined) return
    const outcome = { kind: 'failed' as const, code, message, strike: true }
    this.deliver(term.peer, { kind: 'segment-report', ...key, leaseId: 'delivered' as LeaseId, outcome })
  }

  #buildResults(): Results {
    const { storage, tools, options, onChange } = this.#init
    return new Results(
      {
        farm: this.farm,
        bytes: createHomeBytes(this.#init.storage.blobs, this.service),
        materials: this.materials,
        append: (intents) => this.append(intents),
        tools,
        log: this.#log.scope('result'),
        ...(options.verify === false ? {} : { watchFilm: (request) => this.#watchFilm(request) }),
        nameOf: (peer) => this.host.view().peers.find((one) => one.peer === peer)?.name ?? peer,
      },
      {
        self: this.self,
        workDir: storage.paths.work,
        onHopeless: (jobId, error) => this.failJob(jobId, error),
        onChange,
      },
    )
  }

  #watchFilm({ renderedBy, ...request }: Parameters<WatchFilm>[0]): FilmWatch {
    const job = { ...request, tools: this.#init.tools }
    return new BorderWatch({ job, renderedBy, log: this.#log.scope('validate') })
  }

  #buildHost(): CoreHost {
    const { storage, onChange } = this.#init
    return new CoreHost(
      {
        append: (intents) => this.append(intents),
        keepCounter: (highestCounter) => storage.settings.set({ highestCounter }),
        command: ({ to, message }) =>
          this.deliver(
            to,
            forGuest({ to, message, role: this.roleOf(to), storage, manifest: this.#manifestOf(message.jobId) }),
          ),
        selfReport: () => selfReport(this.#sources()),
        broadcast: (heartbeat) => this.network.broadcast(heartbeat),
        log: this.#log.scope('coordinator'),
      },
      {
        self: this.self,
        role: storage.membership.certificate.role,
        highestCounter: storage.settings.get().highestCounter,
        onChange: () => {
          this.closed.update()
          for (const { jobId } of this.farm.openJobs()) {
            this.ability.learn(jobRecord(this.host.farm, jobId)?.submitted.fingerprint ?? '')
          }
          this.worker.update()
          this.results.update()
          onChange()
        },
      },
    )
  }

  #sources(): SelfSources {
    const { name, version, startedAtMs, storage } = this.#init
    const { worker, delivery, ability } = this
    const { role } = storage.membership.certificate
    return { name, version, role, startedAtMs, settings: storage.settings, worker, delivery, ability }
  }

  #buildClosedJobs(): ClosedJobs {
    const { kept, blobs, registry, freed } = this.#init.storage
    return new ClosedJobs({
      farm: () => this.host.farm,
      worker: this.worker,
      kept,
      materials: this.materials,
      results: this.results,
      blobs,
      registry,
      freed,
      log: this.#log.scope('closed'),
    })
  }
}
