import type { AgentView, FarmView, JobView, PeerView } from '@sheaf/protocol'

/** A peer with sensible values; a test says only what it is about. */
export function aPeer(peer: string, over: Partial<PeerView> = {}): PeerView {
  return {
    peer,
    name: peer.replace(/^peer/, ''),
    version: '0.1.0',
    self: false,
    status: 'busy',
    role: 'worker',
    coordinator: false,
    connected: true,
    slots: 2,
    score: 50,
    scores: { ffmpeg: 50 },
    running: 1,
    uptimeMs: 60_000,
    ...over,
  }
}

/** A job of 1,500 frames in 30 segments that nobody has begun. */
export function aJob(over: Partial<JobView> = {}): JobView {
  return {
    jobId: '01kabcdefghijklmnopq',
    name: 'film',
    status: 'active',
    priority: 50,
    preset: 'h264',
    submittedAtMs: 1_000_000,
    generation: 1,
    submitter: 'peerA',
    home: 'peerA',
    epoch: 1,
    outputPath: '/films/film.mp4',
    frames: 1500,
    framesLanded: 0,
    framesDone: 0,
    segments: 30,
    landed: 0,
    failed: [],
    runs: [{ from: 0, to: 30, status: 'waiting' }],
    shares: [],
    ...over,
  }
}

export function aFarm(over: Partial<FarmView> = {}): FarmView {
  return {
    atMs: 1_010_000,
    self: 'peerA',
    coordinator: { peer: 'peerA', counter: 1 },
    peers: [aPeer('peerA', { self: true, coordinator: true, score: 100 }), aPeer('peerB'), aPeer('peerC')],
    jobs: [aJob()],
    ...over,
  }
}

export function anAgent(over: Partial<AgentView> = {}): AgentView {
  return {
    peer: 'peerA',
    name: 'A',
    version: '0.1.0',
    pid: process.pid,
    status: 'awake',
    paused: false,
    uptimeMs: 61_000,
    storePath: '/store',
    addresses: ['/ip4/192.168.1.5/tcp/7433/p2p/peerA'],
    slots: 2,
    scores: { ffmpeg: 100 },
    fingerprints: { ffmpeg: 'abc' },
    peers: 2,
    openJobs: 0,
    ...over,
  }
}
