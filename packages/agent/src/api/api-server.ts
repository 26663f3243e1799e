import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import {
  apiPaths,
  isSheafError,
  SheafError,
  toSheafError,
  type SheafErrorCode,
  type SheafErrorJson,
} from '@sheaf/protocol'
import type { ApiTls } from './api-place.js'
import { isToken } from './api-token.js'
import type { ApiAgent } from './ports.js'
import { registerEvents } from './events.js'
import { registerMembershipRoutes } from './membership-routes.js'
import { guardRequest, namesOf } from './request-guard.js'
import { registerAgentRoutes, registerJobRoutes, registerRevocationRoutes } from './routes.js'

export interface ApiServerInit {
  readonly token: string
  readonly host: string
  readonly port: number
  readonly version: string
  /** Speaks HTTPS with these. */
  readonly tls?: ApiTls | undefined
  /** Requests in 10 s of whoever has the token; others may ask a tenth of that. Default 5,000. */
  readonly requestsPer10s?: number | undefined
}

const defaultRequests = 5_000
const rateWindowMs = 10_000
const maxConnections = 512
/** A request that takes longer to say is no request. */
const requestTimeoutMs = 30_000

/** HTTP status of the errors that are not simply a bad request. */
const statusOf: Partial<Record<SheafErrorCode, number>> = {
  SHEAF_UNAUTHORIZED: 401,
  SHEAF_NOT_ALLOWED: 403,
  SHEAF_FARM_KEY_MISSING: 403,
  SHEAF_RATE_LIMITED: 429,
  SHEAF_MEMBER_REVOKED: 409,
  SHEAF_JOB_NOT_FOUND: 404,
  SHEAF_MEMBER_UNKNOWN: 404,
  SHEAF_ALREADY_MEMBER: 409,
  SHEAF_EDIT_NOT_FOUND: 404,
  SHEAF_JOB_CLOSED: 409,
  SHEAF_OUTPUT_EXISTS: 409,
  SHEAF_DISK_FULL: 507,
  SHEAF_INTERNAL: 500,
}

/** The HTTP API: loopback unless told otherwise, token, limits, one schema per body, an OpenAPI document. */
export class ApiServer {
  readonly #agent: ApiAgent
  readonly #init: ApiServerInit
  #server: FastifyInstance | undefined
  #port = 0

  constructor(agent: ApiAgent, init: ApiServerInit) {
    this.#agent = agent
    this.#init = init
  }

  get port(): number {
    return this.#port
  }

  /** `SHEAF_PORT_IN_USE` when another program listens there. */
  async start(): Promise<void> {
    const { tls, token, host } = this.#init
    const limits = { bodyLimit: 1 << 20, requestTimeout: requestTimeoutMs }
    const server = fastify({
      ...limits,
      forceCloseConnections: true,
      logger: false,
      https: tls === undefined ? null : { ...tls },
    }) as unknown as FastifyInstance
    server.server.maxConnections = maxConnections
    this.#server = server
    await this.#limitRate(server)
    await server.register(swagger, {
      openapi: { info: { title: 'Sheaf agent', version: this.#init.version, description: 'The API of one agent.' } },
    })
    const guard = { token, scheme: tls === undefined ? ('http' as const) : ('https' as const), names: namesOf(host) }
    server.addHook('onRequest', async (request) => guardRequest(guard, request.headers))
    server.setErrorHandler((error: FastifyError, _request, reply) => {
      const known = describe(error)
      return reply.status(statusOf[known.code as SheafErrorCode] ?? 400).send(known)
    })
    server.setNotFoundHandler((request, reply) =>
      reply
        .status(404)
        .send({ code: 'SHEAF_REQUEST_INVALID', message: `There is no ${request.method} ${request.url} here.` }),
    )
    await server.register(async (scope) => {
      registerAgentRoutes(scope, this.#agent)
      registerJobRoutes(scope, this.#agent)
      registerMembershipRoutes(scope, this.#agent.membership)
      registerRevocationRoutes(scope, this.#agent)
      registerEvents(scope, this.#agent)
      scope.get(apiPaths.openapi, { schema: { hide: true } }, () => server.swagger())
    })
    await this.#listen(server)
  }

  async stop(): Promise<void> {
    await this.#server?.close()
    this.#server = undefined
  }

  /** Who has the token counts for itself: a page that floods the API with refusals stops nobody else. */
  async #limitRate(server: FastifyInstance): Promise<void> {
    const { token, requestsPer10s: max = defaultRequests } = this.#init
    await server.register(rateLimit, {
      global: false,
      timeWindow: rateWindowMs,
      keyGenerator: ({ headers, ip }) => (isToken(token, headers.authorization) ? 'holder' : `stranger ${ip}`),
      max: (_request, key) => (key === 'holder' ? max : Math.ceil(max / 10)),
      errorResponseBuilder: () =>
        new SheafError({
          code: 'SHEAF_RATE_LIMITED',
          message: 'Too many requests at once.',
          hint: 'Ask again in ten seconds; to follow the farm, GET /v1/events tells what changes.',
        }),
    })
    // Before anything else is looked at, also where there is no such route.
    server.addHook('onRequest', server.rateLimit())
  }

  async #listen(server: FastifyInstance): Promise<void> {
    const { host, port } = this.#init
    try {
      await server.listen({ host, port })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
      throw new SheafError({
        code: 'SHEAF_PORT_IN_USE',
        message: `Port ${port} on ${host}, meant for the API, is in use by another program.`,
        hint: 'Is an agent running already (sheaf status)? Else choose another port with --api-port.',
        cause,
      })
    }
    const address = server.server.address()
    this.#port = typeof address === 'object' && address !== null ? address.port : port
  }
}

function describe(error: FastifyError): SheafErrorJson {
  if (isSheafError(error)) return error.toJSON()
  if (error.validation !== undefined || (error.statusCode ?? 500) < 500) {
    return { code: 'SHEAF_REQUEST_INVALID', message: error.message }
  }
  return toSheafError(error, { code: 'SHEAF_INTERNAL', message: `The agent failed: ${error.message}` }).toJSON()
}
