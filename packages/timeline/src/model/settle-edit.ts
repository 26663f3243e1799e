import { displaySize, type FrameSize } from '../compile/frame-format.js'
import type { MediaState } from '../media/media-state.js'
import type {
  Crop,
  Curve,
  CurveKey,
  Edit,
  EditClip,
  EditElement,
  EditItem,
  EditTrack,
  Fit,
  FitBox,
  Look,
  Place,
} from './edit.js'
import { multiplyCurves } from './multiply-curves.js'
import { addToCurve, curveAt } from './curve.js'
import { framesBetween } from './frames-between.js'

/** What an edit is settled with. */
export interface Settled {
  readonly canvas: FrameSize
  /** Keyed like the clips' `media`. */
  readonly media: ReadonlyMap<string, MediaState>
}

/**
 * The edit with everything said that depends on its media: sound that comes with a picture is gone where there is
 * none, and boxes and pixels are places and fractions. What uses media that were not found stays for `checkMedia`
 * to say so.
 */
export function settleEdit(edit: Edit, settled: Settled): Edit {
  const track = (one: EditTrack): EditTrack => settleTrack(one, settled)
  const heard = edit.audio.map(track).filter(({ items }) => items.some((item) => item.kind !== 'gap'))
  return { ...edit, video: edit.video.map(track), audio: heard }
}

function settleTrack(track: EditTrack, settled: Settled): EditTrack {
  return { ...track, items: track.items.map((item) => settleItem(item, settled)) }
}

function settleItem(item: EditItem, settled: Settled): EditItem {
  if (item.kind !== 'transition') return settleElement(item, settled)
  const [out, into] = [settleElement(item.out, settled), settleElement(item.in, settled)]
  if (out.kind === 'gap' && into.kind === 'gap') return { kind: 'gap', from: item.from, to: item.to }
  return { ...item, out, in: into }
}

function settleElement(element: EditElement, settled: Settled): EditElement {
  if (element.kind === 'gap') return element
  const { content, look } = element
  const shown: EditClip = look?.fit
    ? { ...element, look: settleLook(look, look.fit, sizeOf(element, settled), settled.canvas) }
    : element
  if (content.kind === 'stack') {
    return { ...shown, content: { ...content, tracks: content.tracks.map((track) => settleTrack(track, settled)) } }
  }
  if (content.kind !== 'media' || content.ifAny === undefined) return shown
  const state = settled.media.get(content.media)
  if (state?.state === 'indexed' && !state.index.audio) return { kind: 'gap', from: element.from, to: element.to }
  const { ifAny: _, ...kept } = content
  return { ...shown, content: kept }
}

/** A picture's own size; that of the canvas for what has none. */
function sizeOf({ content }: EditClip, { canvas, media }: Settled): FrameSize {
  const state = content.kind === 'media' ? media.get(content.media) : undefined
  const video = state?.state === 'indexed' ? state.index.video : undefined
  return video ? displaySize(video) : canvas
}

const NO_CROP = { left: 0, top: 0, right: 0, bottom: 0 } as const
const IN_PLACE: Place = { x: 0, y: 0, scaleX: 1, scaleY: 1, rotation: 0, anchorX: 0.5, anchorY: 0.5 }

function settleLook(look: Look, fit: Fit, size: FrameSize, canvas: FrameSize): Look {
  const { fit: _, ...rest } = look
  const pixels = fit.cropPixels ?? NO_CROP
  const own = {
    left: share(pixels.left, size.width),
    top: share(pixels.top, size.height),
    right: share(pixels.right, size.width),
    bottom: share(pixels.bottom, size.height),
  }
  const boxed = fit.box && putIntoBox(fit.box, size, canvas)
  const crop = addCrops(boxed?.crop ?? NO_CROP, addCrops(own, look.crop))
  const place = boxed ? joinPlaces(boxed, look.place ?? IN_PLACE) : look.place
  const cuts = Object.values(crop).some((side) => side !== 0)
  return { ...rest, ...(cuts && { crop }), ...(place && { place }) }
}

const share = (pixels: number, side: number): number => Math.min(1, Math.max(0, pixels / side))

type Sides = Readonly<Record<keyof Crop, number>>

function addCrops(a: Sides, b: Crop | undefined): Crop {
  const side = (key: keyof Crop): Curve => addUpTo1(b?.[key] ?? 0, a[key])
  return { left: side('left'), top: side('top'), right: side('right'), bottom: side('bottom') }
}

/** The sum, 1 at most: where keys would go beyond, each whole frame has one of its own. */
function addUpTo1(curve: Curve, more: number): Curve {
  const sum = addToCurve(curve, more)
  if (typeof sum === 'number') return Math.min(1, sum)
  if (sum.every(({ value }) => value <= 1)) return sum
  return sum.flatMap((key, i): CurveKey[] => {
    const next = sum[i + 1]
    const kept = { ...key, value: Math.min(1, key.value) }
    if (!next || key.ease === 'hold' || (key.value <= 1 && next.value <= 1)) return [kept]
    const between = framesBetween(key.frame, next.frame)
    const sampled = between.map((frame) => ({
      frame,
      value: Math.min(1, curveAt(sum, frame)),
      ease: 'linear' as const,
    }))
    return [{ ...kept, ease: 'linear' }, ...sampled]
  })
}

interface Boxed {
  readonly crop: Sides
  readonly x: number
  readonly y: number
  readonly scaleX: number
  readonly scaleY: number
  /** The size of the picture without the box, in canvas widths and heights. */
  readonly fitted: FrameSize
}

/** What a box makes of a picture that lies fitted into the middle of the canvas. */
function putIntoBox(box: FitBox, size: FrameSize, canvas: FrameSize): Boxed {
  const fitted = Math.min(canvas.width / size.width, canvas.height / size.height)
  const [ratioX, ratioY] = [(box.width * canvas.width) / size.width, (box.height * canvas.height) / size.height]
  const least = Math.min(ratioX, ratioY)
  const most = Math.max(ratioX, ratioY)
  const [toX, toY] = box.how === 'stretch' ? [ratioX, ratioY] : box.how === 'cover' ? [most, most] : [least, least]
  const across = along({
    start: box.x * canvas.width,
    room: box.width * canvas.width,
    side: size.width * toX,
    align: box.alignX,
  })
  const down = along({
    start: box.y * canvas.height,
    room: box.height * canvas.height,
    side: size.height * toY,
    align: box.alignY,
  })
  return {
    crop: { left: across.before, right: across.after, top: down.before, bottom: down.after },
    x: across.middle / canvas.width - 0.5,
    y: down.middle / canvas.height - 0.5,
    scaleX: toX / fitted,
    scaleY: toY / fitted,
    fitted: { width: (size.width * fitted) / canvas.width, height: (size.height * fitted) / canvas.height },
  }
}

/** One direction: where the middle of a side lies in a room, and what of it does not fit, as fractions. */
function along({ start, room, side, align }: Record<'start' | 'room' | 'side' | 'align', number>) {
  // A negative space is cut away; what a picture loses by rounding alone is not.
  const space = room - side
  const over = space < -1e-6 * side ? -space / side : 0
  return { middle: start + space * align + side / 2, before: over * align, after: over * (1 - align) }
}

/** The box first, then the place that is said besides. */
function joinPlaces(boxed: Boxed, place: Place): Place {
  return {
    ...place,
    // Scaling by the box leaves the middle of the picture where it is, and the anchor goes along with the picture.
    x: addToCurve(place.x, boxed.x + (0.5 - place.anchorX) * (1 - boxed.scaleX) * boxed.fitted.width),
    y: addToCurve(place.y, boxed.y + (0.5 - place.anchorY) * (1 - boxed.scaleY) * boxed.fitted.height),
    scaleX: multiplyCurves(place.scaleX, boxed.scaleX),
    scaleY: multiplyCurves(place.scaleY, boxed.scaleY),
  }
}
