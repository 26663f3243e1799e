export { clip, external, gap, range, time, timeline, track } from './otio-builder.js'
