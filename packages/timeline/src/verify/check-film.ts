import { mulRational, type Rational, rational, rationalToNumber } from '@sheaf/protocol'
import type { FilmExpectation } from './film-expectation.js'
import type { FilmFacts, FilmVideoFacts } from './film-facts.js'
import type { FileFault } from './film-fault.js'

/** Sound and pictures may differ by one frame in length; a lossy codec's last packet may reach beyond it. */
const LAST_PACKET_SECONDS = 2 * (1024 / 48_000)

/** What is wrong with a film as its container and headers describe it; in a fixed order. */
export function checkFilm(facts: FilmFacts, expect: FilmExpectation): FileFault[] {
  const { video, audio } = facts
  if (!video) return [{ kind: 'no-pictures' }]
  return [
    ...checkCount(video, expect),
    ...checkGrid(video, expect.rate),
    ...checkTags(video, expect),
    ...checkSoundLength(audio?.seconds, expect),
  ]
}

/** What is wrong with a film as its headers alone describe it: without the times of its frames. */
export function checkHeaders({ video, audio }: FilmFacts, expect: FilmExpectation): FileFault[] {
  if (!video) return [{ kind: 'no-pictures' }]
  return [...checkTags(video, expect), ...checkSoundLength(audio?.seconds, expect)]
}

function checkCount({ times }: FilmVideoFacts, { frames }: FilmExpectation): FileFault[] {
  return times.length === frames ? [] : [{ kind: 'frame-count', found: times.length, expected: frames }]
}

/** Frame n belongs n ÷ rate after the first one: exactly, or, where the tick cannot say that, within one tick. */
function checkGrid({ times, timeBase }: FilmVideoFacts, rate: Rational): FileFault[] {
  const first = times[0] ?? 0
  const perFrame = rational(timeBase.den * rate.den, timeBase.num * rate.num)
  // A tick as long as half a frame could not tell one frame from the next.
  if (perFrame.num < 2 * perFrame.den) return [{ kind: 'off-grid', count: times.length, first: 0, offMs: 0 }]
  let [count, firstOff, offTicks] = [0, 0, 0]
  times.forEach((time, frame) => {
    const off = time - first - (frame * perFrame.num) / perFrame.den
    if (off === 0 || (perFrame.den > 1 && Math.abs(off) < 1)) return
    if (count === 0) [firstOff, offTicks] = [frame, off]
    count += 1
  })
  if (count === 0) return []
  const offMs = offTicks * rationalToNumber(mulRational(timeBase, rational(1000)))
  return [{ kind: 'off-grid', count, first: firstOff, offMs }]
}

function checkTags({ tags }: FilmVideoFacts, expect: FilmExpectation): FileFault[] {
  return Object.entries(expect.tags).flatMap(([name, expected]): FileFault[] => {
    const found = tags[name]
    if (found === expected || isTacit(name, found, expected)) return []
    if (found === undefined && expect.mayBeUnsaid?.has(name) === true) return []
    if (name === 'pix_fmt' && found !== undefined && holds(found, expected)) return []
    return [{ kind: 'tag', name, found: found ?? 'nothing', expected }]
  })
}

/** What a file need not say because everybody takes it for granted; some containers have no place for it. */
function isTacit(name: string, found: string | undefined, expected: string): boolean {
  if (found !== undefined) return false
  return (
    (name === 'sample_aspect_ratio' && expected === '1:1') ||
    (name === 'field_order' && expected === 'progressive') ||
    (name === 'color_range' && expected === 'tv')
  )
}

/** Whether a pixel format is another one with more bits: ProRes 4444 is always read with twelve. */
function holds(found: string, asked: string): boolean {
  const [layout, depth] = layoutOf(found)
  const [askedLayout, askedDepth] = layoutOf(asked)
  return layout === askedLayout && depth >= askedDepth
}

/** `yuv422p10le` is `yuv422p` in ten bits. */
function layoutOf(pixFmt: string): readonly [layout: string, depth: number] {
  const [, layout = pixFmt, depth = '8'] = /^(.*p)(\d+)?(?:le|be)?$/.exec(pixFmt) ?? []
  return [layout, Number(depth)]
}

function checkSoundLength(found: number | undefined, { soundSeconds, rate }: FilmExpectation): FileFault[] {
  if (soundSeconds === undefined) return []
  if (found === undefined) return [{ kind: 'no-sound' }]
  const frame = rate.den / rate.num
  const over = found - soundSeconds
  if (over >= -frame && over <= Math.max(frame, LAST_PACKET_SECONDS)) return []
  return [{ kind: 'sound-length', foundSeconds: found, expectedSeconds: soundSeconds }]
}
