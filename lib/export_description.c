/* check --json: every line of every sheet with its formula's tree and the unit proved for each
   part, so that a program that shares no code with this library can derive all units again. */
#include <string.h>

#include "check.h"
#include "export.h"

struct describer {
  const struct mls_model *model;
  const struct sheet *sheet; /* at hand */
  struct units units;        /* the book's, with a private arena: threads may share the model */
  struct report sink;
  struct buffer out;
};

/* ---- types and units ---- */

static void put_bases(struct describer *d, const struct dims *strict, const struct dims *count) {
  buffer_json(&d->out, dims_text(&d->units, strict, count));
}

static void put_type(struct describer *d, struct type type) {
  static const char *const words[] = { "number", "text", "truth" };
  buffer_print(&d->out, ", \"type\": {\"kind\": \"%s\"", words[type.kind]);
  if (type.zero) buffer_text(&d->out, ", \"any\": true");
  if (type.kind == KIND_NUMBER && !type.zero) {
    buffer_text(&d->out, ", \"strict\": ");
    put_bases(d, type.strict, d->units.none);
    buffer_text(&d->out, ", \"count\": ");
    put_bases(d, d->units.none, type.count);
  }
  buffer_char(&d->out, '}');
}

static void put_unit(struct describer *d, const struct unit *unit) {
  buffer_text(&d->out, ", \"unit\": ");
  if (!unit) {
    buffer_text(&d->out, "null");
    return;
  }
  buffer_text(&d->out, "{\"text\": ");
  buffer_json(&d->out, unit->text);
  buffer_text(&d->out, ", \"factor\": ");
  json_number(&d->out, unit->factor);
  buffer_text(&d->out, ", \"bases\": ");
  put_bases(d, unit->strict, unit->count);
  buffer_char(&d->out, '}');
}

static void put_member(struct describer *d, const char *name, const char *text) {
  buffer_print(&d->out, ", \"%s\": ", name);
  buffer_json(&d->out, text);
}

static void put_list(struct describer *d, const char *name, const char *const *texts,
                     size_t count) {
  buffer_print(&d->out, ", \"%s\": [", name);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) buffer_text(&d->out, ", ");
    buffer_json(&d->out, texts[i]);
  }
  buffer_char(&d->out, ']');
}

/* ---- trees ---- */

static void put_tree(struct describer *d, const struct node *node);

static void put_trees(struct describer *d, const struct node *node) {
  buffer_text(&d->out, ", \"arguments\": [");
  for (unsigned i = 0; i < node->count; i++) {
    if (i > 0) buffer_text(&d->out, ", ");
    put_tree(d, node->arguments[i]);
  }
  buffer_char(&d->out, ']');
}

/* The unit that facts of a field are shown in; those of a family have the same dimensions. */
static const struct unit *field_unit(const struct registry *registry, const struct slot *slot) {
  size_t index;
  const struct map *names = slot->family ? &registry->family_index : &registry->field_index;
  return map_get(names, slot->field, &index) ? registry->fields[index].unit : NULL;
}

/* What a slot is: a line of a sheet, the key of a table, a fact of an input's registry. */
static void put_slot(struct describer *d, const struct sheet *sheet, const struct slot *slot) {
  static const char *const kinds[] = { "", "line", "key", "fact", "total" };
  const struct line *line = &sheet->lines[slot->line];
  put_member(d, "sheet", sheet->name);
  put_member(d, "slot", kinds[slot->kind]);
  put_member(d, "line", slot->kind == SLOT_KEY ? line->domain->key : line->name);
  if (slot->table >= 0) put_member(d, "table", sheet->lines[sheet->tables[slot->table]].name);
  if (slot->kind == SLOT_LINE) put_unit(d, line->unit);
  if (slot->kind != SLOT_FACT) return;
  put_member(d, "registry", line->domain->set->name);
  put_member(d, "field", slot->field);
  buffer_print(&d->out, ", \"family\": %s", slot->family ? "true" : "false");
  put_unit(d, field_unit(line->domain->set->registry, slot));
}

static void put_ref(struct describer *d, const struct node *node) {
  static const char *const kinds[] = { "none", "cell", "lookup", "row", "column" };
  const struct sheet *sheet = ref_sheet(d->sheet, node);
  buffer_print(&d->out, ", \"means\": {\"ref\": \"%s\"", kinds[node->ref]);
  struct slot slot = sheet_slot(sheet, node->slot);
  if (node->ref != REF_NONE) put_slot(d, sheet, &slot);
  buffer_char(&d->out, '}');
}

static void put_path(struct describer *d, const struct node *node) {
  buffer_text(&d->out, "\"path\": \"");
  for (unsigned i = 0; i < node->name_count; i++)
    buffer_print(&d->out, "%s%s", i ? "." : "", node_name(node, i));
  buffer_char(&d->out, '"');
  put_ref(d, node);
  if (node->count == 0) return;
  buffer_text(&d->out, ", \"key\": ");
  put_tree(d, node->arguments[0]);
}

static void put_tree(struct describer *d, const struct node *node) {
  buffer_char(&d->out, '{');
  if (node->kind == NODE_NUMBER) {
    buffer_text(&d->out, "\"number\": ");
    json_number(&d->out, node->literal->number);
    put_unit(d, node->literal->unit);
  } else if (node->kind == NODE_TEXT) {
    buffer_text(&d->out, "\"text\": ");
    buffer_json(&d->out, node->text);
  } else if (node->kind == NODE_PATH) {
    put_path(d, node);
  } else {
    buffer_text(&d->out, "\"call\": ");
    buffer_json(&d->out, node->function->name);
    if (node_is_total(node)) buffer_text(&d->out, ", \"aggregate\": true");
    put_trees(d, node);
  }
  put_type(d, *node->type);
  buffer_char(&d->out, '}');
}

static void put_formula(struct describer *d, const struct node *formula) {
  struct buffer text;
  buffer_open(&text, d->out.memory);
  formula_print(&text, formula);
  put_member(d, "formula", text.bytes);
  if (text.failed) d->out.failed = true;
  buffer_close(&text);
  buffer_text(&d->out, ", \"tree\": ");
  put_tree(d, formula);
}

/* ---- lines ---- */

static void put_set(struct describer *d, const struct set *set) {
  static const char *const kinds[] = { "range", "words", "registry" };
  buffer_print(&d->out, ", \"set\": {\"kind\": \"%s\"", kinds[set->kind]);
  put_member(d, "text", set->text);
  if (set->kind == SET_RANGE) {
    buffer_text(&d->out, ", \"low\": ");
    json_number(&d->out, set->low);
    buffer_text(&d->out, ", \"high\": ");
    json_number(&d->out, set->high);
    buffer_text(&d->out, ", \"step\": ");
    json_number(&d->out, set->step);
  } else if (set->kind == SET_WORDS) {
    put_list(d, "words", set->words, set->count);
  } else {
    put_member(d, "registry", set->name);
  }
  buffer_char(&d->out, '}');
}

static void put_values(struct describer *d, const struct line *line) {
  buffer_text(&d->out, ", \"values\": [");
  for (size_t i = 0; i < line->domain->value_count; i++) {
    if (i > 0) buffer_text(&d->out, ", ");
    if (line->domain->values[i].word) buffer_json(&d->out, line->domain->values[i].word);
    else json_number(&d->out, line->domain->values[i].number);
  }
  buffer_char(&d->out, ']');
  if (!line->domain->likely) return;
  buffer_text(&d->out, ", \"likely\": [");
  json_number(&d->out, line->domain->likely->low);
  buffer_text(&d->out, ", ");
  json_number(&d->out, line->domain->likely->high);
  buffer_char(&d->out, ']');
}

static void put_binds(struct describer *d, const struct line *line) {
  put_member(d, "uses", line->use->sheet);
  buffer_text(&d->out, ", \"binds\": [");
  for (size_t i = 0; i < line->use->bind_count; i++) {
    buffer_text(&d->out, i ? ", {\"name\": " : "{\"name\": ");
    buffer_json(&d->out, line->use->binds[i].name);
    put_formula(d, line->use->binds[i].formula);
    buffer_char(&d->out, '}');
  }
  buffer_char(&d->out, ']');
}

static void put_chart(struct describer *d, const struct line *line) {
  put_member(d, "chart", chart_words[line->use->chart]);
  buffer_text(&d->out, ", \"shows\": [");
  for (size_t i = 0; i < line->use->bind_count; i++) {
    buffer_text(&d->out, i ? ", {\"line\": " : "{\"line\": ");
    buffer_print(&d->out, "%d", line->use->binds[i].place.line);
    put_formula(d, line->use->binds[i].formula);
    buffer_char(&d->out, '}');
  }
  buffer_char(&d->out, ']');
}

static const char *kind_of(const struct line *line) {
  static const char *const kinds[] = { "note", "input", "cell", "check", "use", "table", "chart" };
  if (line->kind == LINE_NOTE && line->heading) return "heading";
  return line->kind == LINE_CELL && line->output ? "output" : kinds[line->kind];
}

static void put_line(struct describer *d, const struct line *line) {
  buffer_print(&d->out, "{\"line\": %d, \"kind\": \"%s\"", (int)line->line, kind_of(line));
  put_member(d, "name", line->name);
  bool typed = line->kind == LINE_INPUT || line->kind == LINE_CELL || line->kind == LINE_CHECK;
  if (typed) put_unit(d, line->unit);
  if (typed) put_type(d, *line->type);
  if (line->table >= 0) put_member(d, "table", d->sheet->lines[d->sheet->tables[line->table]].name);
  if (line->kind == LINE_TABLE) put_member(d, "key", line->domain->key);
  if (line_domain(line)) put_set(d, line->domain->set);
  if (line->kind == LINE_INPUT) put_values(d, line);
  if (line->kind == LINE_USE) put_binds(d, line);
  if (line->kind == LINE_CHART) put_chart(d, line);
  if (line_formula(line)) put_formula(d, line->formula);
  put_member(d, "label", line->label);
  put_list(d, "cites", line->cites, line->cite_count);
  buffer_char(&d->out, '}');
}

static mls_status put_sheet(struct describer *d, const struct sheet *sheet) {
  d->sheet = sheet;
  buffer_text(&d->out, "{\"name\": ");
  buffer_json(&d->out, sheet->name);
  put_member(d, "file", sheet->file);
  put_member(d, "label", sheet->label);
  put_list(d, "cites", sheet->cites, sheet->cite_count);
  buffer_text(&d->out, ", \"lines\": [");
  for (size_t i = 0; i < sheet->line_count; i++) {
    buffer_text(&d->out, i ? ",\n   " : "\n   ");
    put_line(d, &sheet->lines[i]);
    TRY(report_drain(&d->sink, &d->out));
  }
  buffer_text(&d->out, "]}");
  return MLS_OK;
}

/* A sheet used several times is described once. */
static bool is_first(const struct mls_model *model, size_t instance) {
  for (size_t i = 0; i < instance; i++)
    if (model->instances[i].sheet == model->instances[instance].sheet) return false;
  return true;
}

static mls_status put_sheets(struct describer *d) {
  json_head(&d->out, d->model);
  buffer_text(&d->out, ",\n \"sheets\": [");
  for (size_t i = 0; i < d->model->instance_count; i++) {
    if (!is_first(d->model, i)) continue;
    buffer_text(&d->out, i ? ",\n  " : "\n  ");
    TRY(put_sheet(d, d->model->instances[i].sheet));
  }
  buffer_text(&d->out, "]}\n");
  return report_flush(&d->sink, &d->out);
}

mls_status export_description(const struct mls_model *model, mls_write write, void *context,
                              struct fails *fails) {
  struct memory scratch;
  memory_open(&scratch, &fails->memory->allocator);
  struct describer d = { .model = model, .units = *model->units };
  d.units.memory = &scratch;
  d.sink = (struct report){ .model = model, .write = write, .context = context, .fails = fails };
  buffer_open(&d.out, &scratch);
  mls_status status = put_sheets(&d);
  buffer_close(&d.out);
  memory_close(&scratch);
  return status;
}
