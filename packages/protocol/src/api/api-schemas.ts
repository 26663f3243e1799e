import Type, { type Static } from 'typebox'
import { colourChoices, type ColourChoice } from '../colour-choice.js'
import { agentStatuses } from '../statuses.js'

/** What `POST /v1/jobs` takes. Paths are absolute on the machine of the agent that is asked. */
export const SubmitRequestSchema = Type.Object(
  {
    editPath: Type.String({ minLength: 1, maxLength: 4096 }),
    outputPath: Type.String({ minLength: 1, maxLength: 4096 }),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    /** Preset, or the absolute path of its `.json` file, with optional settings: `h264`, `h264:crf=23,speed=fast`. */
    preset: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** One contiguous frame range, inclusive: `100-199`. */
    frames: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    segmentFrames: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    /** `1920x1080`; the first clip's size when absent. */
    size: Type.Optional(Type.String({ pattern: '^[0-9]{1,5}x[0-9]{1,5}$' })),
    overwrite: Type.Optional(Type.Boolean()),
    /** Leave out what this version does not know, with a warning each. */
    dropUnknown: Type.Optional(Type.Boolean()),
    /** Subtitles that are to be seen in the film: `.srt`, `.vtt`, `.ass`, `.ssa`. */
    subtitles: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** The font of subtitles that name none. */
    subtitleFont: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    /** Font files, and folders of them, that are looked through before the system's. */
    fonts: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { maxItems: 100 })),
    /** Where media are that the edit looks for elsewhere; `to` is absolute. */
    mediaRoots: Type.Optional(
      Type.Array(
        Type.Object(
          {
            from: Type.String({ minLength: 1, maxLength: 4096 }),
            to: Type.String({ minLength: 1, maxLength: 4096 }),
          },
          { additionalProperties: false },
        ),
        { maxItems: 64 },
      ),
    ),
    /** Show a slate instead of a medium that is missing, with a warning each. */
    allowMissing: Type.Optional(Type.Boolean()),
    /** Half the size, and fast rather than good. */
    draft: Type.Optional(Type.Boolean()),
    /** The index before the pictures, so that the film plays while it is loaded. */
    faststart: Type.Optional(Type.Boolean()),
    /** The edit's markers as chapters. */
    chapters: Type.Optional(Type.Boolean()),
    /**
     * Render without loss, and encode the film once, on the submitter's machine; false: never. Chosen by who of the
     * farm could take part when absent.
     */
    intermediate: Type.Optional(Type.Boolean()),
    /** Colours of the film; `auto`, the default: those of its footage. */
    colour: Type.Optional(Type.Unsafe<ColourChoice>({ type: 'string', enum: [...colourChoices] })),
    /** Speakers of the film's sound; stereo when absent. */
    channels: Type.Optional(
      Type.Unsafe<'mono' | 'stereo' | '5.1'>({ type: 'string', enum: ['mono', 'stereo', '5.1'] }),
    ),
    /** Loudness of the whole film in LUFS; as it is when absent. */
    loudness: Type.Optional(Type.Number({ minimum: -100, maximum: 0 })),
    /** Highest true peak in dBTP, with a loudness; −1 when absent. */
    truePeak: Type.Optional(Type.Number({ minimum: -100, maximum: 0 })),
    /** A file for each audio track, beside the film. */
    stems: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/** Answer to a submission: the job exists from here on, whatever crashes. */
export const SubmitResponseSchema = Type.Object({
  jobId: Type.String(),
  frames: Type.Integer(),
  segments: Type.Integer(),
  /** Seconds of a job of sound alone, which has no frames. */
  soundS: Type.Optional(Type.Number()),
  warnings: Type.Array(Type.String()),
})

/** A preset, as `GET /v1/presets` tells. */
export const PresetViewSchema = Type.Object({
  name: Type.String(),
  summary: Type.String(),
  /** File name endings of outputs. */
  endings: Type.Array(Type.String()),
  /** Options with their bounds and what they are now: `crf=0-51 (20)`. */
  options: Type.Array(Type.String()),
  /** The preset as a file, to be copied and changed. */
  file: Type.String(),
  /** Where one of the studio's own lies. */
  path: Type.Optional(Type.String()),
  /** Why it cannot be used on this machine. */
  problem: Type.Optional(Type.String()),
})

/** This agent, as `GET /v1/status` tells. */
export const AgentViewSchema = Type.Object({
  peer: Type.String(),
  name: Type.String(),
  version: Type.String(),
  pid: Type.Integer(),
  status: Type.Unsafe<(typeof agentStatuses)[number]>({ type: 'string', enum: [...agentStatuses] }),
  paused: Type.Boolean(),
  uptimeMs: Type.Number(),
  storePath: Type.String(),
  addresses: Type.Array(Type.String()),
  slots: Type.Integer(),
  scores: Type.Record(Type.String(), Type.Number()),
  fingerprints: Type.Record(Type.String(), Type.String()),
  peers: Type.Integer(),
  openJobs: Type.Integer(),
})

/** Result of `POST /v1/agent/bench`. */
export const BenchResponseSchema = Type.Object({
  engine: Type.String(),
  score: Type.Number(),
  framesPerS: Type.Number(),
  slots: Type.Integer(),
  cached: Type.Boolean(),
})

/** Body of `POST /v1/agent/bench`. */
export const BenchRequestSchema = Type.Object({ again: Type.Optional(Type.Boolean()) }, { additionalProperties: false })

/** Body of `POST /v1/jobs/:jobId/priority`. */
export const PriorityRequestSchema = Type.Object(
  { priority: Type.Integer({ minimum: 0, maximum: 100 }) },
  { additionalProperties: false },
)

/** One line of a log: `atMs` wall time, `fields` whatever the event carries. */
export const LogLineSchema = Type.Object({
  atMs: Type.Number(),
  level: Type.String(),
  scope: Type.String(),
  message: Type.String(),
  fields: Type.Record(Type.String(), Type.Unknown()),
})

/** The body of every error answer. */
export const ErrorResponseSchema = Type.Object({
  code: Type.String(),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})

export type SubmitRequest = Static<typeof SubmitRequestSchema>
export type SubmitResponse = Static<typeof SubmitResponseSchema>
export type PresetView = Static<typeof PresetViewSchema>
export type AgentView = Static<typeof AgentViewSchema>
export type BenchResponse = Static<typeof BenchResponseSchema>
export type BenchRequest = Static<typeof BenchRequestSchema>
export type LogLine = Static<typeof LogLineSchema>

/** Paths of the HTTP API. `:jobId` accepts a full id or an unambiguous prefix. */
export const apiPaths = {
  status: '/v1/status',
  farm: '/v1/farm',
  events: '/v1/events',
  jobs: '/v1/jobs',
  presets: '/v1/presets',
  job: '/v1/jobs/:jobId',
  jobRequest: '/v1/jobs/:jobId/request',
  jobCancel: '/v1/jobs/:jobId/cancel',
  jobPause: '/v1/jobs/:jobId/pause',
  jobResume: '/v1/jobs/:jobId/resume',
  jobRequeue: '/v1/jobs/:jobId/requeue',
  jobPriority: '/v1/jobs/:jobId/priority',
  jobLog: '/v1/jobs/:jobId/log',
  memberRevoke: '/v1/members/:member/revoke',
  pause: '/v1/agent/pause',
  resume: '/v1/agent/resume',
  stop: '/v1/agent/stop',
  bench: '/v1/agent/bench',
  log: '/v1/agent/log',
  membership: '/v1/membership',
  leave: '/v1/membership/leave',
  members: '/v1/members',
  invitations: '/v1/invitations',
  approvals: '/v1/approvals',
  openapi: '/v1/openapi.json',
} as const

/** What an agent writes beside its store so that programs on the same machine find it; the token lies in a file of its own. */
export interface AgentRunFile {
  readonly pid: number
  readonly peer: string
  readonly apiPort: number
  readonly startedAtMs: number
}
