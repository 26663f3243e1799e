import { open, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SheafError } from '@sheaf/protocol'
import { BundleFinder } from './bundle-finder.js'
import { decodeText } from './decode-text.js'
import { DiskFinder, type MediaFinder } from './media-finder.js'
import type { MediaRoot } from './media-root.js'
import { ZipBundle } from './zip-bundle.js'

/** Edits larger than this are not read: a feature film's has a few MB. */
const MOST_BYTES = 256 << 20
/** What a bundle calls its edit, and the file that says which version of bundles it is. */
const [CONTENT, VERSION] = ['content.otio', 'version.txt']

/** An edit's text and where its media are looked for. */
export interface OpenedEdit {
  readonly text: string
  readonly finder: MediaFinder
  /** To be called when all media were found. */
  readonly close: () => void
}

/**
 * Opens an edit: a file, or a bundle of one with its media, in a folder (`.otiod`) or in a ZIP file (`.otioz`), told apart by
 * what they are. Texts are UTF-8, or UTF-16 with a byte order mark. Throws SHEAF_EDIT_NOT_FOUND, SHEAF_EDIT_INVALID, SHEAF_EDIT_VERSION.
 */
export async function openEdit(path: string, roots: readonly MediaRoot[]): Promise<OpenedEdit> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw notFound(`The edit ${path} does not exist or cannot be read.`, cause)
  })
  if (facts.isDirectory()) return openFolder(path, roots)
  if (facts.isFile() && (await isZip(path))) return openZip(path, roots)
  const finder = new DiskFinder({ folder: dirname(path), roots })
  return { text: await readEditFile(path), finder, close: () => undefined }
}

/** The text of an edit or of what belongs to one. Errors as {@link openEdit}. */
export async function readEditFile(path: string): Promise<string> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw notFound(`The edit ${path} does not exist or cannot be read.`, cause)
  })
  if (!facts.isFile()) throw notFound(`${path} is not a file.`)
  if (facts.size > MOST_BYTES) {
    throw new SheafError({
      code: 'SHEAF_EDIT_INVALID',
      message: `${path} is ${facts.size} bytes long; an edit may have ${MOST_BYTES}.`,
      hint: 'Is this the edit, and not a medium?',
    })
  }
  return decodeText(await readFile(path), path)
}

async function openFolder(path: string, roots: readonly MediaRoot[]): Promise<OpenedEdit> {
  const content = await stat(join(path, CONTENT)).catch(() => undefined)
  if (!content?.isFile()) throw notFound(`${path} is not a file, and without a ${CONTENT} no bundle either.`)
  const version = await readFile(join(path, VERSION), 'utf8').catch(() => undefined)
  checkVersion(version, path)
  const finder = new DiskFinder({ folder: path, roots })
  return { text: await readEditFile(join(path, CONTENT)), finder, close: () => undefined }
}

async function openZip(path: string, roots: readonly MediaRoot[]): Promise<OpenedEdit> {
  const bundle = await ZipBundle.open(path)
  try {
    checkVersion(await bundle.text(VERSION, 1024), path)
    const text = await bundle.text(CONTENT, MOST_BYTES)
    if (text === undefined) throw notFound(`${path} holds no ${CONTENT}: it is no bundle.`)
    const outside = new DiskFinder({ folder: dirname(path), roots })
    const finder = new BundleFinder({ bundle, outside, roots })
    return { text, finder, close: () => bundle.close() }
  } catch (error) {
    bundle.close()
    throw error
  }
}

/** How a ZIP file begins, also one without files. */
async function isZip(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw notFound(`The edit ${path} does not exist or cannot be read.`, cause)
  })
  try {
    const head = Buffer.alloc(4)
    await file.read(head, 0, 4, 0)
    return ['PK\x03\x04', 'PK\x05\x06'].includes(head.toString('latin1'))
  } finally {
    await file.close()
  }
}

/** Version 1 is the only one that there is; a bundle made by hand may leave it out. */
function checkVersion(text: string | undefined, path: string): void {
  const version = text?.trim()
  if (version === undefined || /^1\.\d+\.\d+$/.test(version)) return
  throw new SheafError({
    code: 'SHEAF_EDIT_VERSION',
    message: `${path} is a bundle of version ${version.slice(0, 40)}; this Sheaf reads versions 1.x`,
    hint: 'Export the bundle for an older OpenTimelineIO version, or update Sheaf.',
  })
}

function notFound(message: string, cause?: unknown): SheafError {
  return new SheafError({
    code: 'SHEAF_EDIT_NOT_FOUND',
    message,
    hint: 'Give the path of an .otio file, a bundle (.otioz, .otiod) or a project of Timeline Studio (.tlsp, .tls).',
    cause,
  })
}
