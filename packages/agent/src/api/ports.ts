import type {
  AdoptRequest,
  AgentView,
  ApproveRequest,
  BenchResponse,
  FarmView,
  InvitationView,
  InviteRequest,
  JobView,
  LeaveRequest,
  LogLine,
  MembershipView,
  MembersView,
  MemberView,
  PresetView,
  RevocationView,
  RevokeRequest,
  SubmitRequest,
  SubmitResponse,
} from '@sheaf/protocol'

/** The agent as its HTTP API sees it. `job` is a full id or an unambiguous prefix. */
export interface ApiAgent {
  status(): AgentView
  view(): FarmView
  presets(): Promise<PresetView[]>
  /** Calls back when the view may have changed; returns the way to stop it. */
  onChange(listener: () => void): () => void
  submit(request: SubmitRequest): Promise<SubmitResponse>
  job(job: string): JobView
  /** How a job that was submitted on this machine was asked for. */
  jobRequest(job: string): Promise<SubmitRequest>
  cancelJob(job: string): Promise<JobView>
  pauseJob(job: string, paused: boolean): Promise<JobView>
  requeueJob(job: string): Promise<JobView>
  prioritizeJob(job: string, priority: number): Promise<JobView>
  /** Puts a member out; `member` is its name, its peer id or the end of it. */
  revokeMember(member: string, request: RevokeRequest): Promise<RevocationView>
  pauseAgent(paused: boolean): Promise<AgentView>
  readonly membership: ApiMembership
  bench(again: boolean): Promise<BenchResponse>
  log(lines: number, job?: string): readonly LogLine[]
  /** Begins to stop; the answer is sent before the agent is gone. */
  requestStop(): void
}

/** The farm's door, as the HTTP API sees it. */
export interface ApiMembership {
  standing(): Promise<MembershipView>
  members(): MembersView
  invite(request: InviteRequest): Promise<InvitationView>
  approve(request: ApproveRequest): Promise<MemberView>
  /** Stores what a farm has granted; counts after `restart`. */
  adopt(request: AdoptRequest): Promise<MembershipView>
  /** Takes this machine out of its farm; `end` must follow. */
  leave(request: LeaveRequest): Promise<void>
  /** Begins anew in the farm that was adopted. */
  restart(): void
  /** Begins to stop. */
  end(): void
}
