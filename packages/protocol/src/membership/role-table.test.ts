import { describe, expect, it } from 'vitest'
import { roles } from '../statuses.js'
import { factPayloadFromWire, isKnownFactKind } from '../wire/fact-payload-codec.js'
import { allowanceOf, roleTable } from './role-table.js'

/** The table as a person reads it; a change of what a role may say is a change here. Columns: roles, in their order. */
const written = `
  message heartbeat          yes        yes        yes        ability
  message lease              yes        yes        yes        no
  message revoke             yes        yes        yes        no
  message segment-report     yes        yes        yes        yes
  message offer              yes        yes        yes        yes
  message offer-reply        yes        yes        yes        no
  message goodbye            yes        yes        yes        yes
  message introduction       yes        yes        yes        no
  facts   heads              yes        yes        yes        no
  facts   facts              yes        yes        yes        no
  facts   ack                yes        yes        yes        no
  fact    job-submitted      yes        yes        no         no
  fact    job-setting        yes        yes        no         no
  fact    job-requeued       yes        yes        no         no
  fact    job-canceled       yes        yes        no         no
  fact    job-failed         yes        yes        yes        no
  fact    job-completed      yes        yes        yes        no
  fact    home-assigned      yes        yes        yes        no
  fact    segments-landed    yes        yes        yes        no
  fact    segments-retracted yes        yes        yes        no
  fact    segment-failed     yes        yes        yes        no
  fact    member-certified   yes        yes        yes        no
  fact    member-revoked     yes        own        own        no
  fact    log-forked         yes        yes        yes        no
  blob    blob               yes        yes        yes        capability
  blob    asset-block        yes        yes        yes        capability
`

describe('the role table', () => {
  it('lets each role say what is written, and nothing else', () => {
    const lines = Object.entries(roleTable).flatMap(([protocol, kinds]) =>
      Object.keys(kinds).map((kind) => {
        const cells = roles.map((role) => allowanceOf(protocol as 'fact', kind as 'job-failed', role))
        return [protocol, kind, ...cells].join(' ')
      }),
    )
    const expected = written
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/ +/).join(' '))
    expect(lines).toEqual(expected)
  })

  it('speaks of every kind of fact that this version reads', () => {
    for (const kind of Object.keys(roleTable.fact)) {
      expect(isKnownFactKind(kind)).toBe(true)
      if (isKnownFactKind(kind)) expect(() => factPayloadFromWire(kind, new Uint8Array([255]))).toThrow()
    }
  })
})
