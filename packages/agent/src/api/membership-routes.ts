import type { FastifyInstance } from 'fastify'
import {
  AdoptRequestSchema,
  apiPaths,
  ApproveRequestSchema,
  InvitationViewSchema,
  InviteRequestSchema,
  LeaveRequestSchema,
  MembershipViewSchema,
  MembersViewSchema,
  MemberViewSchema,
  type AdoptRequest,
  type ApproveRequest,
  type InviteRequest,
  type LeaveRequest,
} from '@sheaf/protocol'
import type { ApiMembership } from './ports.js'

const answer = (schema: object): { response: { 200: object } } => ({ response: { 200: schema } })

/** Routes about who is in the farm. */
export function registerMembershipRoutes(server: FastifyInstance, farm: ApiMembership): void {
  server.get(apiPaths.membership, { schema: answer(MembershipViewSchema) }, () => farm.standing())
  server.get(apiPaths.members, { schema: answer(MembersViewSchema) }, () => farm.members())
  server.post<{ Body: InviteRequest }>(
    apiPaths.invitations,
    { schema: { body: InviteRequestSchema, ...answer(InvitationViewSchema) } },
    (request) => farm.invite(request.body),
  )
  server.post<{ Body: ApproveRequest }>(
    apiPaths.approvals,
    { schema: { body: ApproveRequestSchema, ...answer(MemberViewSchema) } },
    (request) => farm.approve(request.body),
  )
  server.post<{ Body: AdoptRequest }>(
    apiPaths.membership,
    { schema: { body: AdoptRequestSchema, ...answer(MembershipViewSchema) } },
    async (request, reply) => {
      const standing = await farm.adopt(request.body)
      // The restart closes every connection, so it waits until the answer is out.
      reply.raw.once('close', () => farm.restart())
      return standing
    },
  )
  server.post<{ Body: LeaveRequest }>(
    apiPaths.leave,
    { schema: { body: LeaveRequestSchema } },
    async (request, reply) => {
      await farm.leave(request.body)
      reply.raw.once('close', () => farm.end())
      return { left: true }
    },
  )
}
