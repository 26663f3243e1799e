import { isSheafError, SheafError } from '@sheaf/protocol'
import { checkMediaAgainstEdit, mediaClipsOf, mediaError, readEdit, type Edit, type ReadEdit } from '@sheaf/timeline'
import type { FoundMedium } from './find-media.js'
import type { PrepareRequest } from './prepare-request.js'

/** What else is looked at when an edit is refused. */
export interface RefusedEdit {
  readonly request: PrepareRequest
  readonly text: string
  /** Lays the subtitles that were asked for over an edit; throws what is wrong with them. */
  readonly withSubtitles: (read: ReadEdit) => Promise<ReadEdit>
  /** The part of an edit that was asked for. */
  readonly partOf: (edit: Edit) => Edit
  readonly find: (read: ReadEdit, asked: Edit) => Promise<readonly FoundMedium[]>
}

/**
 * The error for an edit in which something is refused, with what else is wrong: its subtitles, and media that are
 * missing or cannot be read. They are seen in the edit without what is refused; where that cannot be left out, or the
 * search itself fails, the error is as it was.
 */
export async function allRefusals(error: unknown, refused: RefusedEdit): Promise<unknown> {
  if (!isSheafError(error, 'SHEAF_EDIT_UNSUPPORTED')) return error
  const others = await othersBeside(refused).catch(() => [])
  const more = others.filter(({ message }) => message !== error.message)
  if (more.length === 0) return error
  const all = [error, ...more]
  return new SheafError({
    code: error.code,
    message: all.map(({ message }) => message).join('\n'),
    hint: [...new Set(all.map(({ hint }) => hint))].join(' '),
    details: Object.assign({}, ...all.map(({ details }) => details).reverse()) as SheafError['details'],
    cause: error,
  })
}

async function othersBeside(refused: RefusedEdit): Promise<readonly SheafError[]> {
  const { request, text, withSubtitles, partOf, find } = refused
  const read = readEdit(text, { editPath: request.editPath, dropUnknown: true })
  const subtitles = await withSubtitles(read).then(
    () => undefined,
    (error: unknown) => (isSheafError(error) ? error : undefined),
  )
  const asked = partOf(read.edit)
  const used = new Set(mediaClipsOf([...asked.video, ...asked.audio]).map(({ content }) => content.media))
  const targets = read.targets.filter(({ path }) => used.has(path))
  const found = await find({ ...read, targets }, asked)
  const states = new Map(found.map(({ target, state }) => [target.path, state]))
  const drawn = new Set(read.texts.map(({ media }) => media))
  // What depends on more than the files themselves is said when the edit can be rendered.
  const problems = checkMediaAgainstEdit(asked, states).filter(
    ({ kind, media }) =>
      !drawn.has(media) &&
      (kind === 'empty' || kind === 'unreadable' || (kind === 'missing' && request.allowMissing !== true)),
  )
  const media = mediaError(problems)
  return [subtitles, media].filter((one) => one !== undefined)
}
