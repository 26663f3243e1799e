import type { PresetView } from '@sheaf/protocol'
import { BUILT_IN_PRESETS, presetFileText, presetOptions, type Preset } from '@sheaf/timeline'
import { listOwnPresets } from './find-preset.js'

/** What `sheaf presets` shows: the shipped ones, then the studio's own, those too that cannot be read. */
export async function presetViews(folder: string, encoders: ReadonlySet<string>): Promise<PresetView[]> {
  const own = await listOwnPresets(folder)
  return [
    ...BUILT_IN_PRESETS.map((preset) => viewOf(preset, encoders)),
    ...own.map((one): PresetView => {
      if (one.kind === 'preset') return { ...viewOf(one.preset, encoders), path: one.path }
      return {
        name: one.name,
        summary: '',
        endings: [],
        options: [],
        file: '',
        path: one.path,
        problem: one.error.message,
      }
    }),
  ]
}

function viewOf(preset: Preset, encoders: ReadonlySet<string>): PresetView {
  const encoder = preset.pictures?.encoder
  return {
    name: preset.name,
    summary: preset.summary,
    endings: [...preset.endings],
    options: presetOptions(preset),
    file: presetFileText(preset),
    ...(encoder !== undefined && !encoders.has(encoder)
      ? { problem: `the ffmpeg of this machine was built without ${encoder}` }
      : {}),
  }
}
