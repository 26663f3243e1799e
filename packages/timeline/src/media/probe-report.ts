/** What ffprobe is asked for; `file:` and the path go behind it. The answer is a {@link ProbeReport}. */
export const PROBE_ARGS: readonly string[] = [
  '-v',
  'error',
  '-protocol_whitelist',
  'file',
  '-show_format',
  '-show_streams',
  '-show_packets',
  '-show_entries',
  'format=format_name:packet=stream_index,pts,duration,flags:stream=index,codec_type,codec_name,width,height,' +
    'sample_aspect_ratio,pix_fmt,time_base,r_frame_rate,has_b_frames,field_order,color_range,color_space,' +
    'color_transfer,color_primaries,sample_rate,channels:stream_disposition=attached_pic:' +
    'stream_side_data=rotation,side_data_type:stream_tags=rotate,alpha_mode,language',
  '-of',
  'json=compact=1',
]

/** The part of ffprobe's JSON that is read. Only these fields may be relied on. */
export interface ProbeReport {
  readonly format?: { readonly format_name?: string }
  readonly streams?: readonly ProbeStream[]
  readonly packets?: readonly ProbePacket[]
}

/** One stream as ffprobe shows it. */
export interface ProbeStream {
  readonly index: number
  readonly codec_type?: string
  readonly codec_name?: string
  readonly width?: number
  readonly height?: number
  /** `4:3` */
  readonly sample_aspect_ratio?: string
  readonly pix_fmt?: string
  readonly time_base?: string
  readonly r_frame_rate?: string
  readonly has_b_frames?: number
  readonly field_order?: string
  readonly color_range?: string
  readonly color_space?: string
  readonly color_transfer?: string
  readonly color_primaries?: string
  readonly sample_rate?: string
  readonly channels?: number
  readonly disposition?: { readonly attached_pic?: number }
  readonly side_data_list?: readonly { readonly side_data_type?: string; readonly rotation?: number }[]
  readonly tags?: Readonly<Record<string, string>>
}

/** One packet; times are in the stream's time base. */
export interface ProbePacket {
  readonly stream_index: number
  readonly pts?: number
  readonly duration?: number
  /** `K_`, `__`, `_D` … */
  readonly flags?: string
}
