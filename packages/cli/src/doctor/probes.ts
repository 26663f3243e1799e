/** A program that was called, or is not there. */
export type ToolFinding = { readonly kind: 'missing' } | { readonly kind: 'ran'; readonly output: string }

export type StoreFinding =
  | { readonly kind: 'writable'; readonly freeBytes: number }
  | { readonly kind: 'not-writable'; readonly problem: string }

export type PortFinding = 'free' | 'in-use' | 'denied'

/** An IPv4 address that other machines may reach; `multicast` when it joined the group of mDNS. */
export interface InterfaceFinding {
  readonly name: string
  readonly address: string
  readonly multicast: boolean
}

/** What `doctor` asks the machine. Probes never throw: what they cannot find out is a finding. */
export interface Probes {
  readonly nodeVersion: string
  runTool(name: string, args: readonly string[]): Promise<ToolFinding>
  storeFolder(path: string): Promise<StoreFinding>
  port(port: number): Promise<PortFinding>
  interfaces(): Promise<readonly InterfaceFinding[]>
}
