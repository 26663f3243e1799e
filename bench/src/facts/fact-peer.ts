/**
 * A peer of the `facts` bench, as a process of its own: `fact-peer.js DIR [MULTIADDR…]`. Says its address as a
 * line on stdout, and ends when its stdin does.
 */
import { once } from 'node:events'
import { startFactNode } from './fact-node.js'

const [dir = '', ...peers] = process.argv.slice(2)
const node = await startFactNode({ dir, peers })
process.stdout.write(`${node.network.listenAddresses()[0] ?? ''}\n`)
process.stdin.resume()
await once(process.stdin, 'close')
await node.stop()
