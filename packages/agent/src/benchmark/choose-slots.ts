/** The machine, as far as slots depend on it. */
export interface SlotHardware {
  /** Logical processors. */
  readonly cores: number
  readonly memoryBytes: number
}

/** How many segments to render at once: as many as keep the machine busy, and fit in its memory. */
export function chooseSlots(hardware: SlotHardware): number {
  return Math.max(1, Math.round(hardware.cores / 2))
}
