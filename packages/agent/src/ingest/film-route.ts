import { chooseRoute, settledRoute, type Route, type RouteAgent, type RouteQuestion } from '@sheaf/coordinator'
import { SheafError } from '@sheaf/protocol'
import { isEncodedOnce, needsFinalEncode, outputKind, renderCost, type Manifest } from '@sheaf/timeline'
import { engineClassOf, isChip, type EngineClass } from '../engine/index.js'

/** An agent of the farm, as a submission weighs it. */
export interface FarmAgent extends RouteAgent {
  readonly name: string
  /** Of its ffmpeg; an older agent does not tell. */
  readonly engineVersion: string | undefined
}

/** What choosing a route needs of the machine and the farm. */
export interface RoutePorts {
  /** What agents must agree in to share a job of this class. Rejects when this machine cannot render it. */
  readonly fingerprintOf: (engineClass: EngineClass) => Promise<string>
  /** Agents that could work now: this one, and the others. */
  readonly farm: () => { readonly self: FarmAgent; readonly others: readonly FarmAgent[] }
}

/** How a job's segments are made. */
export interface FilmRoute {
  /** The manifest that makes it so. */
  readonly manifest: Manifest
  readonly fingerprint: string
  readonly route: Route
  readonly self: FarmAgent
  readonly others: readonly FarmAgent[]
}

/** What a person has said about it: true for the intermediate, false for none. */
export interface RouteWish {
  readonly intermediate?: boolean | undefined
  /** The intermediate was chosen before, and its segments have no room. */
  readonly noRoom?: true
}

/**
 * Settles how a job's segments are made: as the person or the preset says, else as is faster with the agents that are
 * there. Throws when the engine does not work here, and SHEAF_REQUEST_INVALID when the preset cannot be rendered so.
 */
export async function chooseFilmRoute(wish: RouteWish, manifest: Manifest, ports: RoutePorts): Promise<FilmRoute> {
  const { preset } = manifest
  if (wish.intermediate === false && needsFinalEncode(preset)) throw cannotBeDirect(preset.name)
  // Sound alone is made at the home; its fingerprint binds nobody.
  const own = engineClassOf(preset, { intermediate: false })
  const settled = settledBy(wish, manifest, own)
  const lossless = await ports.fingerprintOf('lossless')
  const direct = settled?.[0] === 'intermediate' ? '' : await ports.fingerprintOf(own)
  const { self, others } = ports.farm()
  const question: RouteQuestion = {
    ...{ self, others, cost: renderCost(manifest) },
    // Machines with a chip have told of it: nothing is to be guessed.
    baseKey: isChip(own) ? '' : keyOf('base'),
    prints: {
      direct: { key: keyOf(own), fingerprint: direct },
      intermediate: { key: keyOf('lossless'), fingerprint: lossless },
    },
  }
  const route = settled ? settledRoute(question, ...settled) : chooseRoute(question)
  const { fingerprint } = question.prints[route.kind]
  const made =
    route.kind === 'direct' ? manifest : { ...manifest, output: { ...manifest.output, intermediate: true as const } }
  return { manifest: settled ? manifest : made, fingerprint, route, self, others }
}

/** What leaves nothing to choose. */
function settledBy(
  { intermediate, noRoom }: RouteWish,
  manifest: Manifest,
  own: EngineClass,
): readonly [Route['kind'], Route['reason']] | undefined {
  const { preset } = manifest
  if (needsFinalEncode(preset)) return ['intermediate', 'preset']
  if (isEncodedOnce(manifest)) return ['intermediate', 'asked']
  if (noRoom) return ['direct', 'no-room']
  if (intermediate === false) return ['direct', 'asked']
  // Chips are asked for by name, and what is no film, or without loss anyway, gains nothing.
  return outputKind(preset) !== 'film' || isChip(own) || own === 'lossless' ? ['direct', 'preset'] : undefined
}

/** As agents name a class in their heartbeats. */
const keyOf = (engineClass: EngineClass): string => (engineClass === 'base' ? 'ffmpeg' : `ffmpeg/${engineClass}`)

function cannotBeDirect(preset: string): SheafError {
  return new SheafError({
    code: 'SHEAF_REQUEST_INVALID',
    message: `--direct: preset ${preset} keeps its rate by one encode of the whole film`,
    hint: 'Leave --direct out, or choose a preset with a constant quality: sheaf presets',
  })
}
