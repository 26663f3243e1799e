import Type, { type Static } from 'typebox'
import { roles } from '../statuses.js'

const oneOf = <T extends string>(values: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...values] })
const strict = { additionalProperties: false }

/** This machine's place in its farm, as `GET /v1/membership` tells. */
export const MembershipViewSchema = Type.Object({
  farmName: Type.String(),
  /** What people compare: `k3mf.92hd.tx7q.w0ab`. */
  farmFingerprint: Type.String(),
  peer: Type.String(),
  name: Type.String(),
  role: oneOf(roles),
  expiresAtMs: Type.Number(),
  /** Whether the farm key lies here. */
  holdsFarmKey: Type.Boolean(),
})

/** A machine of the farm. */
export const MemberViewSchema = Type.Object({
  peer: Type.String(),
  name: Type.String(),
  role: oneOf(roles),
  expiresAtMs: Type.Number(),
  connected: Type.Boolean(),
  self: Type.Boolean(),
  /** Put out of the farm. */
  revoked: Type.Optional(Type.Boolean()),
  /** Logs of it that have two branches and count up to there alone. */
  forked: Type.Optional(Type.Integer()),
})

/** A machine that asks to be let in. */
export const KnockViewSchema = Type.Object({
  peer: Type.String(),
  name: Type.String(),
  fingerprint: Type.String(),
  atMs: Type.Number(),
})

/** `GET /v1/members`. */
export const MembersViewSchema = Type.Object({
  farmName: Type.String(),
  farmFingerprint: Type.String(),
  members: Type.Array(MemberViewSchema),
  pending: Type.Array(KnockViewSchema),
})

/** Body of `POST /v1/invitations`. */
export const InviteRequestSchema = Type.Object(
  {
    role: Type.Optional(oneOf(['artist', 'worker', 'admin'] as const)),
    /** Default 900. */
    ttlS: Type.Optional(Type.Integer({ minimum: 10, maximum: 86_400 })),
  },
  strict,
)

/** An invitation: the only time that its code is told. */
export const InvitationViewSchema = Type.Object({
  code: Type.String(),
  role: oneOf(['artist', 'worker', 'admin'] as const),
  expiresAtMs: Type.Number(),
  farmName: Type.String(),
  farmFingerprint: Type.String(),
})

/** Body of `POST /v1/approvals`. `peer` is an id, its end, its fingerprint, or a name that one alone has. */
export const ApproveRequestSchema = Type.Object(
  {
    peer: Type.String({ minLength: 1, maxLength: 255 }),
    role: Type.Optional(oneOf(['artist', 'worker', 'admin'] as const)),
  },
  strict,
)

/** Body of `POST /v1/membership`: what a farm has granted to this machine. */
export const AdoptRequestSchema = Type.Object(
  {
    /** Base64 of the grant as the farm has sent it. */
    grant: Type.String({ minLength: 1, maxLength: 8192 }),
    /** Multiaddr of the agent that granted it. */
    address: Type.Optional(Type.String({ maxLength: 255 })),
  },
  strict,
)

/** Body of `POST /v1/membership/leave`. */
export const LeaveRequestSchema = Type.Object({ force: Type.Optional(Type.Boolean()) }, strict)

export type MembershipView = Static<typeof MembershipViewSchema>
export type MemberView = Static<typeof MemberViewSchema>
export type KnockView = Static<typeof KnockViewSchema>
export type MembersView = Static<typeof MembersViewSchema>
export type InviteRequest = Static<typeof InviteRequestSchema>
export type InvitationView = Static<typeof InvitationViewSchema>
export type ApproveRequest = Static<typeof ApproveRequestSchema>
export type AdoptRequest = Static<typeof AdoptRequestSchema>
export type LeaveRequest = Static<typeof LeaveRequestSchema>
