import type { Edit, EditElement, EditItem, EditTrack } from './edit.js'

/** The edit without the sound of some media: their clips on audio tracks are silent. Pictures stay as they are. */
export function silenceMedia(edit: Edit, media: ReadonlySet<string>): Edit {
  const silenced = (track: EditTrack): EditTrack => ({ ...track, items: track.items.map(ofItem) })
  const ofItem = (item: EditItem): EditItem =>
    item.kind === 'transition' ? { ...item, out: ofElement(item.out), in: ofElement(item.in) } : ofElement(item)
  const ofElement = (element: EditElement): EditElement => {
    if (element.kind === 'gap') return element
    const { content, from, to } = element
    if (content.kind === 'stack') return { ...element, content: { ...content, tracks: content.tracks.map(silenced) } }
    return content.kind === 'media' && media.has(content.media) ? { kind: 'gap', from, to } : element
  }
  return { ...edit, audio: edit.audio.map(silenced) }
}
