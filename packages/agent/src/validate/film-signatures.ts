import {
  compileSignatures,
  type FilmVideoFacts,
  type FrameSpan,
  mediaIndices,
  seekArgs,
  type Signature,
  SIGNATURE_OUTPUT,
  signatureFilter,
  type SignatureGrid,
  signatureSamples,
} from '@sheaf/timeline'
import type { FfmpegTools } from '../engine/index.js'
import { readCall } from './read-call.js'
import { readPieces } from './read-pieces.js'
import type { ReferenceJob } from './reference-job.js'

/** Threads of each decoder, as in a render. */
const DECODE_THREADS = 2

/** Signatures of frames [from, to) of the edit, rendered anew without encoding. Throws SHEAF_ENGINE_FAILED. */
export function editSignatures(
  job: ReferenceJob,
  { from, to }: FrameSpan,
  grid: SignatureGrid,
): AsyncGenerator<Signature> {
  const { edit, picture } = job.manifest
  const call = compileSignatures(
    { edit, media: mediaIndices(job.manifest), from, to, format: picture, decodeThreads: DECODE_THREADS },
    grid,
  )
  return asSignatures(readCall(call, job, { who: 'the compositor', pieceBytes: signatureSamples(grid) * 2 }), grid)
}

/** A film or a part of one whose pictures are read. */
export interface FilmSource {
  readonly tools: Pick<FfmpegTools, 'ffmpeg'>
  readonly path: string
  readonly signal?: AbortSignal | undefined
}

/** What was read of a film before its pictures are. */
export interface ProbedFilm {
  readonly container: string
  readonly video: FilmVideoFacts
}

/** Signatures of the film's frames number [from, to), counted in the order in which they are shown. */
export function filmSignatures(
  source: FilmSource,
  film: ProbedFilm,
  span: FrameSpan,
  grid: SignatureGrid,
): AsyncGenerator<Signature> {
  return filmPictures(source, film, { span, picked: undefined, frames: span.to - span.from }, grid)
}

/**
 * Signatures of the frames of some spans, one span after the other, by one process that decodes all of the film from
 * the first to the last: spans rise and do not touch.
 */
export function spansOfFilm(
  source: FilmSource,
  film: ProbedFilm,
  spans: readonly FrameSpan[],
  grid: SignatureGrid,
): AsyncGenerator<Signature> {
  const span = { from: spans[0]?.from ?? 0, to: spans.at(-1)?.to ?? 0 }
  const parts = spans.map(({ from, to }) => `between(n\\,${from - span.from}\\,${to - 1 - span.from})`)
  const frames = spans.reduce((sum, { from, to }) => sum + to - from, 0)
  return filmPictures(source, film, { span, picked: `select=${parts.join('+')}`, frames }, grid)
}

function filmPictures(
  { tools, path, signal }: FilmSource,
  film: ProbedFilm,
  what: { readonly span: FrameSpan; readonly picked: string | undefined; readonly frames: number },
  grid: SignatureGrid,
): AsyncGenerator<Signature> {
  const { video, container } = film
  const { from, to } = what.span
  const [start, end] = [video.times[from] ?? 0, video.times[to]]
  const trim = `trim=start_pts=${start}${end === undefined ? '' : `:end_pts=${end}`}`
  const filters = [trim, ...(what.picked === undefined ? [] : [what.picked]), signatureFilter(grid)].join(',')
  const args = [
    ...['-hide_banner', '-nostdin', '-v', 'error', '-nostats', '-copyts', '-threads', String(DECODE_THREADS)],
    ...['-f', container, ...seekBefore(film, from), '-protocol_whitelist', 'file', '-i', `file:${path}`],
    ...['-filter_complex', `[0:${video.stream}]${filters}[signatures]`],
    ...['-map', '[signatures]', '-frames:v', String(what.frames), ...SIGNATURE_OUTPUT],
  ]
  return signaturesFrom({ file: tools.ffmpeg, args, grid, signal })
}

/** Signatures of frames number [from, to) of a short film, such as a segment, decoded from its beginning. */
export function partSignatures(
  { tools, path, signal }: FilmSource,
  { from, to }: FrameSpan,
  grid: SignatureGrid,
): AsyncGenerator<Signature> {
  const args = [
    ...['-hide_banner', '-nostdin', '-v', 'error', '-nostats'],
    ...['-protocol_whitelist', 'file', '-i', `file:${path}`],
    ...['-filter_complex', `[0:v:0]trim=start_frame=${from}:end_frame=${to},${signatureFilter(grid)}[signatures]`],
    ...['-map', '[signatures]', '-frames:v', String(to - from), ...SIGNATURE_OUTPUT],
  ]
  return signaturesFrom({ file: tools.ffmpeg, args, grid, signal })
}

/** Containers in which a seek lands at the keyframe that was asked for. */
const SEEKABLE: ReadonlySet<string> = new Set(['mov', 'matroska'])

/** Options that begin decoding at a keyframe safely before a frame; none where only the beginning is safe. */
function seekBefore({ container, video }: ProbedFilm, frame: number): readonly string[] {
  // A keyframe is stored up to `reorder` frames before it is shown.
  const key = video.keyframes.findLast((at) => at < frame - video.reorder)
  const time = key === undefined || key === 0 ? undefined : video.times[key]
  if (time === undefined || !SEEKABLE.has(container)) return []
  return seekArgs(((time * video.timeBase.num) / video.timeBase.den).toFixed(6))
}

interface SignatureProcess {
  readonly file: string
  readonly args: readonly string[]
  readonly grid: SignatureGrid
  readonly signal: AbortSignal | undefined
}

function signaturesFrom({ file, args, grid, signal }: SignatureProcess): AsyncGenerator<Signature> {
  return asSignatures(readPieces({ file, args, pieceBytes: signatureSamples(grid) * 2, signal }), grid)
}

async function* asSignatures(pieces: AsyncGenerator<Buffer, void>, grid: SignatureGrid): AsyncGenerator<Signature> {
  const samples = signatureSamples(grid)
  for await (const piece of pieces) {
    if (piece.length === samples * 2) yield new Uint16Array(piece.buffer, piece.byteOffset, samples)
  }
}
