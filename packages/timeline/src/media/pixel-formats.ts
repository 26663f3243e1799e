/** What ffmpeg's name of a pixel format says of it. */
export interface PixelTraits {
  readonly kind: 'yuv' | 'rgb' | 'grey'
  readonly alpha: boolean
  /** Bits of a channel; `float` has 32 of them. */
  readonly depth: number | 'float'
}

const NAMED: ReadonlyMap<string, PixelTraits> = new Map<string, PixelTraits>([
  ...of('yuv', ['yuv411p', 'yuvj411p', 'yuv410p', 'nv12', 'nv21', 'nv16', 'nv24', 'yuyv422', 'uyvy422']),
  ...of('rgb', ['rgb24', 'bgr24', 'gbrp', 'rgb0', 'bgr0', '0rgb', '0bgr']),
  ...of('rgb', ['rgba', 'bgra', 'argb', 'abgr', 'gbrap', 'pal8'], { alpha: true }),
  ...of('rgb', ['rgb48le', 'rgb48be', 'bgr48le', 'bgr48be'], { depth: 16 }),
  ...of('rgb', ['rgba64le', 'rgba64be', 'bgra64le', 'bgra64be'], { alpha: true, depth: 16 }),
  ...of('rgb', ['gbrpf32le'], { depth: 'float' }),
  ...of('rgb', ['gbrapf32le'], { alpha: true, depth: 'float' }),
  ...of('grey', ['grayf32le'], { depth: 'float' }),
  ...of('grey', ['gray']),
  ...of('grey', ['ya8'], { alpha: true }),
  ...of('grey', ['ya16le', 'ya16be'], { alpha: true, depth: 16 }),
  ...of('yuv', ['p010le', 'p210le'], { depth: 10 }),
  ...of('yuv', ['p016le', 'p216le'], { depth: 16 }),
])

function of(
  kind: PixelTraits['kind'],
  names: readonly string[],
  more: Partial<PixelTraits> = {},
): (readonly [string, PixelTraits])[] {
  return names.map((name) => [name, { kind, alpha: false, depth: 8, ...more }])
}

/** What a pixel format is; undefined for those that are not read. */
export function pixelTraits(pixFmt: string): PixelTraits | undefined {
  const named = NAMED.get(pixFmt)
  if (named) return named
  const planar = /^(yuvj?|yuva|gbra?|gray)(410|411|420|422|440|444)?(p|(?<=gray))(9|10|12|14|16)?(le|be)?$/.exec(pixFmt)
  if (!planar) return undefined
  const [, family = '', sampling, , bits, order] = planar
  // Bytes have an order only where there are several to a channel.
  if ((bits === undefined) !== (order === undefined)) return undefined
  const depth = bits === undefined ? 8 : Number(bits)
  if (family === 'gray') return sampling === undefined && depth > 8 ? { kind: 'grey', alpha: false, depth } : undefined
  if (family.startsWith('gb'))
    return sampling === undefined ? { kind: 'rgb', alpha: family === 'gbra', depth } : undefined
  if (sampling === undefined) return undefined
  return { kind: 'yuv', alpha: family === 'yuva', depth }
}

/** Whether a pixel format has more than 8 bits a channel. */
export function isDeep(pixFmt: string): boolean {
  const depth = pixelTraits(pixFmt)?.depth ?? 8
  return depth === 'float' || depth > 8
}
