import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What ffprobe finds in a finished film. */
export interface FilmFacts {
  /** Presentation times of the video's packets in frames, in rising order: 0, 1, 2 … when none is off the grid. */
  readonly grid: readonly number[]
  readonly decodedFrames: number
  readonly videoS: number
  /** `undefined` when the film is silent. */
  readonly audioS: number | undefined
}

interface Probed {
  readonly packets?: readonly { readonly pts: number; readonly duration: number }[]
  readonly streams: readonly {
    readonly codec_type: string
    readonly time_base: string
    readonly duration: string
    readonly nb_read_frames?: string
  }[]
}

/** Reads every packet and decodes every frame of a film of that rate. */
export async function inspectFilm(path: string, rate: number): Promise<FilmFacts> {
  const video = await probe(['-select_streams', 'v', '-count_frames', '-show_packets', '-show_streams', path])
  const all = await probe(['-show_streams', path])
  const [stream] = video.streams
  if (stream === undefined) throw new Error(`${path} has no video`)
  const [num = 0, den = 1] = stream.time_base.split('/').map(Number)
  const grid = (video.packets ?? []).map(({ pts }) => (pts * num * rate) / den).sort((a, b) => a - b)
  const audio = all.streams.find(({ codec_type }) => codec_type === 'audio')
  return {
    grid,
    decodedFrames: Number(stream.nb_read_frames),
    videoS: Number(stream.duration),
    audioS: audio === undefined ? undefined : Number(audio.duration),
  }
}

async function probe(args: readonly string[]): Promise<Probed> {
  const { stdout } = await promisify(execFile)('ffprobe', ['-v', 'error', '-of', 'json', ...args], {
    maxBuffer: 64 << 20,
  })
  return JSON.parse(stdout) as Probed
}

/** 0, 1, … n − 1. */
export const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, at) => at)
