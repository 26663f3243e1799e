import type { FarmNetwork } from '../network/index.js'

/** What lanes need of the farm: streams to agree on them, who is there and from where, and when somebody goes. */
export type LaneNetwork = Pick<FarmNetwork, 'handle' | 'openStream' | 'peers' | 'on'>
