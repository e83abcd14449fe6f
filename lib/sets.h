/* Code over lanes is compiled once for each of LANES_SETS instruction sets: that of any machine,
   and on x86-64 those with vectors of 256 and 512 bits (x86-64-v3, -v4), by meson.build, which
   defines MLS_VECTORS, and LANES_SET for all but the first. A book chooses one of them. */
#ifndef MLS_SETS_H
#define MLS_SETS_H

/* The same bits by other instructions: for any machine, with vectors of 256 and of 512 bits. */
enum { LANES_ANY, LANES_256, LANES_512, LANES_SETS };

#define LANES_JOIN(a, b) LANES_JOIN_(a, b)
#define LANES_JOIN_(a, b) a##b
#ifndef LANES_SET
#define LANES_SET _any
#define LANES_ANY_MACHINE
#endif
#define LANES_NAME(name) LANES_JOIN(lanes_##name, LANES_SET)
#ifdef MLS_VECTORS
#define LANES_SETS_OF(name)                                                                        \
  { lanes_##name##_any, lanes_##name##_v3, lanes_##name##_v4 }
#define LANES_NAMES(name) lanes_##name##_any, lanes_##name##_v3, lanes_##name##_v4
#else
#define LANES_SETS_OF(name)                                                                        \
  { lanes_##name##_any, lanes_##name##_any, lanes_##name##_any }
#define LANES_NAMES(name) lanes_##name##_any
#endif

#endif
