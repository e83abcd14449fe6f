/* Large pages on Linux; what the processor can. Elsewhere nothing and the least. */
#define _DEFAULT_SOURCE /* madvise */
#include "system.h"

#ifdef __linux__
#include <stdint.h>
#include <sys/mman.h>

enum { LARGE_PAGE = 1 << 21 };

void system_fill_soon(void *block, size_t size) {
  uintptr_t start = ((uintptr_t)block + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
  uintptr_t end = ((uintptr_t)block + size) / LARGE_PAGE * LARGE_PAGE;
  /* a wish: nothing depends on whether it is granted */
  if (start < end) (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
}
#else
void system_fill_soon(void *block, size_t size) {
  (void)block;
  (void)size;
}
#endif

#ifdef MLS_VECTORS
unsigned system_vectors(void) {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2") ||
      !__builtin_cpu_supports("fma"))
    return 128;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl"))
    return 256;
  return 512;
}
#else
unsigned system_vectors(void) { return 128; }
#endif
