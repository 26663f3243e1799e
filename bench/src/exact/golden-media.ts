import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const SECONDS = 8
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']
const pictures = (rate: string, size: string): readonly string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=r=${rate}:s=${size}:d=${SECONDS}`],
]
/** One sample of full height at every half second, silence between. */
const clicks = (rate: number): readonly string[] => [
  ...['-f', 'lavfi', '-i', `aevalsrc=exprs='if(mod(n\\,${rate / 2})\\,0\\,0.9)':s=${rate}:d=${SECONDS}`],
]
const tone = ['-f', 'lavfi', '-i', `sine=frequency=330:sample_rate=48000:duration=${SECONDS}`]

/** The files of the golden set and the arguments of ffmpeg that make them; `@` stands before one that is there already. */
const media: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: 'wide.mp4', args: [...pictures('30', '160x90'), ...x264, '-g', '250', '-bf', '3'] },
  { name: 'ntsc.mkv', args: [...pictures('30000/1001', '160x90'), ...tone, ...x264, '-g', '30', '-bf', '2'] },
  { name: 'tall.mp4', args: [...pictures('25', '60x80'), ...x264, '-g', '12', '-bf', '2'] },
  { name: 'pal.ts', args: [...pictures('25', '96x72'), ...x264, '-g', '25', '-bf', '2'] },
  { name: 'film.mov', args: [...pictures('24000/1001', '160x90'), ...x264, '-g', '48'] },
  {
    name: 'phone.mp4',
    // Every fifth picture is missing: the rate varies, as phones record.
    args: [
      ...[...pictures('30', '160x90'), '-vf', "select='mod(n\\,5)'", '-fps_mode', 'vfr'],
      ...[...x264, '-video_track_timescale', '90000'],
    ],
  },
  // A phone held upright says so in its file.
  { name: 'turned.mp4', args: ['-i', '@wide.mp4', '-c', 'copy', '-metadata:s:v', 'rotate=90'] },
  {
    name: 'fields.mov',
    args: [
      ...[...pictures('50', '160x90'), '-vf', 'tinterlace=interleave_top,setfield=tff,format=yuv422p'],
      ...['-c:v', 'mpeg2video', '-flags', '+ildct+ilme', '-q:v', '2', '-top', '1'],
    ],
  },
  {
    name: 'deep.mov',
    args: [...pictures('25', '160x90'), '-c:v', 'prores_ks', '-profile:v', '3', '-pix_fmt', 'yuv422p10le'],
  },
  { name: 'anamorphic.mp4', args: [...pictures('25', '72x58'), '-vf', 'setsar=64/45', ...x264] },
  {
    name: 'glass.png',
    args: ['-f', 'lavfi', '-i', 'testsrc2=s=80x60,format=rgba,colorchannelmixer=aa=0.5', '-frames:v', '1'],
  },
  { name: 'photo.jpg', args: ['-f', 'lavfi', '-i', 'testsrc=s=200x100', '-frames:v', '1', '-pix_fmt', 'yuvj420p'] },
  { name: 'clicks.wav', args: [...clicks(48_000), '-c:a', 'pcm_s16le'] },
  { name: 'clicks.flac', args: [...clicks(44_100), '-c:a', 'flac'] },
  { name: 'tone.wav', args: [...tone, '-c:a', 'pcm_s16le'] },
]

/** Pictures 7 and 8 of the sequence are not there. */
const MISSING = [7, 8]

/** Makes what is not there yet; each file gets its name when it is whole. Returns the folder. */
export async function makeGoldenMedia(ffmpeg: string, mediaDir: string): Promise<string> {
  const folder = join(mediaDir, 'golden')
  await mkdir(join(folder, 'shots'), { recursive: true })
  for (const { name, args } of media) {
    const path = join(folder, name)
    if (existsSync(path)) continue
    const part = join(folder, `part-${name}`)
    const inputs = args.map((arg) => (arg.startsWith('@') ? join(folder, arg.slice(1)) : arg))
    await execa(ffmpeg, ['-nostdin', '-v', 'error', '-y', ...inputs, '-fflags', '+bitexact', part])
    await rename(part, path)
  }
  const shots = join(folder, 'shots')
  if (!existsSync(join(shots, 'shot.0030.png'))) {
    const source = ['-f', 'lavfi', '-i', 'testsrc2=r=25:s=160x90', '-frames:v', '30']
    await execa(ffmpeg, ['-nostdin', '-v', 'error', '-y', ...source, join(shots, 'shot.%04d.png')])
  }
  await mkdir(join(folder, 'fonts'), { recursive: true })
  const alef = join(dirname(fileURLToPath(import.meta.resolve('@fontsource/alef/package.json'))), 'files')
  for (const file of ['alef-latin-400-normal.woff2', 'alef-latin-700-normal.woff2']) {
    await copyFile(join(alef, file), join(folder, 'fonts', file))
  }
  for (const number of MISSING) await rm(join(shots, `shot.${String(number).padStart(4, '0')}.png`), { force: true })
  return folder
}
