import { errorCodes, isSheafError, SheafError, type SheafErrorCode } from '@sheaf/protocol'

const known: ReadonlySet<string> = new Set(errorCodes)

interface Asked {
  readonly method: string
  readonly path: string
}

/** The error that a program gets when no agent answers, always with the way to start one. */
export function agentNotRunning(message: string, cause?: unknown): SheafError {
  return new SheafError({ code: 'SHEAF_AGENT_NOT_RUNNING', message, hint: 'start it with: sheaf up', cause })
}

/** Turns an HTTP error answer into the `SheafError` that the agent threw; an unknown code is kept in `details.code`. */
export function errorFromAnswer(status: number, body: string, asked: Asked): SheafError {
  const answer = parseErrorBody(body)
  if (answer === undefined) return errorFromStatus(status, asked)
  const code = known.has(answer.code) ? (answer.code as SheafErrorCode) : 'SHEAF_INTERNAL'
  return new SheafError({
    code,
    message: answer.message,
    hint: answer.hint,
    details: code === answer.code ? answer.details : { ...answer.details, code: answer.code },
  })
}

/** Turns what `fetch` threw into a `SheafError`. */
export function errorFromFailure(error: unknown, address: { readonly baseUrl: string }, asked: Asked): SheafError {
  if (isSheafError(error)) return error
  const codes = systemCodes(error)
  if (codes.has('ECONNREFUSED')) return agentNotRunning(`no agent answers at ${address.baseUrl}`, error)
  if (codes.has('TimeoutError') || codes.has('UND_ERR_HEADERS_TIMEOUT') || codes.has('UND_ERR_BODY_TIMEOUT')) {
    return new SheafError({
      code: 'SHEAF_TIMEOUT',
      message: `the agent at ${address.baseUrl} did not answer ${asked.method} ${asked.path} in time`,
      hint: 'It may be very busy, or stuck: see sheaf status and sheaf logs.',
      cause: error,
    })
  }
  return new SheafError({
    code: 'SHEAF_AGENT_UNREACHABLE',
    message: `the connection to the agent at ${address.baseUrl} broke during ${asked.method} ${asked.path}`,
    hint: 'It may be restarting: try again, or see sheaf doctor.',
    cause: error,
  })
}

function errorFromStatus(status: number, asked: Asked): SheafError {
  const message = `${asked.method} ${asked.path} was answered with HTTP ${status}`
  if (status === 401 || status === 403) {
    return new SheafError({
      code: 'SHEAF_UNAUTHORIZED',
      message,
      hint: 'The token does not fit this agent: name its store with --store.',
    })
  }
  if (status === 404 || status === 405) {
    return new SheafError({
      code: 'SHEAF_VERSION_MISMATCH',
      message,
      hint: 'The agent is of another version, or another program listens there: restart it with sheaf down, sheaf up.',
    })
  }
  return new SheafError({ code: 'SHEAF_INTERNAL', message, hint: 'See sheaf logs.', details: { status } })
}

interface ErrorBody {
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined
}

function parseErrorBody(text: string): ErrorBody | undefined {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof body !== 'object' || body === null) return undefined
  const { code, message, hint, details } = body as Record<string, unknown>
  if (typeof code !== 'string' || typeof message !== 'string') return undefined
  return {
    code,
    message,
    hint: typeof hint === 'string' ? hint : undefined,
    details: typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : undefined,
  }
}

/** `fetch` hides what happened behind causes, and behind several at once where a name has several addresses. */
function systemCodes(error: unknown): ReadonlySet<string> {
  const found = new Set<string>()
  const queue: unknown[] = [error]
  for (let i = 0; i < queue.length && i < 20; i++) {
    const value = queue[i]
    if (typeof value !== 'object' || value === null) continue
    const { code, name, cause, errors } = value as Record<string, unknown>
    if (typeof code === 'string') found.add(code)
    if (typeof name === 'string') found.add(name)
    queue.push(cause)
    if (Array.isArray(errors)) queue.push(...(errors as unknown[]))
  }
  return found
}
