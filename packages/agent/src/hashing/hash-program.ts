/**
 * What a hashing thread runs, as text: so it needs no file of its own, which would be called otherwise in sources, in
 * tests and in what is built. It answers one message after another.
 */
export const hashProgram = `
const { createHash, hash } = require('node:crypto')
const { closeSync, fstatSync, openSync, readSync } = require('node:fs')
const { parentPort } = require('node:worker_threads')

const pieceBytes = 1 << 18
const piece = Buffer.allocUnsafeSlow(pieceBytes)
const running = new Map()

/** The hashes of blocks of a stretch of a file; a short file ends it early. */
function hashFile({ path, start, end, blockBytes }) {
  const blocks = []
  const file = openSync(path, 'r')
  try {
    let at = start
    while (at < end) {
      const sum = createHash('sha256')
      const blockEnd = Math.min(end, at + blockBytes)
      while (at < blockEnd) {
        const read = readSync(file, piece, 0, Math.min(pieceBytes, blockEnd - at), at)
        if (read === 0) return { blocks }
        sum.update(read === pieceBytes ? piece : piece.subarray(0, read))
        at += read
      }
      blocks.push(sum.digest('hex'))
    }
    return { blocks }
  } finally {
    closeSync(file)
  }
}

/** Adds a stretch of a file to a running sum; how many bytes of it there were. */
function updateFile(sum, { path, start, end }) {
  const begun = running.get(sum) ?? createHash('sha256')
  running.set(sum, begun)
  const file = openSync(path, 'r')
  try {
    let at = start
    while (at < end) {
      const read = readSync(file, piece, 0, Math.min(pieceBytes, end - at), at)
      if (read === 0) break
      begun.update(read === pieceBytes ? piece : piece.subarray(0, read))
      at += read
    }
    return at - start
  } finally {
    closeSync(file)
  }
}

/** Reads parts of files one after another into shared memory; what each file looked like after it was read. */
function readParts({ parts, into }) {
  const files = []
  let filled = 0
  for (const { path, start, end } of parts) {
    let file
    try {
      file = openSync(path, 'r')
      for (let at = start; at < end;) {
        const read = readSync(file, into, filled, end - at, at)
        if (read === 0) return { files, short: true }
        at += read
        filled += read
      }
      const { size, mtimeMs, ctimeMs, ino } = fstatSync(file)
      files.push({ size, mtimeMs, ctimeMs, ino })
    } catch (error) {
      return { files, error: { message: error.message, code: error.code } }
    } finally {
      if (file !== undefined) closeSync(file)
    }
  }
  return { files, sha256: hash('sha256', into.subarray(0, filled), 'hex') }
}

/** Bytes that were given to this thread go back; memory that is shared has never left. */
function ownMemory(bytes) {
  return bytes.buffer instanceof ArrayBuffer ? bytes : undefined
}

function answer({ kind, bytes, sum, file, parts, into }) {
  switch (kind) {
    case 'bytes':
      return { bytes: ownMemory(bytes), sha256: hash('sha256', bytes, 'hex') }
    case 'update': {
      const begun = running.get(sum) ?? createHash('sha256')
      running.set(sum, begun.update(bytes))
      return { bytes: ownMemory(bytes) }
    }
    case 'update-file':
      return { taken: updateFile(sum, file) }
    case 'digest': {
      const begun = running.get(sum) ?? createHash('sha256')
      running.delete(sum)
      return { sha256: begun.digest('hex') }
    }
    case 'file':
      return hashFile(file)
    case 'parts':
      return { read: readParts({ parts, into }) }
  }
}

parentPort.on('message', (question) => {
  let reply
  try {
    reply = answer(question)
  } catch (error) {
    reply = { error: { message: error.message, code: error.code } }
  }
  parentPort.postMessage(reply, reply.bytes === undefined ? [] : [reply.bytes.buffer])
})
`
