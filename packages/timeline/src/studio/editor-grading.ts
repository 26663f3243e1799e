import { effectProblem } from '../effect/effects.js'
import type { Effect } from '../model/edit.js'
import type { Notes } from '../model/refusal.js'
import { isJsonObject, type JsonObject } from '../otio/json-reader.js'
import { numberAt, objectAt, objectsAt, said, textAt } from './project-fields.js'

/** Basic parameters of a grading as parts of a colour correction: in hundredths around nothing, and degrees. */
const BASIC: Readonly<Record<string, { readonly to: string; readonly change: (value: number) => number }>> = {
  contrast: { to: 'contrast', change: (value) => 1 + value / 100 },
  saturation: { to: 'saturation', change: (value) => 1 + value / 100 },
  hue: { to: 'hue', change: (value) => value },
}
/** What each parameter is that changes nothing. */
const NEUTRAL: Readonly<Record<string, number>> = { pivot: 0.5 }

/** The colour grading of a clip: contrast, saturation and hue; the rest is refused by name, and can be left out. */
export function gradingEffects(clip: JsonObject, where: string, notes: Notes): readonly Effect[] {
  const grading = clip['colorGrading']
  if (!isJsonObject(grading) || grading['isEnabled'] === false) return []
  const refuse = (what: string): void => {
    notes.refuseOrDrop(`${what} of its colour grading`, where)
  }
  const parameters: Record<string, number> = {}
  const basic = objectAt(grading, 'basicParameters')
  for (const key of Object.keys(basic)) {
    const value = numberAt(basic, key) ?? 0
    const known = BASIC[key]
    if (value === (NEUTRAL[key] ?? 0)) continue
    if (known) parameters[known.to] = known.change(value)
    // The pivot is where contrast turns, and says nothing without one.
    else if (key !== 'pivot' || (numberAt(basic, 'contrast') ?? 0) !== 0) refuse(`the ${said(key)}`)
  }
  const wheels = objectAt(grading, 'colorWheels')
  for (const wheel of Object.keys(wheels))
    if (!isNeutralWheel(wheel, objectAt(wheels, wheel))) refuse(`the wheel ${said(wheel)}`)
  const curves = objectAt(grading, 'curves')
  for (const curve of Object.keys(curves)) if (!isStraight(objectsAt(curves, curve))) refuse(`the curve ${said(curve)}`)
  const lut = objectAt(grading, 'lut')
  if (textAt(lut, 'file') !== undefined && lut['isEnabled'] !== false) refuse('the LUT')
  if (Object.keys(parameters).length === 0) return []
  const effect = { id: 'colour-correction', parameters }
  const problem = effectProblem(effect)
  if (problem !== undefined) refuse(problem)
  return problem === undefined ? [effect] : []
}

/** Wheels of gamma and gain may count from 1, the others count from 0. */
function isNeutralWheel(wheel: string, value: JsonObject): boolean {
  const all = ['r', 'g', 'b'].map((channel) => numberAt(value, channel) ?? 0)
  return all.every((one) => one === 0) || ((wheel === 'gamma' || wheel === 'gain') && all.every((one) => one === 1))
}

function isStraight(points: readonly JsonObject[]): boolean {
  return points.every((point) => Math.abs((numberAt(point, 'x') ?? 0) - (numberAt(point, 'y') ?? 0)) < 1e-9)
}
