/** Bounds that every decoder applies before it believes a message. Sizes in bytes, counts in items. */
export const limits = {
  /** Longest text that a person chose: names, paths, messages. */
  textBytes: 4096,
  nameBytes: 255,
  helloBytes: 4096,
  /** What is signed of one certificate or capability; a chain of them with signatures. */
  certificateBytes: 1024,
  certificateChainBytes: 3072,
  joinMessageBytes: 4096,
  workMessageBytes: 1 << 20,
  factBytes: 256 << 10,
  factsMessageBytes: 4 << 20,
  factsPerMessage: 1024,
  logsPerFarm: 10_000,
  /** Logs that a revocation names, and members certified by the revoked that it keeps. */
  headsPerRevocation: 1024,
  keepsPerRevocation: 1024,
  segmentsPerJob: 100_000,
  segmentsPerLanding: 64,
  segmentsPerLease: 256,
  slotsPerAgent: 256,
  /** Multiaddrs of one agent, and the length of one. */
  addressesPerPeer: 64,
  addressBytes: 255,
  peersPerIntroduction: 256,
  blobRequestBytes: 4096,
  bulkMessageBytes: 1024,
  blobBytes: 2 ** 40,
  /** Assets are served in blocks of this size; the last may be shorter. */
  assetBlockBytes: 1 << 20,
  manifestBytes: 64 << 20,
} as const
