import os from 'node:os'
import si from 'systeminformation'

/** What of a machine decides how fast it renders. */
export interface MachineDescription {
  readonly cpuModel: string
  /** Logical processors that this process may use. */
  readonly cores: number
  readonly memoryBytes: number
}

/** Asks the system what it runs on. Values that it does not tell are said to be unknown. */
export async function describeMachine(): Promise<MachineDescription> {
  const [cpu, memory] = await Promise.all([si.cpu(), si.mem()])
  const cpuModel = [cpu.manufacturer, cpu.brand].filter((part) => part !== '').join(' ')
  return {
    cpuModel: cpuModel === '' ? 'unknown' : cpuModel,
    // A container or an affinity mask may leave fewer than the machine has.
    cores: os.availableParallelism(),
    memoryBytes: memory.total > 0 ? memory.total : os.totalmem(),
  }
}
