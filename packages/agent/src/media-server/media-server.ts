import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SheafError } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import { spanOf } from './byte-range.js'
import { ReadsSecret, readsIdOf } from './reads-secret.js'
import { sendSpan, type ReadFrom } from './send-span.js'

/** A file as a tool reads it through the server. */
export interface ServedFile {
  readonly sizeBytes: number
  readonly read: ReadFrom
}

/** The right to read some files, for as long as one render lasts. */
export interface MediaReads {
  /** Address of a file for ffmpeg's `-i`; undefined for what is not among them. */
  urlOf(name: string): string | undefined
  /** What the tool needs in its environment to be let in. */
  readonly environment: Readonly<Record<string, string>>
  /** Aborts with the error of the first read that failed: what the tool makes after that is worthless. */
  readonly failed: AbortSignal
  /** Ends the right, and every read that is under way. Idempotent. */
  close(): void
}

interface Grant {
  readonly files: ReadonlyMap<string, ServedFile>
  readonly secret: ReadsSecret
  readonly failed: AbortController
  readonly closed: AbortController
}

/** A name that no machine has: the tool reaches it through its proxy, which is this server, or not at all. */
const host = 'media.invalid'
/** More than all slots open at once. */
const connectionsAtMost = 1024

/**
 * Lets ffmpeg read files of which only some blocks are on this machine: it asks for byte ranges over HTTP on loopback,
 * and what is missing is fetched meanwhile. A tool cannot take a hole for content here: it gets the very bytes, or
 * waits, or its render fails.
 */
export class MediaServer {
  readonly #log: Log
  readonly #grants = new Map<string, Grant>()
  #server: Promise<Server> | undefined
  #count = 0

  constructor({ log }: { readonly log: Log }) {
    this.#log = log
  }

  /** Begins to listen with the first files that are opened. Names are of `a-z` and `0-9`. */
  async open(files: ReadonlyMap<string, ServedFile>): Promise<MediaReads> {
    this.#server ??= this.#listen()
    const { port } = (await this.#server).address() as AddressInfo
    const id = `r${this.#count++}`
    const grant: Grant = {
      files,
      secret: new ReadsSecret(id),
      failed: new AbortController(),
      closed: new AbortController(),
    }
    this.#grants.set(id, grant)
    return {
      urlOf: (name) => (files.has(name) ? `http://${host}/${name}` : undefined),
      environment: grant.secret.environment(port),
      failed: grant.failed.signal,
      close: () => {
        this.#grants.delete(id)
        grant.closed.abort(new Error('the render is over'))
      },
    }
  }

  /** Idempotent. Reads that are under way fail: stop what renders first. */
  async stop(): Promise<void> {
    const reason = new SheafError({ code: 'SHEAF_AGENT_NOT_RUNNING', message: 'The agent stops.' })
    for (const grant of this.#grants.values()) grant.failed.abort(reason)
    this.#grants.clear()
    const listening = this.#server
    this.#server = undefined
    const server = await listening?.catch(() => undefined)
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  async #listen(): Promise<Server> {
    const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        this.#log.debug({ error }, 'a read of a medium ended early')
        response.destroy()
      })
    })
    server.maxConnections = connectionsAtMost
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { 'proxy-authorization': authorization, range } = request.headers
    const grant = this.#grants.get(readsIdOf(authorization) ?? '')
    if (grant === undefined || !grant.secret.isKnownTo(authorization)) return refuse(response, 407)
    const file = request.method === 'GET' ? grant.files.get(nameIn(request.url)) : undefined
    if (file === undefined) return refuse(response, 404)
    const span = spanOf(range, file.sizeBytes)
    if (span === undefined) return refuse(response, 416)
    response.writeHead(206, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': span.to - span.from,
      'Content-Range': `bytes ${span.from}-${span.to - 1}/${file.sizeBytes}`,
      'Accept-Ranges': 'bytes',
      Connection: 'close',
    })
    const hungUp = new AbortController()
    response.once('close', () => hungUp.abort(new Error('the reader hung up')))
    const over = AbortSignal.any([hungUp.signal, grant.closed.signal])
    try {
      await sendSpan(response, span, file.read, over)
      response.end()
    } catch (error) {
      // Said before the tool can notice: whatever it makes of a broken read is not looked at any more.
      if (!over.aborted) grant.failed.abort(error)
      throw error
    }
  }
}

/** The file that an absolute address names, as ffmpeg writes it (with the port); empty when it is none of ours. */
function nameIn(address = ''): string {
  const url = URL.parse(address)
  return url?.origin === `http://${host}` ? url.pathname.slice(1) : ''
}

function refuse(response: ServerResponse, status: 404 | 407 | 416): void {
  // ffmpeg sends what it knows when it is asked to, and only then.
  const challenge = status === 407 ? { 'Proxy-Authenticate': 'Basic realm="sheaf"' } : {}
  response.writeHead(status, { ...challenge, 'Content-Length': 0, Connection: 'close' })
  response.end()
}
