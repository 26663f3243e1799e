import type { MediaTarget } from './edit.js'

/** Where a reference points, or why it cannot be used. */
export type ResolvedReference =
  | {
      readonly kind: 'path'
      readonly path: string
      readonly relative: boolean
      readonly decodedPath: string | undefined
    }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Reads a `target_url`: a `file:` URL (also with `localhost`, drive letters, escapes), or a plain
 * path, absolute or relative to the edit. Other schemes are refused by name.
 */
export function resolveReference(url: string): ResolvedReference {
  if (url === '') return { kind: 'refused', reason: 'a medium without a file name' }
  if (/[\u0000-\u001f]/.test(url)) {
    return { kind: 'refused', reason: 'a file name with control characters' }
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(url)?.[1]?.toLowerCase()
  if (scheme === 'file') return fromFileUrl(url.slice('file:'.length))
  // A file may be called "take: 2.mov"; only what looks like a real URL is one.
  if (scheme && /^[^:]+:\/\//.test(url)) {
    return { kind: 'refused', reason: `a medium behind ${scheme}:// (only files are read)` }
  }
  const decoded = decode(url)
  return pathOf(url, decoded === url ? undefined : decoded)
}

function fromFileUrl(rest: string): ResolvedReference {
  const authority = /^\/\/([^/]*)(\/.*)?$/.exec(rest)
  const host = authority?.[1]?.toLowerCase() ?? ''
  const raw = authority ? (authority[2] ?? '') : rest
  let path = decode(raw)
  if (path.includes('\0')) return { kind: 'refused', reason: 'a file name with control characters' }
  if (/^\/[A-Za-z]:[\\/]/.test(path)) path = path.slice(1)
  if (host !== '' && host !== 'localhost') path = `//${host}${path}`
  if (path === '' || path === '/') return { kind: 'refused', reason: 'a medium without a file name' }
  return pathOf(path, undefined)
}

function pathOf(path: string, decodedPath: string | undefined): ResolvedReference {
  const absolute = /^(?:[\\/]|[A-Za-z]:[\\/])/.test(path)
  return { kind: 'path', path, relative: !absolute, decodedPath }
}

/** Percent escapes resolved; a text that holds a stray `%` stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Characters that are kept of the name of a medium that is not there. */
const MOST_NAMED = 200

/** A medium that the edit itself says is missing, by what it calls it or its clip. */
export function absentTarget(name: string): Omit<MediaTarget, 'uses'> {
  const absent =
    name
      .replace(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, MOST_NAMED) || 'unnamed clip'
  return { kind: 'path', path: `<missing: ${absent}>`, relative: false, decodedPath: undefined, absent }
}
