internal import Glibc

/// How many processors are switched on; at least 1.
func usableProcessorCount() -> Int {
    max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
