import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Text that differs for a copy of a store: a restored backup, a folder that was copied, a disk that was cloned into
 * another machine. Not for a whole disk that was put back bit by bit: that shows itself when peers are met.
 */
export async function storePlace(identityFolder: string): Promise<string> {
  const { ino, birthtimeNs } = await stat(join(identityFolder, 'identity.key'), { bigint: true })
  const machine = await readFile('/etc/machine-id', 'utf8').catch(() => '')
  return [ino, birthtimeNs, machine.trim()].join(' ')
}
