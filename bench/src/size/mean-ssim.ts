import { execa } from 'execa'

/** Mean SSIM of a film against another of the same frames, by ffmpeg's filter. */
export async function meanSsim(ffmpeg: string, path: string, reference: string): Promise<number> {
  const compare = ['-filter_complex', '[0:v]setpts=N[a];[1:v]setpts=N[b];[a][b]ssim', '-f', 'null', '-']
  const { stderr } = await execa(ffmpeg, ['-nostdin', '-hide_banner', '-i', path, '-i', reference, ...compare])
  const mean = /SSIM.* All:([\d.]+)/.exec(stderr)?.[1]
  if (mean === undefined) throw new Error(`no SSIM of ${path}: ${stderr.slice(-500)}`)
  return Number(mean)
}
