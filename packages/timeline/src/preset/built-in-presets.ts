import { ValueReader } from '../manifest/value-reader.js'
import av1 from './files/av1.json' with { type: 'json' }
import dnxhrHq from './files/dnxhr-hq.json' with { type: 'json' }
import dnxhrHqx from './files/dnxhr-hqx.json' with { type: 'json' }
import exr from './files/exr.json' with { type: 'json' }
import ffv1 from './files/ffv1.json' with { type: 'json' }
import flac from './files/flac.json' with { type: 'json' }
import h264 from './files/h264.json' with { type: 'json' }
import h264TwoPass from './files/h264-2pass.json' with { type: 'json' }
import h264Amf from './files/h264-amf.json' with { type: 'json' }
import h264Capped from './files/h264-capped.json' with { type: 'json' }
import h264Nvenc from './files/h264-nvenc.json' with { type: 'json' }
import h264Qsv from './files/h264-qsv.json' with { type: 'json' }
import h264Vaapi from './files/h264-vaapi.json' with { type: 'json' }
import h264Videotoolbox from './files/h264-videotoolbox.json' with { type: 'json' }
import h265 from './files/h265.json' with { type: 'json' }
import h265TwoPass from './files/h265-2pass.json' with { type: 'json' }
import h265Amf from './files/h265-amf.json' with { type: 'json' }
import h265Capped from './files/h265-capped.json' with { type: 'json' }
import h265Nvenc from './files/h265-nvenc.json' with { type: 'json' }
import h265Qsv from './files/h265-qsv.json' with { type: 'json' }
import h265Vaapi from './files/h265-vaapi.json' with { type: 'json' }
import h265Videotoolbox from './files/h265-videotoolbox.json' with { type: 'json' }
import jpeg from './files/jpeg.json' with { type: 'json' }
import m4a from './files/m4a.json' with { type: 'json' }
import png from './files/png.json' with { type: 'json' }
import prores4444 from './files/prores-4444.json' with { type: 'json' }
import proresHq from './files/prores-hq.json' with { type: 'json' }
import wav from './files/wav.json' with { type: 'json' }
import type { Preset } from './preset.js'
import { readPreset } from './preset-reader.js'

/** The shipped files, in the order in which they are listed. */
const FILES: readonly unknown[] = [
  h264,
  h264Capped,
  h264TwoPass,
  h265,
  h265Capped,
  h265TwoPass,
  av1,
  proresHq,
  prores4444,
  dnxhrHq,
  dnxhrHqx,
  ffv1,
  png,
  exr,
  jpeg,
  wav,
  flac,
  m4a,
  h264Nvenc,
  h265Nvenc,
  h264Vaapi,
  h265Vaapi,
  h264Qsv,
  h265Qsv,
  h264Videotoolbox,
  h265Videotoolbox,
  h264Amf,
  h265Amf,
]

/** The presets that Sheaf ships, read by the same rules as a studio's own. */
export const BUILT_IN_PRESETS: readonly Preset[] = FILES.map((file) =>
  readPreset(new ValueReader(file, '', { subject: 'preset', code: 'SHEAF_PRESET_INVALID', hint: '' })),
)
