/** Protocol ids. A breaking change takes the next number; both may be served for a while. */
export const protocols = {
  hello: '/sheaf/hello/1',
  join: '/sheaf/join/1',
  facts: '/sheaf/facts/1',
  work: '/sheaf/work/1',
  blob: '/sheaf/blob/1',
  bulk: '/sheaf/bulk/1',
} as const

/** Counts breaking changes of the meaning of facts and messages; exchanged in `hello`. */
export const protocolVersion = 2

/** mDNS service tag: one constant for every farm, so it tells a stranger nothing about this one. */
export const mdnsServiceTag = '_sheaf._tcp.local'

/** Documented default ports: libp2p for other agents, HTTP for this machine alone, bulk lanes for other agents. */
export const defaultPorts = { farm: 7433, api: 7434, bulk: 7435 } as const
