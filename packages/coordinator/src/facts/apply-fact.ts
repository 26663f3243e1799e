import {
  assertNever,
  compareStamps,
  isTrustFact,
  type Fact,
  type FactStamp,
  type JobFact,
  type JobId,
} from '@sheaf/protocol'
import { firstGeneration, type FarmState, type JobState, type Register, type Strike } from './farm-state.js'
import { keepLatest, nothingLanded, rederive, withCells } from './landing.js'
import { isOpen, planKey } from './job-standing.js'
import { mapGet, mapRemove, mapSet } from './sorted-map.js'

/**
 * The only writer of {@link FarmState}. Order, repetition and grouping of facts make no difference;
 * a fact that changes nothing gives the same object back. A landing costs O(its segments · log n). Facts about members
 * say which facts count, and change nothing here.
 */
export function applyFact(farm: FarmState, fact: Fact): FarmState {
  if (isTrustFact(fact)) return farm
  const { jobId } = fact.payload
  const before = mapGet(farm.jobs, jobId) ?? newJob(jobId)
  const after = applyToJob(before, fact)
  if (after === before) return farm
  const jobs = mapSet(farm.jobs, jobId, after)
  const was = isOpen(before) ? planKey(before) : undefined
  const is = isOpen(after) ? planKey(after) : undefined
  if (was === is) return { jobs, open: farm.open }
  const without = was === undefined ? farm.open : mapRemove(farm.open, was)
  return { jobs, open: is === undefined ? without : mapSet(without, is, jobId) }
}

type FactOf<K extends Fact['kind']> = Extract<Fact, { kind: K }>

function applyToJob(job: JobState, fact: JobFact): JobState {
  switch (fact.kind) {
    case 'job-submitted':
      return submit(job, fact)
    case 'job-setting':
      return setUp(job, fact)
    case 'job-requeued':
      return fact.payload.generation > job.generation ? { ...job, generation: fact.payload.generation } : job
    case 'job-canceled':
      return isEarlier(fact.stamp, job.canceled) ? { ...job, canceled: fact.stamp } : job
    case 'job-failed':
      return fail(job, fact)
    case 'job-completed':
      return isEarlier(fact.stamp, job.completed?.stamp)
        ? { ...job, completed: { ...fact.payload, stamp: fact.stamp } }
        : job
    case 'home-assigned':
      return assignHome(job, fact)
    case 'segments-landed':
      return land(job, fact)
    case 'segments-retracted':
      return retract(job, fact)
    case 'segment-failed':
      return strike(job, fact)
    default:
      return assertNever(fact)
  }
}

function newJob(jobId: JobId): JobState {
  return {
    jobId,
    generation: firstGeneration,
    homes: [],
    failed: [],
    cells: undefined,
    strikes: undefined,
    derived: nothingLanded,
  }
}

function submit(job: JobState, { payload, stamp }: FactOf<'job-submitted'>): JobState {
  if (!isEarlier(stamp, job.submitted?.stamp)) return job
  return rederive({ ...job, submitted: { ...payload, stamp, submitter: stamp.author } })
}

function setUp(job: JobState, { payload, stamp }: FactOf<'job-setting'>): JobState {
  const priority = write(job.priority, payload.priority, stamp)
  const paused = write(job.paused, payload.paused, stamp)
  return priority === job.priority && paused === job.paused ? job : { ...job, priority, paused }
}

function fail(job: JobState, { payload, stamp }: FactOf<'job-failed'>): JobState {
  const there = job.failed.find(({ generation }) => generation === payload.generation)
  if (!isEarlier(stamp, there?.stamp)) return job
  const failed = [...job.failed.filter((entry) => entry !== there), { ...payload, stamp }]
  return { ...job, failed: failed.sort((a, b) => a.generation - b.generation) }
}

/** Epoch 0 belongs to the submitter: no assignment counts for it. */
function assignHome(job: JobState, { payload, stamp }: FactOf<'home-assigned'>): JobState {
  if (payload.epoch < 1) return job
  const there = job.homes.find(({ epoch }) => epoch === payload.epoch)
  const home = write(there?.home, payload.home, stamp)
  if (!home || home === there?.home) return job
  const homes = [...job.homes.filter((entry) => entry !== there), { epoch: payload.epoch, home }]
  return rederive({ ...job, homes: homes.sort((a, b) => a.epoch - b.epoch) })
}

function land(job: JobState, { payload, stamp }: FactOf<'segments-landed'>): JobState {
  const { generation, epoch } = payload
  const byIndex = new Map(payload.segments.map((segment) => [segment.index, segment]))
  return withCells(job, [...byIndex.keys()], (cell, index) => {
    const segment = byIndex.get(index)
    if (!segment) return cell
    const landed = keepLatest(cell.landed, { ...segment, generation, epoch, stamp })
    return landed === cell.landed ? cell : { ...cell, landed }
  })
}

function retract(job: JobState, { payload, stamp }: FactOf<'segments-retracted'>): JobState {
  return withCells(job, payload.indexes, (cell) => {
    const retracted = keepRetraction(cell.retracted, { epoch: payload.epoch, stamp })
    return retracted === cell.retracted ? cell : { ...cell, retracted }
  })
}

const keepRetraction = keepLatest<{ readonly epoch: number; readonly stamp: FactStamp }>

function strike(job: JobState, { payload, stamp }: FactOf<'segment-failed'>): JobState {
  const { generation, index, peer, code, message } = payload
  const list = mapGet(job.strikes, index) ?? []
  const there = list.find((entry) => entry.generation === generation && entry.peer === peer)
  if (!isEarlier(stamp, there?.stamp)) return job
  const entry: Strike = { generation, index, peer, code, message, stamp }
  const next = [...list.filter((other) => other !== there), entry].sort(compareStrikes)
  return { ...job, strikes: mapSet(job.strikes, index, next) }
}

function compareStrikes(a: Strike, b: Strike): number {
  if (a.generation !== b.generation) return a.generation - b.generation
  return a.peer === b.peer ? 0 : a.peer < b.peer ? -1 : 1
}

function write<T>(register: Register<T> | undefined, value: T | undefined, stamp: FactStamp): Register<T> | undefined {
  if (value === undefined) return register
  if (register && compareStamps(stamp, register.stamp) <= 0) return register
  return { value, stamp }
}

function isEarlier(stamp: FactStamp, than: FactStamp | undefined): boolean {
  return than === undefined || compareStamps(stamp, than) < 0
}
