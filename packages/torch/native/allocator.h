// Settings of the C allocator for tensors, shared by the addon and the C++ loop that it is measured against.
#pragma once
#include <cstdlib>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace relent {

/// Keeps freed memory in the process. By default glibc hands the blocks of large tensors back to the system at once, so
/// every training step pays for the page faults of all its activations again.
inline void keepFreedMemory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 0x7fffffff);
  mallopt(M_TOP_PAD, 1 << 26);
#endif
}

}  // namespace relent
