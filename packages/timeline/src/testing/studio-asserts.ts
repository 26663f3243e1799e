import { SheafError } from '@sheaf/protocol'
import type { EditClip, EditItem } from '../model/edit.js'
import type { ReadEdit } from '../model/finish-edit.js'
import { readEdit } from '../model/read-edit.js'
import type { Refusal } from '../model/refusal.js'

/** Reads a project for a test. */
export const readProject = (text: string, dropUnknown = false): ReadEdit =>
  readEdit(text, { editPath: 'film.project', dropUnknown })

/** What a project is refused for, as `where: what`; `(hard)` behind what cannot be left out. */
export function refusalsOf(text: string): readonly string[] {
  try {
    readProject(text)
    return []
  } catch (error) {
    if (!(error instanceof SheafError) || error.code !== 'SHEAF_EDIT_UNSUPPORTED') throw error
    const refusals = error.details['refusals'] as readonly Refusal[]
    return refusals.map(({ what, where, droppable }) => `${where}: ${what}${droppable ? '' : ' (hard)'}`)
  }
}

/** Kinds and frames of items. */
export const spansOf = (items: readonly EditItem[] | undefined): readonly (readonly [string, number, number])[] =>
  (items ?? []).map(({ kind, from, to }) => [kind, from, to])

/** The clips of the video tracks, from the bottom up. */
export const picturesOf = ({ edit }: ReadEdit): readonly EditClip[] =>
  edit.video.flatMap(({ items }) => items.filter((item): item is EditClip => item.kind === 'clip'))

/** The clips of the audio tracks. */
export const soundsOf = ({ edit }: ReadEdit): readonly EditClip[] =>
  edit.audio.flatMap(({ items }) => items.filter((item): item is EditClip => item.kind === 'clip'))
