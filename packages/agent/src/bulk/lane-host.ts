/** The host of a connection's other end, as something that can be dialled; undefined where its address has no such thing. */
export function laneHost(remoteAddress: string): string | undefined {
  return /^\/(?:ip4|ip6|dns[46]?)\/([^/]+)\/tcp\//.exec(remoteAddress)?.[1]
}
