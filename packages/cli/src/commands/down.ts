import type { Command } from 'commander'
import { isSheafError, SheafError } from '@sheaf/protocol'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { action, type CommandHost } from './action.js'
import { defineCommand } from './define-command.js'
import type { Session } from './session.js'

const stopTimeoutMs = 30_000
const pollMs = 50

/** `sheaf down`: stops the agent and waits until its process is gone. Fine when none runs. */
export function addDown(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'down',
    summary: "stop this machine's agent",
    description: "Stop this machine's agent in good order; other machines take over what it was rendering.",
    examples: [
      { line: 'sheaf down', does: 'returns when the agent is gone' },
      { line: 'sheaf down && sheaf up --detach', does: 'restart it' },
    ],
  }).action(action(host, runDown))
}

async function runDown(session: Session): Promise<ExitCode> {
  let found
  try {
    found = await session.connect()
  } catch (error) {
    if (!isSheafError(error, 'SHEAF_AGENT_NOT_RUNNING')) throw error
    return tell(session, { stopped: false }, `no agent was running on ${session.storePath}`)
  }
  const { pid } = found.run
  try {
    await found.client.stopAgent({ signal: session.env.interrupted })
  } catch (error) {
    // An agent that stops may close the connection before its answer is through.
    if (!isSheafError(error, 'SHEAF_AGENT_UNREACHABLE') && !isSheafError(error, 'SHEAF_AGENT_NOT_RUNNING')) throw error
  }
  await waitUntilGone(session, pid)
  return tell(session, { stopped: true, pid }, 'stopped')
}

async function waitUntilGone({ env }: Session, pid: number): Promise<void> {
  const deadlineMs = env.nowMs() + stopTimeoutMs
  while (env.isAlive(pid)) {
    if (env.nowMs() > deadlineMs) {
      throw new SheafError({
        code: 'SHEAF_TIMEOUT',
        message: `the agent (process ${pid}) still runs ${stopTimeoutMs / 1000} s after it was asked to stop`,
        hint: `Nothing that landed is lost when you end it by hand: kill ${pid}`,
      })
    }
    await env.sleep(pollMs, env.interrupted)
  }
}

function tell(session: Session, json: unknown, line: string): ExitCode {
  if (session.json) session.printJson(json)
  else session.print(line)
  return exitCodes.ok
}
