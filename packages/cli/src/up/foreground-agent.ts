import type { FarmView, LogLine } from '@sheaf/protocol'
import type { AgentOptions, RunningAgent } from '../agent-contract.js'
import type { Session } from '../commands/session.js'
import { farmEvents } from '../display/farm-events.js'
import { shortPeer } from '../display/format.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'

/**
 * Runs the agent in this process until Ctrl-C or `sheaf down`, telling what happens: as lines for a
 * person or, with `--json`, as JSON lines. Both ends are in good order and give exit code 0.
 */
export async function runForeground(session: Session, options: AgentOptions): Promise<ExitCode> {
  let started: AgentOptions | undefined = options
  while (started !== undefined) {
    // Let into another farm: the same agent begins anew there.
    started =
      (await runOnce(session, started)) === 'changed-farm' && !session.env.interrupted.aborted ? options : undefined
  }
  if (session.json) session.printJson({ event: 'stopped' })
  else session.print('stopped')
  return exitCodes.ok
}

async function runOnce(session: Session, options: AgentOptions): Promise<'stopped' | 'changed-farm'> {
  const { env } = session
  if (!session.json) session.print(session.style.dim(`starting the agent of ${session.storePath} …`))
  const agent = await env.startAgent({
    ...options,
    log: (line) => {
      tellLog(session, line)
    },
  })
  tellStart(session, agent)
  const unsubscribe = agent.onChange(changeTeller(session, agent))
  let interrupted = (): void => undefined
  const interruption = new Promise<void>((resolve) => {
    interrupted = resolve
  })
  env.interrupted.addEventListener('abort', interrupted, { once: true })
  if (env.interrupted.aborted) interrupted()
  try {
    await Promise.race([interruption, agent.stopped])
    unsubscribe()
    if (!session.json) session.print(session.style.dim('stopping …'))
    await agent.stop()
    return await agent.stopped
  } finally {
    env.interrupted.removeEventListener('abort', interrupted)
  }
}

function tellStart(session: Session, agent: RunningAgent): void {
  const { peer, name, apiPort } = agent
  const addresses = agent.addresses()
  const score = ownScore(agent.view())
  if (session.json) {
    session.printJson({
      event: 'started',
      peer,
      name,
      addresses,
      apiPort,
      farm: agent.farm,
      storePath: session.storePath,
      pid: process.pid,
    })
    return
  }
  const { style } = session
  const [first = 'none: no other machine can reach this one', ...others] = addresses
  session.print(
    `${style.bold(safeText(name))}  ${shortPeer(peer)}  sheaf ${session.env.version}`,
    `  farm       ${safeText(agent.farm.farmName)}  ${agent.farm.farmFingerprint}  ${farmRemark(agent)}`,
    `  store      ${session.storePath}`,
    `  reachable  ${first}`,
    ...others.map((address) => `             ${address}`),
    `  API        http://127.0.0.1:${apiPort}`,
    `  score      ${score === undefined ? 'not measured yet' : Math.round(score)}`,
    style.dim(`Ctrl-C stops it. In another terminal: ${nextCommand(agent, session.storeFlag)}`),
  )
}

const farmRemark = ({ farm: { how, role } }: RunningAgent): string =>
  how === 'founded' ? 'founded here; its key is in this store' : `as ${role}`

/** A machine that has just founded a farm is alone in it. */
const nextCommand = ({ farm }: RunningAgent, storeFlag: string): string =>
  farm.how === 'founded'
    ? `sheaf invite${storeFlag} brings the next machine in`
    : `sheaf render film.otio -o film.mp4${storeFlag}`

/** A listener that tells what is new since it was last called: peers, the coordinator, the own score. */
function changeTeller(session: Session, agent: RunningAgent): () => void {
  let before: FarmView = { ...agent.view(), peers: [] }
  let score = ownScore(agent.view())
  const tell = (): void => {
    const after = agent.view()
    for (const event of farmEvents(before, after)) {
      if (session.json) session.printJson({ event: event.kind, text: event.text })
      else session.print(event.text)
    }
    const measured = ownScore(after)
    if (measured !== undefined && measured !== score) {
      if (session.json) session.printJson({ event: 'score', score: measured })
      else session.print(`score ${Math.round(measured)}`)
      score = measured
    }
    before = after
  }
  // Peers that were there before anybody listened.
  tell()
  return tell
}

function tellLog(session: Session, line: LogLine): void {
  if (line.level !== 'warn' && line.level !== 'error' && line.level !== 'fatal') return
  if (session.json) {
    session.printJson({ event: 'log', ...line })
    return
  }
  const mark = line.level === 'warn' ? session.style.yellow('!') : session.style.red('✗')
  session.note(`${mark} ${safeText(line.message)}${reasonOf(line)}`)
}

/** A log's `error` field says why, in the words of the error. */
function reasonOf({ fields }: LogLine): string {
  const { error } = fields
  if (typeof error === 'string') return `: ${safeText(error)}`
  const message = (error as { readonly message?: unknown } | undefined | null)?.message
  return typeof message === 'string' ? `: ${safeText(message)}` : ''
}

const ownScore = (view: FarmView): number | undefined => view.peers.find((peer) => peer.self)?.score
