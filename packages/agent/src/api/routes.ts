import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import {
  AgentViewSchema,
  apiPaths,
  BenchRequestSchema,
  BenchResponseSchema,
  FarmViewSchema,
  JobViewSchema,
  LogLineSchema,
  PresetViewSchema,
  PriorityRequestSchema,
  RevocationViewSchema,
  RevokeRequestSchema,
  SubmitRequestSchema,
  SubmitResponseSchema,
  type BenchRequest,
  type RevokeRequest,
  type SubmitRequest,
} from '@sheaf/protocol'
import type { ApiAgent } from './ports.js'

const answer = (schema: object): { response: { 200: object } } => ({ response: { 200: schema } })
const LogQuerySchema = Type.Object({ lines: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000 })) })

/** Routes about this agent and the farm as it sees it. */
export function registerAgentRoutes(server: FastifyInstance, agent: ApiAgent): void {
  server.get(apiPaths.status, { schema: answer(AgentViewSchema) }, () => agent.status())
  server.get(apiPaths.farm, { schema: answer(FarmViewSchema) }, () => agent.view())
  server.post(apiPaths.pause, { schema: answer(AgentViewSchema) }, () => agent.pauseAgent(true))
  server.post(apiPaths.resume, { schema: answer(AgentViewSchema) }, () => agent.pauseAgent(false))
  server.post(apiPaths.stop, (_request, reply) => {
    // The stop closes every connection, so it waits until the answer is out.
    reply.raw.once('close', () => agent.requestStop())
    return { stopping: true }
  })
  server.post<{ Body: BenchRequest | null }>(
    apiPaths.bench,
    { schema: { body: Type.Union([BenchRequestSchema, Type.Null()]), ...answer(BenchResponseSchema) } },
    (request) => agent.bench(request.body?.again ?? false),
  )
  server.get<{ Querystring: { lines?: number } }>(
    apiPaths.log,
    { schema: { querystring: LogQuerySchema, ...answer(Type.Array(LogLineSchema)) } },
    (request) => agent.log(request.query.lines ?? 200),
  )
}

/** Routes about who is put out of the farm. */
export function registerRevocationRoutes(server: FastifyInstance, agent: ApiAgent): void {
  server.post<{ Params: { member: string }; Body: RevokeRequest }>(
    apiPaths.memberRevoke,
    { schema: { body: RevokeRequestSchema, ...answer(RevocationViewSchema) } },
    (request) => agent.revokeMember(request.params.member, request.body),
  )
}

/** Routes about jobs. */
export function registerJobRoutes(server: FastifyInstance, agent: ApiAgent): void {
  interface ById {
    Params: { jobId: string }
  }
  const one = { schema: answer(JobViewSchema) }
  server.get(apiPaths.jobs, { schema: answer(Type.Array(JobViewSchema)) }, () => agent.view().jobs)
  server.post<{ Body: SubmitRequest }>(
    apiPaths.jobs,
    { schema: { body: SubmitRequestSchema, ...answer(SubmitResponseSchema) } },
    (request) => agent.submit(request.body),
  )
  server.get(apiPaths.presets, { schema: answer(Type.Array(PresetViewSchema)) }, () => agent.presets())
  server.get<ById>(apiPaths.job, one, (request) => agent.job(request.params.jobId))
  server.get<ById>(apiPaths.jobRequest, { schema: answer(SubmitRequestSchema) }, (request) =>
    agent.jobRequest(request.params.jobId),
  )
  server.post<ById>(apiPaths.jobCancel, one, (request) => agent.cancelJob(request.params.jobId))
  server.post<ById>(apiPaths.jobPause, one, (request) => agent.pauseJob(request.params.jobId, true))
  server.post<ById>(apiPaths.jobResume, one, (request) => agent.pauseJob(request.params.jobId, false))
  server.post<ById>(apiPaths.jobRequeue, one, (request) => agent.requeueJob(request.params.jobId))
  server.post<ById & { Body: { priority: number } }>(
    apiPaths.jobPriority,
    { schema: { body: PriorityRequestSchema, ...answer(JobViewSchema) } },
    (request) => agent.prioritizeJob(request.params.jobId, request.body.priority),
  )
  server.get<ById & { Querystring: { lines?: number } }>(
    apiPaths.jobLog,
    { schema: { querystring: LogQuerySchema, ...answer(Type.Array(LogLineSchema)) } },
    (request) => agent.log(request.query.lines ?? 200, request.params.jobId),
  )
}
