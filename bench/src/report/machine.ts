import os from 'node:os'

/** The machine in words: what a figure must be read with. */
export function describeMachine(tools: { readonly version: string }): string {
  const cpus = os.cpus()
  const model = (cpus[0]?.model ?? 'unknown processor').trim()
  const memoryGiB = Math.round(os.totalmem() / 2 ** 30)
  const system = `${os.type()} ${os.release()} ${process.arch}`
  return `${cpus.length} × ${model}, ${memoryGiB} GiB, ${system}, Node ${process.versions.node}, ffmpeg ${tools.version}`
}
