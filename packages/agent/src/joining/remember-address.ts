import { join } from 'node:path'
import type { PeerId } from '@sheaf/protocol'
import type { Log } from '../log/index.js'
import { AddressBook, dialableAddress, parseStaticPeer } from '../network/index.js'

/** Notes where a member was reached, so that the next start dials it also where mDNS does not lead. */
export async function rememberAddress(init: {
  readonly storePath: string
  readonly self: PeerId
  readonly address: string
  readonly log: Log
}): Promise<void> {
  const { peer } = parseStaticPeer(init.address)
  const address = peer === undefined ? undefined : dialableAddress(init.address, peer)
  if (peer === undefined || address === undefined) return
  const path = join(init.storePath, 'address-book.json')
  const book = await AddressBook.open({ self: init.self, path, log: init.log })
  book.reached(peer, address)
  await book.flush()
}
