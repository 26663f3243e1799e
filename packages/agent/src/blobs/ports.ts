import type { FarmNetwork } from '../network/index.js'

/** What bytes travel on: the network's own streams, or faster ones that are opened and served alike. */
export type BlobStreams = Pick<FarmNetwork, 'handle' | 'openStream'>
