/**
 * What an effect needs to know besides the one picture that it changes:
 * `stateless` nothing; `time` the number of the frame in the edit; `bounded` some pictures before and after it;
 * `cadence` the first picture of its group of frames; `once` the whole clip, so that no window of it can be rendered
 * by itself. None of the last class is in the whitelist.
 */
export const EFFECT_CLASSES = ['stateless', 'time', 'bounded', 'cadence', 'once'] as const
export type EffectClass = (typeof EFFECT_CLASSES)[number]

/** A number that an effect takes. */
export interface EffectParameter {
  readonly name: string
  /** For people, with the unit. */
  readonly means: string
  readonly least: number
  readonly most: number
  /** What it is when nothing is said. */
  readonly normal: number
  /** Only whole numbers are taken. */
  readonly whole?: true
}

/** An effect of the whitelist as it is listed. */
export interface EffectInfo {
  readonly id: string
  /** For people: what it does. */
  readonly does: string
  readonly class: EffectClass
  readonly parameters: readonly EffectParameter[]
}

/** The parameters of one use of an effect, all of them there. */
export type EffectValues = Readonly<Record<string, number>>

/** Pictures that an effect is put on: planar RGB, with or without transparency, counted from 0 in units of one frame. */
export interface EffectPictures {
  readonly width: number
  readonly height: number
  /** `gbrp`, `gbrap` and so on: what comes in, and what must come out. */
  readonly pixFmt: string
  readonly alpha: boolean
  readonly bits: number
  /** Frame of the edit of the first picture, which may lie before the clip, and how many there are. */
  readonly firstFrame: number
  readonly frames: number
  /** `settb` and `setpts` in the count of the pictures, for what is made beside them. */
  readonly counted: string
  /** Swscale's options, without which its choice differs between processors. */
  readonly scaleFlags: string
  /** Adds a chain of filters to the graph; the label of what comes out of it. */
  readonly add: (chain: string) => string
}

/** How many pictures before and after its own an effect sees. */
export interface EffectReach {
  readonly before: number
  readonly after: number
}

/** An effect of the whitelist, with what it is made of. */
export interface EffectType extends EffectInfo {
  /** Whether it changes each pixel by itself, or by those around it: then it works on colours multiplied by their alpha. */
  readonly works: 'on-pixels' | 'on-areas'
  /** Whether it lays a pattern over the pictures, as fine as their pixels are. */
  readonly hasGrain?: true
  /** Of the classes `bounded` and `cadence`: pictures around a frame that decide about it. */
  readonly reach?: (values: EffectValues) => EffectReach
  /** Of the class `cadence`: frames of one group, counted from the clip's first. */
  readonly cadence?: (values: EffectValues) => number
  /** Whether pictures may come out with transparency where none went in. */
  readonly opensAlpha?: true
  /** Puts the effect on the pictures of `label`; the label of what comes out. Only numbers get into the filters. */
  readonly write: (label: string, values: EffectValues, pictures: EffectPictures) => string
}

/** An effect that is a row of filters. */
export function filtersOf(
  filters: (values: EffectValues, pictures: EffectPictures) => readonly string[],
): EffectType['write'] {
  return (label, values, pictures) => {
    const row = filters(values, pictures)
    return row.length === 0 ? label : pictures.add(`[${label}]${row.join(',')}`)
  }
}

/** A mixer of two pictures by `mode`, which leaves the first one's transparency as it is: "all_mode" would not. */
export function blendColours(mode: string): string {
  return `blend=c0_mode=${mode}:c1_mode=${mode}:c2_mode=${mode}`
}

/** A parameter; see {@link EffectParameter}. */
export function parameter(
  name: string,
  [least, normal, most]: readonly [number, number, number],
  means: string,
): EffectParameter {
  return { name, means, least, most, normal }
}

/** A parameter of whole numbers. */
export function wholeParameter(...of: Parameters<typeof parameter>): EffectParameter {
  return { ...parameter(...of), whole: true }
}

/** The value of a parameter that its effect declares. */
export function valueOf(values: EffectValues, name: string): number {
  const value = values[name]
  if (value === undefined) throw new Error(`no value for ${name}`)
  return value
}
