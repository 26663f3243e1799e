import type { Effect } from '../model/edit.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../otio/json-reader.js'
import type { EditorContext } from './editor-context.js'
import { byId, numberAt, objectAt, objectsAt, parameterValue, said, textAt } from './project-fields.js'
import { isKnownEffect, whitelisted } from './studio-effects.js'
import { USUAL_SIZE } from './editor-context.js'

/** What is applied: by a clip or its track, for how long. */
interface EffectUser {
  readonly where: string
  /** Of the clip. */
  readonly seconds: number
  readonly context: EditorContext
}

/** Effects and filters that a clip, or its track, applies, in their order, as those of the whitelist. */
export function editorEffects(
  user: JsonObject,
  of: EffectUser,
  keys = { effects: 'effects', filters: 'filters' },
): readonly Effect[] {
  const inOrder = (key: string): readonly JsonObject[] =>
    objectsAt(user, key).toSorted((a, b) => (numberAt(a, 'order') ?? 0) - (numberAt(b, 'order') ?? 0))
  return [
    ...inOrder(keys.effects).flatMap((one) => applied(one, 'effect', of)),
    ...inOrder(keys.filters).flatMap((one) => applied(one, 'filter', of)),
  ]
}

function applied(use: JsonObject, kind: 'effect' | 'filter', of: EffectUser): readonly Effect[] {
  const { where, context } = of
  const { notes, resources, size = USUAL_SIZE } = context
  if (use['isEnabled'] === false || use['enabled'] === false) return []
  const id = textAt(use, `${kind}Id`) ?? ''
  const definition = byId(resources, `${kind}s`).get(id)
  if (!definition) {
    // Projects are saved without what their effects are: the map of them is written as {}.
    notes.refuseOrDrop(`the ${kind} "${said(id)}", which the project does not hold`, where)
    return []
  }
  const name = nameOf(definition) ?? id
  const why = unlike(use, of.seconds)
  if (why !== undefined) {
    notes.refuseOrDrop(`the ${kind} "${said(name)}" ${why}`, where)
    return []
  }
  const names = [textAt(definition, 'type'), textAt(definition, 'effectType'), id, textAt(definition, 'category')]
  const usual = kind === 'filter' ? 'ColorCorrection' : ''
  const type =
    names.find((one) => one !== undefined && isKnownEffect(one)) ??
    (usual || names.find((one) => one !== undefined) || '')
  const effect = { type, name, parameters: parametersOf(definition, use), commands: commandsOf(definition) }
  return whitelisted(effect, { where, notes, canvasHeight: size.height })
}

function nameOf(definition: JsonObject): string | undefined {
  return textAt(definition, 'name') ?? textAt(objectAt(definition, 'name'), 'en')
}

/** What keeps a use of an effect from being that effect on the whole clip. */
function unlike(use: JsonObject, seconds: number): string | undefined {
  const [start, duration] = [numberAt(use, 'startTime') ?? 0, numberAt(use, 'duration')]
  if (start > 0 || (duration !== undefined && duration > 0 && duration < seconds - 1e-3)) return 'on a part of its clip'
  const keyframes = use['keyframes']
  const keyed = Array.isArray(keyframes)
    ? keyframes.length > 0
    : isJsonObject(keyframes) && Object.keys(keyframes).length > 0
  if (keyed) return 'with keyframes'
  if (objectsAt(use, 'masks').length > 0) return 'with a mask'
  const blend = textAt(use, 'blendMode')
  if (blend !== undefined && blend !== 'normal') return `blended as ${said(blend)}`
  const opacity = numberAt(use, 'opacity') ?? 1
  return opacity === 1 ? undefined : `at an opacity of ${opacity}`
}

/** What the definition says, then what this use says instead. */
function parametersOf(definition: JsonObject, use: JsonObject): ReadonlyMap<string, JsonValue | undefined> {
  const listed = objectsAt(definition, 'parameters').map(
    (one) => [textAt(one, 'id') ?? '', one['currentValue'] ?? one['defaultValue'] ?? one['value']] as const,
  )
  const maps = [
    objectAt(definition, 'parameters'),
    objectAt(definition, 'params'),
    objectAt(use, 'parameters'),
    objectAt(use, 'customParams'),
  ]
  return new Map([
    ...listed,
    ...maps.flatMap((map) => Object.entries(map).map(([key, value]) => [key, parameterValue(value)] as const)),
  ])
}

/** Fields that hold commands for ffmpeg. */
function commandsOf(definition: JsonObject): readonly string[] {
  const processor = objectAt(objectAt(definition, 'processors'), 'ffmpeg')
  return [
    ...['ffmpegCommand', 'ffmpeg_command', 'custom_filter'].filter((key) => textAt(definition, key) !== undefined),
    ...(textAt(processor, 'filter') === undefined ? [] : ['processors.ffmpeg']),
  ]
}
