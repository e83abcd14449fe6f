/* Dimensions: lists of bases with rational exponents, interned, and their algebra; types, interned
   too. Separate from unit.c, which knows names, rows and the text of units. */
#include "dims.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"

static bool dims_equal(const struct dims *dims, const struct part *parts, size_t count) {
  return dims->count == count &&
         (count == 0 || memcmp(dims->parts, parts, count * sizeof *parts) == 0);
}

static size_t dims_hash(const struct part *parts, size_t count) {
  return hash_bytes(parts, count * sizeof *parts);
}

static size_t dims_slot(const struct units *units, const struct part *parts, size_t count) {
  size_t mask = units->set_room - 1;
  size_t at = dims_hash(parts, count) & mask;
  while (units->set[at] && !dims_equal(units->set[at], parts, count)) at = (at + 1) & mask;
  return at;
}

static bool set_widen(struct units *units) {
  size_t old_room = units->set_room;
  const struct dims **old = units->set;
  size_t room = old_room ? old_room * 2 : 256;
  const struct dims **set = memory_array(units->memory, room, sizeof *set);
  if (!set) return false;
  units->set = set;
  units->set_room = room;
  for (size_t i = 0; i < old_room; i++)
    if (old[i]) set[dims_slot(units, old[i]->parts, old[i]->count)] = old[i];
  return true;
}

struct dims *dims_make(struct memory *memory, const struct part *parts, size_t count) {
  struct dims *dims = memory_push(memory, sizeof *dims + count * sizeof *parts);
  if (!dims) return NULL;
  dims->count = (unsigned short)count;
  if (count > 0) memcpy(dims->parts, parts, count * sizeof *parts);
  return dims;
}

const struct dims *dims_intern(struct units *units, const struct part *parts, size_t count) {
  if (units->set_count * 2 >= units->set_room && !set_widen(units)) return NULL;
  size_t at = dims_slot(units, parts, count);
  if (units->set[at]) return units->set[at];
  struct dims *dims = dims_make(units->memory, parts, count);
  if (!dims) return NULL;
  units->set[at] = dims;
  units->set_count++;
  return dims;
}

/* ---- types ---- */

static bool type_equal(struct type a, struct type b) {
  return a.strict == b.strict && a.count == b.count && a.kind == b.kind && a.zero == b.zero &&
         a.wild == b.wild;
}

static size_t type_slot(const struct units *units, struct type type) {
  size_t mask = units->type_room - 1, mixed = (size_t)(uintptr_t)type.strict;
  mixed = mixed * 31 + (size_t)(uintptr_t)type.count;
  mixed = mixed * 31 + (size_t)type.kind * 4 + type.zero * 2u + type.wild;
  size_t at = (mixed ^ mixed >> 9) & mask;
  while (units->types[at] && !type_equal(*units->types[at], type)) at = (at + 1) & mask;
  return at;
}

static bool types_widen(struct units *units) {
  size_t old_room = units->type_room;
  const struct type **old = units->types;
  size_t room = old_room ? old_room * 2 : 64;
  const struct type **types = memory_array(units->memory, room, sizeof *types);
  if (!types) return false;
  units->types = types;
  units->type_room = room;
  for (size_t i = 0; i < old_room; i++)
    if (old[i]) types[type_slot(units, *old[i])] = old[i];
  return true;
}

const struct type *type_intern(struct units *units, struct type type) {
  if (units->type_count * 2 >= units->type_room && !types_widen(units)) return NULL;
  size_t at = type_slot(units, type);
  if (units->types[at]) return units->types[at];
  struct type *kept = memory_push(units->memory, sizeof *kept);
  if (!kept) return NULL;
  *kept = type;
  units->types[at] = kept;
  units->type_count++;
  return kept;
}

/* ---- algebra of parts ---- */

static int divisor(int a, int b) {
  a = abs(a);
  while (b) {
    int rest = a % b;
    a = b;
    b = rest;
  }
  return a ? a : 1;
}

static bool lowest(int num, int den, struct part *part) {
  if (den < 0) num = -num, den = -den;
  int by = divisor(num, den);
  num /= by, den /= by;
  if (abs(num) > LIMIT_EXPONENT || den > LIMIT_EXPONENT) return false;
  part->num = (short)num;
  part->den = (short)den;
  return true;
}

/* out = a * b^(num/den), merged in order of base. False when a bound is met. */
bool parts_merge(struct part *out, size_t *count, const struct part *a, size_t a_count,
                 const struct part *b, size_t b_count, int num, int den) {
  size_t i = 0, j = 0, n = 0;
  while (i < a_count || j < b_count) {
    bool left = j >= b_count || (i < a_count && a[i].base < b[j].base);
    bool both = !left && i < a_count && a[i].base == b[j].base;
    struct part part = left ? a[i] : b[j];
    if (!left) {
      int top = b[j].num * num, low = b[j].den * den;
      if (both) top = a[i].num * low + top * a[i].den, low *= a[i].den;
      if (!lowest(top, low, &part)) return false;
    }
    i += left || both;
    j += !left;
    if (part.num == 0) continue;
    if (n == LIMIT_FACTORS) return false;
    out[n++] = part;
  }
  *count = n;
  return true;
}

static const struct dims *combine(struct units *units, const struct dims *a, const struct dims *b,
                                  int num, int den) {
  struct part merged[LIMIT_FACTORS];
  size_t count;
  if (!a || !b || !parts_merge(merged, &count, a->parts, a->count, b->parts, b->count, num, den))
    return NULL;
  return dims_intern(units, merged, count);
}

const struct dims *dims_multiply(struct units *units, const struct dims *a, const struct dims *b) {
  if (b == units->none) return a;
  if (a == units->none) return b;
  return combine(units, a, b, 1, 1);
}

const struct dims *dims_divide(struct units *units, const struct dims *a, const struct dims *b) {
  return b == units->none ? a : combine(units, a, b, -1, 1);
}

const struct dims *dims_power(struct units *units, const struct dims *a, int num, int den) {
  return a == units->none ? a : combine(units, units->none, a, num, den);
}

bool dims_same(const struct dims *a, const struct dims *b) {
  return a == b || dims_equal(a, b->parts, b->count);
}
