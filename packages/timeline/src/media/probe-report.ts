/** Light levels of HDR, which some files hold beside the stream and some in its pictures. */
const SIDE_DATA =
  'side_data_type,red_x,red_y,green_x,green_y,blue_x,blue_y,white_point_x,white_point_y,min_luminance,max_luminance,' +
  'max_content,max_average'

/** Packets whose pictures are decoded to see whether they are what the packets say. */
export const FRAMES_TRIED = 12

/** What ffprobe is asked for about the first pictures of a stream; the input goes behind it. */
export function frameProbeArgs(stream: number): string[] {
  return [
    ...['-v', 'error', '-select_streams', String(stream)],
    ...['-read_intervals', `%+#${FRAMES_TRIED}`, '-show_frames', '-show_entries'],
    `frame=best_effort_timestamp,interlaced_frame,top_field_first:frame_side_data=${SIDE_DATA},displaymatrix,rotation`,
    ...['-of', 'json=compact=1'],
  ]
}

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
    `stream_side_data=${SIDE_DATA},displaymatrix,rotation,dv_profile,dv_bl_signal_compatibility_id:` +
    'stream_tags=rotate,ROTATE,alpha_mode,ALPHA_MODE,language',
  '-of',
  'json=compact=1',
]

/** The part of ffprobe's JSON that is read. Only these fields may be relied on. */
export interface ProbeReport {
  readonly format?: { readonly format_name?: string }
  readonly streams?: readonly ProbeStream[]
  readonly packets?: readonly ProbePacket[]
  /** The first pictures of the video stream, see {@link frameProbeArgs}. */
  readonly frames?: readonly ProbeFrame[]
}

/** One decoded picture. */
export interface ProbeFrame {
  /** In the stream's time base. */
  readonly best_effort_timestamp?: number
  readonly interlaced_frame?: number
  readonly top_field_first?: number
  readonly side_data_list?: readonly ProbeSideData[]
}

/** What lies beside a stream or a picture. */
export interface ProbeSideData {
  readonly side_data_type?: string
  /** Three lines of an offset and three numbers. */
  readonly displaymatrix?: string
  readonly rotation?: number
  readonly dv_profile?: number
  readonly dv_bl_signal_compatibility_id?: number
  /** Fractions, as texts: `34000/50000`. */
  readonly red_x?: string
  readonly red_y?: string
  readonly green_x?: string
  readonly green_y?: string
  readonly blue_x?: string
  readonly blue_y?: string
  readonly white_point_x?: string
  readonly white_point_y?: string
  readonly min_luminance?: string
  readonly max_luminance?: string
  /** cd/m² */
  readonly max_content?: number
  readonly max_average?: number
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
  readonly side_data_list?: readonly ProbeSideData[]
  readonly tags?: Readonly<Record<string, string>>
}

/** One packet; times are in the stream's time base. */
export interface ProbePacket {
  readonly stream_index: number
  readonly pts?: number
  readonly duration?: number
  /** Where it lies in the file, in bytes. */
  readonly pos?: number
  /** `K_`, `__`, `_D` … */
  readonly flags?: string
}
