import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { mkdir, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FarmView } from '@sheaf/protocol'

/** A request as the fake saw it. */
export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly token: string | undefined
  readonly body: unknown
}

/** What a fake route answers: `json` as body, `text` instead of it, or `silent`: no answer at all. */
export interface FakeResponse {
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly silent?: boolean
}

/** A real HTTP server that answers what a test tells it to, and streams farm views to whoever watches. */
export class FakeAgent {
  readonly requests: FakeRequest[] = []
  readonly token = 'secret-token'
  readonly #routes = new Map<string, (request: FakeRequest) => FakeResponse>()
  readonly #watchers = new Set<ServerResponse>()
  readonly #server: Server
  #farm: FarmView | undefined
  #arrival: (() => void) | undefined

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response)
    })
  }

  static async start(port = 0): Promise<FakeAgent> {
    const agent = new FakeAgent()
    await new Promise<void>((resolve, reject) => {
      agent.#server.once('error', reject)
      agent.#server.listen(port, '127.0.0.1', resolve)
    })
    return agent
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** `route` is `GET /v1/status`; the query is not part of it. */
  on(route: string, answer: FakeResponse | ((request: FakeRequest) => FakeResponse)): this {
    this.#routes.set(route, typeof answer === 'function' ? answer : () => answer)
    return this
  }

  /** Sends the view to everyone who watches, and first thing to everyone who comes. */
  publish(view: FarmView): void {
    this.#farm = view
    for (const watcher of this.#watchers) watcher.write(frame(view))
  }

  /** Writes raw bytes into the streams. */
  publishRaw(text: string): void {
    for (const watcher of this.#watchers) watcher.write(text)
  }

  /** Resolves when somebody watches. */
  watched(): Promise<void> {
    if (this.#watchers.size > 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#arrival = resolve
    })
  }

  get watchers(): number {
    return this.#watchers.size
  }

  /** Cuts the streams, as a restart does. */
  dropWatchers(): void {
    for (const watcher of this.#watchers) watcher.destroy()
  }

  /** Writes the files by which programs find an agent. */
  async writeRunFiles(storePath: string, pid = process.pid): Promise<void> {
    await mkdir(join(storePath, 'run'), { recursive: true })
    const run = { pid, peer: 'peerA', apiPort: this.port, startedAtMs: 1 }
    await writeFile(join(storePath, 'run', 'agent.json'), JSON.stringify(run))
    await writeFile(join(storePath, 'run', 'api-token'), `${this.token}\n`, { mode: 0o600 })
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const seen: FakeRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      token: request.headers.authorization?.replace(/^Bearer /, ''),
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    }
    this.requests.push(seen)
    const [path] = seen.path.split('?')
    if (seen.token !== this.token) {
      reply(response, { status: 401, json: { code: 'SHEAF_UNAUTHORIZED', message: 'wrong token' } })
    } else if (path === '/v1/events' && !this.#routes.has('GET /v1/events')) {
      this.#watch(response)
    } else {
      const route = this.#routes.get(`${seen.method} ${path ?? ''}`)
      reply(
        response,
        route?.(seen) ?? { status: 404, json: { code: 'SHEAF_REQUEST_INVALID', message: 'no such path' } },
      )
    }
  }

  #watch(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    this.#watchers.add(response)
    response.on('close', () => this.#watchers.delete(response))
    if (this.#farm !== undefined) response.write(frame(this.#farm))
    this.#arrival?.()
  }
}

function reply(response: ServerResponse, answer: FakeResponse): void {
  if (answer.silent === true) return
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' })
  response.end(answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json)))
}

const frame = (view: FarmView): string => `event: farm\ndata: ${JSON.stringify(view)}\n\n`
