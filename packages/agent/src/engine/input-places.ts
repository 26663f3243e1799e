import { writeFile } from 'node:fs/promises'
import type { AssetId } from '@sheaf/protocol'
import type { CallInput, CallPlaces, FfmpegCall, InputUrl, PictureInput } from '@sheaf/timeline'
import { partOffsets, partsOf, type AssetPlace, type FilePart } from '../blobs/index.js'

/**
 * What inputs that are no whole files may be read through; nothing else is. All that a tool asks for by HTTP goes to the
 * server that its environment names as proxy, which knows some media of the job and nothing besides.
 */
const PROTOCOLS = { parts: 'file,subfile', served: 'http,tcp', servedParts: 'file,subfile,http,tcp' } as const

/**
 * Where the inputs of a call are read: whole files by their path, parts of files through ffmpeg's `subfile`, numbered
 * pictures by a list that is written to `<listBase>-<n>.txt` and stays until the caller removes it.
 */
export async function inputPlaces(
  call: FfmpegCall,
  placeOf: (assetId: AssetId) => AssetPlace,
  listBase: string,
): Promise<Pick<CallPlaces, 'pathOf' | 'urls'>> {
  const urls = new Map<number, InputUrl>()
  for (const [number, input] of call.inputs.entries()) {
    const url = await urlOf(input, placeOf(input.assetId as AssetId), `${listBase}-${number}.txt`)
    if (url !== undefined) urls.set(input.argIndex, url)
  }
  const pathOf = (assetId: string): string => {
    const place = placeOf(assetId as AssetId)
    if (typeof place === 'string') return place
    throw new Error(`asset ${assetId} is no whole file`)
  }
  return { pathOf, urls }
}

async function urlOf({ pictures }: CallInput, place: AssetPlace, listPath: string): Promise<InputUrl | undefined> {
  const served = typeof place !== 'string' && 'url' in place
  if (pictures) {
    await writeFile(listPath, pictureList(place, pictures))
    return { url: `file:${listPath}`, protocols: served ? PROTOCOLS.servedParts : PROTOCOLS.parts }
  }
  if (typeof place === 'string') return undefined
  if (served) return { url: place.url, protocols: PROTOCOLS.served }
  const [part, ...more] = place
  if (part && more.length === 0) return { url: partUrl(part), protocols: PROTOCOLS.parts }
  throw new Error('only numbered pictures are in several files')
}

/** A list for ffmpeg's concat demuxer. Each picture is of one file; durations only keep the time stamps rising. */
export function pictureList(place: AssetPlace, { bytes: pictures, format }: PictureInput): string {
  const offsets = partOffsets(place)
  // The name of a picture may hold %d: it is no pattern. One that is no picture but a playlist leads nowhere.
  const options = `option pattern_type none\noption format_whitelist image2,${format}\n`
  const lines = pictures.map((bytes) => {
    const [part, ...more] = partsOf(place, bytes, offsets)
    if (!part || more.length > 0) throw new Error('a picture does not lie in one file')
    return `file ${quoted(partUrl(part))}\n${options}duration 0.04\n`
  })
  return `ffconcat version 1.0\n${lines.join('')}`
}

/** ffmpeg's address of a part of a file. Whatever stands behind the colon is a path, with any characters. */
export const partUrl = ({ path, url, start, end }: FilePart): string =>
  `subfile,,start,${start},end,${end},,:${url ?? `file:${path}`}`

/** As ffmpeg's lists quote: nothing between single quotes means anything; a name with a line break is refused at ingest. */
function quoted(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new Error('a file name with line breaks')
  return `'${text.replaceAll("'", "'\\''")}'`
}
