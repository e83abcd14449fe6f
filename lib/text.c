/* Slices, interned names, maps, nearest names, clean text. Numbers are in number.c, the growing
   buffer in buffer.c; both are declared in text.h. */
#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct slice slice_of(const char *text) {
  return (struct slice){ text, text ? strlen(text) : 0 };
}

bool slice_is(struct slice slice, const char *text) {
  size_t size = strlen(text);
  return slice.size == size && (size == 0 || memcmp(slice.at, text, size) == 0);
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

struct slice slice_trim(struct slice slice) {
  while (slice.size > 0 && is_blank(slice.at[0])) slice.at++, slice.size--;
  while (slice.size > 0 && is_blank(slice.at[slice.size - 1])) slice.size--;
  return slice;
}

/* FNV-1a with a final mix, so that the low bits are good for a table of a power of two. */
unsigned long long hash_more(unsigned long long hash, const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  for (size_t i = 0; i < size; i++) hash = (hash ^ at[i]) * 0x100000001b3ULL;
  return hash;
}

size_t hash_bytes(const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < size; i++) hash = (hash ^ at[i]) * 0x100000001b3u;
  hash ^= hash >> 32;
  return (size_t)(hash * 0x9e3779b97f4a7c15u >> 20);
}

void names_open(struct names *names, struct memory *memory) {
  *names = (struct names){ .memory = memory };
}

/* Tables with open addressing are at most three quarters full; a hash of 32 bits is spread over any
   room. */
static size_t spread(unsigned hash, size_t room) { return (size_t)((uint64_t)hash * room >> 32); }

static bool is_full(size_t count, size_t room) { return count + 1 > room / 4 * 3; }

/* Room for a table of so many: at least twice what it was. */
static size_t wider(size_t count, size_t room, size_t least) {
  size_t wanted = (count / 3 + 1) * 4;
  if (wanted < room * 2) wanted = room * 2;
  return wanted < least ? least : wanted;
}

/* Where the text stands, or the free place where it belongs. */
static size_t names_at(const struct names *names, struct slice slice, unsigned hash) {
  size_t at = spread(hash, names->room);
  for (; names->texts[at]; at = at + 1 < names->room ? at + 1 : 0)
    if (names->hashes[at] == hash && slice_is(slice, names->texts[at])) break;
  return at;
}

static mls_status names_widen(struct names *names, size_t room) {
  struct names wide = *names;
  wide.room = room;
  wide.texts = memory_array(names->memory, room, sizeof *wide.texts);
  wide.hashes = memory_array(names->memory, room, sizeof *wide.hashes);
  if (!wide.texts || !wide.hashes) return MLS_MEMORY;
  for (size_t i = 0; i < names->room; i++) {
    if (!names->texts[i]) continue;
    size_t at = spread(names->hashes[i], room);
    while (wide.texts[at]) at = at + 1 < room ? at + 1 : 0;
    wide.texts[at] = names->texts[i];
    wide.hashes[at] = names->hashes[i];
  }
  *names = wide;
  return MLS_OK;
}

mls_status names_reserve(struct names *names, size_t more) {
  size_t count = names->count + more;
  return is_full(count, names->room) ? names_widen(names, wider(count, names->room, 256)) : MLS_OK;
}

const char *names_add(struct names *names, struct slice slice) {
  unsigned hash = (unsigned)hash_bytes(slice.at, slice.size);
  if (names_reserve(names, 1) != MLS_OK) return NULL;
  size_t at = names_at(names, slice, hash);
  if (names->texts[at]) return names->texts[at];
  char *text = memory_text(names->memory, slice.at, slice.size);
  if (!text) return NULL;
  names->texts[at] = text;
  names->hashes[at] = hash;
  names->count++;
  return text;
}

mls_status names_fork(struct names *names) {
  return names->room ? names_widen(names, names->room) : MLS_OK;
}

const char *names_find(const struct names *names, struct slice slice) {
  if (names->room == 0) return NULL;
  return names->texts[names_at(names, slice, (unsigned)hash_bytes(slice.at, slice.size))];
}

void map_open(struct map *map, struct memory *memory) { *map = (struct map){ .memory = memory }; }

size_t hash_pointer(const void *pointer, size_t room) {
  uint64_t mixed = (uint64_t)(uintptr_t)pointer * 0x9e3779b97f4a7c15u;
  return spread((unsigned)(mixed >> 32), room);
}

static size_t map_at(const struct map *map, const void *key) {
  size_t at = hash_pointer(key, map->room);
  while (map->keys[at] && map->keys[at] != key) at = at + 1 < map->room ? at + 1 : 0;
  return at;
}

mls_status map_reserve(struct map *map, size_t more) {
  struct map wide = *map;
  if (!is_full(map->count + more, map->room)) return MLS_OK;
  wide.room = wider(map->count + more, map->room, 16);
  wide.keys = memory_array(map->memory, wide.room, sizeof *wide.keys);
  wide.values = memory_array(map->memory, wide.room, sizeof *wide.values);
  if (!wide.keys || !wide.values) return MLS_MEMORY;
  for (size_t i = 0; i < map->room; i++) {
    if (!map->keys[i]) continue;
    size_t at = map_at(&wide, map->keys[i]);
    wide.keys[at] = map->keys[i];
    wide.values[at] = map->values[i];
  }
  *map = wide;
  return MLS_OK;
}

mls_status map_put(struct map *map, const void *key, size_t value) {
  if (map_reserve(map, 1) != MLS_OK) return MLS_MEMORY;
  size_t at = map_at(map, key);
  map->count += !map->keys[at];
  map->keys[at] = key;
  map->values[at] = (unsigned)value;
  return MLS_OK;
}

bool map_get(const struct map *map, const void *key, size_t *value) {
  if (map->room == 0) return false;
  size_t at = map_at(map, key);
  if (!map->keys[at]) return false;
  *value = map->values[at];
  return true;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static int least3(int a, int b, int c) {
  int least = a < b ? a : b;
  return least < c ? least : c;
}

enum { LONGEST_COMPARED = 64 };

/* Optimal string alignment over three rows; a change of case costs nothing extra to tell apart. */
int text_distance(struct slice a, struct slice b, int most) {
  int rows[3][LONGEST_COMPARED + 1];
  if (a.size > LONGEST_COMPARED || b.size > LONGEST_COMPARED) return most + 1;
  for (size_t j = 0; j <= b.size; j++) rows[0][j] = (int)j;
  for (size_t i = 1; i <= a.size; i++) {
    int *row = rows[i % 3], *above = rows[(i + 2) % 3], *over = rows[(i + 1) % 3];
    row[0] = (int)i;
    for (size_t j = 1; j <= b.size; j++) {
      char x = lower(a.at[i - 1]), y = lower(b.at[j - 1]);
      row[j] = least3(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y));
      if (i > 1 && j > 1 && x == lower(b.at[j - 2]) && lower(a.at[i - 2]) == y)
        row[j] = least3(row[j], over[j - 2] + 1, row[j]);
    }
  }
  int distance = rows[a.size % 3][b.size];
  return distance <= most ? distance : most + 1;
}

void nearest_offer(struct nearest *nearest, const char *name) {
  int most = nearest->wanted.size <= 3 ? 1 : nearest->wanted.size <= 7 ? 2 : 3;
  size_t size = strlen(name), wanted = nearest->wanted.size;
  if ((size > wanted ? size - wanted : wanted - size) > (size_t)most) return;
  int distance = text_distance(nearest->wanted, slice_of(name), most);
  if (distance > most || (nearest->best && distance >= nearest->distance)) return;
  nearest->best = name;
  nearest->distance = distance;
}

const char *nearest_hint(struct memory *memory, const struct nearest *nearest) {
  if (!nearest->best) return "";
  struct buffer buffer;
  buffer_open(&buffer, memory);
  buffer_print(&buffer, " (did you mean %s?)", nearest->best);
  const char *hint = buffer_keep(&buffer, memory);
  buffer_close(&buffer);
  return hint ? hint : "";
}

/* Bytes of the UTF-8 character at `at`, 0 when it is none (overlong, surrogate, too large, cut). */
static size_t utf8_size(const unsigned char *at, size_t left) {
  if (at[0] < 0x80) return 1;
  size_t size = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : at[0] >= 0xC2 ? 2 : 0;
  if (size == 0 || at[0] > 0xF4 || size > left) return 0;
  for (size_t i = 1; i < size; i++)
    if ((at[i] & 0xC0) != 0x80) return 0;
  if (at[0] == 0xE0 && at[1] < 0xA0) return 0;
  if (at[0] == 0xED && at[1] > 0x9F) return 0;
  if (at[0] == 0xF0 && at[1] < 0x90) return 0;
  if (at[0] == 0xF4 && at[1] > 0x8F) return 0;
  return size;
}

/* Invisible characters that turn the reading direction can make a name look like another. */
static bool turns_direction(const unsigned char *at, size_t size) {
  if (size != 3 || at[0] != 0xE2) return false;
  return (at[1] == 0x80 && at[2] >= 0xAA && at[2] <= 0xAE) ||
         (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9);
}

bool text_is_clean(struct slice slice, size_t *where) {
  const unsigned char *at = (const unsigned char *)slice.at;
  for (size_t i = 0; i < slice.size;) {
    if (at[i] >= 0x20 && at[i] < 0x7F) { /* nearly all bytes of nearly all sheets */
      i++;
      continue;
    }
    size_t size = utf8_size(at + i, slice.size - i);
    bool control = (at[i] < 0x20 && at[i] != '\t') || at[i] == 0x7F ||
                   (size == 2 && at[i] == 0xC2 && at[i + 1] < 0xA0);
    if (size == 0 || control || turns_direction(at + i, size)) {
      *where = i;
      return false;
    }
    i += size;
  }
  return true;
}
