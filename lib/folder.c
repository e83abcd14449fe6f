/* Finds NAME.sheet below folders of templates (their sub-folders too) and NAME.csv in folders of
   registries, and reads them whole. */
#include "folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "name.h"
#include "system.h"

/* Links to folders are followed, so that a few that lead to each other make a tree without end. */
enum { MOST_SUBFOLDERS = 1000, MOST_LOOKED_AT = 2000, DEEPEST_SUBFOLDER = 8 };

/* Remembers that memory ran out: what was not looked at was not "not found". */
static void *take(struct folder *folder, size_t size) {
  void *block = memory_take(folder->memory, NULL, size);
  if (!block) folder->starved = true;
  return block;
}

static char *join(struct folder *folder, const char *path, const char *name, const char *ending) {
  size_t size = strlen(path) + strlen(name) + strlen(ending) + 2;
  char *joined = take(folder, size);
  if (joined) snprintf(joined, size, "%s/%s%s", path, name, ending);
  return joined;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the sub-folders in order of their bytes, so that what is found never depends on the
 * disk. */
static size_t list_folders(struct folder *folder, const char *path, char **names) {
  size_t count = 0;
  struct system_folder open;
  if (folder->looked++ >= MOST_LOOKED_AT || !system_folder_open(&open, path)) return 0;
  const char *name;
  while (count < MOST_SUBFOLDERS && (name = system_folder_next(&open))) {
    if (name[0] == '.') continue;
    char *below = join(folder, path, name, "");
    if (below && system_is_folder(below)) names[count++] = below;
    else memory_give(folder->memory, below);
  }
  system_folder_close(&open);
  qsort(names, count, sizeof *names, by_name);
  return count;
}

/* The path of the file in the folder or, failing that, in the first sub-folder that has it. */
static char *search(struct folder *folder, const char *path, const char *name, const char *ending,
                    int depth) {
  char *file = join(folder, path, name, ending);
  if (!file || system_is_file(file)) return file;
  memory_give(folder->memory, file);
  if (depth == 0) return NULL;
  char **names = take(folder, MOST_SUBFOLDERS * sizeof *names);
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
    size_t wanted =
        room > LIMIT_FILE ? LIMIT_FILE + 1 : room; /* one more tells that it is larger */
    used += fread(folder->bytes + used, 1, wanted - used, file);
    if (used < wanted || used > LIMIT_FILE) break;
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
  const char *name = system_name(path);
  memory_give(folder->memory, folder->shown);
  folder->shown = memory_take(folder->memory, NULL, strlen(name) + 1);
  if (!folder->shown) return MLS_MEMORY;
  *shown = strcpy(folder->shown, name);
  FILE *file = system_open(path);
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
    char *path =
        search(folder, **at, name, sheet ? ".sheet" : ".csv", sheet ? DEEPEST_SUBFOLDER : 0);
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
  folder->starved = false;
  folder->looked = 0;
  while (at && *at) {
    size_t found;
    mls_status status = find_in_group(folder, &at, sheet, name, nth, &found, bytes, size, shown);
    if (folder->starved) return MLS_MEMORY;
    if (found > 0) return status;
    if (*at) at++; /* over the empty name between groups */
  }
  return MLS_NAME;
}

/* ---- listing ---- */

struct walk {
  struct folder *folder;
  struct memory *memory;
  const char *root, *ending;
  struct folder_file *files;
  size_t count, room, group, place;
};

static mls_status add_file(struct walk *walk, const char *path, size_t name_size) {
  struct folder_file *files =
      memory_grow(walk->memory, walk->files, walk->count, &walk->room, sizeof *files);
  if (!files) return MLS_MEMORY;
  walk->files = files;
  const char *below = path + strlen(walk->root) + 1;
  struct folder_file file = {
    .root = walk->root, .group = walk->group, .place = walk->place, .order = walk->count
  };
  file.name = memory_text(walk->memory, system_name(path), name_size);
  file.below = memory_text(walk->memory, below, strlen(below));
  if (!file.name || !file.below) return MLS_MEMORY;
  files[walk->count++] = file;
  return MLS_OK;
}

/* A file that can be asked for: its name is one of the language. */
static mls_status look_at(struct walk *walk, const char *path, const char *name) {
  size_t size = strlen(name), ending = strlen(walk->ending);
  if (size <= ending || strcmp(name + size - ending, walk->ending) != 0) return MLS_OK;
  if (!name_is_sound((struct slice){ name, size - ending })) return MLS_OK;
  char *file = join(walk->folder, path, name, "");
  if (!file) return MLS_MEMORY;
  mls_status status = system_is_file(file) ? add_file(walk, file, size - ending) : MLS_OK;
  memory_give(walk->folder->memory, file);
  return status;
}

/* In the order in which search() looks. */
static mls_status walk_folder(struct walk *walk, const char *path, int depth) {
  struct system_folder open;
  const char *name;
  mls_status status = MLS_OK;
  if (!system_folder_open(&open, path)) return MLS_OK;
  while (status == MLS_OK && (name = system_folder_next(&open))) status = look_at(walk, path, name);
  system_folder_close(&open);
  if (depth == 0 || status != MLS_OK) return status;
  char **names = take(walk->folder, MOST_SUBFOLDERS * sizeof *names);
  if (!names) return MLS_MEMORY;
  size_t count = list_folders(walk->folder, path, names);
  for (size_t i = 0; i < count; i++) {
    if (status == MLS_OK) status = walk_folder(walk, names[i], depth - 1);
    memory_give(walk->folder->memory, names[i]);
  }
  memory_give(walk->folder->memory, names);
  return walk->folder->starved ? MLS_MEMORY : status;
}

static int by_name_and_order(const void *a, const void *b) {
  const struct folder_file *one = a, *two = b;
  int names = strcmp(one->name, two->name);
  return names ? names : one->order < two->order ? -1 : one->order > two->order;
}

/* Of files with one name: the first of each folder of the first group counts, of sheets the last of
   these alone. */
static void choose(struct folder_file *files, size_t count, bool sheet) {
  for (size_t i = 0; i < count && files[i].group == files[0].group; i++)
    files[i].used = i == 0 || files[i].place != files[i - 1].place;
  for (size_t i = count, last = count; sheet && i-- > 0;) {
    if (!files[i].used) continue;
    if (last < count) files[i].used = false;
    last = i;
  }
}

mls_status folder_list(struct folder *folder, const char *kind, struct memory *memory,
                       struct folder_file **out, size_t *count) {
  bool sheet = strcmp(kind, "sheet") == 0;
  const char *const *at = sheet ? folder->templates : folder->registries;
  struct walk walk = { .folder = folder, .memory = memory, .ending = sheet ? ".sheet" : ".csv" };
  folder->starved = false;
  folder->looked = 0;
  for (; at && *at; at++, walk.place++) {
    walk.root = *at;
    if (**at) TRY(walk_folder(&walk, *at, sheet ? DEEPEST_SUBFOLDER : 0));
    else walk.group++;
  }
  if (walk.count > 0) qsort(walk.files, walk.count, sizeof *walk.files, by_name_and_order);
  for (size_t i = 0, next; i < walk.count; i = next) {
    for (next = i + 1; next < walk.count && strcmp(walk.files[next].name, walk.files[i].name) == 0;)
      next++;
    choose(walk.files + i, next - i, sheet);
  }
  *out = walk.files;
  *count = walk.count;
  return MLS_OK;
}

mls_status folder_read(struct folder *folder, const struct folder_file *file, const char **bytes,
                       size_t *size) {
  const char *shown;
  folder->starved = false;
  char *path = join(folder, file->root, file->below, "");
  if (!path) return MLS_MEMORY;
  mls_status status = read_file(folder, path, bytes, size, &shown);
  memory_give(folder->memory, path);
  return status;
}

void folder_close(struct folder *folder) {
  memory_give(folder->memory, folder->bytes);
  memory_give(folder->memory, folder->shown);
}
