/* Large pages on Linux; elsewhere nothing. */
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
