import { parsePeerId } from '../ids.js'
import { limits } from '../limits.js'
import type { IntroductionMessage } from '../work/work-message.js'
import { checkCount, checkId, checkText } from './check.js'
import type { IntroductionWire } from './generated/work.js'

/** The sender keeps to the limits: what it says of whom, and in how many messages, is its own decision. */
export function introductionToWire({ listen, peers }: IntroductionMessage): IntroductionWire {
  return { listen: [...listen], peers: peers.map(({ peer, addresses }) => ({ peer, addresses: [...addresses] })) }
}

/** Addresses are checked for size alone: whoever dials knows what it can dial. `SHEAF_WIRE_MALFORMED`, `SHEAF_WIRE_LIMIT`. */
export function introductionFromWire(wire: IntroductionWire): IntroductionMessage {
  return {
    kind: 'introduction',
    listen: addressesFromWire('listen', wire.listen),
    peers: checkCount('peers', wire.peers, limits.peersPerIntroduction).map(({ peer, addresses }) => ({
      peer: checkId('peers.peer', peer, parsePeerId),
      addresses: addressesFromWire('peers.addresses', addresses),
    })),
  }
}

function addressesFromWire(field: string, addresses: readonly string[]): readonly string[] {
  return checkCount(field, addresses, limits.addressesPerPeer).map((address) =>
    checkText(field, address, limits.addressBytes),
  )
}
