/* Bridges as lines of CSV: from, a line a part, to. `level` is the sum so far, as charts of
   waterfalls want it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"

struct lines {
  struct output output;
  bool european, good;
};

static void put(struct lines *lines, const char *text) {
  if (lines->good) lines->good = output_write(&lines->output, text, strlen(text)) == MLS_OK;
}

static void put_separator(struct lines *lines) { put(lines, lines->european ? ";" : ","); }

/* Quoted where it must be; a text that a spreadsheet would calculate gets an apostrophe, as in
   results (docs/formats.md). */
static void put_text(struct lines *lines, const char *text) {
  unsigned char first = (unsigned char)text[0];
  bool after = first == '\'' && text[1] && strchr("=+-@'", text[1]);
  bool formula = first && (first < ' ' || strchr("=+-@", first) || after);
  bool quoted = text[strcspn(text, ",;\"\r\n")] != 0 || first == ' ' ||
                (first && text[strlen(text) - 1] == ' ');
  if (quoted) put(lines, "\"");
  if (formula) put(lines, "'");
  for (; *text; text++) {
    char character[2] = { *text, 0 };
    put(lines, *text == '"' ? "\"\"" : character);
  }
  if (quoted) put(lines, "\"");
}

static void put_number(struct lines *lines, double number) {
  char text[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, number);
    if (strtod(text, NULL) == number) break;
  }
  char *point = strchr(text, '.');
  if (point && lines->european) *point = ',';
  put(lines, text);
}

/* cell, unit, kind, name: what every line begins with. */
static void begin(struct lines *lines, const struct bridge *bridge, const char *kind,
                  const char *name) {
  const char *fields[] = { bridge->path, bridge->about.unit, kind, name };
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    put_text(lines, fields[i]);
    put_separator(lines);
  }
}

static void put_end(struct lines *lines, const struct diff *diff, const struct bridge *bridge,
                    size_t side) {
  begin(lines, bridge, side ? "to" : "from", diff->sides[side].name);
  put_separator(lines);
  if (bridge->ends[side]) put_text(lines, bridge->ends[side]);
  else put_number(lines, bridge->values[side]);
  put(lines, "\n");
}

static void put_parts(struct lines *lines, const struct diff *diff, const struct bridge *bridge,
                      const size_t *order) {
  size_t count = diff->changes.changed_count;
  double level = bridge->values[0];
  for (size_t i = 0; i <= count; i++) {
    bool rest = order[i] == count;
    if (rest && bridge->share != SHARE_ALONE) continue;
    level += bridge->effects[order[i]];
    begin(lines, bridge, rest ? diff_interaction : "input", rest ? "" : diff_part(diff, order[i]));
    put_number(lines, bridge->effects[order[i]]);
    put_separator(lines);
    put_number(lines, level);
    put(lines, "\n");
  }
}

static void put_alone(struct lines *lines, const struct diff *diff, const struct bridge *bridge) {
  for (size_t i = 0; i < diff->changes.changed_count; i++) {
    if (!bridge->alone[i]) continue;
    begin(lines, bridge, "alone", diff_part(diff, i));
    put_separator(lines);
    put_text(lines, bridge->alone[i]);
    put(lines, "\n");
  }
}

static void put_bridge(struct lines *lines, const struct diff *diff, const struct bridge *bridge) {
  size_t *order = calloc(diff->changes.changed_count + 1, sizeof *order);
  if (!order) {
    say_error("there is not enough memory");
    lines->good = false;
    return;
  }
  bridge_order(bridge, diff->changes.changed_count, order);
  put_end(lines, diff, bridge, 0);
  if (bridge->share != SHARE_NONE) put_parts(lines, diff, bridge, order);
  else if (bridge->differs) put_alone(lines, diff, bridge);
  put_end(lines, diff, bridge, 1);
  free(order);
}

static void put_head(struct lines *lines) {
  static const char *const titles[] = { "cell", "unit", "kind", "name", "effect", "level" };
  if (lines->european) put(lines, "\xEF\xBB\xBF");
  for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
    if (i > 0) put_separator(lines);
    put(lines, titles[i]);
  }
  put(lines, "\n");
}

int diff_write_csv(const struct diff *diff, const char *path) {
  struct lines lines = { .european = diff->session->options->csv != NULL, .good = true };
  if (!output_open(&lines.output, path)) return SYSTEM_FAILS;
  put_head(&lines);
  for (size_t i = 0; i < diff->bridges.count; i++) put_bridge(&lines, diff, &diff->bridges.at[i]);
  bool good = lines.good && output_finish(&lines.output) && output_publish(&lines.output);
  output_close(&lines.output);
  return good ? DONE : SYSTEM_FAILS;
}
