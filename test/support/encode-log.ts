import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** An ffmpeg that notes what it is asked before it does it, so that a test can count what was really encoded. */
export interface EncodeLog {
  /** For the environment of an agent. */
  readonly env: Readonly<Record<string, string>>
  /** Index of every segment whose encoding was begun, in order, as often as it was. */
  segments(): Promise<readonly number[]>
}

/** Makes one in `folder`, in front of the ffmpeg of this machine. */
export async function makeEncodeLog(folder: string): Promise<EncodeLog> {
  const real = process.env['SHEAF_FFMPEG'] ?? (await promisify(execFile)('which', ['ffmpeg'])).stdout.trim()
  const logPath = join(folder, 'encodes.log')
  const wrapper = join(folder, 'ffmpeg')
  // `exec` keeps the process number: the agent kills what it started.
  await writeFile(wrapper, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${logPath}'\nexec '${real}' "$@"\n`, { mode: 0o755 })
  await writeFile(logPath, '')
  return {
    env: { SHEAF_FFMPEG: wrapper },
    segments: async () => {
      const lines = (await readFile(logPath, 'utf8')).split('\n')
      return lines.flatMap((line) => {
        const [, index] = / pipe:0 .*\/work\/chunk-[^/]+\/[^/]*?(\d+)[^/]*$/.exec(line) ?? []
        return index === undefined ? [] : [Number(index)]
      })
    },
  }
}
