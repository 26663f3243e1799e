import { SheafError, type SubmitRequest } from '@sheaf/protocol'
import { checkOutputName, draftPreset, outputKind, type Preset } from '@sheaf/timeline'
import { findPreset } from './find-preset.js'

/** The preset that a request names, as a draft when it asks for one. Throws when the two do not go together. */
export async function presetOf(request: SubmitRequest, folder: string | undefined): Promise<Preset> {
  const asked = await findPreset(request.preset ?? 'h264', folder)
  const preset = request.draft === true ? draftPreset(asked) : asked
  checkOutputName(preset, request.outputPath)
  if (request.intermediate !== undefined && outputKind(preset) !== 'film') {
    const option = request.intermediate ? '--intermediate' : '--direct'
    throw new SheafError({
      code: 'SHEAF_REQUEST_INVALID',
      message: `${option}: preset ${preset.name} makes no film that could be encoded once more`,
      hint: `Leave ${option} out.`,
    })
  }
  return preset
}
