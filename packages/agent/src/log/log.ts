import { appendFile } from 'node:fs/promises'
import { pino, type Logger } from 'pino'
import type { LogLine } from '@sheaf/protocol'

/** What a part of the agent may say: fields, and a static message beside them (pino's order). Namespaced by `scope`. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  scope(name: string): Log
}

const keptLines = 2000
/** Characters of what a failed tool wrote that a line keeps: the end, where the reason is. */
const keptStderr = 4096

/**
 * The agent's log: kept in memory for the API (the newest 2,000 lines), appended to a file, and
 * handed to listeners. Writing never throws and never blocks the caller.
 */
export class AgentLog {
  readonly #lines: LogLine[] = []
  readonly #listeners = new Set<(line: LogLine) => void>()
  readonly #path: string | undefined
  readonly root: Log
  #pending = ''
  #writing: Promise<void> | undefined

  constructor(init: { readonly path?: string | undefined; readonly level?: string | undefined }) {
    this.#path = init.path
    const logger = pino(
      { base: null, messageKey: 'message', timestamp: () => `,"atMs":${Date.now()}`, level: init.level ?? 'info' },
      { write: (text: string) => this.#accept(text) },
    )
    this.root = wrap(logger, 'agent')
  }

  /** The newest lines, oldest first; `about` keeps those whose fields name that job. */
  lines(count: number, about?: { readonly jobId: string }): readonly LogLine[] {
    const wanted =
      about === undefined ? this.#lines : this.#lines.filter((line) => line.fields['jobId'] === about.jobId)
    return wanted.slice(-count)
  }

  onLine(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when everything said so far is in the file. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  #accept(text: string): void {
    const line = parseLine(text)
    this.#lines.push(line)
    if (this.#lines.length > keptLines) this.#lines.splice(0, this.#lines.length - keptLines)
    for (const listener of this.#listeners) listener(line)
    if (this.#path === undefined) return
    this.#pending += text
    this.#writing ??= this.#drain(this.#path)
  }

  async #drain(path: string): Promise<void> {
    while (this.#pending !== '') {
      const chunk = this.#pending
      this.#pending = ''
      // A log that cannot be written (full disk) must not take the agent down; the memory copy stays.
      await appendFile(path, chunk).catch(() => undefined)
    }
    this.#writing = undefined
  }
}

function wrap(logger: Logger, scope: string): Log {
  const child = logger.child({ scope })
  return {
    debug: (fields, message) => child.debug(plain(fields), message),
    info: (fields, message) => child.info(plain(fields), message),
    warn: (fields, message) => child.warn(plain(fields), message),
    error: (fields, message) => child.error(plain(fields), message),
    scope: (name) => wrap(logger, name),
  }
}

/** Errors become their parts, with what a tool wrote; everything else is left to JSON. */
function plain(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, describe(value)]))
}

function describe(value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const { code, hint, details } = value as { code?: unknown; hint?: unknown; details?: { stderr?: unknown } }
  const stderr = details?.stderr
  return {
    message: value.message,
    ...(code === undefined ? {} : { code }),
    ...(hint === undefined ? {} : { hint }),
    ...(typeof stderr !== 'string' || stderr === '' ? {} : { stderr: stderr.slice(-keptStderr) }),
  }
}

const levelNames: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' }

function parseLine(text: string): LogLine {
  const { atMs, level, scope, message, ...fields } = JSON.parse(text) as {
    atMs: number
    level: number
    scope?: string
    message?: string
    [key: string]: unknown
  }
  return { atMs, level: levelNames[level] ?? String(level), scope: scope ?? 'agent', message: message ?? '', fields }
}
