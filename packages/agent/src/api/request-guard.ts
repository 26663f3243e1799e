import { hostname, networkInterfaces } from 'node:os'
import { SheafError } from '@sheaf/protocol'
import { isToken } from './api-token.js'

export interface RequestGuard {
  readonly token: string
  readonly scheme: 'http' | 'https'
  /** Names and addresses under which this server may be asked, without port; IPv6 in brackets. */
  readonly names: ReadonlySet<string>
}

interface RequestHeaders {
  readonly host?: string | undefined
  readonly origin?: string | undefined
  readonly authorization?: string | undefined
}

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'] as const

/** Whether only programs of this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** Under which names a server that listens there is asked: never one that somebody else gives it. */
export function namesOf(host: string): ReadonlySet<string> {
  const own = host.includes(':') ? `[${host}]` : host
  if (isLoopback(host)) return new Set([...loopbackNames, own])
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address))
  const machine = hostname().toLowerCase()
  return new Set([...loopbackNames, own, machine, `${machine}.local`, ...addresses])
}

/**
 * A page in a browser must not reach the API through a name that it rebinds, nor from another origin; and whoever asks
 * has the token. `SHEAF_UNAUTHORIZED`, the same for all of these.
 */
export function guardRequest({ token, scheme, names }: RequestGuard, headers: RequestHeaders): void {
  const { host = '', origin, authorization } = headers
  const isOwnName = names.has(host.toLowerCase().replace(/:\d+$/, ''))
  const sameOrigin = origin === undefined || origin === `${scheme}://${host}`
  if (isOwnName && sameOrigin && isToken(token, authorization)) return
  throw new SheafError({
    code: 'SHEAF_UNAUTHORIZED',
    message: 'The request has no valid token, or does not come from this machine.',
    hint: 'The token lies in run/api-token in the agent’s store; the sheaf command reads it by itself.',
  })
}
