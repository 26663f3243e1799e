import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rational } from '@sheaf/protocol'
import { compileCompositor } from '../compile/compile-compositor.js'
import { resolveCall } from '../compile/ffmpeg-call.js'
import { type FrameFormat, frameFormat } from '../compile/frame-format.js'
import type { MediaIndex, VideoIndex } from '../media/media-index.js'
import type { Content, Edit, EditItem } from '../model/edit.js'
import { ffmpeg, indexOf } from './ffmpeg.js'
import { clipOf } from './media-fixtures.js'

/** ffmpeg's own pictures and sounds as an input. */
export const lavfi = (source: string): string[] => ['-f', 'lavfi', '-i', source]
/** Fast, and tagged as the edit's own colours, so that they stay as they are. */
export const X264: readonly string[] = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
  ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
]

/** Real files in a folder of their own, what they are, and what is made of them. */
export class Footage {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sheaf-footage-'))
  readonly #media = new Map<string, MediaIndex>()

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  path(name: string): string {
    return join(this.#folder, name)
  }

  /** Makes a file with ffmpeg and indexes it. */
  shoot(name: string, args: readonly string[]): VideoIndex {
    ffmpeg(['-v', 'error', '-y', ...args, `file:${this.path(name)}`])
    return this.index(name)
  }

  /** Makes many files in one run of ffmpeg, and indexes them. */
  shootAll(shots: readonly Shot[]): void {
    const outputs = shots.flatMap(({ name, output }, i) => ['-map', String(i), ...output, `file:${this.path(name)}`])
    ffmpeg(['-v', 'error', '-y', ...shots.flatMap(({ source }) => lavfi(source)), ...outputs])
    for (const { name } of shots) this.index(name)
  }

  /** What is known of a file that was indexed. */
  video(name: string): VideoIndex {
    return this.#media.get(name)?.video ?? this.index(name)
  }

  /** Indexes a file that is there. */
  index(name: string): VideoIndex {
    const index = indexOf(this.path(name))
    this.#media.set(name, index)
    if (!index.video) throw new Error(`${name} holds no pictures`)
    return index.video
  }

  /** The first `frames` frames of a file, in an edit of their own. */
  editOf(name: string, frames: number, rate = rational(25)): Edit {
    return this.editOfItems([clipOf(name, 0, frames)], rate)
  }

  /** The first frame of each of these files, one behind the other. */
  sheetOf(names: readonly string[], below?: Content): Edit {
    const shown = names.map((name, i) => clipOf(name, i, i + 1))
    if (below === undefined) return this.editOfItems(shown)
    return this.editOfItems([{ ...clipOf('below', 0, names.length), content: below }], rational(25), shown)
  }

  editOfItems(items: readonly EditItem[], rate = rational(25), ...above: readonly (readonly EditItem[])[]): Edit {
    const video = [items, ...above].map((list, i) => ({ name: `V${i + 1}`, items: list }))
    return { name: 'footage', rate, frames: items.at(-1)?.to ?? 0, video, audio: [] }
  }

  /** Raw pictures of a part of an edit. */
  frames(edit: Edit, format: FrameFormat, part: RenderedPart = {}): Buffer[] {
    const { from = 0, to = edit.frames, options = [] } = part
    const call = compileCompositor({ edit, media: this.#media, from, to, format })
    const raw = ffmpeg([...options, ...resolveCall(call, { pathOf: (id) => this.path(id) })])
    if (raw.length !== call.frameBytes * call.frames) throw new Error(`${raw.length} bytes of ${call.frames} frames`)
    return Array.from({ length: call.frames }, (_, i) => raw.subarray(i * call.frameBytes, (i + 1) * call.frameBytes))
  }

  /**
   * The pictures of an edit, and the numbers of those that differ when they are rendered in three windows, with one
   * thread, without vector units: there should be none.
   */
  proof(edit: Edit, format: FrameFormat): { readonly shown: readonly Buffer[]; readonly unstable: readonly number[] } {
    const shown = this.frames(edit, format)
    const plain = ['-cpuflags', '0', '-filter_complex_threads', '1']
    const bounds = [0, 1, 2, 3].map((i) => Math.floor((i * edit.frames) / 3))
    const again = bounds.slice(1).flatMap((to, i) => {
      return this.frames(edit, format, { from: bounds[i] ?? 0, to, options: plain })
    })
    const [first, second] = [hashes(shown), hashes(again)]
    return { shown, unstable: first.flatMap((hash, i) => (hash === second[i] ? [] : [i])) }
  }
}

/** A file to be made. */
export interface Shot {
  readonly name: string
  /** For lavfi. */
  readonly source: string
  /** What ffmpeg is told about the file. */
  readonly output: readonly string[]
}

/** Which frames, and what else ffmpeg is told. */
export interface RenderedPart {
  readonly from?: number
  readonly to?: number
  readonly options?: readonly string[]
}

/** A name for each picture. */
export function hashes(pictures: readonly Buffer[]): string[] {
  return pictures.map((picture) => createHash('md5').update(picture).digest('hex'))
}

/** A small 8-bit canvas. */
export const SMALL = frameFormat({ width: 96, height: 54 })

/** What every pixel of a picture's plane is, by its middle; `at` counts in pixels of the plane. */
export function sampleAt(
  picture: Buffer,
  { width, height, pixFmt }: FrameFormat,
  [x, y]: readonly [number, number],
): readonly [number, number, number] {
  const bytes = pixFmt.endsWith('10le') ? 2 : 1
  const [across, down] = pixFmt.includes('420') ? [2, 2] : pixFmt.includes('422') ? [2, 1] : [1, 1]
  const read = (index: number): number => (bytes === 2 ? picture.readUInt16LE(index * 2) : (picture[index] ?? 0))
  const chroma = (width / across) * (height / down)
  const at = Math.floor(y / down) * (width / across) + Math.floor(x / across)
  return [read(y * width + x), read(width * height + at), read(width * height + chroma + at)]
}
