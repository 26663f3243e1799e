import { isIP } from 'node:net'
import os from 'node:os'
import {
  CODE_DNS,
  CODE_DNS4,
  CODE_DNS6,
  CODE_IP4,
  CODE_IP6,
  CODE_P2P,
  CODE_TCP,
  multiaddr,
} from '@multiformats/multiaddr'
import { defaultPorts, limits, parsePeerId, SheafError, type PeerId } from '@sheaf/protocol'

const hostCodes = new Set([CODE_IP4, CODE_IP6, CODE_DNS, CODE_DNS4, CODE_DNS6])
const unspecified = new Set(['0.0.0.0', '::'])

/** Reads an address from the configuration. `SHEAF_CONFIG_INVALID`. */
export function parseStaticPeer(address: string): { readonly address: string; readonly peer: PeerId | undefined } {
  try {
    const id = multiaddr(address)
      .getComponents()
      .findLast((component) => component.code === CODE_P2P)?.value
    return { address, peer: id === undefined ? undefined : parsePeerId(id) }
  } catch (cause) {
    throw new SheafError({
      code: 'SHEAF_CONFIG_INVALID',
      message: `The static peer "${address}" is not a multiaddr.`,
      hint: 'Write it like /ip4/192.168.1.20/tcp/7433; `sheaf status` on that machine shows its own.',
      cause,
    })
  }
}

/**
 * `studio-1`, `10.0.2.9:7433`, `[fe80::1]:7433` or a multiaddr, as people name a machine, as a multiaddr.
 * `SHEAF_REQUEST_INVALID`.
 */
export function parseHostAddress(text: string): string {
  if (text.startsWith('/')) return parseStaticPeer(text).address
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]+))(?::(\d{1,5}))?$/.exec(text)
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3] ?? defaultPorts.farm)
  if (host === undefined || port < 1 || port > 65_535) {
    throw new SheafError({
      code: 'SHEAF_REQUEST_INVALID',
      message: `"${text}" is not the address of a machine.`,
      hint: 'Write it like studio-1, 192.168.1.20 or 192.168.1.20:7433.',
    })
  }
  const kind = isIP(host) === 4 ? 'ip4' : isIP(host) === 6 ? 'ip6' : 'dns'
  return `/${kind}/${host}/tcp/${port}`
}

/**
 * The address as `/host/…/tcp/…/p2p/PEER`, or `undefined` when it is not one that this agent would dial to reach that
 * peer: of another form, of another peer, too long. With the peer's id in it, a dial cannot end at somebody else.
 */
export function dialableAddress(address: string, peer: PeerId): string | undefined {
  if (address.length > limits.addressBytes) return undefined
  try {
    const [host, tcp, id, ...rest] = multiaddr(address).getComponents()
    if (host === undefined || !hostCodes.has(host.code) || unspecified.has(host.value ?? '')) return undefined
    if (tcp?.code !== CODE_TCP || tcp.value === '0' || rest.length > 0) return undefined
    if (id !== undefined && (id.code !== CODE_P2P || id.value !== peer)) return undefined
    const text = `/${host.name}/${host.value ?? ''}/tcp/${tcp.value ?? ''}/p2p/${peer}`
    return text.length > limits.addressBytes ? undefined : text
  } catch {
    return undefined
  }
}

/** True for an address that means another machine to everybody who hears it. */
export function isLoopback(address: string): boolean {
  return /^\/(?:ip4\/127\.|ip6\/::1\/|dns[46]?\/localhost\/)/.test(address)
}

/** True when a connection's other end is on this machine, as far as its address tells. */
export function isOnThisMachine(remoteAddress: string): boolean {
  if (isLoopback(remoteAddress)) return true
  const host = /^\/ip[46]\/([^/]+)\//.exec(remoteAddress)?.[1]
  return Object.values(os.networkInterfaces()).some((own) => own?.some(({ address }) => address === host) ?? false)
}
