import { limits, type IntroductionMessage, type PeerAddresses } from '@sheaf/protocol'

/** Half of what a message may hold, so that what is not counted here always fits. */
const maxBytes = limits.workMessageBytes / 2
/** Tag and length of a field; nested messages have both. */
const fieldBytes = 8

/** An introduction as messages that each keep to the limits; at least one, and each says where we listen. */
export function splitIntroduction(
  listen: readonly string[],
  peers: readonly PeerAddresses[],
): readonly [IntroductionMessage, ...IntroductionMessage[]] {
  const own = listen.slice(0, limits.addressesPerPeer)
  const messageOf = (part: readonly PeerAddresses[]): IntroductionMessage => ({
    kind: 'introduction',
    listen: own,
    peers: part,
  })
  const parts: PeerAddresses[][] = []
  let bytes = Infinity
  for (const { peer, addresses } of peers) {
    const entry = { peer, addresses: addresses.slice(0, limits.addressesPerPeer) }
    const size = sizeOf([peer, ...entry.addresses])
    const part = parts.at(-1)
    if (part === undefined || part.length === limits.peersPerIntroduction || bytes + size > maxBytes) {
      parts.push([entry])
      bytes = sizeOf(own) + size
    } else {
      part.push(entry)
      bytes += size
    }
  }
  const [first = [], ...rest] = parts
  return [messageOf(first), ...rest.map(messageOf)]
}

/** Addresses and ids are ASCII. */
function sizeOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + fieldBytes, fieldBytes)
}
