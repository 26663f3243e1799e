import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rational, type Rational } from '@sheaf/protocol'
import { compileAudio, type AudioRequest } from '../compile/compile-audio.js'
import { type FfmpegCall, MAX_GRAPH_CHARACTERS, resolveCall } from '../compile/ffmpeg-call.js'
import { compileSound, type SoundPlan, type SoundRequest } from '../compile/compile-sound.js'
import type { MediaIndex } from '../media/media-index.js'
import type { Edit, EditItem, EditTrack } from '../model/edit.js'
import type { SoundSettings } from '../sound/sound-settings.js'
import { ffmpeg, indexOf } from './ffmpeg.js'
import { parsePreset } from '../preset/preset-text.js'

/** Media in a folder of their own, and edits of them as samples. */
export class SoundLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'sheaf-sound-'))
  readonly media = new Map<string, MediaIndex>()
  readonly pathOf = (name: string): string => join(this.folder, name)

  /** A medium that ffmpeg makes. */
  make(name: string, args: readonly string[]): void {
    ffmpeg(['-v', 'error', '-y', ...args, `file:${this.pathOf(name)}`])
    this.media.set(name, indexOf(this.pathOf(name)))
  }

  /** A file of constant sound, one value a channel. */
  constant(name: string, values: readonly number[], seconds = 2): void {
    const frames = seconds * 48_000
    const data = new Float32Array(frames * values.length)
    for (let at = 0; at < data.length; at++) data[at] = values[at % values.length] ?? 0
    writeFileSync(this.pathOf(name), wavOf(data, values.length))
    this.media.set(name, indexOf(this.pathOf(name)))
  }

  /** What an edit sounds like, as 24-bit samples of all channels by turns. */
  render(edit: Edit, more: Partial<AudioRequest> = {}): Float32Array {
    const output = this.pathOf('out.mov')
    const call = compileAudio({ edit, media: this.media, preset: parsePreset('ffv1'), output, ...more })
    if (!call) throw new Error('the edit has no sound')
    this.run(call)
    return samplesOf(output)
  }

  /** Runs a call, its graph from a file when it is long, as agents do. */
  run(call: FfmpegCall): void {
    const graph = call.args[call.graphArgIndex] ?? ''
    const graphFile = graph.length > MAX_GRAPH_CHARACTERS ? this.pathOf('graph.txt') : undefined
    if (graphFile !== undefined) writeFileSync(graphFile, graph)
    ffmpeg(resolveCall(call, { pathOf: this.pathOf, graphFile }))
  }

  /** All calls of a job's sound but those of loudness and stems: the number of calls, and what it sounds like. */
  renderParted(edit: Edit, mostInputs: number, settings: SoundSettings = {}): { calls: number; sound: Float32Array } {
    const output = this.pathOf('parted.mov')
    const plan = this.plan(edit, { mostInputs, settings, output })
    for (const part of plan.parts) this.run(part)
    this.run(plan.mix)
    return { calls: plan.parts.length + 1, sound: samplesOf(settings.loudness ? this.pathOf('mix') : output) }
  }

  plan(edit: Edit, more: Partial<SoundRequest>): SoundPlan {
    const usual = {
      media: this.media,
      preset: parsePreset('ffv1'),
      pathOf: this.pathOf,
      output: this.pathOf('out.mov'),
    } as const
    const plan = compileSound({ edit, settings: {}, mostInputs: 200, ...usual, ...more })
    if (!plan) throw new Error('the edit has no sound')
    return plan
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The samples of a file. */
export function samplesOf(path: string): Float32Array {
  const raw = ffmpeg(['-v', 'error', '-i', `file:${path}`, '-f', 'f32le', '-c:a', 'pcm_f32le', '-'])
  return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length))
}

/** One channel of samples that lie by turns. */
export const channel = (samples: Float32Array, at: number, channels: number): Float32Array =>
  samples.filter((_, index) => index % channels === at)

/** An edit of sound alone. */
export function soundEdit(tracks: readonly (readonly EditItem[] | EditTrack)[], rate: Rational = rational(25)): Edit {
  const audio = tracks.map((track, at): EditTrack => ('items' in track ? track : { name: `A${at + 1}`, items: track }))
  return { name: 'sound', rate, frames: audio[0]?.items.at(-1)?.to ?? 0, video: [], audio }
}

/** A file of 32-bit floats at 48 kHz. */
function wavOf(data: Float32Array, channels: number): Uint8Array {
  const bytes = new Uint8Array(44 + data.byteLength)
  const view = new DataView(bytes.buffer)
  const text = (at: number, word: string): void => bytes.set(new TextEncoder().encode(word), at)
  text(0, 'RIFF')
  view.setUint32(4, 36 + data.byteLength, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 3, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, 48_000, true)
  view.setUint32(28, 48_000 * 4 * channels, true)
  view.setUint16(32, 4 * channels, true)
  view.setUint16(34, 32, true)
  text(36, 'data')
  view.setUint32(40, data.byteLength, true)
  bytes.set(new Uint8Array(data.buffer), 44)
  return bytes
}
