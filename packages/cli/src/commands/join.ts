import type { Command } from 'commander'
import { isSheafError, SheafError } from '@sheaf/protocol'
import type { FarmName, JoinRequest } from '../agent-contract.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'
import type { Session } from './session.js'

interface JoinOptions extends CommonOptions {
  readonly address?: readonly string[]
  readonly name?: string
  readonly yes?: boolean
}

/** `sheaf join`: makes this machine a member of a farm. */
export function addJoin(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'join [code]',
    summary: 'bring this machine into a farm',
    description:
      'Bring this machine into a farm: with a code from sheaf invite, or without one by asking an admin to approve it.',
    examples: [
      { line: 'sheaf join ABCD-EFGH-JKMN-PQRS', does: 'capitals and dashes do not matter' },
      { line: 'sheaf join ABCD-EFGH-JKMN-PQRS --address 10.0.2.9', does: 'where the LAN does not show the farm' },
      { line: 'sheaf join', does: 'ask; an admin types sheaf approve' },
      { line: 'sheaf join - < code.txt', does: 'the code from a file' },
    ],
  })
    .option('--address <host>', 'a machine of the farm, HOST or HOST:PORT; may be repeated', collect)
    .option('--name <name>', 'how the farm calls this machine (default: the host name)')
    .option('-y, --yes', 'do not ask to compare the fingerprint of the farm')
    .action(actionWith<string | undefined, JoinOptions>(host, runJoin))
}

/** An option that may be given again. Not variadic: the code may follow it. */
const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

async function runJoin(session: Session, typed: string | undefined, options: JoinOptions): Promise<ExitCode> {
  const { env } = session
  const code = typed === '-' ? (await env.readInput()).trim() : typed
  const running = await agentOf(session)
  if (!session.json)
    session.note(session.style.dim(code === undefined ? 'asking the farms of this network …' : 'joining …'))
  const outcome = await env.joinMachine({
    storePath: session.storePath,
    addresses: options.address ?? [],
    signal: env.interrupted,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(code === undefined ? {} : { code }),
    ...(running === undefined ? {} : { adopt: running }),
    onPending: (peer) => tellPending(session, peer),
    confirm: (farm) => confirmFarm(session, farm, options),
  })
  if (outcome.kind === 'declined') {
    session.note('Not joined: nothing was changed.')
    return exitCodes.failure
  }
  tellJoined(session, outcome.farm, running !== undefined)
  return exitCodes.ok
}

/** How the agent of the store is told, if one runs. */
async function agentOf(session: Session): Promise<JoinRequest['adopt']> {
  try {
    const { client } = await session.connect()
    return async (grant) => {
      await client.adopt(grant)
    }
  } catch (error) {
    if (isSheafError(error, 'SHEAF_AGENT_NOT_RUNNING')) return undefined
    throw error
  }
}

function tellPending(session: Session, peer: string): void {
  const end = peer.slice(-6)
  if (session.json) session.printJson({ event: 'pending', peer })
  else session.print(`This machine asks to join, as …${end}. On an admin's machine:  sheaf approve ${end}`)
}

async function confirmFarm(session: Session, farm: FarmName, { yes }: JoinOptions): Promise<boolean> {
  if (yes === true) return true
  if (!session.env.stdout.isTty || session.json) {
    throw new SheafError({
      code: 'SHEAF_REQUEST_INVALID',
      message: `The farm ${safeText(farm.farmName)} (${farm.farmFingerprint}) lets this machine in, and nobody is here to compare its fingerprint.`,
      hint: 'Compare it with sheaf members on the admin’s machine, then: sheaf join --yes',
    })
  }
  const question = `${safeText(farm.farmName)} lets this machine in. Its fingerprint is ${session.style.bold(farm.farmFingerprint)}; does sheaf members there show the same? [y/N] `
  return /^y(es)?$/i.test((await session.env.ask(question)).trim())
}

function tellJoined(session: Session, farm: FarmName, running: boolean): void {
  if (session.json) {
    session.printJson({ event: 'joined', ...farm })
    return
  }
  session.print(
    `${session.style.green('✓')} in the farm ${session.style.bold(safeText(farm.farmName))} as ${farm.role} (${farm.farmFingerprint})`,
    running ? 'The agent of this machine goes on in it.' : `Start this machine's agent:  sheaf up${session.storeFlag}`,
  )
}
