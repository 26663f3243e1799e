import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { SheafError } from '@sheaf/protocol'
import type { FarmKeyRequest, FarmName } from '../agent-contract.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { safeText } from '../output/text.js'
import { actionWith, type CommandHost } from './action.js'
import { defineCommand, type CommonOptions } from './define-command.js'
import type { Session } from './session.js'

interface KeyOptions extends CommonOptions {
  readonly passphraseFile?: string
}

/** `sheaf farm`: what is done with the farm key. */
export function addFarm(program: Command, host: CommandHost): void {
  const farm = program.command('farm').summary('keep the farm key safe').description('Keep the farm key safe.')
  const fileOption = ['--passphrase-file <file>', 'read the passphrase from a file instead of asking'] as const
  defineCommand(farm, {
    usage: 'export-key <file>',
    summary: 'write the farm key to a recovery file',
    description:
      'Write the farm key to a recovery file, under a passphrase. Keep it away from the machines of the farm.',
    examples: [{ line: 'sheaf farm export-key farm.recovery', does: 'asks for a passphrase' }],
  })
    .option(...fileOption)
    .action(actionWith<string, KeyOptions>(host, runExport))
  defineCommand(farm, {
    usage: 'import-key <file>',
    summary: 'bring the farm key to this machine',
    description:
      'Bring the farm key from a recovery file to this machine, which is an admin then. Its agent must not run.',
    examples: [{ line: 'sheaf farm import-key farm.recovery', does: 'asks for the passphrase' }],
  })
    .option(...fileOption)
    .action(actionWith<string, KeyOptions>(host, runImport))
}

async function runExport(session: Session, file: string, options: KeyOptions): Promise<ExitCode> {
  const request = await keyRequest(session, file, options, 'twice')
  const farm = await session.env.farmKeys.exportKey(request)
  return tell(
    session,
    farm,
    `the key of ${safeText(farm.farmName)} is in ${request.path}; keep it and its passphrase apart`,
  )
}

async function runImport(session: Session, file: string, options: KeyOptions): Promise<ExitCode> {
  const request = await keyRequest(session, file, options, 'once')
  const farm = await session.env.farmKeys.importKey(request)
  return tell(session, farm, `this machine holds the key of ${safeText(farm.farmName)} and is an admin of it`)
}

async function keyRequest(
  session: Session,
  file: string,
  { passphraseFile }: KeyOptions,
  asked: 'once' | 'twice',
): Promise<FarmKeyRequest> {
  const { env, storePath } = session
  const path = resolve(env.cwd, file)
  const passphrase =
    passphraseFile === undefined ? await askPassphrase(session, asked) : await readPassphrase(env.cwd, passphraseFile)
  return { storePath, path, passphrase }
}

async function readPassphrase(cwd: string, file: string): Promise<string> {
  const path = resolve(cwd, file)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SheafError({ code: 'SHEAF_CONFIG_INVALID', message: `${path} cannot be read.`, cause })
  })
  return text.replace(/\r?\n$/, '')
}

async function askPassphrase({ env }: Session, asked: 'once' | 'twice'): Promise<string> {
  if (!env.stdout.isTty) {
    throw new SheafError({
      code: 'SHEAF_REQUEST_INVALID',
      message: 'There is no terminal to ask for the passphrase.',
      hint: 'Give --passphrase-file FILE.',
    })
  }
  const first = await env.ask('passphrase: ', { hidden: true })
  if (asked === 'once' || (await env.ask('once more: ', { hidden: true })) === first) return first
  throw new SheafError({ code: 'SHEAF_REQUEST_INVALID', message: 'The two passphrases differ.', hint: 'Try again.' })
}

function tell(session: Session, farm: FarmName, line: string): ExitCode {
  if (session.json) session.printJson(farm)
  else session.print(line)
  return exitCodes.ok
}
