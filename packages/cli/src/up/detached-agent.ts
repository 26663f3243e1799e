import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { discoverAgent } from '@sheaf/client'
import { errorCodes, isSheafError, SheafError, type AgentView, type SheafErrorCode } from '@sheaf/protocol'
import type { AgentOptions } from '../agent-contract.js'
import type { Session } from '../commands/session.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import type { DetachedProcess } from './spawn-detached.js'

const startTimeoutMs = 30_000
const pollMs = 50
const logLimitBytes = 5_000_000

/**
 * Starts the agent in the background and returns when its API answers. When it dies instead, throws
 * the agent's own error. SHEAF_TIMEOUT after 30 s; the agent is left to go on starting then.
 */
export async function startDetached(session: Session, options: AgentOptions): Promise<ExitCode> {
  const logPath = await prepareLog(session.storePath)
  const logStart = await sizeOf(logPath)
  const child = await session.env.spawnDetached(upArguments(options), logPath)
  const view = await waitUntilUp(session, child, { logPath, logStart })
  const told = {
    pid: child.pid,
    peer: view.peer,
    name: view.name,
    storePath: session.storePath,
    addresses: view.addresses,
    log: logPath,
  }
  if (session.json) session.printJson(told)
  else
    session.print(
      `${safeText(view.name)} is up (process ${child.pid}, log ${logPath}); stop it with: sheaf down${session.storeFlag}`,
    )
  return exitCodes.ok
}

/** The command line by which the child becomes the agent of these options. */
export function upArguments(options: AgentOptions): string[] {
  const flag = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}=${value}`]
  return [
    'up',
    '--json',
    ...flag('store', options.storePath),
    ...flag('name', options.name),
    ...flag('port', options.farmPort),
    ...flag('bulk-port', options.bulkPort),
    ...flag('api-port', options.apiPort),
    ...listenFlags(options.apiListen),
    ...flag('slots', options.slots),
    ...(options.staticPeers ?? []).flatMap((peer) => ['--peer', peer]),
    ...(options.mdns === false ? ['--no-mdns'] : []),
    ...(options.benchmark === false ? ['--no-bench'] : []),
  ]
}

function listenFlags(listen: AgentOptions['apiListen']): string[] {
  if (listen === undefined) return []
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host
  const files = listen.tls === undefined ? [] : [`--tls-cert=${listen.tls.certPath}`, `--tls-key=${listen.tls.keyPath}`]
  return [`--listen=${host}:${listen.port}`, ...files, ...(listen.unencrypted === true ? ['--no-tls'] : [])]
}

interface LogSpan {
  readonly logPath: string
  readonly logStart: number
}

async function waitUntilUp(session: Session, child: DetachedProcess, span: LogSpan): Promise<AgentView> {
  const { env, storePath } = session
  const exit = { seen: false }
  void child.exited.then(() => {
    exit.seen = true
  })
  const deadlineMs = env.nowMs() + startTimeoutMs
  for (;;) {
    const view = await askAgent(session, child.pid)
    if (view !== undefined) return view
    if (exit.seen) throw await errorFromLog(span)
    if (env.nowMs() > deadlineMs) {
      throw new SheafError({
        code: 'SHEAF_TIMEOUT',
        message: `the agent of ${storePath} did not answer within ${startTimeoutMs / 1000} s (process ${child.pid})`,
        hint: `It may still come up: see sheaf status${session.storeFlag} and ${span.logPath}.`,
      })
    }
    try {
      await env.sleep(pollMs, env.interrupted)
    } catch (error) {
      child.kill()
      throw error
    }
  }
}

/** The view of this very process; `undefined` while it does not answer, or while another one owns the store. */
async function askAgent({ env, storePath }: Session, pid: number): Promise<AgentView | undefined> {
  try {
    const { client, run } = await discoverAgent({ storePath, isAlive: env.isAlive })
    return run.pid === pid ? await client.status({ signal: env.interrupted }) : undefined
  } catch (error) {
    if (isSheafError(error)) return undefined
    throw error
  }
}

/** The agent prints its error as JSON into the log; the newest such line since we started it is why it died. */
async function errorFromLog({ logPath, logStart }: LogSpan): Promise<SheafError> {
  const text = (await readFile(logPath)).subarray(logStart).toString('utf8')
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  for (const line of lines.toReversed()) {
    const error = parseErrorLine(line)
    if (error !== undefined) return error
  }
  const tail = lines.slice(-5).map((line) => `\n${line}`)
  return new SheafError({
    code: 'SHEAF_INTERNAL',
    message: `the agent ended while it started${tail.join('')}`,
    hint: `See ${logPath}.`,
  })
}

function parseErrorLine(line: string): SheafError | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  const { code, message, hint, event } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (event !== undefined || typeof code !== 'string' || typeof message !== 'string') return undefined
  const known = (errorCodes as readonly string[]).includes(code)
  return new SheafError({
    code: known ? (code as SheafErrorCode) : 'SHEAF_INTERNAL',
    message,
    hint: typeof hint === 'string' ? hint : undefined,
  })
}

async function prepareLog(storePath: string): Promise<string> {
  const folder = join(storePath, 'run')
  const logPath = join(folder, 'agent.log')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if ((await sizeOf(logPath)) > logLimitBytes) await rename(logPath, `${logPath}.1`)
    await (await open(logPath, 'a', 0o600)).close()
  } catch (cause) {
    throw new SheafError({
      code: 'SHEAF_CONFIG_INVALID',
      message: `the store ${storePath} cannot be written: ${(cause as Error).message}`,
      hint: 'Choose another folder with --store.',
      cause,
    })
  }
  return logPath
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}
