import { existsSync } from 'node:fs'
import { mkdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SheafError } from '@sheaf/protocol'

/** A file of a control group and what to write there. */
export interface GroupSetting {
  readonly file: string
  readonly value: string
}

/**
 * Short, so that a slow machine is slow all the time: with the usual 100 ms it would be fast for a third of them and
 * then gone for the rest.
 */
const periodUs = 20_000

/** The settings that limit a group to so many percent of one core. `version` is that of the control groups. */
export function limitSettings(version: 1 | 2, percent: number): readonly GroupSetting[] {
  const quotaUs = Math.round((periodUs * percent) / 100)
  if (!(percent > 0) || quotaUs < 1_000) throw new RangeError(`${percent} % of a core cannot be set`)
  if (version === 2) return [{ file: 'cpu.max', value: `${quotaUs} ${periodUs}` }]
  return [
    { file: 'cpu.cfs_period_us', value: String(periodUs) },
    { file: 'cpu.cfs_quota_us', value: String(quotaUs) },
  ]
}

/** A control group that limits its processes, and all that they start, to a part of one core together. */
export class CpuLimit {
  readonly percent: number
  readonly #folder: string

  private constructor(percent: number, folder: string) {
    this.percent = percent
    this.#folder = folder
  }

  /** Makes the group. SHEAF_CONFIG_INVALID where this system does not let us. */
  static async create(name: string, percent: number): Promise<CpuLimit> {
    const { version, parent } = await findGroups()
    const folder = join(parent, `sheaf-bench-${process.pid}-${name}`)
    try {
      await mkdir(folder)
      for (const { file, value } of limitSettings(version, percent)) await writeFile(join(folder, file), value)
    } catch (cause) {
      await rmdir(folder).catch(() => undefined)
      throw notPossible(`${folder} cannot be made`, cause)
    }
    return new CpuLimit(percent, folder)
  }

  /** Words to put before a command so that it, and whatever it starts, runs in the group from its first instruction. */
  get prefix(): readonly string[] {
    return ['/bin/sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', this.#folder]
  }

  /** Removes the group, which must be empty by and by: what has just been killed may be there for a moment. */
  async remove(): Promise<void> {
    for (let left = 100; ; left -= 1) {
      try {
        return await rmdir(this.#folder)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
        if (left === 0) throw error
        await delay(50)
      }
    }
  }
}

async function findGroups(): Promise<{ readonly version: 1 | 2; readonly parent: string }> {
  const root = '/sys/fs/cgroup'
  if (existsSync(join(root, 'cgroup.controllers'))) {
    // The controller must be handed down; where it is already, or not ours to hand, the limit itself will tell.
    await writeFile(join(root, 'cgroup.subtree_control'), '+cpu').catch(() => undefined)
    return { version: 2, parent: root }
  }
  for (const folder of ['cpu', 'cpu,cpuacct']) {
    if (existsSync(join(root, folder, 'cpu.cfs_quota_us')) || existsSync(join(root, folder, 'cgroup.procs'))) {
      return { version: 1, parent: join(root, folder) }
    }
  }
  throw notPossible(`there are no control groups in ${root}`)
}

function notPossible(why: string, cause?: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_CONFIG_INVALID',
    message: `The processor share of an agent cannot be limited here: ${why}.`,
    hint: 'This bench needs Linux with control groups (v1 or v2) and root.',
    cause,
  })
}
