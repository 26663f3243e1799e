import type { FarmAgent, FilmRoute } from './film-route.js'

/** Names that are written out; of more only the number is. */
const NAMED = 5

/** What a person should know of how the film is made. */
export interface RouteRemarks {
  /** Why it goes through a lossless intermediate; undefined when nothing was chosen. */
  readonly route: string | undefined
  /** Who is left out, and why. */
  readonly leftOut: readonly string[]
}

/** The choice in words, with the agents by their names. */
export function describeRoute(film: Pick<FilmRoute, 'route' | 'self' | 'others'>): RouteRemarks {
  const { route, self, others } = film
  const out = (reason: 'differs' | 'not-told'): FarmAgent[] =>
    others.filter(({ peer }) => route.leftOut.some((one) => one.peer === peer && one.reason === reason))
  const [differ, silent] = [out('differs'), out('not-told')]
  return {
    route: ofRoute(film),
    leftOut: [
      ...(differ.length > 0 ? [`left out: ${listed(differ)}, with ${ffmpegOf(differ, self)}${stillLeft(route)}`] : []),
      ...(silent.length > 0
        ? [`${listed(silent)}: not known yet what its ffmpeg makes; takes part if that is the same as here`]
        : []),
    ],
  }
}

function ofRoute({ route, self, others }: Pick<FilmRoute, 'route' | 'self' | 'others'>): string | undefined {
  if (route.reason !== 'notably-faster') return undefined
  const gained = others.filter(({ peer }) => route.share.includes(peer) && !route.instead.share.includes(peer))
  const have = gained.length === 1 ? 'has' : 'have'
  return (
    `rendered through a lossless intermediate with ${plural(route.share.length)} instead of ${route.instead.share.length}, ` +
    `about ${route.speedup.toFixed(1)} times as fast: ${listed(gained)} ${have} ${ffmpegOf(gained, self)}; ` +
    'the film is encoded once, here (--direct leaves them out)'
  )
}

/** What could be done about those that are left out. */
function stillLeft({ kind, reason, instead, share, speedup }: FilmRoute['route']): string {
  if (kind === 'intermediate') return ': it composes other pictures'
  if (instead.share.length <= share.length) return ''
  if (reason === 'no-room') return ': a lossless intermediate would let more take part, and has no room on the disk'
  if (reason === 'asked') return ', as --direct asks'
  if (reason !== 'encode-outweighs') return ''
  return (
    `: a lossless intermediate would let more take part, and with the one encode of the film here be ` +
    `${speedup < 1 ? 'slower' : 'hardly faster'} (--intermediate does it all the same)`
  )
}

const plural = (count: number): string => `${count} ${count === 1 ? 'agent' : 'agents'}`

/** `B`, `B and C`, `B, C, D and 4 more`. */
function listed(agents: readonly FarmAgent[]): string {
  const names = agents
    .map(({ name }) => name)
    .sort()
    .slice(0, NAMED)
  if (agents.length > NAMED) names.push(`${agents.length - NAMED} more`)
  const last = names.pop() ?? ''
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`
}

/** How their ffmpeg differs from the one here. */
function ffmpegOf(agents: readonly FarmAgent[], { engineVersion: own }: FarmAgent): string {
  const versions = [...new Set(agents.flatMap(({ engineVersion }) => engineVersion ?? []))].sort()
  if (versions.length === 0) return 'another ffmpeg'
  if (versions.length === 1 && versions[0] === own) return `another build of ffmpeg ${own}, or another processor`
  return `another ffmpeg (${versions.join(', ')}; here ${own ?? 'unknown'})`
}
