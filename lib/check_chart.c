/* Charts of a sheet: every path resolved, and what one chart shows proved to be of one shape and
   one dimension, so that it can stand on one axis. */
#include "check.h"

#include <string.h>

#include "limits.h"

/* What a kind of chart takes. */
struct rule {
  bool cells, columns; /* one of both, not mixed */
  bool checks;         /* checks alone; else numbers alone */
  unsigned least;
  const char *takes; /* in words */
};
static const struct rule rules[] = {
  [CHART_SERIES] = { false, true, false, 1, "columns of one table" },
  [CHART_BARS] = { true, true, false, 1, "cells, or columns of one table" },
  [CHART_STACKED] = { true, true, false, 2, "two or more cells, or columns of one table" },
  [CHART_WATERFALL] = { true, false, false, 2, "two or more cells" },
  [CHART_TORNADO] = { true, false, false, 2, "two or more cells, or a result and inputs" },
  [CHART_SCORECARD] = { true, false, true, 1, "checks" },
  [CHART_ROOFLINE] = { true, false, false, 4,
                       "four cells: intensity, rate reached, peak rate, bandwidth" },
};

struct showing {
  struct scope scope;
  const struct line *line;
  const struct rule *rule;
};

static const struct node *shown(const struct showing *s, size_t index) {
  return s->line->use->binds[index].formula;
}

static mls_status refuse(const struct showing *s, size_t index) {
  return fail_add(s->scope.checker->fails, MLS_SYNTAX, s->line->use->binds[index].place,
                  "a chart of the kind %s shows %s", chart_words[s->line->use->chart],
                  s->rule->takes);
}

static bool is_column(const struct node *node) { return node->ref == REF_COLUMN; }

/* The line of a cell; NULL of a fact or a key. */
static const struct line *line_of(const struct showing *s, const struct node *node) {
  struct slot slot = ref_slot(s->scope.sheet, node);
  const struct sheet *sheet = ref_sheet(s->scope.sheet, node);
  return slot.kind == SLOT_LINE ? &sheet->lines[slot.line] : NULL;
}

static bool is_kind(const struct showing *s, size_t index, enum line_kind kind) {
  const struct line *line = line_of(s, shown(s, index));
  return line && line->kind == kind;
}

static bool same_table(const struct showing *s, const struct node *a, const struct node *b) {
  return node_same_way(a, b) &&
         ref_slot(s->scope.sheet, a).table == ref_slot(s->scope.sheet, b).table;
}

static mls_status check_shape(const struct showing *s, size_t index) {
  const struct node *node = shown(s, index), *first = shown(s, 0);
  bool column = is_column(node);
  if (column ? !s->rule->columns : !s->rule->cells) return refuse(s, index);
  if (column != is_column(first) || (column && !same_table(s, first, node)))
    return refuse(s, index);
  if (s->rule->checks) return is_kind(s, index, LINE_CHECK) ? MLS_OK : refuse(s, index);
  if (node->type->wild || node->type->kind == KIND_NUMBER) return MLS_OK;
  return fail_add(s->scope.checker->fails, MLS_UNIT, s->line->use->binds[index].place,
                  "a chart shows numbers, found %s",
                  type_words(s->scope.checker->units, *node->type));
}

/* The intensity has an axis of its own; the bandwidth meets the rates only times the intensity. */
static mls_status roofline_type(const struct showing *s, size_t index, struct type *out) {
  *out = *shown(s, index)->type;
  if (index < 3 || out->wild) return MLS_OK;
  struct units *units = s->scope.checker->units;
  struct type intensity = *shown(s, 0)->type;
  out->strict = dims_multiply(units, out->strict, intensity.strict);
  out->count = dims_multiply(units, out->count, intensity.count);
  return out->strict && out->count ? MLS_OK : fail_memory(s->scope.checker->fails);
}

static mls_status check_units(const struct showing *s) {
  bool roofline = s->line->use->chart == CHART_ROOFLINE;
  struct type axis = *shown(s, roofline)->type;
  for (size_t i = 1 + roofline; i < s->line->use->bind_count && !s->rule->checks; i++) {
    struct type type = *shown(s, i)->type;
    if (roofline) TRY(roofline_type(s, i, &type));
    if (type_compatible(axis, type)) continue;
    struct units *units = s->scope.checker->units;
    return fail_add(s->scope.checker->fails, MLS_UNIT, s->line->use->binds[i].place,
                    "one axis shows %s and %s%s, which do not agree", type_words(units, axis),
                    type_words(units, type), roofline && i == 3 ? ", times the intensity" : "");
  }
  return MLS_OK;
}

/* ---- a tornado of a result ---- */

/* The `use` that binds the input at the end of a path, or NULL. */
static const struct line *use_of(const struct showing *s, const struct node *path,
                                 const struct line *input) {
  if (path->hops == 0) return NULL;
  struct node above = *path;
  above.hops--;
  const struct sheet *sheet = ref_sheet(s->scope.sheet, &above);
  const struct line *use = &sheet->lines[sheet->uses[path->parts->hop[above.hops]]];
  for (size_t i = 0; i < use->use->bind_count; i++)
    if (use->use->binds[i].name == input->name) return use;
  return NULL;
}

/* It must be free to move, and the sheet must say how far. */
static mls_status check_moved(const struct showing *s, size_t index) {
  const struct node *node = shown(s, index);
  if (!is_kind(s, index, LINE_INPUT)) return refuse(s, index);
  const struct line *input = line_of(s, node), *use = use_of(s, node, input);
  struct place place = s->line->use->binds[index].place;
  if (use)
    return fail_add(s->scope.checker->fails, MLS_NAME, place,
                    "a tornado moves inputs; %s is bound by use %s, name what it is bound to",
                    input->name, use->name);
  if (!input->domain->likely)
    return fail_add(s->scope.checker->fails, MLS_RANGE, place,
                    "a tornado moves inputs over what is likely; %s says none: write likely "
                    "LOW..HIGH before its in",
                    input->name);
  return MLS_OK;
}

/* It begins with what is no input and goes on with inputs. */
static bool is_swing(const struct showing *s) {
  return s->line->use->chart == CHART_TORNADO && shown(s, 0)->ref == REF_CELL &&
         !is_kind(s, 0, LINE_INPUT) && is_kind(s, 1, LINE_INPUT);
}

static mls_status check_swing(const struct showing *s) {
  for (size_t i = 1; i < s->line->use->bind_count; i++) TRY(check_moved(s, i));
  return MLS_OK;
}

/* ---- all ---- */

static mls_status check_count(const struct showing *s) {
  size_t count = s->line->use->bind_count;
  if (count > LIMIT_CHART)
    return fail_add(s->scope.checker->fails, MLS_LIMIT, line_place(s->scope.sheet, s->line),
                    "a chart of more than %d cells or columns (LIMIT_CHART)", LIMIT_CHART);
  bool sound = count >= s->rule->least && (s->line->use->chart != CHART_ROOFLINE || count == 4);
  return sound ? MLS_OK : refuse(s, 0);
}

static mls_status check_chart(struct scope scope, struct line *line) {
  struct showing s = { scope, line, &rules[line->use->chart] };
  TRY(check_count(&s));
  for (size_t i = 0; i < line->use->bind_count; i++) {
    TRY(resolve_shown(scope, line->use->binds[i].formula));
    TRY(prove_formula(scope, line->use->binds[i].formula));
  }
  for (size_t i = 0; i < line->use->bind_count; i++) TRY(check_shape(&s, i));
  line->use->swing = is_swing(&s);
  return line->use->swing ? check_swing(&s) : check_units(&s);
}

mls_status check_charts(struct scope scope) {
  for (size_t i = 0; i < scope.sheet->line_count; i++) {
    struct line *line = &scope.sheet->lines[i];
    if (line->kind != LINE_CHART || line->wrong) continue;
    mls_status status = check_chart(scope, line);
    if (fail_ends(status)) return status;
    if (status != MLS_OK) line->wrong = true;
  }
  return MLS_OK;
}
