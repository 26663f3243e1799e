import { SheafError, type SubmitRequest } from '@sheaf/protocol'
import {
  channelsOf,
  type Edit,
  LOUDNESS_LIMITS,
  type Manifest,
  mediaClipsOf,
  type Preset,
  sampleOfFrame,
  SOUND_LAYOUTS,
  type SoundSettings,
  unheardSound,
} from '@sheaf/timeline'

/** What a request asks of the sound; undefined for nothing. Throws SHEAF_REQUEST_INVALID. */
export function soundSettings(
  request: Pick<SubmitRequest, 'channels' | 'loudness' | 'truePeak' | 'stems'>,
  { sound }: Pick<Preset, 'sound'>,
): SoundSettings | undefined {
  const { loudness: lufs, truePeak = LOUDNESS_LIMITS.truePeak.usual } = request
  if (lufs === undefined && request.truePeak !== undefined) {
    throw refused('A true peak is asked for, and no loudness.', 'Name the loudness too, such as --loudness -23.')
  }
  const layout = SOUND_LAYOUTS.find((one) => one === request.channels)
  const loudness =
    lufs === undefined ? undefined : { lufs: within(lufs, 'lufs'), truePeak: within(truePeak, 'truePeak') }
  const settings = {
    ...(layout && layout !== 'stereo' && { layout }),
    ...(loudness && { loudness }),
    ...(request.stems === true && { stems: true as const }),
  }
  if (Object.keys(settings).length === 0) return undefined
  if (sound.codec !== 'none') return settings
  throw refused('Something is asked of the sound, and the preset has none.', 'Choose a preset with sound.')
}

/** What a person should know of the sound of the media: streams of a file that nobody hears. */
export function remarksOnSound({ edit, media }: Manifest): string[] {
  const heard = mediaClipsOf(edit.audio).filter(({ content }) => content.sound === undefined)
  return [...new Set(heard.map(({ content }) => content.media))].flatMap((id) => {
    const medium = media[id]
    const remark = medium && unheardSound(medium.index)
    return medium && remark !== undefined ? [`${medium.name} holds ${remark}`] : []
  })
}

/** Bytes of all stems, 24 bits a sample. */
export function stemBytes(edit: Edit, sound: SoundSettings | undefined): number {
  if (sound?.stems !== true) return 0
  return edit.audio.length * sampleOfFrame(edit.frames, edit.rate) * channelsOf(sound.layout ?? 'stereo') * 3
}

function within(value: number, what: 'lufs' | 'truePeak'): number {
  const { least, most } = LOUDNESS_LIMITS[what]
  if (value >= least && value <= most) return value
  const name = what === 'lufs' ? `A loudness of ${value} LUFS` : `A true peak of ${value} dBTP`
  throw refused(`${name} cannot be reached.`, `From ${least} to ${most} are possible.`)
}

function refused(message: string, hint: string): SheafError {
  return new SheafError({ code: 'SHEAF_REQUEST_INVALID', message, hint })
}
