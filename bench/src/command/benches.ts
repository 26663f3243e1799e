import type { Bench } from '../bench.js'
import { exact } from '../exact/exact.js'
import { facts } from '../facts/facts.js'
import { hash } from '../hash/hash.js'
import { overhead } from '../overhead/overhead.js'
import { ready } from '../ready/ready.js'
import { scaling } from '../scaling/scaling.js'
import { sparse } from '../sparse/sparse.js'
import { size } from '../size/size.js'
import { stream } from '../stream/stream.js'
import { tail } from '../tail/tail.js'

/** Every bench there is, in the order in which they are listed. */
export const benches: readonly Bench[] = [overhead, scaling, ready, facts, exact, tail, size, sparse, stream, hash]
