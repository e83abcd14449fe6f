/* The standard way to resolve names: folders of the file system. The only file of the library that
   touches files. Names are names of the language, so no path leads out of the folders. */
#ifndef MLS_FOLDER_H
#define MLS_FOLDER_H

#include "fail.h"
#include "memory.h"

struct folder {
  const struct memory *memory; /* for its allocator */
  const char *const *templates;
  const char *const *registries;
  char *bytes; /* of the last file */
  char *shown;
};

/* An mls_find; the context is a struct folder. */
mls_status folder_find(void *context, const char *kind, const char *name, size_t nth,
                       const char **bytes, size_t *size, const char **shown);
void folder_close(struct folder *folder);

#endif
