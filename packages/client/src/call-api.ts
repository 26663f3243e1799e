import { SheafError } from '@sheaf/protocol'
import { errorFromAnswer, errorFromFailure } from './map-error.js'

/** Where an agent's API answers and the token that opens it. `baseUrl` has no trailing slash. */
export interface AgentAddress {
  readonly baseUrl: string
  readonly token: string
}

/** One request. `timeoutMs` bounds the whole exchange, or for a stream the time until its headers. */
export interface ApiCall {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Sends one request and returns its body as JSON, `undefined` when it is empty.
 * Throws a `SheafError`, or the signal's own reason when the caller gave up.
 */
export async function callApi(fetcher: typeof fetch, address: AgentAddress, call: ApiCall): Promise<unknown> {
  const deadline = AbortSignal.timeout(call.timeoutMs)
  const signal = call.signal === undefined ? deadline : AbortSignal.any([call.signal, deadline])
  try {
    const response = await fetcher(`${address.baseUrl}${call.path}`, requestInit(address, call, signal))
    const text = await response.text()
    if (!response.ok) throw errorFromAnswer(response.status, text, call)
    return text === '' ? undefined : parseBody(text, call)
  } catch (error) {
    call.signal?.throwIfAborted()
    throw errorFromFailure(error, address, call)
  }
}

/**
 * Opens a stream of server-sent events and returns its body. The timeout ends with the headers; from
 * there only the signal ends the stream.
 */
export async function openStream(
  fetcher: typeof fetch,
  address: AgentAddress,
  call: ApiCall,
): Promise<ReadableStream<Uint8Array>> {
  const slow = new AbortController()
  const timer = setTimeout(() => {
    slow.abort(new DOMException('no answer in time', 'TimeoutError'))
  }, call.timeoutMs)
  const signal = call.signal === undefined ? slow.signal : AbortSignal.any([call.signal, slow.signal])
  try {
    const response = await fetcher(
      `${address.baseUrl}${call.path}`,
      requestInit(address, call, signal, 'text/event-stream'),
    )
    if (!response.ok) throw errorFromAnswer(response.status, await response.text(), call)
    if (response.body === null)
      throw new SheafError({ code: 'SHEAF_WIRE_MALFORMED', message: `${call.path} answered without a body` })
    return response.body
  } catch (error) {
    call.signal?.throwIfAborted()
    throw errorFromFailure(error, address, call)
  } finally {
    clearTimeout(timer)
  }
}

function requestInit(
  address: AgentAddress,
  call: ApiCall,
  signal: AbortSignal,
  accept = 'application/json',
): RequestInit {
  const headers: Record<string, string> = { authorization: `Bearer ${address.token}`, accept }
  if (call.body !== undefined) headers['content-type'] = 'application/json'
  return {
    method: call.method,
    headers,
    signal,
    // A redirect could carry the token elsewhere; the API never redirects.
    redirect: 'error',
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  }
}

function parseBody(text: string, call: ApiCall): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new SheafError({
      code: 'SHEAF_WIRE_MALFORMED',
      message: `the answer to ${call.method} ${call.path} is not JSON`,
      hint: 'Another program may listen on this port; see sheaf doctor.',
      cause,
    })
  }
}
