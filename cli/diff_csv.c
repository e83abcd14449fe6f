/* Bridges as lines of CSV: from, a line a part, to. `level` is the sum so far, as charts of
   waterfalls want it. */
#include <stdlib.h>

#include "fields.h"
#include "diff.h"

/* cell, unit, kind, name: what every line begins with. */
static void begin(struct fields *to, const struct bridge *bridge, const char *kind,
                  const char *name) {
  fields_text(to, bridge->path);
  fields_text(to, bridge->about.unit);
  fields_text(to, kind);
  fields_text(to, name);
}

static void put_end(struct fields *to, const struct diff *diff, const struct bridge *bridge,
                    size_t side) {
  begin(to, bridge, side ? "to" : "from", diff->sides[side].name);
  fields_text(to, "");
  if (bridge->ends[side]) fields_text(to, bridge->ends[side]);
  else fields_number(to, bridge->values[side], NULL);
  fields_line(to);
}

static void put_parts(struct fields *to, const struct diff *diff, const struct bridge *bridge,
                      const size_t *order) {
  size_t count = diff->changes.changed_count;
  double level = bridge->values[0];
  for (size_t i = 0; i <= count; i++) {
    bool rest = order[i] == count;
    if (rest && bridge->share != SHARE_ALONE) continue;
    level += bridge->effects[order[i]];
    begin(to, bridge, rest ? diff_interaction : "input", rest ? "" : diff_part(diff, order[i]));
    fields_number(to, bridge->effects[order[i]], NULL);
    fields_number(to, level, NULL);
    fields_line(to);
  }
}

static void put_alone(struct fields *to, const struct diff *diff, const struct bridge *bridge) {
  for (size_t i = 0; i < diff->changes.changed_count; i++) {
    if (!bridge->alone[i]) continue;
    begin(to, bridge, "alone", diff_part(diff, i));
    fields_text(to, "");
    fields_text(to, bridge->alone[i]);
    fields_line(to);
  }
}

/* False without memory. */
static bool put_bridge(struct fields *to, const struct diff *diff, const struct bridge *bridge) {
  size_t *order = calloc(diff->changes.changed_count + 1, sizeof *order);
  if (!order) return false;
  bridge_order(bridge, diff->changes.changed_count, order);
  put_end(to, diff, bridge, 0);
  if (bridge->share != SHARE_NONE) put_parts(to, diff, bridge, order);
  else if (bridge->differs) put_alone(to, diff, bridge);
  put_end(to, diff, bridge, 1);
  free(order);
  return true;
}

static bool put_all(struct fields *to, const struct diff *diff) {
  static const char *const titles[] = { "cell", "unit", "kind", "name", "effect", "level" };
  bool good = true;
  for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) fields_text(to, titles[i]);
  fields_line(to);
  for (size_t i = 0; i < diff->bridges.count && good; i++)
    good = put_bridge(to, diff, &diff->bridges.at[i]);
  if (!good) say_error("there is not enough memory");
  return good && to->good;
}

static bool write_to(const struct diff *diff, struct output *output) {
  struct fields to;
  fields_open(&to, output_write, output, diff->session->options->csv != NULL);
  return put_all(&to, diff) && output_finish(output) && output_publish(output);
}

int diff_write_csv(const struct diff *diff, const char *path) {
  struct output output;
  bool good = output_open(&output, path) && write_to(diff, &output);
  output_close(&output);
  return good ? DONE : SYSTEM_FAILS;
}
