/**
 * One end of the `stream` bench as a process of its own: `end-process.js WAY serve|ask JSON`. Says on its channel that it
 * is ready, then answers one order after another with what it took; ends when the channel does.
 */
import { askLane, serveLane } from './lane-end.js'
import { askLibp2p, serveLibp2p } from './libp2p-end.js'
import { meter } from './meter.js'
import { askTcp, serveTcp } from './tcp-end.js'
import type { AskingInit, ServingInit, Way } from './transfer-end.js'

const serve = { tcp: serveTcp, libp2p: serveLibp2p, lane: serveLane } as const
const ask = { tcp: askTcp, libp2p: askLibp2p, lane: askLane } as const

/** What the bench wants: a transfer that is measured, or the measures of an end that serves one. */
export type Order =
  | { readonly kind: 'memory' }
  | { readonly kind: 'disk'; readonly path: string }
  | { readonly kind: 'begin' }
  | { readonly kind: 'take' }

const [way, role, init] = process.argv.slice(2) as [Way, 'serve' | 'ask', string]
const measures = meter()
const say = (answer: object): void => void process.send?.(answer)
process.once('disconnect', () => process.exit())

if (role === 'serve') {
  const end = await serve[way](JSON.parse(init) as ServingInit)
  process.on('message', (order: Order) => {
    if (order.kind === 'begin') measures.begin()
    say(measures.take())
  })
  say({ address: end.address })
} else {
  const end = await ask[way](JSON.parse(init) as AskingInit)
  process.on('message', (order: Order) => {
    measures.begin()
    const done = order.kind === 'disk' ? end.disk(order.path) : end.memory()
    done.then(
      () => say(measures.take()),
      (error: unknown) => say({ failed: String(error) }),
    )
  })
  say({ address: '' })
}
