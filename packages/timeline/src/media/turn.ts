/**
 * How pictures are turned before they are shown: clockwise, and `mirrored` ones from side to side first. A file may hold
 * them lying on their side, with a note that says so.
 */
export const TURNS = ['right', 'half', 'left', 'mirrored', 'mirrored-right', 'mirrored-half', 'mirrored-left'] as const
export type Turn = (typeof TURNS)[number]

const FILTERS: Readonly<Record<Turn, readonly string[]>> = {
  right: ['transpose=dir=clock'],
  half: ['hflip', 'vflip'],
  left: ['transpose=dir=cclock'],
  mirrored: ['hflip'],
  'mirrored-right': ['transpose=dir=clock_flip'],
  'mirrored-half': ['vflip'],
  'mirrored-left': ['transpose=dir=cclock_flip'],
}

/** ffmpeg's filters for a turn; for quarters the format must have as many rows of colour as columns. */
export function turnFilters(turn: Turn | undefined): readonly string[] {
  return turn === undefined ? [] : FILTERS[turn]
}

/** Whether width and height change places. */
export function quarterTurned(turn: Turn | undefined): boolean {
  return turn !== undefined && FILTERS[turn][0]?.startsWith('transpose') === true
}

/** Signs of a display matrix's two by two numbers: `x′ = a·x + c·y`, `y′ = b·x + d·y`, downwards and to the right. */
const BY_SIGNS: ReadonlyMap<string, Turn | 'none'> = new Map<string, Turn | 'none'>([
  ['1,0,0,1', 'none'],
  ['0,1,-1,0', 'right'],
  ['-1,0,0,-1', 'half'],
  ['0,-1,1,0', 'left'],
  ['-1,0,0,1', 'mirrored'],
  ['1,0,0,-1', 'mirrored-half'],
  ['0,1,1,0', 'mirrored-left'],
  ['0,-1,-1,0', 'mirrored-right'],
])

/** Reads a display matrix as ffprobe writes it (three lines of an offset and three numbers); undefined: not by quarters. */
export function turnOfMatrix(text: string): Turn | 'none' | undefined {
  const rows = text
    .split('\n')
    .map((line) => (/:\s*(.*)$/.exec(line)?.[1] ?? '').trim().split(/\s+/).map(Number))
    .filter((row) => row.length === 3)
  const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = rows
  return BY_SIGNS.get([a, b, c, d].map((value) => Math.sign(value)).join(','))
}

/** Reads a tag of degrees clockwise, as older files have it; undefined: not by quarters. */
export function turnOfDegrees(degrees: number): Turn | 'none' | undefined {
  return ({ 0: 'none', 90: 'right', 180: 'half', 270: 'left' } as const)[(((degrees % 360) + 360) % 360) as 0]
}
