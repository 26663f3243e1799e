import { burnIn, mediaClipsOf, picturesOfEdit, readEdit, type Edit, type Preset, type ReadEdit } from '@sheaf/timeline'
import { allRefusals } from './all-refusals.js'
import { besideThePart } from './beside-the-part.js'
import { findMedia, type FindMediaInit, type FoundMedium } from './find-media.js'
import { checkMediaRoots } from './media-root.js'
import { openEdit, readEditFile, type OpenedEdit } from './open-edit.js'
import type { PrepareRequest } from './prepare-request.js'
import { fontPlaces } from './font-places.js'
import { subtitleFont } from './subtitle-font.js'
import { framesOf } from './frames-of.js'

/** The edit as it was asked for, and what of its media was found. */
export interface SoughtMedia {
  readonly read: ReadEdit
  readonly asked: Edit
  /** Names of the media that it shows or lets hear. */
  readonly used: ReadonlySet<string>
  readonly looked: readonly FoundMedium[]
  /** Of a part: media of the rest that decide with these what the film is like; see {@link besideThePart}. */
  readonly beside: readonly FoundMedium[]
}

/** Reads the edit that a request names and looks for the media of the frames that it asks for; none need be found. */
export async function lookForMedia(
  request: PrepareRequest,
  { probe, broken, preset }: Pick<FindMediaInit, 'probe' | 'broken'> & { readonly preset: Preset },
): Promise<SoughtMedia> {
  const { editPath, mediaRoots = [] } = request
  checkMediaRoots(mediaRoots)
  const opened = await openEdit(editPath, mediaRoots)
  try {
    const partOf = (edit: Edit): Edit => (request.frames === undefined ? edit : framesOf(edit, request.frames))
    const findIn = (edit: Edit): FindMediaInit => ({
      ...{ editPath, probe, broken, finder: opened.finder },
      picturesOf: ({ path, sequence }) => sequence && picturesOfEdit(edit, path, sequence.pictureSeconds),
    })
    const find = (those: ReadEdit, edit: Edit) => findMedia(those.targets, findIn(edit))
    const read = await readRequest(request, opened).catch(async (error: unknown) => {
      const withSubtitles = (edit: ReadEdit): Promise<ReadEdit> => laySubtitles(request, edit)
      throw await allRefusals(error, { request, text: opened.text, withSubtitles, partOf, find })
    })
    const asked = partOf(read.edit)
    const used = new Set(mediaClipsOf([...asked.video, ...asked.audio]).map(({ content }) => content.media))
    const targets = read.targets.filter((target) => used.has(target.path))
    const looked = await findMedia(targets, findIn(asked))
    const part = { request, preset, read, used, looked }
    const beside = asked === read.edit ? [] : await besideThePart(part, findIn(read.edit))
    return { read, asked, used, looked, beside }
  } finally {
    opened.close()
  }
}

/** The edit as its file says, with the subtitles that are to be seen in it. */
async function readRequest(request: PrepareRequest, { text }: OpenedEdit): Promise<ReadEdit> {
  const { editPath, dropUnknown } = request
  return laySubtitles(request, readEdit(text, { editPath, dropUnknown }))
}

async function laySubtitles(request: PrepareRequest, read: ReadEdit): Promise<ReadEdit> {
  const { editPath, dropUnknown, subtitles: path } = request
  if (path === undefined) return read
  const text = await readEditFile(path)
  const asked = request.subtitleFont
  // Files of these kinds have no place for a font of all their subtitles.
  const isUnnamed = asked === undefined && /\.(?:srt|vtt)$/i.test(path)
  const family = isUnnamed ? await subtitleFont(fontPlaces({ editPath, fonts: request.fonts ?? [] })) : asked
  const burnt = burnIn(read, { path, text, family, dropUnknown })
  if (!isUnnamed) return burnt
  const remark = `${path} names no font: "${family ?? ''}" is taken; --subtitle-font chooses another`
  return { ...burnt, report: { ...burnt.report, warnings: [...burnt.report.warnings, remark] } }
}
