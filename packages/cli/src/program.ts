import { Command } from 'commander'
import { addApprove } from './commands/approve.js'
import { addBench } from './commands/bench.js'
import type { CommandHost } from './commands/action.js'
import { addCancel } from './commands/cancel.js'
import { exampleLines } from './commands/define-command.js'
import { addDoctor } from './commands/doctor.js'
import { addDown } from './commands/down.js'
import { addFarm } from './commands/farm.js'
import { addInvite } from './commands/invite.js'
import { addJobs } from './commands/jobs.js'
import { addJoin } from './commands/join.js'
import { addLeave } from './commands/leave.js'
import { addLogs } from './commands/logs.js'
import { addMembers } from './commands/members.js'
import { addPause } from './commands/pause.js'
import { addPeers } from './commands/peers.js'
import { addPresets } from './commands/presets.js'
import { addRender } from './commands/render.js'
import { addRequeue } from './commands/requeue.js'
import { addResume } from './commands/resume.js'
import { addRevoke } from './commands/revoke.js'
import { addStatus } from './commands/status.js'
import { addUp } from './commands/up.js'
import { addVerify } from './commands/verify.js'
import { addWatch } from './commands/watch.js'
import { exitCodeHelp } from './exit-codes.js'

const examples = exampleLines([
  { line: 'sheaf up', does: 'start the agent; the first machine founds a farm' },
  { line: 'sheaf invite', does: 'a code for sheaf join on the next machine' },
  { line: 'sheaf peers', does: 'see them all with their scores' },
  { line: 'sheaf render film.otio -o film.mp4', does: 'render, on any of them' },
  { line: 'sheaf doctor', does: 'when something does not work' },
])

/** The whole command line, ready to parse. Throws commander's errors instead of ending the process. */
export function buildProgram(host: CommandHost): Command {
  const { stdout, version } = host.env
  const program = new Command('sheaf')
    .description("One render farm out of a studio's workstations: no server, no shared storage.")
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain')
    .helpCommand('help [command]', 'explain a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        stdout.write(text)
      },
      // Errors are printed in one place, by whoever catches them.
      writeErr: () => undefined,
      getOutHelpWidth: () => (stdout.isTty ? stdout.columns : 80),
    })
    .addHelpText('after', `\nExamples:\n${examples.join('\n')}\n\n${exitCodeHelp}`)
  program.commandsGroup('The agent:')
  for (const add of [addUp, addDown, addStatus, addPeers, addBench, addLogs, addDoctor]) add(program, host)
  program.commandsGroup('The farm:')
  for (const add of [addInvite, addJoin, addMembers, addApprove, addRevoke, addLeave, addFarm]) add(program, host)
  program.commandsGroup('Jobs:')
  for (const add of [addRender, addPresets, addJobs, addWatch, addCancel, addRequeue, addVerify]) add(program, host)
  program.commandsGroup('The agent or a job:')
  for (const add of [addPause, addResume]) add(program, host)
  return program
}
