/* What the files of mlsysim list share. */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "json.h"
#include "session.h"
#include "table.h"

enum list_form { LIST_TEXT, LIST_JSON, LIST_NAMES };

struct list_page {
  struct session *session;
  enum list_form form;
  struct json json;
  struct table table;
  const mls_registry *registry;        /* that the name means, or NULL: the session's model */
  const mls_registry *domains, *walls; /* of the map, or NULL */
  char line[512];                      /* names that are joined */
};

/* Prints the table that was filled below its title, a format for one count. */
int list_section(struct list_page *page, const char *format, size_t count);
/* Prints the table, and empties it; false without memory. */
bool list_rows(struct list_page *page);
/* The names of all registries with facts. */
bool list_registries_names(struct session *session, struct list *names);

/* Sheets by layer and domain; walls with their sheets. */
int list_sheets(struct list_page *page);
int list_walls(struct list_page *page);

/* A registry or a sheet: found, then printed. */
int list_open(struct list_page *page, const char *name);
int list_name(struct list_page *page, const char *name);

/* Fields by how many items have them, most first; free() the numbers. NULL: no memory. */
size_t *fields_by_coverage(const mls_registry *registry, size_t *count);
/* The first field of words that no other one covers more items than; false when there is none. */
bool title_field(const mls_registry *registry, size_t *field);

#endif
