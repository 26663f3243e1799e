import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { execa } from 'execa'

/** Root may make namespaces; everybody else needs a user namespace in which to be root. */
const isRoot = process.getuid?.() === 0
/** Its own `/run`, for what `ip netns` keeps there. It ends when its input does: with this process, whatever that dies of. */
const holderScript = 'mount -t tmpfs lab /run && mkdir /run/netns && ip link set lo up && echo ready && exec cat'

/**
 * A network and a mount namespace that one process holds: every host, bridge and mount made inside is gone when that
 * process is, also after a SIGKILL of the tests. Nothing of this machine's own network is touched.
 */
export class Namespaces {
  readonly #holder: ChildProcess
  readonly #pid: number

  private constructor(holder: ChildProcess, pid: number) {
    this.#holder = holder
    this.#pid = pid
  }

  /** Rejects with the system's words where this user may not. */
  static async create(): Promise<Namespaces> {
    const rights = isRoot ? [] : ['--user', '--map-root-user']
    const holder = spawn('unshare', [...rights, '--net', '--mount', 'sh', '-c', holderScript], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const words: string[] = []
    holder.stderr.setEncoding('utf8').on('data', (text: string) => words.push(text))
    const ready = once(holder.stdout, 'data').then(() => 'ready' as const)
    const ended = once(holder, 'close').then(() => words.join('').trim())
    const absent = once(holder, 'error').then(([error]: unknown[]) => String(error))
    const outcome = await Promise.race([ready, ended, absent])
    if (outcome === 'ready' && holder.pid !== undefined) return new Namespaces(holder, holder.pid)
    throw new Error(`no namespaces can be made here: ${outcome}`)
  }

  /** What makes a command run inside, or in one of the hosts, in folder `cwd`. The process keeps its id. */
  prefix(host?: string, cwd: string = process.cwd()): readonly string[] {
    const rights = isRoot ? [] : ['--user', '--preserve-credentials']
    const enter = ['nsenter', `--target=${this.#pid}`, ...rights, '--net', '--mount']
    return [...enter, ...(host === undefined ? [] : ['ip', 'netns', 'exec', host]), 'env', `--chdir=${cwd}`]
  }

  /** Runs a command inside to its end and resolves with its output; rejects with what it said when it fails. */
  async run(command: readonly string[], host?: string): Promise<string> {
    const [file = '', ...args] = [...this.prefix(host), ...command]
    return (await execa(file, args, { stdin: 'ignore', timeout: 60_000 })).stdout
  }

  /** Ends the holder and, with it, everything that was made inside. */
  async dispose(): Promise<void> {
    if (this.#holder.exitCode !== null || this.#holder.signalCode !== null) return
    const gone = once(this.#holder, 'close')
    this.#holder.kill('SIGKILL')
    await gone
  }
}
