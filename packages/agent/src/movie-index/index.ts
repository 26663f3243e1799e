export { probeMoviePackets, type ProbeMovieOptions } from './probe-movie-packets.js'
