import type { Command } from 'commander'
import { defaultPorts, isSheafError } from '@sheaf/protocol'
import { checkLines, type Check } from '../doctor/check.js'
import {
  checkAgent,
  checkClock,
  checkFarmPort,
  checkInterfaces,
  checkNode,
  checkStore,
  checkTools,
  type AgentFinding,
} from '../doctor/checks.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { action, type CommandHost } from './action.js'
import { defineCommand, wholeNumber, type CommonOptions } from './define-command.js'
import type { Session } from './session.js'

interface DoctorOptions extends CommonOptions {
  readonly port?: number
}

/** `sheaf doctor`: looks for whatever keeps this machine from rendering or from meeting others. */
export function addDoctor(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'doctor',
    summary: 'check this machine and say what to do',
    description: 'Check what an agent needs on this machine. Exit code 1 when something must be repaired.',
    examples: [
      { line: 'sheaf doctor', does: '✓ fine, ! look at it, ✗ must be repaired' },
      { line: `sheaf doctor --json | jq '.[] | select(.status == "fail")'`, does: 'only what is broken' },
    ],
  })
    .option(
      '--port <n>',
      `the port for other agents (default: the agent's, else ${defaultPorts.farm})`,
      wholeNumber(1, 65_535),
    )
    .action(action<DoctorOptions>(host, runDoctor))
}

async function runDoctor(session: Session, options: DoctorOptions): Promise<ExitCode> {
  const { probes } = session.env
  const agent = await findAgent(session)
  const port = options.port ?? ownPort(agent) ?? defaultPorts.farm
  const checks: Check[] = [
    checkNode(probes.nodeVersion),
    ...checkTools(
      await probes.runTool('ffmpeg', ['-hide_banner', '-version']),
      await probes.runTool('ffprobe', ['-version']),
      await probes.runTool('ffmpeg', ['-hide_banner', '-encoders']),
    ),
    checkStore(session.storePath, await probes.storeFolder(session.storePath)),
    checkFarmPort(port, await probes.port(port), agent),
    checkInterfaces(await probes.interfaces()),
    checkClock(session.env.nowMs()),
    ...checkAgent(agent, session.storeFlag),
  ]
  if (session.json) session.printJson(checks)
  else session.print(...checks.flatMap((check) => checkLines(check, session.style)))
  return checks.some((check) => check.status === 'fail') ? exitCodes.failure : exitCodes.ok
}

async function findAgent(session: Session): Promise<AgentFinding> {
  const signal = session.env.interrupted
  try {
    const { client } = await session.connect()
    return { kind: 'running', view: await client.status({ signal }), farm: await client.farm({ signal }) }
  } catch (error) {
    if (!isSheafError(error)) throw error
    return error.code === 'SHEAF_AGENT_NOT_RUNNING' ? { kind: 'absent' } : { kind: 'broken', error }
  }
}

/** The port of the running agent, from an address like `/ip4/192.168.1.5/tcp/7433/p2p/…`. */
function ownPort(agent: AgentFinding): number | undefined {
  if (agent.kind !== 'running') return undefined
  const port = /\/tcp\/(\d+)/.exec(agent.view.addresses[0] ?? '')?.[1]
  return port === undefined ? undefined : Number(port)
}
