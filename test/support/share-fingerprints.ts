import { copyFile, constants, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Copies what agents have found out about this machine's ffmpeg from one folder to another: measuring it takes an
 * agent with a new store seconds. Their names say for which binary on which machine they hold, so an agent takes none
 * that is not its own; what is there already is kept.
 */
export async function shareFingerprints(from: string, to: string): Promise<void> {
  const names = await readdir(from).catch(() => [])
  await mkdir(to, { recursive: true })
  for (const name of names.filter((one) => /^fingerprint-[\w-]+\.txt$/.test(one))) {
    await copyFile(join(from, name), join(to, name), constants.COPYFILE_EXCL).catch((error: unknown) => {
      if ((error as { readonly code?: string }).code !== 'EEXIST') throw error
    })
  }
}
