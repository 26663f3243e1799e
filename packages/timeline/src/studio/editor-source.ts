import { type Rational, ZERO } from '@sheaf/protocol'
import type { Content } from '../model/edit.js'
import { isJsonObject, type JsonObject } from '../otio/json-reader.js'
import type { EditorContext } from './editor-context.js'
import { readEditorText } from './editor-text.js'
import { MediaPool } from './media-pool.js'
import { byId, numberAt, objectAt, said, textAt } from './project-fields.js'
import { cssColour } from '../model/css-colour.js'
import type { StudioSource } from './studio-project.js'
import { isStudioSpeed, studioSeconds } from './studio-time.js'

/** What a clip shows; of a master clip also where it begins, and at what speed besides that of the clip. */
export interface EditorSource {
  readonly source: StudioSource
  readonly offset: Rational
  readonly pace: number | undefined
}

interface SourceOf {
  readonly where: string
  readonly isText: boolean
  /** Of the clip. */
  readonly seconds: number
  readonly context: EditorContext
}

/** Finds what a clip shows: a text, a file, a sequence, or what a generator makes. What is none of them is refused. */
export function editorSource(clip: JsonObject, of: SourceOf): EditorSource {
  const { where, isText, context } = of
  const plain = (source: StudioSource): EditorSource => ({ source, offset: ZERO, pace: undefined })
  const type = textAt(clip, 'type')
  if (isText || type === 'subtitle' || type === 'title') return plain(readEditorText(clip, of))
  const id = textAt(clip, 'mediaId') ?? ''
  const item = context.pool.item(id)
  const kind = item && textAt(item, 'type')
  const master = context.masterClips.get(id)
  if (master) return masterClip(master, of)
  if (kind === 'sequence' || kind === 'compound' || (!item && context.sequence(id))) {
    const names = [id, item && textAt(item, 'sequenceId'), item && textAt(objectAt(item, 'source'), 'path')]
    return plain(sequenceOf(names, of))
  }
  const made = byId(context.resources, 'generators').get(id)
  if (made) return plain(generated(made, of))
  const file = item ? MediaPool.file(item) : undefined
  const own = isJsonObject(clip['mediaFile']) ? MediaPool.file(objectAt(clip, 'mediaFile')) : undefined
  const found = file ?? own
  if (found) return plain(found)
  context.notes.refuse(
    id === '' ? 'a clip without a medium' : `the medium "${said(id)}", which the project does not hold`,
    where,
  )
  return plain({ kind: 'nothing' })
}

function masterClip(master: JsonObject, of: SourceOf): EditorSource {
  const pace = numberAt(master, 'speed') ?? 1
  const offset = studioSeconds(numberAt(master, 'inPoint') ?? 0) ?? ZERO
  if (!isStudioSpeed(pace)) {
    of.context.notes.refuse(`a speed of ${pace}; 1/100 to 100 are possible`, of.where)
    return { source: { kind: 'nothing' }, offset: ZERO, pace: undefined }
  }
  const source = sequenceOf([textAt(master, 'sequenceId')], of)
  return { source, offset, pace: pace === 1 ? undefined : pace }
}

function sequenceOf(names: readonly (string | undefined)[], { where, context }: SourceOf): StudioSource {
  for (const name of names) {
    const sequence = name === undefined ? undefined : context.sequence(name)
    if (sequence) return { kind: 'sequence', sequence }
  }
  context.notes.refuse(
    `the sequence "${said(names.find((one) => one !== undefined) ?? '')}", which the project does not hold`,
    where,
  )
  return { kind: 'nothing' }
}

function generated(generator: JsonObject, { where, context }: SourceOf): StudioSource {
  const type = textAt(generator, 'type') ?? ''
  const colour = cssColour(textAt(objectAt(generator, 'settings'), 'color') ?? '')
  const content: Content | undefined =
    type === 'bars'
      ? { kind: 'bars' }
      : type === 'solid' && colour?.opacity === 1
        ? { kind: 'colour', rgb: colour.rgb }
        : undefined
  if (content) return { kind: 'made', content }
  context.notes.refuseOrDrop(`a generator (${said(textAt(generator, 'name') ?? type)})`, where)
  return { kind: 'nothing' }
}
