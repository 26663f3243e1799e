import {
  blackSignature,
  BORDER_REACH,
  type FrameSpan,
  isSuspect,
  LOOK_FRAMES,
  type Signature,
  type SignatureGrid,
  signatureSamples,
} from '@sheaf/timeline'

/** Pictures of one window that are kept for a comparison; of a longer one they are read once more. */
const MOST_KEPT = 4 * LOOK_FRAMES

/** What the pictures of a window look like. */
export interface WindowLook {
  readonly suspect: boolean
  /** All of them, or undefined when they are too many to keep. */
  readonly pictures: readonly Signature[] | undefined
}

/**
 * Looks at the next window of a row of pictures: whether one of them may be black or a repeat of one near it. Suspect as
 * well when they end too early. Throws what reading them throws.
 */
export async function lookAtWindow(
  pictures: AsyncIterator<Signature>,
  { from, to }: FrameSpan,
  grid: SignatureGrid,
): Promise<WindowLook> {
  const black = blackSignature(signatureSamples(grid))
  const kept: Signature[] = []
  let recent: Signature[] = []
  let suspect = false
  for (let frame = from; frame < to; frame++) {
    const next = await pictures.next()
    if (next.done === true) return { suspect: true, pictures: undefined }
    recent = [...recent, next.value].slice(-LOOK_FRAMES)
    if (to - from <= MOST_KEPT) kept.push(next.value)
    const turn = frame + 1 === to || (frame + 1 - from) % BORDER_REACH === 0
    if (!suspect && turn) suspect = isSuspect(recent, black)
  }
  return { suspect, pictures: to - from <= MOST_KEPT ? kept : undefined }
}
