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

/* The slot that holds the text, or the free one where it belongs. */
static struct name_slot *names_slot(const struct names *names, struct slice slice, unsigned hash) {
  size_t mask = names->room - 1, at = hash & mask;
  for (; names->slots[at].text; at = (at + 1) & mask) {
    const struct name_slot *slot = &names->slots[at];
    if (slot->hash == hash && slot->size == slice.size &&
        (slice.size == 0 || memcmp(slot->text, slice.at, slice.size) == 0))
      break;
  }
  return &names->slots[at];
}

static bool names_widen(struct names *names) {
  struct names wide = *names;
  wide.room = names->room ? names->room * 2 : 256;
  wide.slots = memory_array(names->memory, wide.room, sizeof *wide.slots);
  if (!wide.slots) return false;
  for (size_t i = 0; i < names->room; i++) {
    const struct name_slot *slot = &names->slots[i];
    if (slot->text)
      *names_slot(&wide, (struct slice){ slot->text, slot->size }, slot->hash) = *slot;
  }
  *names = wide;
  return true;
}

/* A slot for the text with room left in the table; NULL when there is no memory. */
static struct name_slot *names_place(struct names *names, struct slice slice, unsigned *hash) {
  if (names->count * 2 >= names->room && !names_widen(names)) return NULL;
  *hash = (unsigned)hash_bytes(slice.at, slice.size);
  return names_slot(names, slice, *hash);
}

const char *names_add(struct names *names, struct slice slice) {
  unsigned hash;
  struct name_slot *slot = names_place(names, slice, &hash);
  if (!slot || slot->text) return slot ? slot->text : NULL;
  char *text = memory_text(names->memory, slice.at, slice.size);
  if (!text) return NULL;
  *slot = (struct name_slot){ text, (unsigned)slice.size, hash };
  names->count++;
  return text;
}

mls_status names_fork(struct names *names) {
  struct name_slot *slots = memory_array(names->memory, names->room, sizeof *slots);
  if (!slots) return MLS_MEMORY;
  if (names->room > 0) memcpy(slots, names->slots, names->room * sizeof *slots);
  names->slots = slots;
  return MLS_OK;
}

const char *names_find(const struct names *names, struct slice slice) {
  if (names->room == 0) return NULL;
  return names_slot(names, slice, (unsigned)hash_bytes(slice.at, slice.size))->text;
}

void map_open(struct map *map, struct memory *memory) { *map = (struct map){ .memory = memory }; }

static size_t map_slot(const struct map *map, const void *key) {
  size_t mask = map->room - 1;
  size_t at = (size_t)((uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15u >> 24) & mask;
  while (map->slots[at].key && map->slots[at].key != key) at = (at + 1) & mask;
  return at;
}

static bool map_widen(struct map *map) {
  struct map wide = *map;
  wide.room = map->room ? map->room * 2 : 16;
  wide.slots = memory_array(map->memory, wide.room, sizeof *wide.slots);
  if (!wide.slots) return false;
  for (size_t i = 0; i < map->room; i++)
    if (map->slots[i].key) wide.slots[map_slot(&wide, map->slots[i].key)] = map->slots[i];
  *map = wide;
  return true;
}

mls_status map_put(struct map *map, const void *key, size_t value) {
  if (map->count * 2 >= map->room && !map_widen(map)) return MLS_MEMORY;
  struct map_slot *slot = &map->slots[map_slot(map, key)];
  if (!slot->key) map->count++;
  *slot = (struct map_slot){ key, value };
  return MLS_OK;
}

bool map_get(const struct map *map, const void *key, size_t *value) {
  if (map->room == 0) return false;
  const struct map_slot *slot = &map->slots[map_slot(map, key)];
  if (!slot->key) return false;
  *value = slot->value;
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
