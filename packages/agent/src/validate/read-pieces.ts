import { SheafError } from '@sheaf/protocol'
import { killOnAbort } from '../engine/run-tool.js'
import { startTool } from '../engine/tool-process.js'

/** A process whose standard output is a row of pieces of one length. */
export interface PieceSource {
  readonly file: string
  readonly args: readonly string[]
  readonly pieceBytes: number
  readonly signal?: AbortSignal | undefined
}

/**
 * The pieces that a process writes, each a buffer of its own; a last one may be shorter. Ends the process when nobody
 * reads on. Throws SHEAF_TOOL_FAILED when it fails or complains, and the signal's reason.
 */
export async function* readPieces({ file, args, pieceBytes, signal }: PieceSource): AsyncGenerator<Buffer, void> {
  signal?.throwIfAborted()
  const tool = await startTool({ file, args, stdout: 'pipe' })
  const release = killOnAbort(signal, tool.kill)
  try {
    let piece = Buffer.alloc(pieceBytes)
    let filled = 0
    for await (const bytes of tool.stdout as AsyncIterable<Buffer>) {
      for (let at = 0; at < bytes.length;) {
        const taken = bytes.copy(piece, filled, at)
        at += taken
        filled += taken
        if (filled < pieceBytes) continue
        yield piece
        piece = Buffer.alloc(pieceBytes)
        filled = 0
      }
    }
    if (filled > 0) yield piece.subarray(0, filled)
    const outcome = await tool.done
    signal?.throwIfAborted()
    if (outcome.kind === 'failed') throw outcome.error
    if (outcome.kind === 'ok' && outcome.stderr.trim() !== '') throw complained(file, outcome.stderr)
  } finally {
    tool.kill()
    await tool.done
    release()
  }
}

function complained(file: string, stderr: string): SheafError {
  return new SheafError({
    code: 'SHEAF_TOOL_FAILED',
    message: `${file} complains: ${stderr.trim().slice(-1000)}`,
    details: { stderr, exitCode: 0 },
  })
}
