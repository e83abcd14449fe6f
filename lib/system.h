/* What differs between operating systems, below everything else of the library. */
#ifndef MLS_SYSTEM_H
#define MLS_SYSTEM_H

#include <stddef.h>

/* Says that a large block is about to be filled, so that the system may give it large pages:
   opening many cells is bound by first touching their memory. Does nothing where this is unknown.
 */
void system_fill_soon(void *block, size_t size);

/* How wide the vectors of this processor are that the library has bodies for: 512, 256, or 128
   for any other. */
unsigned system_vectors(void);

/* Says that the line of memory at `place` is read soon: a wish, which changes no value. */
static inline void system_read_soon(const void *place) {
#if defined(__GNUC__)
  __builtin_prefetch(place);
#else
  (void)place;
#endif
}

#endif
