import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { action, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'

interface BenchOptions extends CommonOptions {
  readonly again?: boolean
}

/** `sheaf bench`: measures this machine. */
export function addBench(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'bench',
    summary: 'measure how fast this machine renders',
    description:
      'Measure how fast this machine renders, in percent of the reference machine. Kept until hardware or engine change.',
    examples: [
      { line: 'sheaf bench', does: 'the score, measured if there is none' },
      { line: 'sheaf bench --again', does: 'measure anew, for instance on mains power' },
    ],
  })
    .option('--again', 'measure even if a score is kept')
    .action(
      action<BenchOptions>(host, async (session, { again }) => {
        const { client } = await session.connect()
        if (session.env.stderr.isTty && !session.json) session.note(session.style.dim('measuring …'))
        const result = await client.bench({ again: again ?? false, signal: session.env.interrupted })
        if (session.json) session.printJson(result)
        else {
          const kept = result.cached ? '  kept from before; --again measures anew' : ''
          const speed = `${result.framesPerS.toFixed(1)} fps on ${result.slots} ${result.slots === 1 ? 'slot' : 'slots'}`
          session.print(`score ${Math.round(result.score)}  (${result.engine}, ${speed})${kept}`)
        }
        return exitCodes.ok
      }),
    )
}
