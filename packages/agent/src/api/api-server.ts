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
import { isToken } from './api-token.js'
import type { ApiAgent } from './ports.js'
import { registerEvents } from './events.js'
import { registerMembershipRoutes } from './membership-routes.js'
import { registerAgentRoutes, registerJobRoutes } from './routes.js'

export interface ApiServerInit {
  readonly token: string
  readonly host: string
  readonly port: number
  readonly version: string
}

/** HTTP status of the errors that are not simply a bad request. */
const statusOf: Partial<Record<SheafErrorCode, number>> = {
  SHEAF_UNAUTHORIZED: 401,
  SHEAF_NOT_ALLOWED: 403,
  SHEAF_FARM_KEY_MISSING: 403,
  SHEAF_JOB_NOT_FOUND: 404,
  SHEAF_MEMBER_UNKNOWN: 404,
  SHEAF_ALREADY_MEMBER: 409,
  SHEAF_EDIT_NOT_FOUND: 404,
  SHEAF_JOB_CLOSED: 409,
  SHEAF_OUTPUT_EXISTS: 409,
  SHEAF_DISK_FULL: 507,
  SHEAF_INTERNAL: 500,
}

/** The local HTTP API: loopback, token, one schema per body, an OpenAPI document. */
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
    const server = fastify({ bodyLimit: 1 << 20, forceCloseConnections: true, logger: false })
    this.#server = server
    await server.register(swagger, {
      openapi: { info: { title: 'Sheaf agent', version: this.#init.version, description: 'The API of one agent.' } },
    })
    server.addHook('onRequest', async (request) => {
      guardHost(request.headers.host, request.headers.origin)
      if (!isToken(this.#init.token, request.headers.authorization)) throw unauthorized()
    })
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
      registerEvents(scope, this.#agent)
      scope.get(apiPaths.openapi, { schema: { hide: true } }, () => server.swagger())
    })
    await this.#listen(server)
  }

  async stop(): Promise<void> {
    await this.#server?.close()
    this.#server = undefined
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

/** A page in a browser must not reach the API through a name that it rebinds, nor from another origin. */
function guardHost(host: string | undefined, origin: string | undefined): void {
  const name = (host ?? '').replace(/:\d+$/, '')
  const local = name === '127.0.0.1' || name === 'localhost' || name === '[::1]'
  const sameOrigin = origin === undefined || origin === `http://${host}`
  if (!local || !sameOrigin) throw unauthorized()
}

function unauthorized(): SheafError {
  return new SheafError({
    code: 'SHEAF_UNAUTHORIZED',
    message: 'The request has no valid token, or does not come from this machine.',
    hint: 'The token lies in run/api-token in the agent’s store; the sheaf command reads it by itself.',
  })
}

function describe(error: FastifyError): SheafErrorJson {
  if (isSheafError(error)) return error.toJSON()
  if (error.validation !== undefined || (error.statusCode ?? 500) < 500) {
    return { code: 'SHEAF_REQUEST_INVALID', message: error.message }
  }
  return toSheafError(error, { code: 'SHEAF_INTERNAL', message: `The agent failed: ${error.message}` }).toJSON()
}
