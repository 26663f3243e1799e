import { SheafError } from '@sheaf/protocol'
import {
  arrayField,
  enabledField,
  NO_METADATA,
  numberField,
  objectField,
  rangeField,
  schemaOf,
  textField,
  timeField,
  unknownVersion,
} from './fields.js'
import { isJsonObject, type JsonDocument, type JsonObject, readJson } from './json-reader.js'
import type {
  OtioChild,
  OtioClip,
  OtioEffect,
  OtioMarker,
  OtioMediaReference,
  OtioNode,
  OtioStack,
  OtioTimeline,
} from './otio-types.js'

/** What {@link parseOtio} found. */
export interface ParsedOtio {
  readonly root: OtioNode
  /** Schemas that are not known and were kept as they are, with their places. */
  readonly unknown: readonly string[]
  readonly warnings: readonly string[]
}

/** Schemas that decide what is rendered, with the versions that are read. */
const VERSIONS: Readonly<Record<string, readonly number[]>> = {
  Timeline: [1],
  Stack: [1],
  Track: [1],
  Sequence: [1],
  Clip: [1, 2],
  Gap: [1],
  Filler: [1],
  Transition: [1],
  SerializableCollection: [1],
  SerializeableCollection: [1],
  ExternalReference: [1],
  ImageSequenceReference: [1],
  MissingReference: [1],
  GeneratorReference: [1],
  Effect: [1],
  TimeEffect: [1],
  LinearTimeWarp: [1],
  FreezeFrame: [1],
}
/** The key that a `Clip.1`'s one reference gets. */
const DEFAULT_MEDIA = 'DEFAULT_MEDIA'

/**
 * Parses OpenTimelineIO JSON into a typed tree, every schema that the format knows. Unknown schemas
 * are kept and listed. Times are kept as written; {@link durationOf} and readEdit judge them.
 * Throws SHEAF_EDIT_NOT_JSON, SHEAF_EDIT_TOO_DEEP, SHEAF_EDIT_NOT_OTIO or SHEAF_EDIT_VERSION.
 */
export function parseOtio(text: string): ParsedOtio {
  return parseOtioDocument(readJson(text))
}

/** The same of JSON that has been read; throws SHEAF_EDIT_NOT_OTIO or SHEAF_EDIT_VERSION. */
export function parseOtioDocument(document: JsonDocument): ParsedOtio {
  if (!isJsonObject(document.value) || !schemaOf(document.value)) {
    throw new SheafError({
      code: 'SHEAF_EDIT_NOT_OTIO',
      message: 'the file is JSON, but not OpenTimelineIO: its root has no OTIO_SCHEMA',
      hint: 'Export the edit as OpenTimelineIO (.otio), or give a project (.tlsp).',
    })
  }
  const reader = new TreeReader(document)
  const root = reader.node(document.value)
  return { root, unknown: reader.unknown, warnings: reader.warnings }
}

class TreeReader {
  readonly unknown: string[] = []
  readonly warnings: string[] = []
  readonly #document: JsonDocument

  constructor(document: JsonDocument) {
    this.#document = document
  }

  node(object: JsonObject): OtioNode {
    switch (this.#known(object)) {
      case 'Timeline':
        return this.#timeline(object)
      case 'SerializableCollection':
      case 'SerializeableCollection': {
        const children = arrayField(object, 'children').filter(isJsonObject)
        return {
          ...this.#base(object),
          schema: 'SerializableCollection',
          children: children.map((child) => this.node(child)),
        }
      }
      default:
        return this.#child(object)
    }
  }

  #timeline(object: JsonObject): OtioTimeline {
    const tracks = objectField(object, 'tracks')
    const empty = { ...this.#itemBase(NO_METADATA), schema: 'Stack', children: [] } as const
    const stack = tracks ? this.#child(tracks) : empty
    if (stack.schema !== 'Stack') throw this.#misplaced(tracks ?? object, 'a Stack of tracks')
    return {
      ...this.#base(object),
      schema: 'Timeline',
      globalStartTime: timeField(object, 'global_start_time'),
      tracks: stack satisfies OtioStack,
    }
  }

  #child(object: JsonObject): OtioChild {
    switch (this.#known(object)) {
      case 'Stack':
        return { ...this.#itemBase(object), schema: 'Stack', children: this.#children(object) }
      case 'Track':
      case 'Sequence':
        return {
          ...this.#itemBase(object),
          schema: 'Track',
          kind: textField(object, 'kind', 'Video'),
          children: this.#children(object),
        }
      case 'Clip':
        return this.#clip(object)
      case 'Gap':
      case 'Filler':
        return { ...this.#itemBase(object), schema: 'Gap' }
      case 'Transition':
        return {
          ...this.#base(object),
          schema: 'Transition',
          transitionType: textField(object, 'transition_type'),
          inOffset: timeField(object, 'in_offset'),
          outOffset: timeField(object, 'out_offset'),
          enabled: enabledField(object),
        }
      default:
        this.#reportUnknown(object)
        return { ...this.#base(object), schema: 'unknown', raw: object }
    }
  }

  #children(object: JsonObject): OtioChild[] {
    return arrayField(object, 'children').flatMap((child, index) => {
      if (isJsonObject(child)) return [this.#child(child)]
      this.warnings.push(`${this.#document.placeOf(object)}: child ${index + 1} is no object; ignored`)
      return []
    })
  }

  #clip(object: JsonObject): OtioClip {
    const references = new Map<string, OtioMediaReference>()
    const many = objectField(object, 'media_references')
    for (const [key, value] of Object.entries(many ?? {})) {
      if (isJsonObject(value)) references.set(key, this.#reference(value))
    }
    const single = objectField(object, 'media_reference')
    if (!many && single) references.set(DEFAULT_MEDIA, this.#reference(single))
    return {
      ...this.#itemBase(object),
      schema: 'Clip',
      mediaReferences: references,
      activeKey: textField(object, 'active_media_reference_key', DEFAULT_MEDIA),
    }
  }

  #reference(object: JsonObject): OtioMediaReference {
    const base = { ...this.#base(object), availableRange: rangeField(object, 'available_range') }
    switch (this.#known(object)) {
      case 'ExternalReference':
        return { ...base, schema: 'ExternalReference', targetUrl: textField(object, 'target_url') }
      case 'ImageSequenceReference':
        return {
          ...base,
          schema: 'ImageSequenceReference',
          targetUrlBase: textField(object, 'target_url_base'),
          namePrefix: textField(object, 'name_prefix'),
          nameSuffix: textField(object, 'name_suffix'),
          startFrame: numberField(object, 'start_frame', 0),
          frameStep: numberField(object, 'frame_step', 1),
          rate: numberField(object, 'rate', Number.NaN),
          frameZeroPadding: numberField(object, 'frame_zero_padding', 0),
          missingFramePolicy: textField(object, 'missing_frame_policy', 'error'),
        }
      case 'MissingReference':
        return { ...base, schema: 'MissingReference' }
      case 'GeneratorReference':
        return {
          ...base,
          schema: 'GeneratorReference',
          generatorKind: textField(object, 'generator_kind'),
          parameters: objectField(object, 'parameters') ?? NO_METADATA,
        }
      default:
        this.#reportUnknown(object)
        return { ...base, schema: 'unknown', raw: object }
    }
  }

  #effect(object: JsonObject): OtioEffect {
    const schema = this.#known(object)
    const base = {
      ...this.#base(object),
      effectName: textField(object, 'effect_name'),
      enabled: enabledField(object),
    }
    switch (schema) {
      case 'Effect':
      case 'TimeEffect':
        return { ...base, schema, timeScalar: undefined }
      case 'LinearTimeWarp':
        return { ...base, schema, timeScalar: numberField(object, 'time_scalar', 1) }
      case 'FreezeFrame':
        return { ...base, schema, timeScalar: 0 }
      default:
        this.#reportUnknown(object)
        return { ...base, schema: 'unknown', timeScalar: undefined }
    }
  }

  /** Markers are not rendered, so a version that is not known is read as far as it goes. */
  #marker(object: JsonObject): OtioMarker {
    const color = objectField(object, 'color')
    return {
      ...this.#base(object),
      color: color ? textField(color, 'name') : textField(object, 'color'),
      range: rangeField(object, 'marked_range') ?? rangeField(object, 'range'),
      comment: textField(object, 'comment'),
    }
  }

  #base(object: JsonObject): Pick<OtioEffect, 'written' | 'name' | 'place' | 'metadata'> {
    return {
      written: textField(object, 'OTIO_SCHEMA'),
      name: textField(object, 'name'),
      place: this.#document.placeOf(object),
      metadata: objectField(object, 'metadata') ?? NO_METADATA,
    }
  }

  #itemBase(object: JsonObject): Omit<OtioStack, 'schema' | 'children'> {
    return {
      ...this.#base(object),
      sourceRange: rangeField(object, 'source_range'),
      effects: arrayField(object, 'effects')
        .filter(isJsonObject)
        .map((e) => this.#effect(e)),
      markers: arrayField(object, 'markers')
        .filter(isJsonObject)
        .map((m) => this.#marker(m)),
      enabled: enabledField(object),
    }
  }

  /** The schema's name; undefined when it is not known. */
  #known(object: JsonObject): string | undefined {
    const schema = schemaOf(object)
    const versions = schema && Object.hasOwn(VERSIONS, schema.name) ? VERSIONS[schema.name] : undefined
    if (!schema || !versions) return undefined
    if (!versions.includes(schema.version)) {
      throw unknownVersion(`${schema.name}.${schema.version}`, versions, this.#document.placeOf(object))
    }
    return schema.name
  }

  #reportUnknown(object: JsonObject): void {
    const written = textField(object, 'OTIO_SCHEMA', 'an object without OTIO_SCHEMA')
    this.unknown.push(`${written} (${this.#document.placeOf(object)})`)
  }

  #misplaced(object: JsonObject, expected: string): SheafError {
    return new SheafError({
      code: 'SHEAF_EDIT_NOT_OTIO',
      message: `${this.#document.placeOf(object)}: expected ${expected}, found ${textField(object, 'OTIO_SCHEMA', 'something else')}`,
      hint: 'Export the edit as OpenTimelineIO (.otio) again.',
    })
  }
}
