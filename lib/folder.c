/* Finds NAME.sheet below folders of templates (their sub-folders too) and NAME.csv in folders of
   registries, and reads them whole. */
#define _POSIX_C_SOURCE 200809L /* stat */
#include "folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "limits.h"
#include "text.h"

enum { MOST_SUBFOLDERS = 1000, DEEPEST_SUBFOLDER = 8 };

static char *join(const struct folder *folder, const char *path, const char *name,
                  const char *ending) {
  size_t size = strlen(path) + strlen(name) + strlen(ending) + 2;
  char *joined = memory_take(folder->memory, NULL, size);
  if (joined) snprintf(joined, size, "%s/%s%s", path, name, ending);
  return joined;
}

static bool is_folder(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool is_file(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the sub-folders in order of their bytes, so that what is found never depends on the disk. */
static size_t list_folders(const struct folder *folder, const char *path, char **names) {
  size_t count = 0;
  DIR *open = opendir(path);
  if (!open) return 0;
  struct dirent *entry;
  while ((entry = readdir(open)) && count < MOST_SUBFOLDERS) {
    if (entry->d_name[0] == '.') continue;
    char *below = join(folder, path, entry->d_name, "");
    if (below && is_folder(below)) names[count++] = below;
    else memory_give(folder->memory, below);
  }
  closedir(open);
  qsort(names, count, sizeof *names, by_name);
  return count;
}

/* The path of the file in the folder or, failing that, in the first sub-folder that has it. */
static char *search(const struct folder *folder, const char *path, const char *name,
                    const char *ending, int depth) {
  char *file = join(folder, path, name, ending);
  if (!file || is_file(file)) return file;
  memory_give(folder->memory, file);
  if (depth == 0) return NULL;
  char **names = memory_take(folder->memory, NULL, MOST_SUBFOLDERS * sizeof *names);
  if (!names) return NULL;
  size_t count = list_folders(folder, path, names);
  char *found = NULL;
  for (size_t i = 0; i < count; i++) {
    if (!found) found = search(folder, names[i], name, ending, depth - 1);
    memory_give(folder->memory, names[i]);
  }
  memory_give(folder->memory, names);
  return found;
}

static mls_status read_open(struct folder *folder, FILE *file, size_t *size) {
  size_t room = 1 << 16, used = 0;
  memory_give(folder->memory, folder->bytes);
  folder->bytes = memory_take(folder->memory, NULL, room);
  while (folder->bytes) {
    used += fread(folder->bytes + used, 1, room - used, file);
    if (used < room || used > LIMIT_FILE) break;
    room *= 2;
    char *larger = memory_take(folder->memory, folder->bytes, room);
    if (!larger) memory_give(folder->memory, folder->bytes);
    folder->bytes = larger;
  }
  *size = used;
  if (!folder->bytes) return MLS_MEMORY;
  return ferror(file) ? MLS_FILE : MLS_OK;
}

/* Messages show a file of a library by its name: outputs hold no paths. */
static mls_status read_file(struct folder *folder, const char *path, const char **bytes,
                            size_t *size, const char **shown) {
  const char *slash = strrchr(path, '/');
  memory_give(folder->memory, folder->shown);
  folder->shown = memory_take(folder->memory, NULL, strlen(slash + 1) + 1);
  if (!folder->shown) return MLS_MEMORY;
  *shown = strcpy(folder->shown, slash + 1);
  FILE *file = fopen(path, "rb");
  if (!file) return MLS_FILE;
  mls_status status = read_open(folder, file, size);
  fclose(file);
  *bytes = folder->bytes;
  return status;
}

/* The last file of this name in a group counts as the last found; the first group that has one
   answers for all. */
static mls_status find_in_group(struct folder *folder, const char *const **at, bool sheet,
                                const char *name, size_t nth, size_t *found, const char **bytes,
                                size_t *size, const char **shown) {
  for (*found = 0; **at && ***at; ++*at) {
    char *path = search(folder, **at, name, sheet ? ".sheet" : ".csv", sheet ? DEEPEST_SUBFOLDER : 0);
    if (!path) continue;
    mls_status status = MLS_NAME;
    if ((*found)++ == nth) status = read_file(folder, path, bytes, size, shown);
    memory_give(folder->memory, path);
    if (*found > nth) return status;
  }
  return MLS_NAME;
}

mls_status folder_find(void *context, const char *kind, const char *name, size_t nth,
                       const char **bytes, size_t *size, const char **shown) {
  struct folder *folder = context;
  bool sheet = strcmp(kind, "sheet") == 0;
  const char *const *at = sheet ? folder->templates : folder->registries;
  while (at && *at) {
    size_t found;
    mls_status status = find_in_group(folder, &at, sheet, name, nth, &found, bytes, size, shown);
    if (found > 0) return status;
    if (*at) at++; /* over the empty name between groups */
  }
  return MLS_NAME;
}

void folder_close(struct folder *folder) {
  memory_give(folder->memory, folder->bytes);
  memory_give(folder->memory, folder->shown);
}
