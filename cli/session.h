/* What every command does first: find the folders, open the book, a model, and its scenarios. All
   of these return an exit status and say on stderr what went wrong. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "options.h"
#include "say.h"
#include "system.h"

struct session {
  const struct options *options;
  struct list templates, registries, made; /* `made`: strings of our own */
  mls_book *book;
  mls_model *model;
  mls_scenarios *scenarios;
  mls_run *runs; /* settled */
  size_t run_count;
  const char *input; /* that used standard input, or NULL */
  char date[16];     /* of SOURCE_DATE_EPOCH */
};

int session_open(struct session *session, const struct options *options);
/* Opens a sheet by name or path, with the rows of --rows. */
int session_model(struct session *session, const char *sheet);
/* One run a scenario of `file` (NULL: one run of the defaults), with --set applied, settled. */
int session_runs(struct session *session, const char *file);
void session_close(struct session *session);

/* The as-of date: --as-of, SOURCE_DATE_EPOCH, or NULL for the newest of the registry. */
int session_date(struct session *session, const char **date);
/* True when a check of a run is false or cannot be decided. */
bool session_fails(const struct session *session);

#endif
