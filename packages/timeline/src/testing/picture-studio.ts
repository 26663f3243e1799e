import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rational } from '@sheaf/protocol'
import { compileCompositor, type CompositorCall } from '../compile/compile-compositor.js'
import { resolveCall } from '../compile/ffmpeg-call.js'
import { type FrameFormat, frameFormat } from '../compile/frame-format.js'
import type { MediaIndex } from '../media/media-index.js'
import type { Content, Edit, EditClip, EditItem, EditTrack, Look } from '../model/edit.js'
import { ffmpeg, indexOf } from './ffmpeg.js'

/** A folder of media and the compositor: renders edits for tests, and looks at their pictures. */
export class PictureStudio {
  readonly folder: string
  readonly media: Map<string, MediaIndex>
  readonly format: FrameFormat

  /** `like`: another one whose media are used. */
  constructor(
    size: { readonly width: number; readonly height: number; readonly like?: PictureStudio } & Partial<FrameFormat>,
  ) {
    const { like, ...format } = size
    this.folder = like?.folder ?? mkdtempSync(join(tmpdir(), 'sheaf-look-'))
    this.media = like?.media ?? new Map<string, MediaIndex>()
    this.format = frameFormat(format)
  }

  /** Makes a medium of its name from a source of lavfi's. */
  make(name: string, source: string, options: readonly string[]): void {
    const path = join(this.folder, name)
    ffmpeg(['-v', 'error', '-f', 'lavfi', '-i', source, ...options, `file:${path}`])
    this.media.set(name, indexOf(path))
  }

  compile(edit: Edit, from = 0, to = edit.frames): CompositorCall {
    return compileCompositor({ edit, media: this.media, from, to, format: this.format })
  }

  /** The raw pictures of frames [from, to). */
  render(edit: Edit, from = 0, to = edit.frames, options: readonly string[] = []): Buffer[] {
    const call = this.compile(edit, from, to)
    const graphFile = join(this.folder, 'graph')
    writeFileSync(graphFile, call.args[call.graphArgIndex] ?? '')
    const raw = ffmpeg([...options, ...resolveCall(call, { pathOf: (id) => join(this.folder, id), graphFile })])
    if (raw.length !== call.frameBytes * call.frames)
      throw new Error(`${raw.length} bytes instead of ${call.frames} frames`)
    return Array.from({ length: call.frames }, (_, i) => raw.subarray(i * call.frameBytes, (i + 1) * call.frameBytes))
  }

  /** Brightness of a pixel. */
  luma(picture: Buffer, x: number, y: number): number {
    return picture[y * this.format.width + x] ?? -1
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** One hash for each picture. */
export function hashesOf(pictures: readonly Buffer[]): string[] {
  return pictures.map((picture) => createHash('md5').update(picture).digest('hex'))
}

/** A clip of something, with a look. */
export function lookClip(content: Content, from: number, to: number, look?: Look): EditClip {
  return { kind: 'clip', name: '', from, to, content, ...(look && { look }), where: `item at ${from}` }
}

/** A medium from a frame on (at 25 a second), at a speed. */
export function medium(media: string, start = 0, speed = 1): Content {
  return { kind: 'media', media, start: rational(start, 25), speed: rational(Math.round(speed * 100), 100) }
}

/** One colour. */
export function colour(rgb: string): Content {
  return { kind: 'colour', rgb }
}

/** An edit at 25 frames a second of tracks, the first one at the bottom; what they do not hold is a gap. */
export function layered(frames: number, ...tracks: readonly (readonly EditItem[])[]): Edit {
  const video = tracks.map((items, i): EditTrack => ({ name: `V${i + 1}`, items: filled(items, frames) }))
  return { name: 'film', rate: rational(25), frames, video, audio: [] }
}

/** Items with gaps where they leave frames free. */
export function filled(items: readonly EditItem[], frames: number, first = 0): EditItem[] {
  const row: EditItem[] = []
  let at = first
  for (const item of items) {
    if (item.from > at) row.push({ kind: 'gap', from: at, to: item.from })
    row.push(item)
    at = item.to
  }
  return at < frames ? [...row, { kind: 'gap', from: at, to: frames }] : row
}
