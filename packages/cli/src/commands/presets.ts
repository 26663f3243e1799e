import type { Command } from 'commander'
import { SheafError, type PresetView } from '@sheaf/protocol'
import { presetHint } from '@sheaf/timeline'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { tableLines, type Column } from '../output/table.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'
import type { Session } from './session.js'

/** `sheaf presets`: what a film can be encoded to; `sheaf presets show h264` prints a file to copy. */
export function addPresets(program: Command, host: CommandHost): void {
  defineCommand(program, {
    usage: 'presets',
    summary: 'list what --preset can be, and print one as a file',
    description:
      "List the presets. A studio's own are files like them, in the folder presets of the store, or named by path.",
    examples: [
      { line: 'sheaf presets', does: 'all of them' },
      { line: 'sheaf presets show h265', does: 'its options, and its file' },
      { line: 'sheaf presets show h265 > ours.json', does: 'a file to change' },
      { line: 'sheaf render film.otio -o film.mp4 --preset ./ours.json', does: 'and to render with' },
    ],
  })
    .argument('[show]', 'the word show')
    .argument('[name]', 'a preset')
    .action((show: string | undefined, name: string | undefined, options: CommonOptions) =>
      actionWith<string | undefined, CommonOptions>(host, runPresets)(name ?? (show === 'show' ? '' : show), options),
    )
}

const columns: readonly Column[] = [{ title: 'NAME' }, { title: 'FILES' }, { title: 'WHAT IT GIVES', shrinks: 'wrap' }]

async function runPresets(session: Session, name: string | undefined): Promise<ExitCode> {
  const { client } = await session.connect()
  const presets = await client.presets({ signal: session.env.interrupted })
  if (name !== undefined) return showPreset(session, presets, name)
  if (session.json) {
    session.printJson(presets)
    return exitCodes.ok
  }
  const rows = presets.map((one) => [safeText(one.name), one.endings.join(' '), safeText(noteOf(one))])
  session.print(...tableLines(columns, rows, session.env.stdout.columns))
  return exitCodes.ok
}

/** The file alone on stdout, so that it can be copied; what may be changed beside it. */
function showPreset(session: Session, presets: readonly PresetView[], name: string): ExitCode {
  const preset = presets.find((one) => one.name === name)
  if (preset === undefined) {
    throw new SheafError({
      code: 'SHEAF_PRESET_UNKNOWN',
      message: name === '' ? 'no preset is named' : `there is no preset "${name}"`,
      hint: presetHint(
        name,
        presets.map((one) => one.name),
      ),
    })
  }
  session.print(preset.file.trimEnd())
  if (!session.json && preset.options.length > 0) {
    session.note(`Options, such as --preset ${preset.name}:${exampleOf(preset)}`)
    for (const option of preset.options) session.note(`  ${option}`)
  }
  return exitCodes.ok
}

const exampleOf = ({ options }: PresetView): string =>
  (options[0] ?? '').replace(/=.*\((.*)\)$/, '=$1').replace(/=([^|-]+)[|-].*$/, '=$1')

function noteOf({ summary, problem, path }: PresetView): string {
  if (problem !== undefined) return `cannot be used: ${problem}`
  return path === undefined ? summary : `${summary} (${path})`
}
