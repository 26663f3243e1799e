import type {
  AgentView,
  BenchResponse,
  FarmView,
  JobView,
  LogLine,
  PresetView,
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
  pauseAgent(paused: boolean): Promise<AgentView>
  bench(again: boolean): Promise<BenchResponse>
  log(lines: number, job?: string): readonly LogLine[]
  /** Begins to stop; the answer is sent before the agent is gone. */
  requestStop(): void
}
