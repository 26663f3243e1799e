import { readFile } from 'node:fs/promises'
import { SheafError } from '@sheaf/protocol'
import { isLoopback } from './request-guard.js'

/** Where else than on loopback the API listens, and how it is protected there. */
export interface ApiPlace {
  readonly host: string
  readonly port: number
  /** PEM files. */
  readonly tls?: { readonly certPath: string; readonly keyPath: string } | undefined
  /** The person was told what that risks, and wants it. */
  readonly unencrypted?: boolean | undefined
}

/** Certificate and key, read. */
export interface ApiTls {
  readonly cert: Buffer
  readonly key: Buffer
}

/** What an API without TLS risks, in plain words. */
export const unencryptedRisk =
  'Everybody on that network can read what is asked of the API and answered, the token with it. Who has the token acts as you on this machine: reads any edit and media that you may read, writes any output that you may write.'

/** Reads the TLS files. `SHEAF_CONFIG_INVALID` when the place is open to a network without them, or they cannot be read. */
export async function openApiPlace({ host, tls, unencrypted = false }: ApiPlace): Promise<ApiTls | undefined> {
  if (tls === undefined) {
    if (isLoopback(host) || unencrypted) return undefined
    throw new SheafError({
      code: 'SHEAF_CONFIG_INVALID',
      message: `The API would listen on ${host} without TLS. ${unencryptedRisk}`,
      hint: 'Give it a certificate with --tls-cert and --tls-key, or say --no-tls if you trust everybody on that network.',
    })
  }
  const read = async (path: string): Promise<Buffer> => {
    try {
      return await readFile(path)
    } catch (cause) {
      throw new SheafError({
        code: 'SHEAF_CONFIG_INVALID',
        message: `The file ${path} for the API's TLS cannot be read.`,
        hint: 'Give yourself the right to read it, or name another one.',
        cause,
      })
    }
  }
  return { cert: await read(tls.certPath), key: await read(tls.keyPath) }
}
