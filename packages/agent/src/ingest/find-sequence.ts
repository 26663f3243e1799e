import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { isSheafError } from '@sheaf/protocol'
import {
  canBlacken,
  foldPictureNames,
  MAX_SEQUENCE_PICTURES,
  pictureName,
  pictureOfName,
  sequenceMedium,
  spansOf,
  type MediaIndex,
  type MediaState,
  type PictureSpan,
  type SequenceNumbering,
  type SequenceTarget,
} from '@sheaf/timeline'
import { sourceOfParts, type AssetSource } from '../blobs/index.js'
import type { MediaFinder, MediaFolder } from './media-finder.js'
import { isPictureCutOff, readPictureHead, type PictureFile, type PictureHead } from '../engine/index.js'

/** A sequence as it was found: its files as one asset. */
export interface FoundSequence {
  readonly path: string
  readonly state: MediaState
  readonly source: AssetSource | undefined
}

export interface FindSequenceInit {
  readonly finder: MediaFinder
  readonly probe: (source: AssetSource) => Promise<MediaIndex>
  /** Which of some pictures do not decode, by their places in the list; without it none is decoded. */
  readonly broken?: ((pictures: readonly PictureFile[]) => Promise<readonly number[]>) | undefined
  /** The pictures that the edit shows; the others are neither read nor carried along. */
  readonly used: PictureSpan | undefined
}

/** Pictures looked at at once. */
const atOnce = 16
/** Pictures kept on either side of those that are shown: ffmpeg decodes a few more than it shows. */
const MARGIN = 8

/** Looks for the files of a sequence, checks that they are alike, and indexes it by one of them. */
export async function findSequence(target: SequenceTarget, init: FindSequenceInit): Promise<FoundSequence> {
  const place = await init.finder.find({ path: target.folder, decodedPath: target.decodedFolder })
  if (place.found === 'nothing') {
    return { path: place.path, state: { state: 'missing', looked: place.path, why: place.why }, source: undefined }
  }
  if (place.found !== 'folder') return broken(place.path, `${place.path} is no folder`)
  const names = await namesIn(place.folder)
  if (typeof names === 'string') return broken(place.path, `the folder ${place.path} cannot be read (${names})`)
  const named = namePictures(target, names, init.used)
  const path = join(place.path, `${named.numbering.prefix}*${named.numbering.suffix}`)
  if (named.count > MAX_SEQUENCE_PICTURES) return broken(path, `it counts ${named.count} pictures`)
  if (named.files.size === 0 || named.count === 0) {
    return { path, state: { state: 'missing', looked: path, why: 'absent' }, source: undefined }
  }
  const pictures = await lookAt(place.folder, named.files)
  const problem = differences(pictures, named.numbering) ?? (await undecodable(pictures, named.numbering, init.broken))
  if (problem !== undefined) return broken(path, problem)
  return indexed(target, { path, named, pictures, probe: init.probe })
}

const broken = (path: string, reason: string): FoundSequence => ({
  path,
  state: { state: 'unreadable', reason },
  source: undefined,
})

/** What lies in a folder, or the code of the error that kept it from being read. */
async function namesIn(folder: MediaFolder): Promise<ReadonlyMap<string, string> | string> {
  try {
    return await folder.names()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined || isSheafError(error)) throw error
    return code
  }
}

interface NamedPictures {
  readonly numbering: SequenceNumbering
  readonly count: number
  /** Names on disk by number, rising. */
  readonly files: ReadonlyMap<number, string>
}

/** The pictures that are there, by name: as it is written, else with percent escapes resolved. */
function namePictures(
  target: SequenceTarget,
  names: ReadonlyMap<string, string>,
  used: PictureSpan | undefined,
): NamedPictures {
  const written = composed(target)
  const decoded = composed({ ...target, prefix: decode(target.prefix), suffix: decode(target.suffix) })
  const first = choose(written, target.count, { names, used })
  const found = first.files.size > 0 || first.count > MAX_SEQUENCE_PICTURES
  if (found || (decoded.prefix === written.prefix && decoded.suffix === written.suffix)) return first
  return choose(decoded, target.count, { names, used })
}

function choose(
  numbering: SequenceNumbering,
  given: number | undefined,
  from: { readonly names: ReadonlyMap<string, string>; readonly used: PictureSpan | undefined },
): NamedPictures {
  const count = given ?? countOf(numbering, from.names)
  const files = new Map<number, string>()
  if (count > MAX_SEQUENCE_PICTURES) return { numbering, count, files }
  const [low, high] = from.used ?? [0, count]
  for (let picture = Math.max(0, low - MARGIN); picture < Math.min(count, high + MARGIN); picture++) {
    const name = from.names.get(pictureName(numbering, picture))
    if (name !== undefined) files.set(picture, name)
  }
  return { numbering, count, files }
}

/** As many as the highest number says. */
function countOf(numbering: SequenceNumbering, names: ReadonlyMap<string, string>): number {
  let count = 0
  for (const name of names.keys()) count = Math.max(count, (pictureOfName(numbering, name) ?? -1) + 1)
  return count
}

interface LookedAt {
  readonly picture: number
  readonly name: string
  readonly source: AssetSource | undefined
  /** What keeps it from being used. */
  readonly problem: string | undefined
  readonly head: PictureHead | undefined
}

async function lookAt(folder: MediaFolder, files: ReadonlyMap<number, string>): Promise<readonly LookedAt[]> {
  const queue = [...files].map(([picture, name], at) => ({ picture, name, at }))
  const found: LookedAt[] = []
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { picture, name, at } = next
      found[at] = { picture, name, ...(await lookAtOne(folder, name)) }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return found
}

async function lookAtOne(folder: MediaFolder, name: string): Promise<Omit<LookedAt, 'picture' | 'name'>> {
  const source = await folder.file(name)
  if (source === undefined || typeof source === 'string') {
    return { source: undefined, problem: source ?? 'is not a file', head: undefined }
  }
  if (source.sizeBytes === 0) return { source, problem: 'is empty (0 bytes)', head: undefined }
  const { problem, head } = await readHead(source).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
    return { problem: `cannot be read (${code})`, head: undefined }
  })
  return { source, problem, head }
}

async function readHead(source: AssetSource): Promise<Pick<LookedAt, 'problem' | 'head'>> {
  const file = await open(source.path, 'r')
  try {
    const start = source.within?.offset ?? 0
    const read = async (at: number, length: number): Promise<Buffer> => {
      const wanted = Math.max(0, Math.min(length, source.sizeBytes - at))
      const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, start + at)
      return buffer.subarray(0, bytesRead)
    }
    const head = await readPictureHead(read)
    if (!head) return { problem: 'is no PNG, JPEG, TIFF, OpenEXR or DPX picture', head }
    const cutOff = await isPictureCutOff({ read, sizeBytes: source.sizeBytes, container: head.container })
    return { problem: cutOff ? 'is cut off before its end' : undefined, head }
  } finally {
    await file.close()
  }
}

/** What is wrong with pictures, or between them, in words; undefined when they are alike. */
function differences(pictures: readonly LookedAt[], numbering: SequenceNumbering): string | undefined {
  const wrong = pictures.filter(({ problem }) => problem !== undefined)
  const [bad] = wrong
  if (bad) return `${bad.name} ${bad.problem}${others(wrong.slice(1), numbering)}`
  const [first] = pictures
  const unlike = pictures.filter(({ head }) => head?.layout !== first?.head?.layout)
  const [other] = unlike
  if (!first || !other) return undefined
  const all = foldPictureNames(numbering, spansOf(unlike.map(({ picture }) => picture)))
  return `its pictures are not alike: ${first.name} is ${first.head?.layout}, ${other.name} is ${other.head?.layout} (those that differ: ${all})`
}

/** Sequences of more are not decoded when they are submitted: then only their structure is known to be whole. */
const MOST_DECODED = { pictures: 64, bytes: 256 * 1024 * 1024 } as const

/** The pictures that do not decode, in words; undefined when all do, or when there are too many to try. */
async function undecodable(
  pictures: readonly LookedAt[],
  numbering: SequenceNumbering,
  broken: FindSequenceInit['broken'],
): Promise<string | undefined> {
  const files = pictures.flatMap(({ source, head }): PictureFile[] =>
    source && head ? [{ path: source.path, container: head.container, part: partOf(source) }] : [],
  )
  const bytes = pictures.reduce((sum, { source }) => sum + (source?.sizeBytes ?? 0), 0)
  if (!broken || files.length > MOST_DECODED.pictures || bytes > MOST_DECODED.bytes) return undefined
  const wrong = (await broken(files)).flatMap((at) => pictures[at] ?? [])
  const [bad] = wrong
  return bad && `${bad.name} is damaged: it does not decode whole${others(wrong.slice(1), numbering)}`
}

function partOf({ sizeBytes, within }: AssetSource): PictureFile['part'] {
  return within && { start: within.offset, end: within.offset + sizeBytes }
}

function others(pictures: readonly LookedAt[], numbering: SequenceNumbering): string {
  if (pictures.length === 0) return ''
  return `; ${foldPictureNames(numbering, spansOf(pictures.map(({ picture }) => picture)))} as well`
}

async function indexed(
  target: SequenceTarget,
  found: {
    readonly path: string
    readonly named: NamedPictures
    readonly pictures: readonly LookedAt[]
    readonly probe: FindSequenceInit['probe']
  },
): Promise<FoundSequence> {
  const { path, named, pictures, probe } = found
  const parts = pictures.flatMap(({ source }) => source ?? [])
  const [first] = parts
  if (!first) throw new Error('a sequence without files')
  const index = await probe(first)
  const { video } = index
  if (!video) return broken(path, 'it holds no pictures')
  const missing = gapsBetween(pictures, named.count)
  if (target.policy === 'black' && missing.length > 0 && !canBlacken(video.pixFmt)) {
    return broken(
      path,
      `pictures are missing, and black ones of the pixel format ${video.pixFmt} cannot be shown instead`,
    )
  }
  const sequence = { fileBytes: parts.map(({ sizeBytes }) => sizeBytes), missing, policy: target.policy }
  const medium = sequenceMedium(
    { ...index, container: pictures[0]?.head?.container ?? index.container, video },
    { count: named.count, pictureSeconds: target.pictureSeconds, sequence },
  )
  const state: MediaState = { state: 'indexed', index: medium, numbering: named.numbering }
  return { path, state, source: sourceOfParts(path, parts) }
}

function gapsBetween(pictures: readonly LookedAt[], count: number): PictureSpan[] {
  const gaps: PictureSpan[] = []
  let at = 0
  for (const { picture } of pictures) {
    if (picture > at) gaps.push([at, picture])
    at = picture + 1
  }
  return at < count ? [...gaps, [at, count]] : gaps
}

const composed = ({ prefix, suffix, startFrame, frameStep, padding }: SequenceNumbering): SequenceNumbering => ({
  prefix: prefix.normalize('NFC'),
  suffix: suffix.normalize('NFC'),
  ...{ startFrame, frameStep, padding },
})

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
