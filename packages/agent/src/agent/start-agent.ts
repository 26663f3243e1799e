import { rm } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import type { AgentRunFile } from '@sheaf/protocol'
import { ApiServer, openApiPlace, openApiToken, unencryptedRisk } from '../api/index.js'
import { chooseSlots } from '../benchmark/index.js'
import { findFfmpeg } from '../engine/index.js'
import { describeMachine } from '../machine/index.js'
import { AgentLog } from '../log/index.js'
import { writeJsonDurably } from '../store/index.js'
import { AgentApi } from './agent-api.js'
import { fingerprintOf } from '../membership/index.js'
import type { AgentOptions, AgentOutcome, FarmStart, RunningAgent } from './agent-options.js'
import { AgentParts, type PartsInit } from './agent-parts.js'
import { openAgentStorage, type AgentStorage } from './agent-storage.js'
import { agentVersion } from './version.js'

/**
 * Starts an agent in this process. Rejects with an error that says what to do: no ffmpeg
 * (`SHEAF_TOOL_MISSING`), store or port in use, store damaged, farm key open to others.
 */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  // Asks other programs, which answer while the store is being opened; its failure is met below.
  const probing = Promise.all([findFfmpeg(), describeMachine()])
  probing.catch(() => undefined)
  const name = options.name ?? os.hostname()
  const storage = await openAgentStorage({ storePath: options.storePath, name })
  try {
    const [tools, machine] = await probing
    const log = new AgentLog({ path: join(storage.paths.log, 'agent.ndjson'), level: options.logLevel })
    if (options.log !== undefined) log.onLine(options.log)
    return await new AgentProcess({
      options,
      storage,
      tools,
      log,
      name,
      version: agentVersion,
      slots: options.slots ?? chooseSlots(machine),
      machine,
      startedAtMs: Date.now(),
      onChange: () => undefined,
      onEnd: () => undefined,
    }).start()
  } catch (error) {
    await storage.close()
    throw error
  }
}

/** One agent from start to stop: order matters here and nowhere else. */
class AgentProcess implements RunningAgent {
  readonly #init: PartsInit
  readonly #parts: AgentParts
  readonly #api: AgentApi
  readonly #storage: AgentStorage
  #server: ApiServer | undefined
  #openServer: ApiServer | undefined
  #offers: NodeJS.Timeout | undefined
  #stopping: Promise<void> | undefined
  #outcome: AgentOutcome = 'stopped'
  #onStopped: (outcome: AgentOutcome) => void = () => undefined
  readonly stopped = new Promise<AgentOutcome>((resolve) => (this.#onStopped = resolve))

  constructor(init: PartsInit) {
    this.#init = { ...init, onChange: () => this.#api.changed(), onEnd: (outcome) => this.#end(outcome) }
    this.#storage = init.storage
    this.#parts = new AgentParts(this.#init)
    this.#api = new AgentApi(this.#init, this.#parts, () => void this.stop())
  }

  get peer() {
    return this.#parts.self
  }

  get name() {
    return this.#init.name
  }

  get farm(): FarmStart {
    const { membership, farmWas } = this.#storage
    const { farmName, farmId } = membership.credentials
    return { farmName, farmFingerprint: fingerprintOf(farmId), role: membership.certificate.role, how: farmWas }
  }

  get apiPort() {
    return this.#server?.port ?? 0
  }

  addresses() {
    return this.#parts.network.listenAddresses()
  }

  view() {
    return this.#api.view()
  }

  status() {
    return this.#api.status()
  }

  onChange(listener: () => void) {
    return this.#api.onChange(listener)
  }

  async start(): Promise<RunningAgent> {
    const { host, network, lanes, sync, worker, delivery, ability, trust, door } = this.#parts
    try {
      await trust.start()
      worker.setAccepting(!this.#storage.settings.get().paused)
      this.#parts.expel()
      await this.#parts.certify()
      await sync.start()
      await lanes.start()
      await network.start()
      await this.#startApi()
    } catch (error) {
      await this.#halt()
      throw error
    }
    host.start()
    door.start()
    this.#offers = setInterval(() => delivery.offerDue(), 2000).unref()
    ability
      .prepare({ benchmark: this.#init.options.benchmark !== false })
      .catch((error: unknown) => this.#onEngineBroken(error))
    this.#init.log.root.info({ peer: this.peer, addresses: this.addresses(), apiPort: this.apiPort }, 'agent is up')
    return this
  }

  #end(outcome: AgentOutcome): void {
    this.#outcome = outcome
    void this.stop()
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    this.#init.log.root.info({}, 'agent stops')
    this.#parts.network.broadcast({ kind: 'goodbye', reason: 'agent stops' })
    await this.#halt()
    await this.#storage.close()
    await this.#init.log.flush()
    this.#onStopped(this.#outcome)
  }

  async #halt(): Promise<void> {
    clearInterval(this.#offers)
    const { host, worker, materials, media, results, closed, sync, network, lanes, ability, door } = this.#parts
    await rm(this.#runFilePath, { force: true })
    // First what brings work in, then what does it; the database is closed after all of them.
    await Promise.all([this.#server?.stop(), this.#openServer?.stop()])
    materials.stop()
    await host.stop()
    await Promise.all([ability.stop(), worker.stop(), results.stop(), closed.stop()])
    await Promise.all([media.stop(), sync.stop()])
    await lanes.stop()
    await door.stop()
    await network.stop()
    await door.settle()
  }

  get #runFilePath(): string {
    return join(this.#storage.paths.run, 'agent.json')
  }

  async #startApi(): Promise<void> {
    const token = await openApiToken(join(this.#storage.paths.run, 'api-token'))
    const port = this.#init.options.apiPort ?? 7434
    const { version } = this.#init
    this.#server = new ApiServer(this.#api, { token, host: '127.0.0.1', port, version })
    await this.#server.start()
    await this.#startOpenApi(token)
    const runFile: AgentRunFile = {
      pid: process.pid,
      peer: this.peer,
      apiPort: this.apiPort,
      startedAtMs: this.#init.startedAtMs,
    }
    await writeJsonDurably(this.#runFilePath, runFile)
  }

  /** For programs of other machines, where the person has asked for it. */
  async #startOpenApi(token: string): Promise<void> {
    const { options, version, log } = this.#init
    if (options.apiListen === undefined) return
    const { host, port } = options.apiListen
    const tls = await openApiPlace(options.apiListen)
    if (tls === undefined) log.root.warn({ host, port, risk: unencryptedRisk }, 'the API listens without TLS')
    this.#openServer = new ApiServer(this.#api, { token, host, port, version, ...(tls === undefined ? {} : { tls }) })
    await this.#openServer.start()
  }

  /** An agent whose engine does not work stays up: it is seen in the farm, says why, and renders nothing. */
  #onEngineBroken(error: unknown): void {
    if (this.#stopping !== undefined) return
    this.#parts.ability.markFailed()
    this.#init.log.root.error({ error }, 'the engine does not work here')
    this.#parts.host.announce()
  }
}
