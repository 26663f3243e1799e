import { join } from 'node:path'
import { jobRecord } from '@sheaf/coordinator'
import {
  rationalToNumber,
  SheafError,
  type AgentView,
  type BenchResponse,
  type FactIntent,
  type FarmView,
  type JobId,
  type JobView,
  type LogLine,
  type PresetView,
  type RevocationView,
  type RevokeRequest,
  type SubmitRequest,
  type SubmitResponse,
} from '@sheaf/protocol'
import type { ApiAgent, ApiMembership } from '../api/index.js'
import { chipFingerprint, isChip, brokenPictures, probeMedia, type EngineClass } from '../engine/index.js'
import { requireRight } from '../facts/index.js'
import { ingestEdit, presetViews, type IngestPorts } from '../ingest/index.js'
import type { AgentParts, PartsInit } from './agent-parts.js'
import { isClosed } from './farm-reader.js'
import { revokeMember } from './revoke-member.js'
import { agentStatus } from './self-report.js'

/** What the API does, in the words of the agent's parts. */
export class AgentApi implements ApiAgent {
  readonly #init: PartsInit
  readonly #parts: AgentParts
  readonly #stop: () => void
  readonly #listeners = new Set<() => void>()

  get membership(): ApiMembership {
    return this.#parts.door
  }

  constructor(init: PartsInit, parts: AgentParts, stop: () => void) {
    this.#init = init
    this.#parts = parts
    this.#stop = stop
  }

  changed(): void {
    for (const listener of this.#listeners) listener()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  view(): FarmView {
    const view = this.#parts.host.view()
    const { results } = this.#parts
    const jobs = view.jobs.map((job) => {
      if (isClosed(job.status)) return job
      const notice = results.notice(job.jobId as JobId)
      const borders = results.check(job.jobId as JobId)
      return { ...job, ...(notice !== undefined && { message: notice }), ...(borders && { borders }) }
    })
    return { ...view, jobs }
  }

  status(): AgentView {
    const { name, version, startedAtMs, storage } = this.#init
    const { self, network, worker, delivery, ability, farm } = this.#parts
    return {
      peer: self,
      name,
      version,
      pid: process.pid,
      status: agentStatus({ settings: storage.settings, worker, delivery, ability }),
      paused: storage.settings.get().paused,
      uptimeMs: Date.now() - startedAtMs,
      storePath: storage.paths.root,
      addresses: [...network.listenAddresses()],
      slots: worker.slots,
      scores: { ...ability.scores() },
      fingerprints: { ...ability.fingerprints() },
      peers: network.peers().length,
      openJobs: farm.openJobs().length,
    }
  }

  async submit(request: SubmitRequest): Promise<SubmitResponse> {
    const { storage, tools } = this.#init
    requireRight('job-submitted', storage.membership.certificate)
    const looked = this.#refuseSecondWriter(request)
    const { payload, manifest, warnings } = await ingestEdit(request, {
      probe: (path, part) => probeMedia({ tools, path, part }),
      broken: (pictures) => brokenPictures(pictures, { tools }),
      madeFolder: (jobId) => join(storage.paths.assets, jobId, 'made'),
      putManifest: async (bytes) => (await storage.blobs.put(bytes)).id,
      registerAsset: (jobId, asset, source) => storage.registry.register(jobId, asset, source),
      fingerprintOf: (engineClass) => this.#fingerprintOf(engineClass),
      farm: () => this.#crew(),
      encodesHere: (engineClass) => this.#parts.ability.fingerprintOf(engineClass),
      storeFolder: storage.paths.root,
      presetFolder: storage.paths.presets,
      nowMs: Date.now,
    })
    // A film that is in its place is looked at only as long as it is wanted: until another is sure to come.
    for (const jobId of looked) this.#parts.results.endCheck(jobId)
    await storage.requests.put(payload.jobId, request)
    await this.#sign({ kind: 'job-submitted', payload })
    const frames = payload.segmentFrames.reduce((sum, count) => sum + count, 0)
    const { edit } = manifest
    return {
      jobId: payload.jobId,
      frames,
      segments: payload.segmentFrames.length,
      ...(frames === 0 && { soundS: edit.frames / rationalToNumber(edit.rate) }),
      warnings: [...warnings],
    }
  }

  /**
   * The fingerprint that a job of this class is bound to. A chip's encoder that this machine has not got may be
   * elsewhere in the farm: then it is the one that most slots have told of.
   */
  async #fingerprintOf(engineClass: EngineClass): Promise<string> {
    const own = this.#parts.ability.fingerprintOf(engineClass)
    if (!isChip(engineClass)) return own
    return own.catch((cause: unknown) => {
      const elsewhere = chipFingerprint(engineClass, this.#parts.host.abilities())
      if (elsewhere !== undefined) return elsewhere
      throw new SheafError({
        code: 'SHEAF_ENGINE_FAILED',
        message: `no machine of the farm is known to have a working ${engineClass}`,
        hint: 'Submit on the machine that has the chip, or choose another preset: sheaf presets',
        cause,
      })
    })
  }

  /** Agents that could work on a job now. */
  #crew(): ReturnType<IngestPorts['farm']> {
    const { ability, self } = this.#parts
    const others = this.#parts.host.workers().filter(({ peer }) => peer !== self)
    const { name, tools } = this.#init
    const { slots } = ability
    const own = { peer: self, name, slots, score: ability.scores()['ffmpeg'], fingerprints: ability.fingerprints() }
    return {
      self: { ...own, engineVersion: tools.version },
      others: others.map(({ peer, ability: { name, slots, scores, fingerprints, engineVersions } }) => ({
        ...{ peer, name, slots, fingerprints, score: scores['ffmpeg'], engineVersion: engineVersions?.['ffmpeg'] },
      })),
    }
  }

  presets(): Promise<PresetView[]> {
    const { storage, tools } = this.#init
    return presetViews(storage.paths.presets, tools.encoders)
  }

  /** Two jobs that write one file would undo each other's work. Returns those whose film is there, to be replaced. */
  #refuseSecondWriter({ outputPath, overwrite }: SubmitRequest): readonly JobId[] {
    const { farm, self, results } = this.#parts
    const others = farm.openJobs().filter((job) => job.submitter === self && job.outputPath === outputPath)
    const other = others.find(({ jobId }) => overwrite !== true || results.check(jobId) === undefined)
    if (other === undefined) return others.map(({ jobId }) => jobId)
    const inPlace = results.check(other.jobId) !== undefined
    throw new SheafError({
      code: 'SHEAF_OUTPUT_EXISTS',
      message: inPlace
        ? `The film of job ${other.jobId} (${other.name}) lies at ${outputPath}, and is being looked at.`
        : `Job ${other.jobId} (${other.name}) is being rendered to ${outputPath} already.`,
      hint: inPlace
        ? 'Choose another path with -o, or pass --overwrite.'
        : `Choose another output with -o, or end that job first: sheaf cancel ${other.jobId}`,
    })
  }

  job(text: string): JobView {
    const { jobs } = this.view()
    const exact = jobs.filter((job) => job.jobId === text)
    const found =
      exact.length > 0 ? exact : jobs.filter((job) => job.jobId.startsWith(text) || job.jobId.endsWith(text))
    const [job, ...others] = found
    if (job !== undefined && others.length === 0) return job
    if (job === undefined) {
      throw new SheafError({
        code: 'SHEAF_JOB_NOT_FOUND',
        message: `No job of this farm is called ${text}.`,
        hint: 'List them with: sheaf jobs',
      })
    }
    throw new SheafError({
      code: 'SHEAF_JOB_AMBIGUOUS',
      message: `${found.length} jobs are called ${text}…: ${found.map(({ jobId }) => jobId).join(', ')}.`,
      hint: 'Give more of the id.',
    })
  }

  async jobRequest(text: string): Promise<SubmitRequest> {
    const { jobId, name, submitter } = this.job(text)
    const request = await this.#init.storage.requests.get(jobId as JobId)
    if (request !== undefined) return request
    const who = this.view().peers.find(({ peer }) => peer === submitter)?.name ?? submitter
    throw new SheafError({
      code: 'SHEAF_JOB_NOT_FOUND',
      message: `How job ${jobId} (${name}) was asked for is not known on this machine; ${who} submitted it.`,
      hint: 'Ask there, or say it again: the edit with --edit, and what else the job was given.',
    })
  }

  cancelJob(text: string): Promise<JobView> {
    return this.#change(text, ({ jobId }) => ({ kind: 'job-canceled', payload: { jobId } }))
  }

  pauseJob(text: string, paused: boolean): Promise<JobView> {
    return this.#change(text, ({ jobId }) => ({ kind: 'job-setting', payload: { jobId, paused } }))
  }

  prioritizeJob(text: string, priority: number): Promise<JobView> {
    return this.#change(text, ({ jobId }) => ({ kind: 'job-setting', payload: { jobId, priority } }))
  }

  async requeueJob(text: string): Promise<JobView> {
    const job = this.job(text)
    if (job.status !== 'failed') throw closedError(job, 'Only a failed job can be requeued.')
    const jobId = job.jobId as JobId
    await this.#sign({ kind: 'job-requeued', payload: { jobId, generation: job.generation + 1 } })
    return this.job(jobId)
  }

  async revokeMember(member: string, { reason = '' }: RevokeRequest): Promise<RevocationView> {
    const { trust, self, network } = this.#parts
    const { facts } = this.#init.storage
    const append = (intents: readonly FactIntent[]) => facts.append(intents)
    const components = { trust: trust.trust, self, connected: network.peers(), heads: facts.heads(), append }
    const view = await revokeMember(components, member, reason)
    await trust.settled()
    await this.#parts.host.settled()
    return view
  }

  async pauseAgent(paused: boolean): Promise<AgentView> {
    await this.#init.storage.settings.set({ paused })
    this.#parts.worker.setAccepting(!paused)
    this.#parts.host.announce()
    return this.status()
  }

  bench(again: boolean): Promise<BenchResponse> {
    return this.#parts.ability.bench(again)
  }

  log(lines: number, job?: string): readonly LogLine[] {
    return this.#init.log.lines(lines, job === undefined ? undefined : { jobId: this.job(job).jobId })
  }

  requestStop(): void {
    this.#stop()
  }

  /** On disk and in the farm's state: whoever asks after this sees it. */
  async #sign(intent: FactIntent): Promise<void> {
    await this.#parts.append([intent])
    await this.#parts.trust.settled()
    await this.#parts.host.settled()
  }

  async #change(text: string, intentOf: (job: { readonly jobId: JobId }) => FactIntent): Promise<JobView> {
    const job = this.job(text)
    const ends = intentOf({ jobId: job.jobId as JobId }).kind === 'job-canceled'
    // Giving a failed job up for good frees what was kept for a requeue.
    if (isClosed(job.status) && !(ends && job.status === 'failed'))
      throw closedError(job, 'It cannot be changed any more.')
    const jobId = job.jobId as JobId
    if (jobRecord(this.#parts.host.farm, jobId) === undefined)
      throw closedError(job, 'Its submission is not known here.')
    await this.#sign(intentOf({ jobId }))
    return this.job(jobId)
  }
}

function closedError(job: JobView, what: string): SheafError {
  return new SheafError({
    code: 'SHEAF_JOB_CLOSED',
    message: `Job ${job.jobId} (${job.name}) is ${job.status}. ${what}`,
    hint:
      job.status === 'failed'
        ? `Try what failed again with: sheaf requeue ${job.jobId}`
        : `See what became of it with: sheaf logs ${job.jobId}`,
  })
}
