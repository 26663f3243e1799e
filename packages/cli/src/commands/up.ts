import { resolve } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { defaultPorts } from '@sheaf/protocol'
import type { AgentOptions } from '../agent-contract.js'
import { runForeground } from '../up/foreground-agent.js'
import { startDetached } from '../up/detached-agent.js'
import { action, type CommandHost } from './action.js'
import { apiAddress, type ApiAddress } from './api-address.js'
import { defineCommand, wholeNumber, type CommonOptions } from './define-command.js'
import type { Session } from './session.js'

interface UpOptions extends CommonOptions {
  readonly detach?: boolean
  readonly name?: string
  readonly port?: number
  readonly bulkPort?: number
  readonly apiPort?: number
  readonly listen?: ApiAddress
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tls: boolean
  readonly peer?: readonly string[]
  readonly mdns: boolean
  readonly slots?: number
  readonly bench: boolean
}

/** `sheaf up`: runs this machine's agent, here or in the background. */
export function addUp(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'up',
    summary: "start this machine's agent",
    description:
      "Start this machine's agent. The first one founds a farm; sheaf invite and sheaf join bring other machines into it.",
    examples: [
      { line: 'sheaf up', does: 'run here; Ctrl-C stops it' },
      { line: 'sheaf up --detach', does: 'run in the background' },
      { line: 'sheaf up --name studio-7', does: 'under this name' },
      { line: 'sheaf up --peer /ip4/10.0.2.9/tcp/7433', does: 'reach a machine of another subnet' },
    ],
  })
    .option('-d, --detach', 'run in the background; returns when the agent answers')
    .option('--name <name>', 'how other machines call this one (default: the host name)')
    .option('--port <n>', `port for other agents (default: ${defaultPorts.farm})`, wholeNumber(0, 65_535))
    .option(
      '--bulk-port <n>',
      `port for large transfers (default: ${defaultPorts.bulk}, or a free one)`,
      wholeNumber(0, 65_535),
    )
    .option(
      '--api-port <n>',
      `port for programs of this machine (default: ${defaultPorts.api})`,
      wholeNumber(0, 65_535),
    )
    .option(
      '--listen <address>',
      'let programs of other machines ask the API there: ADDRESS or ADDRESS:PORT',
      apiAddress,
    )
    .option('--tls-cert <file>', 'certificate (PEM) of the API on --listen')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--no-tls', 'let --listen go without TLS; everybody on that network can then read along')
    .option('--peer <multiaddr...>', 'an agent that mDNS does not reach; may be repeated')
    .option('--no-mdns', 'do not look for agents on the LAN')
    .option('--slots <n>', 'segments rendered at once (default: what keeps this machine busy)', wholeNumber(1, 256))
    .option('--no-bench', 'do not measure this machine at the first start')
    .action(
      action<UpOptions>(host, (session, options) => {
        const agentOptions = toAgentOptions(session, options)
        return options.detach === true ? startDetached(session, agentOptions) : runForeground(session, agentOptions)
      }),
    )
}

function toAgentOptions(session: Session, options: UpOptions): AgentOptions {
  return {
    storePath: session.storePath,
    mdns: options.mdns,
    benchmark: options.bench,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.port === undefined ? {} : { farmPort: options.port }),
    ...(options.bulkPort === undefined ? {} : { bulkPort: options.bulkPort }),
    ...(options.apiPort === undefined ? {} : { apiPort: options.apiPort }),
    ...apiListenOf(session, options),
    ...(options.peer === undefined ? {} : { staticPeers: options.peer }),
    ...(options.slots === undefined ? {} : { slots: options.slots }),
  }
}

function apiListenOf(session: Session, { listen, tlsCert, tlsKey, tls }: UpOptions): Pick<AgentOptions, 'apiListen'> {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new InvalidArgumentError('--tls-cert and --tls-key go together.')
  }
  if (listen === undefined) return {}
  const path = (file: string): string => resolve(session.env.cwd, file)
  const files =
    tlsCert === undefined || tlsKey === undefined ? {} : { tls: { certPath: path(tlsCert), keyPath: path(tlsKey) } }
  return { apiListen: { ...listen, ...files, unencrypted: !tls } }
}
