import type { SoundFault } from './film-fault.js'
import { CHECK_RATE, type SoundVerdict, SOUND_TOLERANCE_MS, SOUND_WINDOW } from './match-sound.js'

/** What is wrong with a film's sound, from the verdicts on its pieces, one after another from the beginning. */
export function judgeSound(verdicts: readonly SoundVerdict[]): SoundFault[] {
  const faults: SoundFault[] = []
  let open: SoundFault | undefined
  verdicts.forEach((verdict, at) => {
    if (verdict.kind === 'untold') return
    const fault = faultOf(verdict, at)
    if (open && fault && isSame(open, fault)) {
      open = { ...open, toSeconds: fault.toSeconds }
      return
    }
    if (open) faults.push(open)
    open = fault
  })
  return open ? [...faults, open] : faults
}

function faultOf(verdict: SoundVerdict, at: number): SoundFault | undefined {
  const seconds = SOUND_WINDOW / CHECK_RATE
  const span = { fromSeconds: at * seconds, toSeconds: (at + 1) * seconds }
  switch (verdict.kind) {
    case 'right':
    case 'untold':
      return undefined
    case 'offset':
      return { kind: 'sound-offset', ...span, offsetMs: (verdict.samples * 1000) / CHECK_RATE }
    case 'silent':
    case 'unasked':
    case 'wrong':
      return { kind: `sound-${verdict.kind}`, ...span }
  }
}

function isSame(a: SoundFault, b: SoundFault): boolean {
  if (a.kind !== 'sound-offset' || b.kind !== 'sound-offset') return a.kind === b.kind
  return Math.abs(a.offsetMs - b.offsetMs) <= SOUND_TOLERANCE_MS
}
