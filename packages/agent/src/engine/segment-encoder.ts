import { rename, rm } from 'node:fs/promises'
import { SheafError } from '@sheaf/protocol'
import type { SegmentPlan } from './chunk-plan.js'
import type { RenderedSegment } from './render-types.js'
import { startTool, type ToolProcess } from './tool-process.js'

/** Raw bytes that may wait in this process for one encoder. */
const BUFFERED_BYTES = 4 * 1024 * 1024

/** What an encoder is started with. */
export interface SegmentEncoderInit {
  readonly ffmpeg: string
  readonly plan: SegmentPlan
  readonly onProgress: (encodedFrames: number) => void
  /** Checks the finished file before it gets its name; throws SHEAF_SEGMENT_INVALID. */
  readonly verify: (path: string) => Promise<{ readonly sizeBytes: number }>
}

/** The fresh encoder process of one segment: fed with raw frames, then finished. */
export class SegmentEncoder {
  readonly #init: SegmentEncoderInit
  readonly #tool: ToolProcess
  readonly #startedMs = performance.now()
  #discarded = false

  private constructor(init: SegmentEncoderInit, tool: ToolProcess) {
    this.#init = init
    this.#tool = tool
    readProgress(tool, init.onProgress)
  }

  static async start(init: SegmentEncoderInit): Promise<SegmentEncoder> {
    const args = ['-progress', 'pipe:3', '-nostats', ...init.plan.encoderArgs(init.plan.partPath)]
    const tool = await startTool({ file: init.ffmpeg, args, stdin: 'pipe', progress: true })
    return new SegmentEncoder(init, tool)
  }

  /** Hands over raw bytes; resolves when more may come, or false when the encoder is gone. */
  async feed(bytes: Buffer): Promise<boolean> {
    const stdin = this.#tool.stdin
    if (!stdin || stdin.destroyed || !stdin.writable) return false
    stdin.write(bytes)
    if (stdin.writableLength < BUFFERED_BYTES) return true
    return new Promise((resolve) => {
      const settle = (alive: boolean) => (): void => {
        stdin.off('drain', onDrain)
        stdin.off('close', onClose)
        resolve(alive)
      }
      const onDrain = settle(true)
      const onClose = settle(false)
      stdin.on('drain', onDrain)
      stdin.on('close', onClose)
    })
  }

  /**
   * After the last frame: waits for the encoder, verifies the file and gives it its name.
   * Throws SHEAF_ENGINE_FAILED, SHEAF_DISK_FULL or SHEAF_SEGMENT_INVALID; undefined when killed.
   */
  async finish(): Promise<RenderedSegment | undefined> {
    const { plan, verify } = this.#init
    this.#tool.stdin?.end()
    const outcome = await this.#tool.done
    if (outcome.kind === 'killed') return undefined
    if (outcome.kind === 'failed')
      throw engineFailed(`the encoder of segment ${plan.expect.index}`, outcome.error, plan)
    if (outcome.stderr.trim() !== '') {
      throw engineFailed(
        `the encoder of segment ${plan.expect.index}`,
        new Error(outcome.stderr.trim().slice(-1000)),
        plan,
      )
    }
    const { sizeBytes } = await verify(plan.partPath)
    if (this.#discarded) return undefined
    await rename(plan.partPath, plan.path)
    const { index, frames } = plan.expect
    return { index, path: plan.path, frames, sizeBytes, renderMs: Math.round(performance.now() - this.#startedMs) }
  }

  /** Ends the process and removes what it wrote. Idempotent; leaves a finished segment alone. */
  async discard(): Promise<void> {
    this.#discarded = true
    this.#tool.kill()
    await this.#tool.done
    await rm(this.#init.plan.partPath, { force: true })
  }
}

/** An engine failure with its segment; a full disk and a missing tool keep their own codes. */
export function engineFailed(who: string, cause: unknown, plan?: SegmentPlan): SheafError {
  if (cause instanceof SheafError && cause.code !== 'SHEAF_TOOL_FAILED') return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SheafError({
    code: 'SHEAF_ENGINE_FAILED',
    message: `${who}: ${reason}`,
    hint: 'Run `sheaf logs` for the last that the tool wrote.',
    cause,
    details: {
      ...(cause instanceof SheafError ? cause.details : {}),
      ...(plan ? { segment: plan.expect.index } : {}),
    },
  })
}

/** `-progress` writes blocks of `key=value` lines; only the frame count is of use. */
function readProgress(tool: ToolProcess, onProgress: (frames: number) => void): void {
  let rest = ''
  tool.progress?.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString('latin1')).split('\n')
    rest = (lines.pop() ?? '').slice(-1024)
    for (const line of lines) {
      const frame = /^frame=\s*(\d+)/.exec(line)?.[1]
      if (frame !== undefined) onProgress(Number(frame))
    }
  })
}
