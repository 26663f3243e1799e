import {
  AgentViewSchema,
  InvitationViewSchema,
  MembershipViewSchema,
  MembersViewSchema,
  MemberViewSchema,
  apiPaths,
  BenchResponseSchema,
  FarmViewSchema,
  JobViewSchema,
  LogLineSchema,
  PresetViewSchema,
  SubmitRequestSchema,
  RevocationViewSchema,
  SubmitResponseSchema,
  type AdoptRequest,
  type AgentView,
  type ApproveRequest,
  type InvitationView,
  type InviteRequest,
  type MembershipView,
  type MembersView,
  type MemberView,
  type BenchResponse,
  type FarmView,
  type JobView,
  type LogLine,
  type PresetView,
  type RevocationView,
  type SubmitRequest,
  type SubmitResponse,
} from '@sheaf/protocol'
import Type from 'typebox'
import { callApi, type AgentAddress } from './call-api.js'
import { checkAnswer } from './check-answer.js'
import { watchFarm, type WatchOptions } from './watch-farm.js'

export type { AgentAddress, WatchOptions }

/** What a client is made of. `timeoutMs` (default 10,000) bounds every call that has no longer one of its own. */
export interface SheafClientInit extends AgentAddress {
  readonly fetch?: typeof fetch | undefined
  readonly timeoutMs?: number | undefined
  /** Reads the agent's address anew; a watch uses it while the agent restarts. */
  readonly rediscover?: (() => Promise<AgentAddress>) | undefined
}

/** What every call takes. An aborted signal makes the call throw the signal's reason. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** `lines`: how many of the newest lines are wanted, 1 to 2,000, default 50. */
export interface LogOptions extends CallOptions {
  readonly lines?: number | undefined
}

const ingestTimeoutMs = 10 * 60_000
const benchTimeoutMs = 5 * 60_000

/**
 * Typed client of an agent's HTTP API: one method an endpoint. Every method throws `SheafError`:
 * SHEAF_AGENT_NOT_RUNNING when nobody answers, SHEAF_TIMEOUT, SHEAF_UNAUTHORIZED, SHEAF_WIRE_MALFORMED
 * for an answer of an unexpected shape, and whatever the agent itself refuses with.
 * `jobId` may be an unambiguous prefix everywhere.
 */
export class SheafClient {
  readonly baseUrl: string
  readonly #address: AgentAddress
  readonly #fetch: typeof fetch
  readonly #timeoutMs: number
  readonly #rediscover: (() => Promise<AgentAddress>) | undefined

  constructor(init: SheafClientInit) {
    this.baseUrl = init.baseUrl.replace(/\/+$/, '')
    this.#address = { baseUrl: this.baseUrl, token: init.token }
    this.#fetch = init.fetch ?? fetch
    this.#timeoutMs = init.timeoutMs ?? 10_000
    this.#rediscover = init.rediscover
  }

  /** This agent: name, addresses, scores. */
  async status(options?: CallOptions): Promise<AgentView> {
    return checkAnswer(AgentViewSchema, await this.#get(apiPaths.status, options), apiPaths.status)
  }

  /** The whole farm as this agent sees it now. */
  async farm(options?: CallOptions): Promise<FarmView> {
    return checkAnswer(FarmViewSchema, await this.#get(apiPaths.farm, options), apiPaths.farm)
  }

  /** The farm at once and on every change; see `watchFarm` for reconnection. */
  watchFarm(options?: WatchOptions): AsyncIterable<FarmView> {
    const components = {
      fetcher: this.#fetch,
      address: this.#address,
      rediscover: this.#rediscover,
      timeoutMs: this.#timeoutMs,
    }
    return watchFarm(components, options)
  }

  /** Every job the farm knows. */
  async jobs(options?: CallOptions): Promise<readonly JobView[]> {
    return checkAnswer(Type.Array(JobViewSchema), await this.#get(apiPaths.jobs, options), apiPaths.jobs)
  }

  /** One job. SHEAF_JOB_NOT_FOUND, SHEAF_JOB_AMBIGUOUS. */
  async job(jobId: string, options?: CallOptions): Promise<JobView> {
    const path = withJob(apiPaths.job, jobId)
    return checkAnswer(JobViewSchema, await this.#get(path, options), path)
  }

  /** How a job was asked for; only the agent that it was submitted to knows. SHEAF_JOB_NOT_FOUND, SHEAF_JOB_AMBIGUOUS. */
  async jobRequest(jobId: string, options?: CallOptions): Promise<SubmitRequest> {
    const path = withJob(apiPaths.jobRequest, jobId)
    return checkAnswer(SubmitRequestSchema, await this.#get(path, options), path)
  }

  /** Submits an edit; when this returns the job is on disk. Takes as long as it takes to read the media. */
  async submit(request: SubmitRequest, options?: CallOptions): Promise<SubmitResponse> {
    const answer = await this.#post(apiPaths.jobs, request, options, ingestTimeoutMs)
    return checkAnswer(SubmitResponseSchema, answer, apiPaths.jobs)
  }

  /** What films can be encoded to: the shipped presets and the studio's own. */
  async presets(options?: CallOptions): Promise<readonly PresetView[]> {
    return checkAnswer(Type.Array(PresetViewSchema), await this.#get(apiPaths.presets, options), apiPaths.presets)
  }

  /** Cancels a job for good. SHEAF_JOB_CLOSED when it has ended already. */
  cancelJob(jobId: string, options?: CallOptions): Promise<JobView> {
    return this.#change(apiPaths.jobCancel, jobId, options)
  }

  /** Leases no more of this job until it is resumed. */
  pauseJob(jobId: string, options?: CallOptions): Promise<JobView> {
    return this.#change(apiPaths.jobPause, jobId, options)
  }

  resumeJob(jobId: string, options?: CallOptions): Promise<JobView> {
    return this.#change(apiPaths.jobResume, jobId, options)
  }

  /** Starts the job's next generation. */
  requeueJob(jobId: string, options?: CallOptions): Promise<JobView> {
    return this.#change(apiPaths.jobRequeue, jobId, options)
  }

  /** Sets a job's priority, 0–100. */
  setPriority(jobId: string, priority: number, options?: CallOptions): Promise<JobView> {
    return this.#change(apiPaths.jobPriority, jobId, options, { priority })
  }

  /** The newest lines about one job, oldest first. */
  jobLog(jobId: string, options?: LogOptions): Promise<readonly LogLine[]> {
    return this.#log(withJob(apiPaths.jobLog, jobId), options)
  }

  /** Takes no more segments on this machine until it is resumed. */
  async pauseAgent(options?: CallOptions): Promise<AgentView> {
    return checkAnswer(AgentViewSchema, await this.#post(apiPaths.pause, undefined, options), apiPaths.pause)
  }

  async resumeAgent(options?: CallOptions): Promise<AgentView> {
    return checkAnswer(AgentViewSchema, await this.#post(apiPaths.resume, undefined, options), apiPaths.resume)
  }

  /** Asks the agent to stop in good order; it may still run for a moment after the answer. */
  async stopAgent(options?: CallOptions): Promise<void> {
    await this.#post(apiPaths.stop, undefined, options)
  }

  /** The score of this machine; `again` measures even when one is kept. */
  async bench(options?: CallOptions & { readonly again?: boolean | undefined }): Promise<BenchResponse> {
    const answer = await this.#post(apiPaths.bench, { again: options?.again ?? false }, options, benchTimeoutMs)
    return checkAnswer(BenchResponseSchema, answer, apiPaths.bench)
  }

  /** This machine's place in its farm. */
  async membership(options?: CallOptions): Promise<MembershipView> {
    return checkAnswer(MembershipViewSchema, await this.#get(apiPaths.membership, options), apiPaths.membership)
  }

  /** Who is in the farm, and who asks to be. */
  async members(options?: CallOptions): Promise<MembersView> {
    return checkAnswer(MembersViewSchema, await this.#get(apiPaths.members, options), apiPaths.members)
  }

  /** Makes a code with which one machine may join. SHEAF_NOT_ALLOWED, SHEAF_FARM_KEY_MISSING. */
  async invite(request: InviteRequest, options?: CallOptions): Promise<InvitationView> {
    const answer = await this.#post(apiPaths.invitations, request, options)
    return checkAnswer(InvitationViewSchema, answer, apiPaths.invitations)
  }

  /** Lets a machine in that has knocked. SHEAF_MEMBER_UNKNOWN, SHEAF_NOT_ALLOWED, SHEAF_FARM_KEY_MISSING. */
  async approve(request: ApproveRequest, options?: CallOptions): Promise<MemberView> {
    return checkAnswer(MemberViewSchema, await this.#post(apiPaths.approvals, request, options), apiPaths.approvals)
  }

  /** Hands the agent what a farm has granted to it; it then begins anew in that farm. SHEAF_ALREADY_MEMBER. */
  async adopt(request: AdoptRequest, options?: CallOptions): Promise<MembershipView> {
    return checkAnswer(
      MembershipViewSchema,
      await this.#post(apiPaths.membership, request, options),
      apiPaths.membership,
    )
  }

  /** Takes the machine out of its farm; its agent stops. SHEAF_NOT_ALLOWED without `force` when that would lose something. */
  async leave(options?: CallOptions & { readonly force?: boolean | undefined }): Promise<void> {
    await this.#post(apiPaths.leave, { force: options?.force ?? false }, options)
  }

  /** Puts a member out of the farm for good. SHEAF_MEMBER_UNKNOWN, SHEAF_MEMBER_REVOKED, SHEAF_NOT_ALLOWED. */
  async revokeMember(
    member: string,
    options: CallOptions & { readonly reason?: string | undefined } = {},
  ): Promise<RevocationView> {
    const path = apiPaths.memberRevoke.replace(':member', encodeURIComponent(member))
    const request = options.reason === undefined ? {} : { reason: options.reason }
    return checkAnswer(RevocationViewSchema, await this.#post(path, request, options), path)
  }

  /** The newest lines of this agent's log, oldest first. */
  agentLog(options?: LogOptions): Promise<readonly LogLine[]> {
    return this.#log(apiPaths.log, options)
  }

  /** The API's own description. */
  openapi(options?: CallOptions): Promise<unknown> {
    return this.#get(apiPaths.openapi, options)
  }

  async #change(template: string, jobId: string, options?: CallOptions, body?: unknown): Promise<JobView> {
    const path = withJob(template, jobId)
    return checkAnswer(JobViewSchema, await this.#post(path, body, options), path)
  }

  async #log(path: string, options: LogOptions = {}): Promise<readonly LogLine[]> {
    const { lines = 50 } = options
    const answer = await this.#get(`${path}?lines=${lines}`, options)
    return checkAnswer(Type.Array(LogLineSchema), answer, path)
  }

  #get(path: string, options: CallOptions | undefined): Promise<unknown> {
    const call = { method: 'GET', path, timeoutMs: this.#timeoutMs, signal: options?.signal } as const
    return callApi(this.#fetch, this.#address, call)
  }

  #post(path: string, body: unknown, options: CallOptions | undefined, timeoutMs = this.#timeoutMs): Promise<unknown> {
    const call = { method: 'POST', path, body, timeoutMs, signal: options?.signal } as const
    return callApi(this.#fetch, this.#address, call)
  }
}

function withJob(path: string, jobId: string): string {
  return path.replace(':jobId', encodeURIComponent(jobId))
}
