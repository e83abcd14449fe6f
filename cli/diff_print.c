/* Bridges for people, and as JSON. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "diff.h"
#include "json.h"
#include "table.h"

const char diff_interaction[] = "interaction";

const char *diff_part(const struct diff *diff, size_t part) {
  const struct changes *changes = &diff->changes;
  return part < changes->changed_count ? changes->at[changes->changed[part]].path
                                       : diff_interaction;
}

/* ---- text ---- */

/* So many decimals that the largest part has four digits; -1: too large or small for that. */
static int decimals_of(const struct bridge *bridge, size_t count) {
  double most = fabs(bridge->values[1] - bridge->values[0]);
  for (size_t i = 0; i <= count; i++) most = fmax(most, fabs(bridge->effects[i]));
  if (most == 0 || fabs(bridge->values[0]) + most >= 1e15 || most < 1e-9) return -1;
  int decimals = 3 - (int)floor(log10(most));
  return decimals > 0 ? decimals : 0;
}

static double rounded(double number, int decimals) {
  char text[64];
  snprintf(text, sizeof text, "%.*f", decimals, number);
  return strtod(text, NULL);
}

static void add_number(struct table *table, bool sign, int decimals, double number) {
  if (decimals < 0) table_add(table, sign ? "%+.6g" : "%.6g", number);
  else table_add(table, sign ? "%+.*f" : "%.*f", decimals, number);
}

/* Each part is the difference of two rounded sums, so that what is shown adds up as it stands. */
static void add_parts(struct table *table, const struct diff *diff, const struct bridge *bridge,
                      const size_t *order) {
  size_t count = diff->changes.changed_count;
  int decimals = decimals_of(bridge, count);
  double sum = bridge->values[0];
  for (size_t i = 0; i <= count; i++) {
    double effect = bridge->effects[order[i]], before = sum;
    sum += effect;
    if (effect == 0) continue;
    table_add(table, "%s", diff_part(diff, order[i]));
    if (decimals >= 0) effect = rounded(sum, decimals) - rounded(before, decimals);
    add_number(table, true, decimals, effect);
    table_add(table, "%s", bridge->about.unit);
  }
}

static void add_alone(struct table *table, const struct diff *diff, const struct bridge *bridge) {
  for (size_t i = 0; i < diff->changes.changed_count; i++) {
    if (!bridge->alone[i]) continue;
    table_add(table, "%s alone", diff_part(diff, i));
    table_add(table, "%s", bridge->alone[i]);
  }
}

static void add_end(struct table *table, const struct diff *diff, const struct bridge *bridge,
                    size_t side) {
  double value = bridge->values[side];
  table_add(table, "%s", diff->sides[side].name);
  if (bridge->share != SHARE_NONE) {
    add_number(table, false, decimals_of(bridge, diff->changes.changed_count), value);
    table_add(table, "%s", bridge->about.unit);
  } else if (bridge->ends[side]) {
    table_add(table, "%s", bridge->ends[side]);
  } else {
    table_add(table, "%.6g %s", value, bridge->about.unit);
  }
}

static void put_title(const char *name, const char *label) {
  print_text(name);
  if (label[0]) fputs("  ", stdout), print_text(label);
  putchar('\n');
}

static bool print_bridge(const struct diff *diff, const struct bridge *bridge) {
  size_t *order = calloc(diff->changes.changed_count + 1, sizeof *order);
  bool words = bridge->share == SHARE_NONE;
  struct table table = { .columns = words ? 2 : 3, .right = words ? 0 : 2u };
  if (!order) {
    say_error("there is not enough memory");
    return false;
  }
  bridge_order(bridge, diff->changes.changed_count, order);
  putchar('\n');
  put_title(bridge->path, bridge->about.label);
  add_end(&table, diff, bridge, 0);
  if (words) add_alone(&table, diff, bridge);
  else add_parts(&table, diff, bridge, order);
  add_end(&table, diff, bridge, 1);
  free(order);
  return table_print(&table);
}

static bool print_inputs(const struct diff *diff) {
  struct table table = { .columns = 3, .titled = true, .color = print_in_color() };
  puts("\nChanged inputs");
  table_add(&table, "%s", "");
  for (size_t i = 0; i < 2; i++) table_add(&table, "%s", diff->sides[i].name);
  for (size_t i = 0; i < diff->changes.changed_count; i++) {
    table_add(&table, "%s", diff_part(diff, i));
    const struct setting *one = &diff->changes.at[diff->changes.changed[i]];
    for (size_t side = 0; side < 2; side++)
      table_add(&table, "%s%s", one->sides[side].shown,
                one->fact && !one->sides[side].set ? " (registry)" : "");
  }
  return table_print(&table);
}

static void print_same(const struct diff *diff) {
  const char *before = "\nUnchanged: ";
  for (size_t i = 0; i < diff->bridges.count; i++) {
    if (diff->bridges.at[i].differs) continue;
    fputs(before, stdout);
    print_text(diff->bridges.at[i].path);
    before = ", ";
  }
  if (before[0] == ',') putchar('\n');
}

static bool some(const struct diff *diff, enum share share) {
  for (size_t i = 0; i < diff->bridges.count; i++)
    if (diff->bridges.at[i].differs && diff->bridges.at[i].share == share) return true;
  return false;
}

static void print_method(const struct diff *diff) {
  bool orders = some(diff, SHARE_ORDERS), alone = some(diff, SHARE_ALONE);
  if (orders || alone) putchar('\n');
  if (orders)
    puts("A part is the mean effect of an input over all orders of changing them (Shapley value).");
  if (alone)
    printf("%s is the effect of an input changed alone; interaction is what is left.\n",
           orders ? "With an interaction a part" : "A part");
}

bool diff_print_text(const struct diff *diff) {
  mls_sheet sheet;
  bool good = true;
  mls_sheet_about(diff->session->model, &sheet, sizeof sheet);
  put_title(sheet.name, sheet.label);
  printf("from ");
  print_text(diff->sides[0].name);
  printf(" to ");
  print_text(diff->sides[1].name);
  putchar('\n');
  if (diff->changes.changed_count > 0) good = print_inputs(diff);
  else puts("\nNo input differs.");
  for (size_t i = 0; i < diff->bridges.count && good; i++)
    if (diff->bridges.at[i].differs) good = print_bridge(diff, &diff->bridges.at[i]);
  print_same(diff);
  print_method(diff);
  return good;
}

/* ---- JSON ---- */

static void put_given(struct json *json, const char *key, const struct setting *setting,
                      size_t side, double factor) {
  const struct given *given = &setting->sides[side];
  if (setting->word) js_text(json, key, given->known ? given->text : NULL);
  else js_number(json, key, given->known ? given->si / factor : NAN);
}

static void put_input(struct json *json, const struct diff *diff, size_t index) {
  const struct setting *one = &diff->changes.at[diff->changes.changed[index]];
  mls_cell about;
  mls_cell_about(diff->session->model, one->cell, &about, sizeof about);
  js_line(json);
  js_open(json, NULL, '{');
  js_text(json, "path", one->path);
  js_text(json, "unit", about.text ? NULL : about.unit);
  put_given(json, "from", one, 0, about.factor);
  put_given(json, "to", one, 1, about.factor);
  js_close(json, '}');
}

static void put_end(struct json *json, const char *key, const struct bridge *bridge, size_t side) {
  if (bridge->ends[side]) js_text(json, key, bridge->ends[side]);
  else js_number(json, key, bridge->values[side]);
}

static void put_parts(struct json *json, const struct diff *diff, const struct bridge *bridge,
                      const size_t *order) {
  size_t count = diff->changes.changed_count + (bridge->share == SHARE_ALONE);
  js_open(json, "parts", '[');
  for (size_t i = 0; bridge->share != SHARE_NONE && i <= diff->changes.changed_count; i++) {
    if (order[i] >= count) continue;
    bool rest = order[i] == diff->changes.changed_count;
    js_open(json, NULL, '{');
    js_text(json, "input", rest ? NULL : diff_part(diff, order[i]));
    js_number(json, "effect", bridge->effects[order[i]]);
    js_close(json, '}');
  }
  js_close(json, ']');
}

static void put_alone(struct json *json, const struct diff *diff, const struct bridge *bridge) {
  js_open(json, "alone", '[');
  for (size_t i = 0; bridge->share == SHARE_NONE && i < diff->changes.changed_count; i++) {
    if (!bridge->alone[i]) continue;
    js_open(json, NULL, '{');
    js_text(json, "input", diff_part(diff, i));
    js_text(json, "becomes", bridge->alone[i]);
    js_close(json, '}');
  }
  js_close(json, ']');
}

static const char *share_word(enum share share) {
  return share == SHARE_ORDERS ? "orders" : share == SHARE_ALONE ? "alone" : NULL;
}

static bool put_cell(struct json *json, const struct diff *diff, const struct bridge *bridge) {
  size_t *order = calloc(diff->changes.changed_count + 1, sizeof *order);
  if (!order) return false;
  bridge_order(bridge, diff->changes.changed_count, order);
  js_line(json);
  js_open(json, NULL, '{');
  js_text(json, "path", bridge->path);
  js_text(json, "unit", bridge->about.text || bridge->about.truth ? NULL : bridge->about.unit);
  put_end(json, "from", bridge, 0);
  put_end(json, "to", bridge, 1);
  js_text(json, "share", share_word(bridge->share));
  put_parts(json, diff, bridge, order);
  put_alone(json, diff, bridge);
  js_close(json, '}');
  free(order);
  return true;
}

bool diff_print_json(const struct diff *diff) {
  mls_sheet sheet;
  struct json json;
  bool good = true;
  mls_sheet_about(diff->session->model, &sheet, sizeof sheet);
  js_head(&json);
  js_text(&json, "sheet", sheet.name);
  js_text(&json, "from", diff->sides[0].name);
  js_text(&json, "to", diff->sides[1].name);
  js_open(&json, "inputs", '[');
  for (size_t i = 0; i < diff->changes.changed_count; i++) put_input(&json, diff, i);
  js_close(&json, ']');
  js_open(&json, "cells", '[');
  for (size_t i = 0; i < diff->bridges.count && good; i++)
    good = put_cell(&json, diff, &diff->bridges.at[i]);
  js_close(&json, ']');
  js_close(&json, '}');
  putchar('\n');
  if (!good) say_error("there is not enough memory");
  return good;
}
