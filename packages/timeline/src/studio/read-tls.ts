import { SheafError } from '@sheaf/protocol'
import type { Notes } from '../model/refusal.js'
import { isJsonObject, type JsonObject } from '../otio/json-reader.js'
import { MediaPool } from './media-pool.js'
import { byId, NOTHING, numberAt, objectAt, objectsAt, textAt } from './project-fields.js'
import { noRate, type StudioProject } from './read-project-schema.js'
import { readEditorTracks } from './read-sequence.js'
import { colourNotes, sizeFromText } from './read-tlsp.js'
import { readStudioMarkers } from './studio-markers.js'
import { studioRate } from './studio-time.js'

/**
 * Reads a project of Timeline Studio's first version (`.tls`). Its timeline may be tracks, or sections of tracks with
 * others that go through all of them. Throws SHEAF_EDIT_EMPTY when it holds none, SHEAF_EDIT_INVALID without a usable
 * frame rate.
 */
export function readTls(root: JsonObject, { notes }: { readonly notes: Notes }): StudioProject {
  const settings = objectAt(root, 'settings')
  if (!isJsonObject(root['timeline'])) throw noTimeline()
  const timeline = objectAt(root, 'timeline')
  const rate = studioRate(numberAt(settings, 'frameRate')) ?? studioRate(numberAt(timeline, 'fps'))
  if (!rate) throw noRate()
  const size = sizeFromText(textAt(settings, 'resolution'))
  colourNotes(settings, NOTHING, notes)
  const tracks = [
    ...objectsAt(timeline, 'tracks'),
    ...objectsAt(timeline, 'sections').flatMap((section) => objectsAt(section, 'tracks')),
    ...objectsAt(timeline, 'globalTracks'),
  ]
  const context = {
    ...{ rate, size, notes, pool: new MediaPool(root), resources: objectAt(timeline, 'resources') },
    masterClips: byId(timeline, 'masterClips'),
    speedRamps: objectAt(timeline, 'speedRampingConfigs'),
    sequence: () => undefined,
  }
  const name = textAt(timeline, 'name') ?? ''
  const read = readEditorTracks(tracks, { context, masterGain: 1, within: '' })
  return { name, rate, size, sequence: { id: '', name, tracks: read, markers: readStudioMarkers(timeline) } }
}

function noTimeline(): SheafError {
  return new SheafError({
    code: 'SHEAF_EDIT_EMPTY',
    message: 'the project holds media and settings, but no timeline',
    hint: 'Open it in Timeline Studio, put clips on the timeline, and save it in the format of today (.tlsp).',
  })
}
