import { describe, expect, it } from 'vitest'
import type { FfmpegCall } from '@sheaf/timeline'
import { mergeCalls } from './direct-render.js'

const common = ['-v', 'error', '-cpuflags', '0', '-copyts']
const call = (inputs: readonly string[], graph: string): FfmpegCall => {
  const args = [...common]
  const made = inputs.map((assetId) => {
    args.push('-f', 'mov', '-i', '')
    return { assetId, argIndex: args.length - 1 }
  })
  return {
    args: [...args, '-filter_complex', graph, '-map', '[out]', 'x'],
    inputs: made,
    graphArgIndex: args.length + 1,
  }
}
const pathOf = (target: string) => `/media${target}`
const encoder = ['-c:v', 'libx264', 'file:out.mp4']
const pictures = call(['/a', '/b'], '[0:0]null[s0];[1:1]null[s1];[s0][s1]concat=n=2:v=1:a=0[out]')

describe('mergeCalls', () => {
  it('numbers the sound after the pictures, and keeps the two outputs apart', () => {
    const sound = call(['/a'], '[0:1]anull[p0];[p0]atrim=end_sample=9[out]')
    expect(mergeCalls({ pictures, sound, encoder, pathOf }).slice(7)).toEqual([
      ...['-f', 'mov', '-i', 'file:/media/a', '-f', 'mov', '-i', 'file:/media/b', '-f', 'mov', '-i', 'file:/media/a'],
      ...['-filter_complex', '[0:0]null[s0];[1:1]null[s1];[s0][s1]concat=n=2:v=1:a=0[out]', '-map', '[out]'],
      ...['-filter_complex', '[2:1]anull[p0];[p0]atrim=end_sample=9[sound]', '-map', '[sound]'],
      ...['-c:a', 'aac', '-aac_coder', 'fast', '-b:a', '192k', ...encoder],
    ])
  })

  it('renders an edit without sound, and takes over no option that only the farm needs', () => {
    const args = mergeCalls({ pictures, sound: undefined, encoder, pathOf })
    expect(args).not.toContain('-c:a')
    expect(args).not.toContain('-cpuflags')
    expect(args.filter((arg) => arg === '-copyts')).toHaveLength(1)
  })
})
