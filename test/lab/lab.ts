import { Namespaces } from './namespaces.js'

/** How the hosts of a lab are connected. */
export interface LabInit {
  /** One letter, or a few: they name network devices, which have at most 15. */
  readonly hosts: readonly string[]
  /** Rate of every host's link in each direction, in Mbit/s; without it, what the machine gives. */
  readonly mbit?: number | undefined
}

/** What the bridge that all hosts hang on is called; no host may be. */
const bridge = 'switch'
const shortName = /^[a-z][a-z0-9-]{0,8}$/

/** One machine of a lab: an address of its own, real multicast, a link that can be slow or unplugged. */
export interface LabHost {
  readonly name: string
  readonly address: string
  /** Put before a command, it runs on this host, in folder `cwd` of this machine's own disk. */
  prefix(cwd?: string): readonly string[]
  /** Runs a command on this host to its end; rejects with what it said when it fails. */
  run(command: readonly string[]): Promise<string>
  /** Pulls the network cable; nobody is told. */
  unplug(): Promise<unknown>
  plug(): Promise<unknown>
  /** Sets the link's rate in each direction, in Mbit/s. */
  slowTo(mbit: number): Promise<void>
}

/**
 * Hosts as network namespaces on one bridge, as machines on a switch: TCP, UDP and multicast between them are the
 * kernel's own. They share this machine's disk, clock and processes. Linux alone, as root or in a user namespace.
 */
export class Lab {
  readonly #space: Namespaces
  readonly #hosts: ReadonlyMap<string, LabHost>

  private constructor(space: Namespaces, hosts: ReadonlyMap<string, LabHost>) {
    this.#space = space
    this.#hosts = hosts
  }

  /** Rejects where no namespaces can be made, with the reason. */
  static async create({ hosts, mbit }: LabInit): Promise<Lab> {
    const bad = hosts.find((name) => !shortName.test(name) || name === bridge)
    if (bad !== undefined) throw new Error(`${bad} cannot name a host of the lab`)
    const space = await Namespaces.create()
    try {
      // Without snooping every host hears multicast, as on the plain switch of a studio.
      await space.run(['ip', 'link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0'])
      await space.run(['ip', 'link', 'set', bridge, 'up'])
      const made = new Map<string, LabHost>()
      for (const [index, name] of hosts.entries()) made.set(name, await connectHost(space, name, index, mbit))
      return new Lab(space, made)
    } catch (error) {
      await space.dispose()
      throw error
    }
  }

  /** Why there is no lab on this machine; `undefined` where there is one. */
  static async whyNot(): Promise<string | undefined> {
    try {
      await (await Lab.create({ hosts: ['a'], mbit: 100 })).dispose()
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  host(name: string): LabHost {
    const host = this.#hosts.get(name)
    if (host === undefined) throw new Error(`the lab has no host ${name}`)
    return host
  }

  hosts(): readonly LabHost[] {
    return [...this.#hosts.values()]
  }

  /** Takes the network away. Processes on the hosts are whoever started them's to end. */
  dispose(): Promise<void> {
    return this.#space.dispose()
  }
}

async function connectHost(space: Namespaces, name: string, index: number, mbit: number | undefined): Promise<LabHost> {
  const address = `10.77.0.${index + 1}`
  const port = `port-${name}`
  await space.run(['ip', 'netns', 'add', name])
  await space.run(['ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name])
  await space.run(['ip', 'link', 'set', port, 'master', bridge, 'up'])
  await space.run(['ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0'], name)
  for (const device of ['lo', 'eth0']) await space.run(['ip', 'link', 'set', device, 'up'], name)
  await space.run(['ip', 'route', 'add', '224.0.0.0/4', 'dev', 'eth0'], name)
  const host = labHost(space, name, address, port)
  if (mbit !== undefined) await host.slowTo(mbit)
  return host
}

function labHost(space: Namespaces, name: string, address: string, port: string): LabHost {
  return {
    name,
    address,
    prefix: (cwd) => space.prefix(name, cwd),
    run: (command) => space.run(command, name),
    unplug: () => space.run(['ip', 'link', 'set', port, 'down']),
    plug: () => space.run(['ip', 'link', 'set', port, 'up']),
    slowTo: async (mbit) => {
      await space.run(limit(port, mbit))
      await space.run(limit('eth0', mbit), name)
    },
  }
}

/** A token bucket on what leaves a device: a burst of some milliseconds, a queue of 50 ms, as in a small switch. */
function limit(device: string, mbit: number): readonly string[] {
  const burst = ['burst', `${Math.max(16, Math.ceil(mbit / 2))}kb`]
  return ['tc', 'qdisc', 'replace', 'dev', device, 'root', 'tbf', 'rate', `${mbit}mbit`, ...burst, 'latency', '50ms']
}
