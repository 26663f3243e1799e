import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * Digest of the contents of some files; a file that is not there counts as such.
 * @param {string} root
 * @param {readonly string[]} files relative to `root`
 * @param {readonly string[]} extra values that must be equal too, such as the Node version
 */
export async function digestContents(root, files, extra = []) {
  const hash = createHash('sha256').update(JSON.stringify(extra))
  for (const file of [...files].sort()) {
    const content = await readFile(path.join(root, file)).catch(() => null)
    hash.update(`\0${file}\0${content === null ? 'missing' : content.length}\0`)
    if (content !== null) hash.update(content)
  }
  return hash.digest('hex')
}

/**
 * Digest of the names, sizes and times of all files below some folders, without reading them:
 * as `make` does it, but a file that goes away or gets an older time is seen too.
 * @param {string} root
 * @param {readonly string[]} folders relative to `root`; missing ones are empty
 * @param {readonly string[]} extra
 */
export async function digestTimes(root, folders, extra = []) {
  const lines = await Promise.all(folders.map((folder) => listFiles(root, folder)))
  return createHash('sha256')
    .update(JSON.stringify([extra, ...lines.flat().sort()]))
    .digest('hex')
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
async function listFiles(root, folder) {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch(() => [])
  const lines = await Promise.all(
    entries.map(async (entry) => {
      const name = path.posix.join(folder, entry.name)
      if (entry.isDirectory()) return listFiles(root, name)
      const { size, mtimeMs } = await stat(path.join(root, name))
      return [`${name} ${size} ${mtimeMs}`]
    }),
  )
  return lines.flat()
}

/**
 * The stamp that a step left when it last succeeded; null when it never did.
 * @param {string} file
 */
export async function readStamp(file) {
  return readFile(file, 'utf8').catch(() => null)
}

/**
 * Replaces a stamp whole, so that a set-up that is killed leaves the old one or the new one.
 * @param {string} file
 * @param {string} digest
 */
export async function writeStamp(file, digest) {
  await mkdir(path.dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  await writeFile(draft, digest)
  await rename(draft, file)
}
