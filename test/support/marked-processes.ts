import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/**
 * Command lines (with the process number before) of all processes whose environment holds `mark`.
 * An orphan keeps its environment when it has lost its parent, so none hides.
 */
export async function processesMarked(mark: string): Promise<readonly string[]> {
  return process.platform === 'linux' ? linuxProcesses(mark) : otherProcesses(mark)
}

async function linuxProcesses(mark: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(pids.map((pid) => commandOf(pid, mark)))
  return found.filter((command) => command !== undefined)
}

async function commandOf(pid: string, mark: string): Promise<string | undefined> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1')
    if (!environment.split('\0').includes(mark)) return undefined
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8')
    return `${pid} ${command.split('\0').join(' ').trim()}`
  } catch {
    return undefined // It ended while we looked, or is another user's.
  }
}

async function otherProcesses(mark: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-E', '-ww', '-x', '-o', 'pid=,command='], {
    maxBuffer: 64 << 20,
  })
  return stdout.split('\n').filter((line) => line.includes(mark))
}
