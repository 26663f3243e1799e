import { type Rational, rationalToNumber, SheafError } from '@sheaf/protocol'
import { MANIFEST_LIMITS } from '../manifest/manifest.js'
import type { EditClip, EditTrack } from '../model/edit.js'
import { type ReadEdit, unsupportedEdit } from '../model/finish-edit.js'
import { Notes } from '../model/refusal.js'
import { TargetList } from '../model/target-list.js'
import { textFault } from '../model/text.js'
import { fillSpan } from '../model/walk-edit.js'
import type { SubtitleCue } from './cue.js'
import { lookOf } from './cue-look.js'
import { stackCues } from './stack-cues.js'
import { readAss } from './read-ass.js'
import { readSrt } from './read-srt.js'

/** Subtitles that are to be seen in the film. */
export interface Subtitles {
  readonly text: string
  /** Only named in messages; its ending says which kind it is: `.srt`, `.vtt`, `.ass`, `.ssa`. */
  readonly path: string
  /** The font of subtitles that name none. */
  readonly family: string | undefined
  readonly dropUnknown?: boolean | undefined
}

/** Subtitles that one file may hold, those of a day of talk: each is a medium of the job, and so is what it lies over. */
const MOST_CUES = 8000

/**
 * Lays subtitles over an edit, on tracks of their own on top. Throws SHEAF_EDIT_UNSUPPORTED with all that cannot be
 * shown, SHEAF_EDIT_EMPTY when there is none, SHEAF_REQUEST_INVALID for another kind of file or without a font.
 */
export function burnIn(read: ReadEdit, subtitles: Subtitles): ReadEdit {
  const notes = new Notes({ dropUnknown: subtitles.dropUnknown ?? false })
  const cues = readCues(subtitles, notes)
  for (const cue of cues) {
    const fault = textFault(cue)
    if (fault !== undefined) notes.refuse(fault, cue.where)
  }
  if (notes.refusals.length > 0) throw unsupportedEdit(subtitles.path, notes.refusals)
  if (cues.length === 0 || cues.length > MOST_CUES) throw wrongNumber(subtitles.path, cues.length)
  const { edit } = read
  const targets = new TargetList(read.texts)
  const tracks = layCues(stackCues(cues, edit.rate, notes), { frames: edit.frames, rate: edit.rate, targets })
  if (edit.video.length + tracks.length > MANIFEST_LIMITS.tracks) throw tooManyAtOnce(subtitles.path, tracks.length)
  const late = cues.filter((cue) => cue.from * rationalToNumber(edit.rate) >= edit.frames).length
  if (late > 0) notes.warn(`${late} of ${cues.length} subtitles come after the end of the edit; they are not shown`)
  const names = tracks.map((track, i) => ({ ...track, name: `S${i + 1}` }))
  const report = { ...read.report, warnings: [...read.report.warnings, ...notes.warnings] }
  return { ...read, edit: { ...edit, video: [...edit.video, ...names] }, texts: targets.listTexts(), report }
}

function readCues({ text, path, family }: Subtitles, notes: Notes): SubtitleCue[] {
  const ending = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  if (ending === 'ass' || ending === 'ssa') return readAss(text, notes)
  if (ending !== 'srt' && ending !== 'vtt') {
    throw new SheafError({
      code: 'SHEAF_REQUEST_INVALID',
      message: `${path}: subtitles are read from .srt, .vtt, .ass and .ssa files`,
      hint: 'Export them as one of these.',
    })
  }
  if (family !== undefined) return readSrt(text, family, notes)
  throw new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message: `${path} does not say in which font its subtitles are to be shown, and no usual one is on this machine`,
    hint: 'Name one with --subtitle-font, such as --subtitle-font "DejaVu Sans".',
  })
}

interface Room {
  readonly frames: number
  readonly rate: Rational
  readonly targets: TargetList
}

/** Subtitles on few tracks: those that are seen at once lie on different ones, and higher layers over lower ones. */
function layCues(cues: readonly SubtitleCue[], room: Room): Omit<EditTrack, 'name'>[] {
  const layers = new Map<number, EditClip[][]>()
  for (const cue of [...cues].sort((a, b) => a.layer - b.layer || a.from - b.from)) {
    const clip = clipOf(cue, room)
    if (!clip) continue
    const rows = layers.get(cue.layer) ?? []
    layers.set(cue.layer, rows)
    const free = rows.find((row) => (row.at(-1)?.to ?? 0) <= clip.from)
    if (free) free.push(clip)
    else rows.push([clip])
  }
  return [...layers.values()].flat().map((row) => ({ items: withGaps(row, room.frames) }))
}

function withGaps(row: readonly EditClip[], frames: number): EditTrack['items'] {
  const items = row.flatMap((clip, i): EditTrack['items'] => {
    const before = row[i - 1]?.to ?? clip.from
    return clip.from > before ? [{ kind: 'gap', from: before, to: clip.from }, clip] : [clip]
  })
  return fillSpan(items, { from: 0, to: frames })
}

function clipOf(cue: SubtitleCue, { frames, rate, targets }: Room): EditClip | undefined {
  const frameAt = (seconds: number): number => Math.round(seconds * rationalToNumber(rate))
  const [from, to] = [frameAt(cue.from), Math.min(frames, Math.max(frameAt(cue.to), frameAt(cue.from) + 1))]
  if (from >= frames) return undefined
  const { text, style, runs, moves, where } = cue
  const media = targets.addText({ text, style, ...(runs && { runs }), ...(moves && { moves }) }, where)
  const content = { kind: 'media', media, start: { num: 0, den: 1 }, speed: { num: 1, den: 1 } } as const
  const look = lookOf(cue, rate)
  return { kind: 'clip', name: text.slice(0, 40), from, to, content, ...(look && { look }), where }
}

function wrongNumber(path: string, count: number): SheafError {
  return new SheafError({
    code: count === 0 ? 'SHEAF_EDIT_EMPTY' : 'SHEAF_EDIT_INVALID',
    message: count === 0 ? `${path} holds no subtitles` : `${path} holds ${count} subtitles; ${MOST_CUES} are possible`,
    hint: count === 0 ? 'Is this the right file?' : 'Cut the edit and its subtitles into parts, and render each.',
  })
}

function tooManyAtOnce(path: string, tracks: number): SheafError {
  return new SheafError({
    code: 'SHEAF_EDIT_UNSUPPORTED',
    message: `${path}: its subtitles need ${tracks} tracks; with those of the edit ${MANIFEST_LIMITS.tracks} are possible`,
    hint: 'Show fewer subtitles at once, on fewer layers.',
  })
}
