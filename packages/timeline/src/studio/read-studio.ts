import { finishEdit, type ReadEdit } from '../model/finish-edit.js'
import { keepMarkers } from '../model/keep-markers.js'
import type { Notes } from '../model/refusal.js'
import { TargetList } from '../model/target-list.js'
import { TimeMap } from '../model/time-map.js'
import type { JsonObject } from '../otio/json-reader.js'
import { SequencePlacer } from './place-sequence.js'
import { readProjectSchema, type StudioProject } from './read-project-schema.js'
import { readTls } from './read-tls.js'
import { readTlsp } from './read-tlsp.js'
import { placeStudioMarkers } from './studio-markers.js'
import type { StudioFormat } from './studio-format.js'

/** Reads a project of Timeline Studio in one of its formats, and throws what {@link finishEdit} throws. */
export function readStudio(
  root: JsonObject,
  how: { readonly format: StudioFormat; readonly editPath: string; readonly notes: Notes },
): ReadEdit {
  const { editPath, notes } = how
  const project = readProject(root, how)
  const { name, rate, size, sequence } = project
  const targets = new TargetList()
  const map = new TimeMap({ rate })
  const { video, audio } = new SequencePlacer({ targets, notes }).place(sequence, map)
  const frames = Math.max(0, ...[...video, ...audio].map(({ items }) => items.at(-1)?.to ?? 0))
  // What was refused may be endless.
  const found = notes.refusals.length === 0 ? placeStudioMarkers(sequence, map) : []
  const markers = keepMarkers(found, { frames, notes })
  const marked = markers.length > 0 && { markers }
  const read = finishEdit(
    { name, rate, frames, video, audio, ...marked },
    { editPath, notes, targets, unsupported: [] },
  )
  return size
    ? { ...read, size: { width: size.width + (size.width % 2), height: size.height + (size.height % 2) } }
    : read
}

function readProject(
  root: JsonObject,
  { format, notes }: { readonly format: StudioFormat; readonly notes: Notes },
): StudioProject {
  switch (format) {
    case 'project-schema':
      return readProjectSchema(root, { notes })
    case 'tlsp':
      return readTlsp(root, { notes })
    case 'tls':
      return readTls(root, { notes })
  }
}
