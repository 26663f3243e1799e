import { isSheafError } from '@sheaf/protocol'

/** What a machine says that has run out of something; the film is not to blame for it. */
const SHORTAGE = /Cannot allocate memory|Resource temporarily unavailable|Too many open files/
/** What a shell makes of a process that was killed, as the kernel does when memory runs out. */
const KILLED = 137

/**
 * Whether a decoder's failure says something about the film: it ran to its own end and gave an exit code. One that was
 * killed, or could not be started at all, says something about this machine alone.
 */
export function accusesFilm(error: unknown): boolean {
  if (!isSheafError(error, 'SHEAF_TOOL_FAILED')) return false
  const { exitCode, signal, stderr } = error.details
  if (typeof exitCode !== 'number' || exitCode === KILLED || signal !== undefined) return false
  return typeof stderr !== 'string' || !SHORTAGE.test(stderr)
}

/** Reads, and once more when the first try accuses the film: what is wrong with a film is so every time. */
export async function readTwice<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!accusesFilm(error)) throw error
    return read()
  }
}
