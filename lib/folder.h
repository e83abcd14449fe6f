/* The standard way to resolve names: folders of the file system. Names are names of the
   language, so no path leads out of the folders. */
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
  bool starved;  /* memory ran out while looking */
  size_t looked; /* folders listed since the last question */
};

/* An mls_find; the context is a struct folder. */
mls_status folder_find(void *context, const char *kind, const char *name, size_t nth,
                       const char **bytes, size_t *size, const char **shown);
/* A file that a name leads to, or would lead to without another one. Texts are in the arena given,
   `root` is as in the list of folders. */
struct folder_file {
  const char *name, *root, *below;
  size_t group, place, order; /* of its folder among all; in which it was met */
  bool used;
};

/* All files of a kind ("sheet", "registry"), by name and then in the order in which they count. */
mls_status folder_list(struct folder *folder, const char *kind, struct memory *memory,
                       struct folder_file **out, size_t *count);
/* The bytes stay until the next call on the folder. */
mls_status folder_read(struct folder *folder, const struct folder_file *file, const char **bytes,
                       size_t *size);
void folder_close(struct folder *folder);

#endif
