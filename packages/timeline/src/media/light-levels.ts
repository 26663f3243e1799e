/** A chromaticity of CIE 1931, in steps of 1/50000. */
export interface Chromaticity {
  readonly x: number
  readonly y: number
}

/** The display that pictures were made on, as SMPTE ST 2086 counts: what players adapt HDR from. */
export interface MasteringDisplay {
  readonly red: Chromaticity
  readonly green: Chromaticity
  readonly blue: Chromaticity
  readonly white: Chromaticity
  /** In steps of 1/10000 cd/m². */
  readonly maxLuminance: number
  readonly minLuminance: number
}

/** The brightest pixel and the brightest mean of a picture, in cd/m² (CTA-861.3). */
export interface ContentLight {
  readonly maxContent: number
  readonly maxAverage: number
}

/** What HDR pictures say of themselves besides their colour tags; what a file does not say is left out. */
export interface LightLevels {
  readonly mastering?: MasteringDisplay | undefined
  readonly content?: ContentLight | undefined
}
