/**
 * @typedef {object} SeededBug
 * @property {string} name what goes wrong
 * @property {string} file where, from the repository's root
 * @property {string} find text that occurs there exactly once
 * @property {string} replace what the bug makes of it
 * @property {string} test file of tests of which one must fail
 */

/**
 * Bugs that somebody could well make in a decision, each of which a test must kill.
 * @type {readonly SeededBug[]}
 */
export const bugs = [
  {
    name: 'two terms of one counter count as the same',
    file: 'packages/protocol/src/work/term.ts',
    find: 'return a.peer < b.peer ? -1 : 1',
    replace: 'return 0',
    test: 'packages/coordinator/src/election/election.test.ts',
  },
  {
    name: 'a coordinator that hears a higher term stays',
    file: 'packages/coordinator/src/election/elect.ts',
    find: 'compareTerms(highest.term, own) > 0',
    replace: 'compareTerms(highest.term, own) > 9',
    test: 'packages/coordinator/src/election/election.test.ts',
  },
  {
    name: 'an agent claims without waiting for what its peers heard',
    file: 'packages/coordinator/src/election/elect.ts',
    find: 'rank === undefined || !mayClaim(state)',
    replace: 'rank === undefined',
    test: 'packages/coordinator/src/election/election.test.ts',
  },
  {
    name: 'an agent gets a segment again that it failed',
    file: 'packages/coordinator/src/plan/capability.ts',
    find: 'job.strikes.filter((strike) => strike.peer === peer)',
    replace: 'job.strikes.filter((strike) => strike.peer !== peer && false)',
    test: 'packages/coordinator/src/plan/plan.test.ts',
  },
  {
    name: 'agents of another fingerprint take part',
    file: 'packages/coordinator/src/plan/capability.ts',
    find: "if (!makesBytesOf(job, agent)) return 'fingerprint-differs'",
    replace: '',
    test: 'packages/coordinator/src/plan/plan.test.ts',
  },
  {
    name: 'a landing counts whoever signed it',
    file: 'packages/coordinator/src/facts/landing.ts',
    find: 'return homeOfEpoch(job, epoch) === stamp.author',
    replace: 'return homeOfEpoch(job, epoch) !== undefined || stamp.author !== undefined',
    test: 'packages/coordinator/src/facts/apply-fact.test.ts',
  },
  {
    name: 'a setting is the last that arrived, not the last in the order of facts',
    file: 'packages/coordinator/src/facts/apply-fact.ts',
    find: 'if (register && compareStamps(stamp, register.stamp) <= 0) return register',
    replace: '',
    test: 'packages/coordinator/src/facts/apply-fact.test.ts',
  },
  {
    name: 'rounding gives one segment of the line to nobody',
    file: 'packages/coordinator/src/plan/shards.ts',
    find: 'byRemainder.slice(0, missing)',
    replace: 'byRemainder.slice(1, missing)',
    test: 'packages/coordinator/src/plan/shards.test.ts',
  },
  {
    name: 'the last segment reaches beyond the end of the edit',
    file: 'packages/timeline/src/segment/plan-segments.ts',
    find: '?? Math.min(ideal, frames)',
    replace: '?? ideal',
    test: 'packages/timeline/src/segment/plan-segments.test.ts',
  },
  {
    name: 'a frame is searched one picture too early',
    file: 'packages/timeline/src/media/pts-runs.ts',
    find: 'if (ptsOfRun(run, middle) <= value) low = middle',
    replace: 'if (ptsOfRun(run, middle) < value) low = middle',
    test: 'packages/timeline/src/media/media.test.ts',
  },
]
