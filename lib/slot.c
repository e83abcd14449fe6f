/* Slots of a sheet after those of its lines: facts and totals, one for all formulas that ask for
   it; and the slot that a path ends in. */
#include "check.h"

#include <stdint.h>

#include "limits.h"

mls_status slot_add(struct scope scope, struct slot slot, unsigned *index) {
  struct sheet *sheet = scope.sheet;
  struct checker *c = scope.checker;
  if (sheet->slot_count >= LIMIT_CELLS)
    return fail_add(c->fails, MLS_LIMIT, (struct place){ sheet->file, 0, 0 },
                    "more than %d cells (LIMIT_CELLS)", LIMIT_CELLS);
  size_t count = sheet->slot_count - sheet->line_count;
  struct slot *slots =
      memory_grow(c->memory, sheet->slots, count, &sheet->slot_room, sizeof *slots);
  if (!slots) return fail_memory(c->fails);
  sheet->slots = slots;
  slots[count] = slot;
  *index = (unsigned)sheet->slot_count++;
  return MLS_OK;
}

const void *slot_key(const void *a, size_t b) {
  size_t mixed[2] = { (size_t)(uintptr_t)a, b };
  return (const void *)(uintptr_t)(hash_bytes(mixed, sizeof mixed) | 1);
}

/* Slots that several formulas may ask for hang in lists below a hash of what they are. */
mls_status slot_share(struct scope scope, struct slot slot, const void *key, unsigned *index) {
  size_t first;
  slot.next = map_get(&scope.sheet->shared, key, &first) ? (unsigned)first : SLOT_LAST;
  TRY(slot_add(scope, slot, index));
  if (map_put(&scope.sheet->shared, key, *index) != MLS_OK)
    return fail_memory(scope.checker->fails);
  return MLS_OK;
}

mls_status slot_fact(struct scope scope, unsigned line, const char *field, bool family,
                     const struct type *type, unsigned *index) {
  struct sheet *sheet = scope.sheet;
  const void *key = slot_key(field, line);
  size_t at;
  if (!map_get(&sheet->shared, key, &at)) at = SLOT_LAST;
  for (; at != SLOT_LAST; at = sheet_slot(sheet, (unsigned)at).next) {
    struct slot slot = sheet_slot(sheet, (unsigned)at);
    if (slot.kind != SLOT_FACT || slot.line != line || slot.field != field) continue;
    *index = (unsigned)at;
    return MLS_OK;
  }
  const struct line *owner = &sheet->lines[line];
  struct slot slot = { .kind = SLOT_FACT,
                       .line = line,
                       .field = field,
                       .family = family,
                       .type = type,
                       .table = owner->kind == LINE_TABLE ? (int)owner->domain->index : -1 };
  return slot_share(scope, slot, key, index);
}

const struct sheet *ref_sheet(const struct sheet *sheet, const struct node *path) {
  for (unsigned i = 0; i < path->hops; i++) sheet = sheet->used[path->parts->hop[i]];
  return sheet;
}

struct slot ref_slot(const struct sheet *sheet, const struct node *path) {
  return sheet_slot(ref_sheet(sheet, path), path->slot);
}
