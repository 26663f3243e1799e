import type { JsonObject } from './json-reader.js'

/** A time as written: `value / rate` seconds. Either may be NaN, infinite, negative or zero. */
export interface OtioTime {
  readonly value: number
  readonly rate: number
}

/** A span of time as written. */
export interface OtioRange {
  readonly start: OtioTime
  readonly duration: OtioTime
}

interface OtioBase {
  /** Schema and version as written, for instance `Clip.2`. */
  readonly written: string
  readonly name: string
  /** Line and column in the file. */
  readonly place: string
  readonly metadata: JsonObject
}

interface OtioItemBase extends OtioBase {
  readonly sourceRange: OtioRange | undefined
  readonly effects: readonly OtioEffect[]
  readonly markers: readonly OtioMarker[]
  readonly enabled: boolean
}

/** `Effect.1`, the time effects, and effects of a schema that nobody here knows. */
export interface OtioEffect extends OtioBase {
  readonly schema: 'Effect' | 'TimeEffect' | 'LinearTimeWarp' | 'FreezeFrame' | 'unknown'
  readonly effectName: string
  readonly enabled: boolean
  /** Speed of a LinearTimeWarp; 0 for a FreezeFrame. */
  readonly timeScalar: number | undefined
}

/** `Marker.1` to `.3`. */
export interface OtioMarker extends OtioBase {
  readonly color: string
  readonly range: OtioRange | undefined
  readonly comment: string
}

interface OtioReferenceBase extends OtioBase {
  readonly availableRange: OtioRange | undefined
}
/** A medium in a file or behind a URL. */
export interface OtioExternalReference extends OtioReferenceBase {
  readonly schema: 'ExternalReference'
  readonly targetUrl: string
}
/** Numbered still images. */
export interface OtioImageSequenceReference extends OtioReferenceBase {
  readonly schema: 'ImageSequenceReference'
  readonly targetUrlBase: string
  readonly namePrefix: string
  readonly nameSuffix: string
  readonly startFrame: number
  readonly frameStep: number
  readonly rate: number
  readonly frameZeroPadding: number
  readonly missingFramePolicy: string
}
/** A medium that the exporter did not know. */
export interface OtioMissingReference extends OtioReferenceBase {
  readonly schema: 'MissingReference'
}
/** A medium that is made, such as colour bars. */
export interface OtioGeneratorReference extends OtioReferenceBase {
  readonly schema: 'GeneratorReference'
  readonly generatorKind: string
  readonly parameters: JsonObject
}
/** A reference of a schema that nobody here knows. */
export interface OtioUnknownReference extends OtioReferenceBase {
  readonly schema: 'unknown'
  readonly raw: JsonObject
}
/** What a clip takes its pictures or sound from. */
export type OtioMediaReference =
  | OtioExternalReference
  | OtioImageSequenceReference
  | OtioMissingReference
  | OtioGeneratorReference
  | OtioUnknownReference

/** `Clip.1` and `Clip.2`; the former's one reference has the key DEFAULT_MEDIA. */
export interface OtioClip extends OtioItemBase {
  readonly schema: 'Clip'
  readonly mediaReferences: ReadonlyMap<string, OtioMediaReference>
  readonly activeKey: string
}
/** `Gap.1`, once `Filler.1`. */
export interface OtioGap extends OtioItemBase {
  readonly schema: 'Gap'
}
/** `Stack.1`: children lie over each other, the first at the bottom. */
export interface OtioStack extends OtioItemBase {
  readonly schema: 'Stack'
  readonly children: readonly OtioChild[]
}
/** `Track.1`, once `Sequence.1`: children follow each other. */
export interface OtioTrack extends OtioItemBase {
  readonly schema: 'Track'
  readonly kind: string
  readonly children: readonly OtioChild[]
}
/** `Transition.1`: takes no time of its own. */
export interface OtioTransition extends OtioBase {
  readonly schema: 'Transition'
  readonly transitionType: string
  readonly inOffset: OtioTime | undefined
  readonly outOffset: OtioTime | undefined
  readonly enabled: boolean
}
/** An object of a schema that nobody here knows: kept, and reported. */
export interface OtioUnknown extends OtioBase {
  readonly schema: 'unknown'
  readonly raw: JsonObject
}
/** `Timeline.1`. */
export interface OtioTimeline extends OtioBase {
  readonly schema: 'Timeline'
  readonly globalStartTime: OtioTime | undefined
  readonly tracks: OtioStack
}
/** `SerializableCollection.1`, also in its old misspelling. */
export interface OtioCollection extends OtioBase {
  readonly schema: 'SerializableCollection'
  readonly children: readonly OtioNode[]
}

/** What a track or a stack may hold. */
export type OtioChild = OtioClip | OtioGap | OtioStack | OtioTrack | OtioTransition | OtioUnknown
/** What a file may hold at its root. */
export type OtioNode = OtioTimeline | OtioCollection | OtioChild
