/* The map of mlsysim list: sheets by layer and domain, and the walls of a machine learning system
   with the sheets that calculate them. A sheet's domain is its folder; its walls stand at the end
   of its header's label: "Time of one pass (walls 1, 2)". Which domains and walls there are, and in
   which order, stands in the registries `domain` and `wall`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

enum { MOST_WALLS = 32 }; /* a bit each */

/* ---- what the registries domain and wall say ---- */

/* Without it nothing has a layer, or a wall. */
static const mls_registry *open_map(struct session *session, const char *name) {
  const mls_registry *registry;
  return mls_registry_open(session->book, name, &registry) == MLS_OK ? registry : NULL;
}

static size_t item_count(const mls_registry *registry) {
  mls_registry_size size = { .items = 0 };
  if (registry) mls_registry_about(registry, &size, sizeof size);
  return size.items;
}

static size_t wall_count(const struct list_page *page) {
  size_t count = item_count(page->walls);
  return count < MOST_WALLS ? count : MOST_WALLS;
}

/* A fact that is a word; "" when the item lacks it. */
static const char *word_of(const mls_registry *registry, size_t item, const char *name) {
  mls_field field;
  mls_fact fact;
  for (size_t i = 0; mls_field_at(registry, i, &field, sizeof field) == MLS_OK; i++)
    if (strcmp(field.name, name) == 0)
      return mls_fact_at(registry, item, i, &fact, sizeof fact) == MLS_OK ? fact.typed : "";
  return "";
}

/* The layer of a domain; NULL for a folder that the map has not. */
static const char *layer_of(const struct list_page *page, const char *domain) {
  size_t item;
  if (!page->domains || mls_item_find(page->domains, domain, &item) != MLS_OK) return NULL;
  return word_of(page->domains, item, "layer");
}

/* ---- where a sheet stands ---- */

/* What the label says before its walls, and a bit for each of them. */
struct standing {
  size_t size;    /* of the label without them */
  unsigned walls; /* bit 0: wall 1 */
};

/* "1, 2)" and the end: the walls; 0 when it is anything else. */
static unsigned read_walls(const char *at, size_t count) {
  unsigned found = 0;
  for (;;) {
    char *end;
    unsigned long wall = *at >= '1' && *at <= '9' ? strtoul(at, &end, 10) : 0;
    if (wall < 1 || wall > count) return 0;
    found |= 1U << (wall - 1);
    if (strcmp(end, ")") == 0) return found;
    if (strncmp(end, ", ", 2) != 0) return 0;
    at = end + 2;
  }
}

static struct standing standing_of(const struct list_page *page, const char *label) {
  static const char *const leads[] = { " (wall ", " (walls " };
  struct standing standing = { strlen(label), 0 };
  for (size_t i = 0; i < 2 && !standing.walls; i++) {
    const char *at = strstr(label, leads[i]);
    if (at) standing.walls = read_walls(at + strlen(leads[i]), wall_count(page));
    if (standing.walls) standing.size = (size_t)(at - label);
  }
  return standing;
}

/* The folder that a sheet lies in below that of templates; "" for none. */
static const char *domain_of(const mls_found *found, char out[FOLDER_NAME]) {
  const char *slash = strchr(found->below, '/');
  snprintf(out, FOLDER_NAME, "%.*s", slash ? (int)(slash - found->below) : 0, found->below);
  return out;
}

/* "1, 2" */
static const char *walls_text(unsigned found, char out[96]) {
  size_t used = 0;
  out[0] = 0;
  for (unsigned i = 0; i < MOST_WALLS; i++)
    if (found >> i & 1)
      used += (size_t)snprintf(out + used, 96 - used, "%s%u", used ? ", " : "", i + 1);
  return out;
}

/* ---- sheets ---- */

/* The file that is used instead of a hidden one. */
static void hidden_by(struct session *session, const char *name, char out[FOLDER_NAME]) {
  mls_found other;
  out[0] = 0;
  for (size_t i = 0; mls_found_at(session->book, i, &other, sizeof other) == MLS_OK; i++)
    if (other.used && strcmp(other.name, name) == 0) session_folder(&other, out);
}

static void add_sheet(struct list_page *page, const mls_found *found) {
  char folder[FOLDER_NAME], other[FOLDER_NAME], note[FOLDER_NAME + 16] = "", numbers[96];
  struct standing standing = standing_of(page, found->label);
  hidden_by(page->session, found->name, other);
  if (!found->used) snprintf(note, sizeof note, ", hidden by %s", other);
  else if (found->group < 2) snprintf(note, sizeof note, ", %s", session_origin(found->group));
  table_add(&page->table, "%s", found->name);
  table_add(&page->table, "%s%s", session_folder(found, folder), note);
  table_add(&page->table, "%s", walls_text(standing.walls, numbers));
  table_add(&page->table, "%.*s", (int)standing.size, found->label);
}

static void json_sheet(struct list_page *page, const mls_found *found) {
  struct json *json = &page->json;
  char folder[FOLDER_NAME], domain[FOLDER_NAME];
  struct standing standing = standing_of(page, found->label);
  domain_of(found, domain);
  js_line(json);
  js_open(json, NULL, '{');
  js_text(json, "name", found->name);
  js_text(json, "label", found->label);
  js_text(json, "layer", layer_of(page, domain));
  js_text(json, "domain", domain[0] ? domain : NULL);
  js_open(json, "walls", '[');
  for (unsigned i = 0; i < MOST_WALLS; i++)
    if (standing.walls >> i & 1) js_number(json, NULL, i + 1);
  js_close(json, ']');
  js_text(json, "folder", session_folder(found, folder));
  js_text(json, "from", session_origin(found->group));
  js_truth(json, "used", found->used);
  js_close(json, '}');
}

/* Adds the sheets of one domain, or (NULL) those of folders that the map has not. */
static bool add_domain(struct list_page *page, const char *domain) {
  mls_found found;
  char folder[FOLDER_NAME];
  bool some = false;
  for (size_t i = 0; mls_found_at(page->session->book, i, &found, sizeof found) == MLS_OK; i++) {
    domain_of(&found, folder);
    if (domain ? strcmp(folder, domain) != 0 : layer_of(page, folder) != NULL) continue;
    add_sheet(page, &found);
    some = true;
  }
  return some;
}

/* A section for each domain that has sheets. */
static int print_domains(struct list_page *page, size_t used) {
  char title[96];
  int status = DONE;
  snprintf(title, sizeof title, "Sheets (%zu): mlsysim run NAME, mlsysim list NAME", used);
  print_heading(title, page->table.color);
  size_t count = item_count(page->domains);
  for (size_t i = 0; i <= count && status == DONE; i++) {
    const char *domain = i < count ? mls_item_name(page->domains, i) : NULL;
    page->table.columns = 4;
    if (!add_domain(page, domain)) continue;
    if (domain) snprintf(title, sizeof title, "%s: %s", layer_of(page, domain), domain);
    else snprintf(title, sizeof title, "Others");
    putchar('\n');
    print_heading(title, page->table.color);
    if (!list_rows(page)) status = SYSTEM_FAILS;
  }
  return status;
}

static void open_maps(struct list_page *page) {
  page->domains = open_map(page->session, "domain");
  page->walls = open_map(page->session, "wall");
}

int list_sheets(struct list_page *page) {
  size_t count, used = 0;
  mls_found found;
  open_maps(page);
  int status = session_find(page->session, "sheet", &count);
  if (status != DONE) return status;
  if (page->form == LIST_JSON) js_open(&page->json, "sheets", '[');
  for (size_t i = 0; mls_found_at(page->session->book, i, &found, sizeof found) == MLS_OK; i++) {
    used += found.used != 0;
    if (page->form == LIST_JSON) json_sheet(page, &found);
    else if (page->form == LIST_NAMES && found.used) puts(found.name);
  }
  if (page->form == LIST_JSON) js_close(&page->json, ']');
  return page->form == LIST_TEXT ? print_domains(page, used) : DONE;
}

/* ---- walls ---- */

/* Calls for each sheet in use that names the wall. */
static void each_sheet(struct list_page *page, size_t wall,
                       void (*call)(struct list_page *page, const char *name, size_t index)) {
  mls_found found;
  size_t met = 0;
  for (size_t i = 0; mls_found_at(page->session->book, i, &found, sizeof found) == MLS_OK; i++)
    if (found.used && standing_of(page, found.label).walls >> wall & 1)
      call(page, found.name, met++);
}

static void join_name(struct list_page *page, const char *name, size_t index) {
  size_t used = strlen(page->line);
  snprintf(page->line + used, sizeof page->line - used, "%s%s", index ? ", " : "", name);
}

static void json_name(struct list_page *page, const char *name, size_t index) {
  (void)index;
  js_text(&page->json, NULL, name);
}

static void json_wall(struct list_page *page, size_t wall) {
  struct json *json = &page->json;
  js_line(json);
  js_open(json, NULL, '{');
  js_count(json, "wall", wall + 1);
  js_text(json, "name", word_of(page->walls, wall, "title"));
  js_text(json, "domain", word_of(page->walls, wall, "domain"));
  js_open(json, "sheets", '[');
  each_sheet(page, wall, json_name);
  js_close(json, ']');
  js_close(json, '}');
}

static void add_wall(struct list_page *page, size_t wall) {
  page->line[0] = 0;
  each_sheet(page, wall, join_name);
  table_add(&page->table, "%zu", wall + 1);
  table_add(&page->table, "%s", word_of(page->walls, wall, "title"));
  table_add(&page->table, "%s", word_of(page->walls, wall, "domain"));
  table_add(&page->table, "%s", page->line);
}

int list_walls(struct list_page *page) {
  size_t found;
  open_maps(page);
  int status = session_find(page->session, "sheet", &found);
  if (status != DONE) return status;
  size_t count = wall_count(page);
  page->table.columns = 4;
  page->table.right = 1;
  if (page->form == LIST_JSON) js_open(&page->json, "walls", '[');
  for (size_t i = 0; i < count; i++) {
    if (page->form == LIST_JSON) json_wall(page, i);
    else if (page->form == LIST_TEXT) add_wall(page, i);
    else puts(word_of(page->walls, i, "title"));
  }
  if (page->form == LIST_JSON) js_close(&page->json, ']');
  return list_section(page, "Walls (%zu): what limits a system, and the sheets that calculate it",
                      count);
}
