/* What differs between operating systems, below everything else of the library. Paths are UTF-8. */
#ifndef MLS_SYSTEM_H
#define MLS_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A function that formats as printf does: which argument is the format, which the first it prints.
   MinGW has two printf, and says which one it takes. */
#if defined(__MINGW_PRINTF_FORMAT)
#define SYSTEM_PRINTS(at, first) __attribute__((format(__MINGW_PRINTF_FORMAT, at, first)))
#elif defined(__GNUC__)
#define SYSTEM_PRINTS(at, first) __attribute__((format(printf, at, first)))
#else
#define SYSTEM_PRINTS(at, first)
#endif

/* A function made into the code of each that calls it, where the compiler takes orders: each gets
   its own for the arguments that are known there. */
#if defined(__GNUC__)
#define SYSTEM_INLINE static inline __attribute__((always_inline))
#else
#define SYSTEM_INLINE static inline
#endif

/* Says that a large block is about to be filled, so that the system may give it large pages:
   opening many cells is bound by first touching their memory. Does nothing where this is unknown.
 */
void system_fill_soon(void *block, size_t size);

/* ---- files ---- */

enum { SYSTEM_PATH = 4096, SYSTEM_NAME = 1024 };

/* A file of bytes, links followed; false for devices. */
bool system_is_file(const char *path);
bool system_is_folder(const char *path);
/* The part of a path after the last separator: / everywhere, on Windows \ and : too. */
const char *system_name(const char *path);
/* Opens a file to read its bytes; NULL when that fails. */
FILE *system_open(const char *path);

/* The names in a folder, in no order. */
struct system_folder {
  void *handle;
  bool first;             /* the name is the first one and was not given out yet */
  char name[SYSTEM_NAME]; /* where the system has it in another form */
};
/* False when the folder cannot be read; else close it. */
bool system_folder_open(struct system_folder *folder, const char *path);
/* Stays until the next call; NULL after the last. */
const char *system_folder_next(struct system_folder *folder);
void system_folder_close(struct system_folder *folder);

/* ---- a scratch file ---- */

/* Makes an empty file that nobody else knows, under a name that fopen takes. */
bool system_scratch_make(char name[SYSTEM_PATH]);
/* Opens it for reading. It is gone at once, or where that cannot be when it is closed. */
FILE *system_scratch_open(const char *name);
void system_scratch_remove(const char *name);

/* ---- numbers ---- */

struct system_locale {
  void *plain, *before;
  char name[128]; /* where a locale is known by its name */
  int mode;
};
/* This thread prints numbers with a point until system_numbers_back. False without memory. */
bool system_numbers_plain(struct system_locale *locale);
void system_numbers_back(struct system_locale *locale);
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

/* The same of what is used soon, but not at once: it need not come nearer than the second cache. */
static inline void system_use_soon(const void *place) {
#if defined(__GNUC__)
  __builtin_prefetch(place, 0, 2);
#else
  (void)place;
#endif
}

#endif
