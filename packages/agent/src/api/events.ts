import type { FastifyInstance } from 'fastify'
import { apiPaths } from '@sheaf/protocol'
import type { ApiAgent } from './ports.js'

/** At most this often; what happens in between is in the next one. */
const pauseMs = 200
/** A line now and then keeps the connection alive and tells a dead one. */
const keepAliveMs = 15_000

/** Server-sent events: the farm's view at once, then whenever it changes. */
export function registerEvents(server: FastifyInstance, agent: ApiAgent): void {
  server.get(apiPaths.events, { schema: { description: 'text/event-stream of `farm` events' } }, (request, reply) => {
    reply.hijack()
    const out = reply.raw
    out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'keep-alive' })
    let timer: NodeJS.Timeout | undefined
    const say = (): void => {
      timer = undefined
      out.write(`event: farm\ndata: ${JSON.stringify(agent.view())}\n\n`)
    }
    // A reader that does not read is not buffered for: it gets the newest view when it has caught up.
    const sayWhenRead = (): void => {
      if (out.writableNeedDrain) out.once('drain', say)
      else say()
    }
    const stop = agent.onChange(() => (timer ??= setTimeout(sayWhenRead, pauseMs)))
    const keepAlive = setInterval(() => out.writableNeedDrain || out.write(': here\n\n'), keepAliveMs)
    out.once('close', () => {
      stop()
      clearInterval(keepAlive)
      clearTimeout(timer)
    })
    say()
  })
}
