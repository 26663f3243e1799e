import { InvalidArgumentError } from 'commander'
import { defaultPorts } from '@sheaf/protocol'

/** Where the API listens for other machines. */
export interface ApiAddress {
  readonly host: string
  readonly port: number
}

/** Parses `ADDRESS`, `ADDRESS:PORT`, `[IPV6]:PORT`. An address without a port gets 7436: what lies between is the bulk port. */
export function apiAddress(text: string): ApiAddress {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const host = bracketed ?? plain
  const number = port === undefined ? defaultPorts.bulk + 1 : Number(port)
  if (host === undefined || number > 65_535) {
    throw new InvalidArgumentError('It must be an address of this machine, such as 10.0.0.7 or 10.0.0.7:7436.')
  }
  return { host, port: number }
}
