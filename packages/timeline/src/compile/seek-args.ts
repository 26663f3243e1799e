/**
 * Options that begin reading an input at the keyframe at or before a time in its own clock, given as decimal seconds:
 * frames before it are decoded and come out too, so that what is wanted is picked by its time stamp afterwards.
 */
export function seekArgs(seconds: string): readonly string[] {
  return ['-seek_timestamp', '1', '-noaccurate_seek', '-ss', seconds]
}
