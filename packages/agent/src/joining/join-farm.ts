import type { Credentials } from '@sheaf/protocol'
import { joinByCode, knock, type JoinStream } from '../membership/index.js'
import type { FoundAgent, JoinNode } from '../network/index.js'
import { askAgents, type AskAgentsInit } from './ask-agents.js'

export interface JoinFarmInit extends Omit<AskAgentsInit, 'patienceMs' | 'againEveryMs'> {
  /** What this machine calls itself. */
  readonly name: string
  /** How long nobody may be found who knows this machine's code. Default 15 s. */
  readonly patienceMs?: number | undefined
}

/** A farm that lets this machine in. */
export interface Joined {
  readonly credentials: Credentials
  /** Where the agent that let it in was reached, its peer id included: to be dialled first. */
  readonly address: string
}

const defaultPatienceMs = 15_000
const knockEveryMs = 5_000

/**
 * Joins the farm whose invitation this is: asks every agent that is found, of which one knows the code. `store` keeps
 * what was granted before the farm hears that it is done. `SHEAF_INVITATION_UNKNOWN`, `SHEAF_INVITATION_WRONG`,
 * `SHEAF_JOIN_REFUSED`, `SHEAF_PEER_UNREACHABLE` when nobody was found, and what `store` throws.
 */
export function joinFarm(
  code: Uint8Array,
  store: (joined: Joined) => Promise<void>,
  init: JoinFarmInit,
): Promise<Joined> {
  return askAgents({ patienceMs: defaultPatienceMs, ...defined(init) }, (node, agent, signal) =>
    talk({ node, agent, signal }, (stream, address) => {
      const keep = (credentials: Credentials) => store({ credentials, address })
      return joinByCode(stream, code, keep, { self: init.identity.peerId, name: init.name, signal })
    }),
  )
}

/**
 * Knocks at every agent that is found, each 5 s, until an admin has approved this machine or the signal ends it.
 * `onPending` is called once, when the first agent has noted it. What comes is proved by nothing but the person who
 * compares the farm's fingerprint: it is not stored here. `SHEAF_PEER_UNREACHABLE` when nobody is found.
 */
export function knockAtFarms(init: JoinFarmInit & { readonly onPending: () => void }): Promise<Joined> {
  let told = false
  const tell = (): void => {
    if (!told) init.onPending()
    told = true
  }
  const asking = { patienceMs: defaultPatienceMs, ...defined(init), againEveryMs: knockEveryMs }
  return askAgents(asking, async (node, agent, signal) => {
    const granted = await talk({ node, agent, signal }, (stream) =>
      knock(stream, { self: init.identity.peerId, name: init.name, signal }),
    )
    if (granted === undefined) tell()
    return granted
  })
}

interface Call {
  readonly node: JoinNode
  readonly agent: FoundAgent
  readonly signal: AbortSignal
}

async function talk(
  { node, agent, signal }: Call,
  act: (stream: JoinStream, address: string) => Promise<Credentials | undefined>,
): Promise<Joined | undefined> {
  const { stream, address: reached, close } = await node.open(agent, signal)
  const address = reached.includes('/p2p/') ? reached : `${reached}/p2p/${stream.peer}`
  try {
    const credentials = await act(stream, address)
    return credentials === undefined ? undefined : { credentials, address }
  } finally {
    await close()
  }
}

/** An absent patience is the default one. */
function defined<T extends { readonly patienceMs?: number | undefined }>(init: T) {
  const { patienceMs, ...rest } = init
  return { ...rest, ...(patienceMs === undefined ? {} : { patienceMs }) }
}
