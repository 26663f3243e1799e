import type { EditTrack } from '../model/edit.js'

/** Bytes that a file name may have on the systems that Sheaf runs on. */
const MOST_BYTES = 255
const MOST_CHARACTERS = 80

/**
 * The file names of an edit's stems, for a film of this name without its ending: `film.A1 Dialogue.wav`. They are
 * safe on every system and differ, since the tracks' own names do; a long title is cut.
 */
export function stemNames(film: string, tracks: readonly EditTrack[]): readonly string[] {
  return tracks.map(({ name, title = '' }) => {
    const bare = `${film}.${safeText(name)}`
    const room = MOST_BYTES - bytesOf(`${bare} .wav`)
    const words = cut(safeText(title), room)
    return `${bare}${words === '' ? '' : ` ${words}`}.wav`
  })
}

/** Text that may stand in a file name: nothing that a system forbids, that cannot be seen, or that turns lines round. */
function safeText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(/[\p{C}\p{Zl}\p{Zp}<>:"/\\|?*]/gu, '_')
    .replace(/^[ .]+|[ .]+$/g, '')
}

function cut(text: string, room: number): string {
  let kept = ''
  for (const character of [...text].slice(0, MOST_CHARACTERS)) {
    if (bytesOf(kept + character) > room) break
    kept += character
  }
  return kept.replace(/[ .]+$/, '')
}

/** Bytes of a text in UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}
