import { isSheafError } from '@sheaf/protocol'
import { describe, expect, it } from 'vitest'
import { compileAudio } from '../compile/compile-audio.js'
import { compileCompositor } from '../compile/compile-compositor.js'
import { frameFormat } from '../compile/frame-format.js'
import { pngIndex } from '../media/png-index.js'
import type { MediaIndex } from '../media/media-index.js'
import type { Edit } from '../model/edit.js'
import type { ReadEdit } from '../model/finish-edit.js'
import { readEdit } from '../model/read-edit.js'
import { settleEdit } from '../model/settle-edit.js'
import { bindMedia } from '../model/walk-edit.js'
import { parsePreset } from '../preset/preset-text.js'
import { steadyIndex } from '../testing/media-fixtures.js'
import { fullTls, fullTlsp } from '../testing/studio-full-editor.js'
import { fullSchema } from '../testing/studio-full-schema.js'

const MARK = 'zzHOSTILEzz'
/** What may not stand in a line that a terminal shows. */
const CONTROLS = /[\u0000-\u001f\u007f\u202e]/
const hostile = [
  `${MARK}';movie=/etc/passwd[out];[out]`,
  `${MARK}%{expr:1}:x=0\\,drawtext=textfile=/etc/passwd`,
  `"${MARK}"\n[0:v]null[v]\u001b[31m\u202e\0`,
]

type Path = readonly (string | number)[]

/** Every text of a JSON value, by the way to it. */
function textsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value === 'string') return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) =>
    textsIn(one, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

/** The same value with another text in one place. */
function withText(value: unknown, [key, ...rest]: Path, text: string): unknown {
  if (key === undefined) return text
  if (Array.isArray(value)) return (value as unknown[]).map((one, i) => (i === key ? withText(one, rest, text) : one))
  return { ...(value as object), [key]: withText((value as Record<string, unknown>)[key], rest, text) }
}

/** A text and where it goes. */
interface Change {
  readonly path: Path
  readonly words: string
}

/** As many of the changes at once as leave a value that still will do. */
function together(value: unknown, changes: readonly Change[], willDo: (value: unknown) => boolean): unknown {
  const changed = changes.reduce((now, { path, words }) => withText(now, path, words), value)
  try {
    if (willDo(changed)) return changed
  } catch (error) {
    if (!isSheafError(error)) throw error
  }
  if (changes.length < 2) return value
  const half = Math.floor(changes.length / 2)
  return together(together(value, changes.slice(0, half), willDo), changes.slice(half), willDo)
}

const canvas = { width: 128, height: 72 }
const preset = parsePreset('h264')

/** An edit as it is compiled, and its media. */
function prepared({ edit, targets, texts }: ReadEdit): {
  readonly edit: Edit
  readonly media: ReadonlyMap<string, MediaIndex>
} {
  const isText = new Set(texts.map(({ media }) => media))
  const names = [...targets.map(({ path }) => path), ...isText]
  const ids = new Map(names.map((name, i) => [name, `a${i}`]))
  const indexOf = (name: string): MediaIndex => (isText.has(name) ? pngIndex(canvas) : steadyIndex(200))
  const states = new Map(names.map((name) => [name, { state: 'indexed', index: indexOf(name) } as const]))
  const media = new Map(names.map((name) => [ids.get(name) ?? '', indexOf(name)]))
  return { edit: bindMedia(settleEdit(edit, { canvas, media: states }), ids), media }
}

/** All of an edit that decides what ffmpeg is given: everything but what is only said to people. */
const deciding = (edit: Edit): string =>
  JSON.stringify(edit, (key, value: unknown) => (['name', 'where', 'title'].includes(key) ? undefined : value))

// The limit only ends a hang: every field is read again.
describe.each([
  ['a ProjectSchema of the compiler', fullSchema('compiler')],
  ['a ProjectSchema of the front end', fullSchema('front end')],
  ['a .tlsp', fullTlsp()],
  ['a .tls', fullTls()],
])('hostile text in %s', { timeout: 60_000 }, (_, text) => {
  const project: unknown = JSON.parse(text)
  const read = (value: unknown): ReadEdit => readEdit(JSON.stringify(value), { editPath: 'film', dropUnknown: true })

  it('reaches no filter and no option of ffmpeg, whatever field it stands in', () => {
    const refused: Path[] = []
    const harmless: Change[] = []
    const plain = read(project).edit
    for (const [i, path] of textsIn(project).entries()) {
      try {
        const words = hostile[i % hostile.length] ?? ''
        const one = read(withText(project, path, words))
        expect(deciding(prepared(one).edit)).not.toContain(MARK)
        for (const warning of one.report.warnings) expect(warning).not.toMatch(CONTROLS)
        if (one.edit.video.length === plain.video.length) harmless.push({ path, words })
      } catch (error) {
        // What cannot be read is refused in words, never by an accident.
        if (!isSheafError(error)) throw error
        expect(error.message.replaceAll('\n', ' ')).not.toMatch(CONTROLS)
        refused.push(path)
      }
    }
    expect(harmless.length).toBeGreaterThan(20)
    expect(refused.length).toBeGreaterThan(0)
    const everywhere = together(project, harmless, (value) => read(value).edit.video.length === plain.video.length)
    const { edit, media } = prepared(read(everywhere))
    expect(JSON.stringify(edit)).toContain(MARK)
    const pictures = compileCompositor({ edit, media, from: 0, to: edit.frames, format: frameFormat(canvas) })
    const sound = compileAudio({ edit, media, preset, output: '/out.m4a' })
    expect(JSON.stringify([pictures, sound])).not.toContain(MARK)
    expect(pictures.inputs.length).toBeGreaterThan(0)
  })

  it('is listed where the project cannot be rendered without it', () => {
    expect(() => readEdit(text, { editPath: 'film' })).toThrow('never')
  })
})
