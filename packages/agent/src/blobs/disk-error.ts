import { SheafError } from '@sheaf/protocol'

/** Makes a full disk an error of its own, naming the folder; everything else stays as it is. */
export function diskError(error: unknown, folder: string): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new SheafError({
    code: 'SHEAF_DISK_FULL',
    message: `There is no space left in ${folder}.`,
    hint: 'Free some space on that disk, or move the store to another one with --store.',
    details: { folder },
    cause: error,
  })
}

export function isMissing(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}
