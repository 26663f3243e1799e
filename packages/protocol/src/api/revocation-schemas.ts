import Type, { type Static } from 'typebox'

/** Body of `POST /v1/members/:member/revoke`. */
export const RevokeRequestSchema = Type.Object(
  { reason: Type.Optional(Type.String({ maxLength: 1000 })) },
  { additionalProperties: false },
)

/** A member that was put out, and what of it stays. */
export const RevocationViewSchema = Type.Object({
  peer: Type.String(),
  name: Type.String(),
  role: Type.String(),
  /** Facts of it that count. */
  facts: Type.Integer(),
  /** Names of those whom it had let in and who stay. */
  keeps: Type.Array(Type.String()),
})

export type RevokeRequest = Static<typeof RevokeRequestSchema>
export type RevocationView = Static<typeof RevocationViewSchema>
