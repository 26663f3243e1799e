import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { apiPaths, FarmViewSchema, isSheafError, SheafError, type FarmView } from '@sheaf/protocol'
import { setTimeout as delay } from 'node:timers/promises'
import { openStream, type AgentAddress } from './call-api.js'
import { checkAnswer } from './check-answer.js'

/** How a watch behaves; all optional. */
export interface WatchOptions {
  readonly signal?: AbortSignal | undefined
  /** How long an agent may be away, once it was there, before the watch ends with its error. Default 60,000. */
  readonly patienceMs?: number | undefined
  /** Told before each wait for an agent that went away. */
  readonly onLost?: ((error: SheafError) => void) | undefined
}

/** What the watch needs from its client. `rediscover` reads the agent's address anew: a restart may change it. */
export interface WatchComponents {
  readonly fetcher: typeof fetch
  readonly address: AgentAddress
  readonly rediscover: (() => Promise<AgentAddress>) | undefined
  readonly timeoutMs: number
  /** An agent says something every 15 s; one that is silent for longer than this hangs. Default 45,000. */
  readonly silenceMs?: number | undefined
}

const backOffMs = { first: 100, most: 2000 } as const

/**
 * The farm at once and then whenever it changes. A stream that breaks is opened again with back-off;
 * a first connection that fails throws at once, and so does a refusal that waiting cannot heal.
 */
export async function* watchFarm(
  components: WatchComponents,
  options: WatchOptions = {},
): AsyncGenerator<FarmView, void, undefined> {
  const { patienceMs = 60_000, signal } = options
  let address = components.address
  let everSeen = false
  let awaySinceMs: number | undefined
  let waitMs: number = backOffMs.first
  for (;;) {
    let lost: SheafError
    try {
      for await (const view of readEvents(components, address, signal)) {
        everSeen = true
        awaySinceMs = undefined
        waitMs = backOffMs.first
        yield view
      }
      lost = new SheafError({
        code: 'SHEAF_AGENT_UNREACHABLE',
        message: `the agent at ${address.baseUrl} closed the connection`,
      })
    } catch (error) {
      signal?.throwIfAborted()
      if (!everSeen || !heals(error, components)) throw error
      lost = error
    }
    const nowMs = performance.now()
    awaySinceMs ??= nowMs
    if (nowMs - awaySinceMs > patienceMs) throw lost
    options.onLost?.(lost)
    await delay(waitMs, undefined, signal === undefined ? {} : { signal })
    waitMs = Math.min(waitMs * 2, backOffMs.most)
    address = (await components.rediscover?.().catch(() => undefined)) ?? address
  }
}

async function* readEvents(
  { fetcher, timeoutMs, silenceMs = 45_000 }: WatchComponents,
  address: AgentAddress,
  signal: AbortSignal | undefined,
): AsyncGenerator<FarmView, void, undefined> {
  // The consumer may leave the loop at any time: that must close the connection too.
  const left = new AbortController()
  const both = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal])
  const call = { method: 'GET', path: apiPaths.events, timeoutMs, signal: both } as const
  try {
    const body = await openStream(fetcher, address, call)
    const messages: EventSourceMessage[] = []
    const parser = createParser({ onEvent: (message) => messages.push(message) })
    const decoder = new TextDecoder()
    for await (const chunk of readChunks(body, address, silenceMs)) {
      parser.feed(decoder.decode(chunk, { stream: true }))
      for (const message of messages.splice(0)) {
        if (message.event === 'farm') yield checkAnswer(FarmViewSchema, parseEvent(message.data), apiPaths.events)
      }
    }
  } finally {
    left.abort()
  }
}

async function* readChunks(
  body: ReadableStream<Uint8Array>,
  address: AgentAddress,
  silenceMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader()
  let timer: NodeJS.Timeout | undefined
  try {
    for (;;) {
      timer = setTimeout(() => void reader.cancel().catch(() => undefined), silenceMs)
      const { done, value } = await reader.read()
      clearTimeout(timer)
      if (done) return
      yield value
    }
  } catch (cause) {
    throw new SheafError({
      code: 'SHEAF_AGENT_UNREACHABLE',
      message: `the connection to the agent at ${address.baseUrl} broke`,
      hint: 'It may be restarting: see sheaf status.',
      cause,
    })
  } finally {
    clearTimeout(timer)
  }
}

function parseEvent(data: string): unknown {
  try {
    return JSON.parse(data) as unknown
  } catch (cause) {
    throw new SheafError({ code: 'SHEAF_WIRE_MALFORMED', message: `an event of ${apiPaths.events} is not JSON`, cause })
  }
}

/** Whether the agent may be back soon. A wrong token heals only where the new one can be read. */
function heals(error: unknown, components: WatchComponents): error is SheafError {
  if (!isSheafError(error)) return false
  if (error.code === 'SHEAF_UNAUTHORIZED') return components.rediscover !== undefined
  return (
    error.code === 'SHEAF_AGENT_NOT_RUNNING' ||
    error.code === 'SHEAF_AGENT_UNREACHABLE' ||
    error.code === 'SHEAF_TIMEOUT'
  )
}
