import { arrayField, numberField, objectField, textField } from './fields.js'
import { isJsonObject, type JsonObject } from './json-reader.js'

/** A number of an effect that an editor has written, with its keyframes in frames from the clip's beginning. */
export interface EffectNumber {
  readonly id: string
  readonly value: number
  readonly usual: number
  /** Rising. */
  readonly keys: readonly EffectKey[]
}

/** A keyframe with the handles of its curve, in frames and in the unit of the value. */
export interface EffectKey {
  readonly frame: number
  readonly value: number
  readonly before: Handle
  readonly after: Handle
}

type Handle = readonly [frames: number, value: number]

/** The numbers of an effect of Resolve's: what it leaves out stands as usual. */
export function resolveNumbers(metadata: JsonObject): readonly EffectNumber[] {
  return arrayField(metadata, 'Parameters')
    .filter(isJsonObject)
    .map((parameter) => ({
      id: textField(parameter, 'Parameter ID'),
      value: numberField(parameter, 'Parameter Value', Number.NaN),
      usual: numberField(parameter, 'Default Parameter Value', Number.NaN),
      keys: keysOf(objectField(parameter, 'Key Frames')),
    }))
}

function keysOf(written: JsonObject | undefined): readonly EffectKey[] {
  return Object.entries(written ?? {})
    .filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1]))
    .map(([frame, key]) => ({
      frame: Number(frame),
      value: numberField(key, 'Value', Number.NaN),
      before: handleOf(key, 'InBez'),
      after: handleOf(key, 'OutBez'),
    }))
    .sort((a, b) => a.frame - b.frame)
}

function handleOf(key: JsonObject, name: 'InBez' | 'OutBez'): Handle {
  const [frames, value] = arrayField(objectField(key, name) ?? {}, name)
  return typeof frames === 'number' && typeof value === 'number' ? [frames, value] : [0, 0]
}

/** The value at a frame from the clip's beginning: straight between keys, or along the curve of their handles. */
export function effectNumberAt({ value, keys }: EffectNumber, frame: number): number {
  const next = keys.findIndex((key) => key.frame > frame)
  if (next === -1) return keys.at(-1)?.value ?? value
  const [from, to] = [keys[next - 1], keys[next]]
  if (!from || !to) return to?.value ?? value
  if (from.after[0] === 0 && to.before[0] === 0) {
    return from.value + ((to.value - from.value) * (frame - from.frame)) / (to.frame - from.frame)
  }
  const length = to.frame - from.frame
  // Handles that reach beyond the other key would turn time back.
  const out = Math.min(length, Math.max(0, from.after[0]))
  const back = Math.max(-length, Math.min(0, to.before[0]))
  const times = [from.frame, from.frame + out, to.frame + back, to.frame] as const
  let [low, high] = [0, 1]
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    if (bezier(times, middle) < frame) low = middle
    else high = middle
  }
  return bezier([from.value, from.value + from.after[1], to.value + to.before[1], to.value], low)
}

function bezier([a, b, c, d]: readonly [number, number, number, number], share: number): number {
  const rest = 1 - share
  return a * rest ** 3 + 3 * b * share * rest ** 2 + 3 * c * share ** 2 * rest + d * share ** 3
}
