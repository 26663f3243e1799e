import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobId } from '@sheaf/protocol'
import { compileFilmEncoder, type Manifest } from '@sheaf/timeline'
import { engineFailed, runTool, type FfmpegTools } from '../engine/index.js'
import { sha256Of } from '../hashing/index.js'
import {
  type CheckOutput,
  openOutputJoiner,
  type JoinedOutput,
  type OutputJoiner,
  type OutputJoinerOptions,
} from '../join/index.js'

/** What a film that is encoded once needs. */
export interface FilmEncoderInit {
  readonly tools: FfmpegTools
  readonly manifest: Manifest
  /** Folder of the job's result: the lossless film and the notes of the passes lie there meanwhile. */
  readonly folder: string
  /** The film itself, with its sound. */
  readonly film: OutputJoinerOptions
  readonly signal: AbortSignal
  /** How far the encode is, for people. */
  readonly onNotice: (text: string) => void
}

/**
 * Joins lossless segments, encodes the whole once, and makes the film of that. Looks like any other joiner:
 * nothing of the film is there before `finish`, and all of it can be made again from the segments.
 */
export async function openFilmEncoder(init: FilmEncoderInit): Promise<OutputJoiner> {
  const { film, folder } = init
  const lossless = join(folder, 'lossless.mov')
  const whole = film.segmentFrames.reduce((sum, frames) => sum + frames, 0)
  // Opened first, so that an output that cannot be written is known before anything is rendered.
  const target = await openOutputJoiner({ ...film, segmentFrames: [whole] })
  const withoutLoss = {
    ...film,
    outPath: lossless,
    overwrite: true,
    audioPath: undefined,
    times: undefined,
    light: undefined,
    faststart: false,
  }
  const inner = await openOutputJoiner(withoutLoss).catch(async (error: unknown) => {
    await target.abort()
    throw error
  })
  return {
    add: inner.add,
    joined: inner.joined,
    finish: (check) => finish(init, { lossless, inner, target, check }),
    abort: async () => {
      await inner.abort()
      await target.abort()
      await rm(lossless, { force: true })
    },
  }
}

async function finish(
  init: FilmEncoderInit,
  {
    lossless,
    inner,
    target,
    check,
  }: {
    readonly lossless: string
    readonly inner: OutputJoiner
    readonly target: OutputJoiner
    readonly check: CheckOutput | undefined
  },
): Promise<JoinedOutput> {
  const { folder, film } = init
  await inner.finish()
  const encoded = join(folder, 'encoded.mov')
  try {
    await encode(init, lossless, encoded)
    await target.add(0, encoded, (await sha256Of(encoded)) as BlobId)
    const output = await target.finish(check)
    return { ...output, path: film.outPath }
  } finally {
    for (const path of [lossless, encoded]) await rm(path, { force: true })
  }
}

async function encode(init: FilmEncoderInit, input: string, output: string): Promise<void> {
  const { tools, manifest, folder, signal, onNotice } = init
  const { preset, picture, edit } = manifest
  const calls = compileFilmEncoder({ preset, format: picture, rate: edit.rate, input, output, passLog: 'passes' })
  for (const [index, args] of calls.entries()) {
    const pass = calls.length > 1 ? `, pass ${index + 1} of ${calls.length}` : ''
    const meter = frameMeter((frame) => {
      onNotice(`the whole film is being encoded${pass}: ${Math.floor((100 * frame) / edit.frames)} %`)
    })
    try {
      const { stderr } = await runTool({ file: tools.ffmpeg, args, cwd: folder, signal, onStdout: meter })
      if (stderr.trim() !== '') throw new Error(stderr.trim().slice(-1000))
    } catch (error) {
      signal.throwIfAborted()
      throw engineFailed(`the encode of the whole film${pass}`, error)
    }
  }
}

/** Reads `frame=N` out of what `-progress` writes. */
function frameMeter(onFrame: (frame: number) => void): (bytes: Buffer) => void {
  let rest = ''
  return (bytes) => {
    const lines = (rest + bytes.toString('latin1')).split('\n')
    rest = (lines.pop() ?? '').slice(-1024)
    for (const line of lines) {
      const frame = /^frame=\s*(\d+)/.exec(line)?.[1]
      if (frame !== undefined) onFrame(Number(frame))
    }
  }
}
