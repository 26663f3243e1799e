import { jobOf, submission } from './make.js'
import { simulate, type Sim } from './sim.js'

/**
 * Plays a text scenario. A line is `SECONDS WHO VERB…`, or `SECONDS expect …`; lines in order of time:
 * `A up|crash|stop|unplug|plug|freeze|thaw`, `A cut B`, `A heal B`, `A submit SEGMENTS`,
 * `expect coordinator B`: every running agent follows or is B; `expect leader A B`: these lead;
 * `expect leasing B`: B has leased in the second before; `expect nobody`: nobody leads.
 */
export function play(text: string, seed: number): Sim {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)
  const names = [...new Set(lines.flatMap((line) => line.match(/\b[A-Z]\b/g) ?? []))].sort()
  const sim = simulate(seed, names)
  for (const line of lines) {
    const [seconds = '', ...words] = line.split(/\s+/)
    sim.run(Number(seconds) * 1000)
    const problem = words[0] === 'expect' ? check(sim, words.slice(1)) : act(sim, words)
    if (problem) throw new Error(`seed ${seed}: "${line}": ${problem}\n${story(sim)}`)
  }
  if (sim.faults.length > 0) throw new Error(`seed ${seed}: ${sim.faults.join('; ')}`)
  return sim
}

function act(sim: Sim, [who = '', verb = '', what = '']: readonly string[]): string | undefined {
  switch (verb) {
    case 'up':
    case 'crash':
    case 'stop':
    case 'unplug':
    case 'plug':
    case 'freeze':
    case 'thaw':
      sim[verb](who)
      return undefined
    case 'cut':
    case 'heal':
      sim[verb](who, what)
      return undefined
    case 'submit':
      sim.author(who, submission({ job: jobOf(who), segments: Number(what) }))
      return undefined
    default:
      return `unknown verb ${verb}`
  }
}

function check(sim: Sim, [what = '', ...names]: readonly string[]): string | undefined {
  const leaders = sim.leaders()
  switch (what) {
    case 'nobody':
      return leaders.length === 0 ? undefined : `${leaders.join()} lead`
    case 'leader':
      return leaders.join() === names.join() ? undefined : `leaders are [${leaders.join()}]`
    case 'coordinator': {
      if (leaders.join() !== names[0]) return `leaders are [${leaders.join()}]`
      const strays = [...sim.agents.values()].filter(
        ({ up, frozenAtMs, plugged, name, core }) =>
          up &&
          frozenAtMs === undefined &&
          plugged &&
          name !== names[0] &&
          !(core.election.kind === 'following' && core.election.term.peer === `peer-${names[0]}`),
      )
      return strays.length === 0
        ? undefined
        : `not following: ${strays.map(({ name, core }) => `${name} ${core.election.kind}`).join()}`
    }
    case 'leasing':
      return sim.leases.some(({ by, atMs }) => by === names[0] && atMs > sim.nowMs() - 1000)
        ? undefined
        : 'leased nothing'
    default:
      return `unknown expectation ${what}`
  }
}

function story(sim: Sim): string {
  return sim.decisions
    .filter(({ kind }) => ['claim', 'resign', 'follow', 'lose', 'listened'].includes(kind))
    .map((one) => JSON.stringify(one))
    .slice(-25)
    .join('\n')
}
