import { sheafMain } from '@sheaf/cli'
import { execa } from 'execa'

/** What a run of the command said. */
export interface SheafRun {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built `sheaf` command to its end. */
export async function runSheaf(
  args: readonly string[],
  { env, cwd }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<SheafRun> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [sheafMain, ...args], {
    reject: false,
    stdin: 'ignore',
    timeout: 120_000,
    ...(env === undefined ? {} : { env }),
    ...(cwd === undefined ? {} : { cwd }),
  })
  return { exitCode, stdout, stderr }
}
