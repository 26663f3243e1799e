import { formatRational, type Rational, SheafError } from '@sheaf/protocol'
import type { FrameSize } from '../compile/frame-format.js'
import type { Edit, EditTrack, MediaTarget } from './edit.js'
import type { Notes, Refusal } from './refusal.js'
import type { TargetList } from './target-list.js'
import type { TextTarget } from './text.js'
import { cutTrack, fillSpan } from './walk-edit.js'
import { withinLimits } from './within-limits.js'

/** What was noticed while an edit was read: nothing in it stops the render. */
export interface EditReport {
  readonly warnings: readonly string[]
  /** Schemas that are not known and have no bearing on the picture as far as that can be told. */
  readonly unsupported: readonly string[]
}

/** An edit, the media that it names, and what was noticed. */
export interface ReadEdit {
  readonly edit: Edit
  readonly targets: readonly MediaTarget[]
  readonly texts: readonly TextTarget[]
  /** Of its pictures, in even numbers, when the edit says it. */
  readonly size?: FrameSize | undefined
  readonly report: EditReport
}

/** Longest edit that is accepted: 46 hours at 60 fps. */
export const MAX_EDIT_FRAMES = 10_000_000

/** What a reader has gathered beside the edit itself. */
export interface Gathered {
  /** Only named in messages. */
  readonly editPath: string
  readonly notes: Notes
  readonly targets: TargetList
  readonly unsupported: readonly string[]
}

/**
 * The end of every reader: throws SHEAF_EDIT_UNSUPPORTED with all that was refused, SHEAF_EDIT_EMPTY or
 * SHEAF_EDIT_INVALID (too long); else the edit with its tracks on exactly its frames, without empty ones,
 * its names no longer than a job keeps them.
 */
export function finishEdit(edit: Edit, { editPath, notes, targets, unsupported }: Gathered): ReadEdit {
  if (notes.refusals.length > 0) throw unsupportedEdit(editPath, notes.refusals)
  const { frames, rate } = edit
  if (frames <= 0) throw emptyEdit(editPath)
  if (frames > MAX_EDIT_FRAMES) throw tooLong(editPath, frames, rate)
  const fit = (tracks: readonly EditTrack[]): EditTrack[] =>
    tracks.filter(showsSomething).map((track) => fitTrack(track, frames, rate))
  const limited = withinLimits({ ...edit, video: fit(edit.video), audio: fit(edit.audio) })
  if (limited.refusals.length > 0) throw unsupportedEdit(editPath, limited.refusals)
  return {
    edit: limited.edit,
    targets: targets.list(),
    texts: targets.listTexts(),
    report: { warnings: notes.warnings, unsupported },
  }
}

/** The error for an edit in which nothing is shown or heard. */
export function emptyEdit(editPath: string): SheafError {
  return new SheafError({
    code: 'SHEAF_EDIT_EMPTY',
    message: `${editPath}: the edit is empty: no track holds a clip or a gap`,
    hint: 'Put a clip on the timeline and export again.',
  })
}

/** The track on exactly [0, frames). */
function fitTrack(track: EditTrack, frames: number, rate: Rational): EditTrack {
  const span = { from: 0, to: frames }
  return { ...track, items: fillSpan(cutTrack(track, span, rate).items, span) }
}

const showsSomething = ({ items }: EditTrack): boolean => items.some((item) => item.kind !== 'gap')

function tooLong(editPath: string, frames: number, rate: Rational): SheafError {
  return new SheafError({
    code: 'SHEAF_EDIT_INVALID',
    message: `${editPath}: the edit is ${frames} frames long at ${formatRational(rate)} fps; the limit is ${MAX_EDIT_FRAMES}`,
    hint: 'Look for an item with a wrong duration, or render parts of it.',
  })
}

export function unsupportedEdit(editPath: string, refusals: readonly Refusal[]): SheafError {
  const shown = refusals.slice(0, 50).map(({ what, where }) => `  ${where}: ${what}`)
  const more = refusals.length > 50 ? [`  and ${refusals.length - 50} more`] : []
  const count = refusals.length === 1 ? '1 thing' : `${refusals.length} things`
  return new SheafError({
    code: 'SHEAF_EDIT_UNSUPPORTED',
    message: [`${editPath}: ${count} in this edit cannot be rendered`, ...shown, ...more].join('\n'),
    hint: refusals.every(({ droppable }) => droppable)
      ? 'Render out in the editor what is listed, or leave it out with --drop-unknown.'
      : 'Replace what is listed in the editor, or render it out there.',
    details: { refusals: refusals.slice(0, 200) },
  })
}
