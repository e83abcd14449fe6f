/* What every command does first: find the folders, open the book, a model, and its scenarios. All
   of these return an exit status and say on stderr what went wrong. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "options.h"
#include "say.h"

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
  bool anyway;       /* what is wrong is collected here and not said: */
  struct list problems;
};

int session_open(struct session *session, const struct options *options);
/* The same for somebody who asks what is wrong: goes on, and collects the problems. */
int session_open_anyway(struct session *session, const struct options *options);
/* Adds a problem, or says it as an error. */
SYSTEM_PRINTS(2, 3)
void session_note(struct session *session, const char *format, ...);
/* Opens a sheet by name or path, with the rows of --rows. */
int session_model(struct session *session, const char *sheet);
/* One run a scenario of `file` (NULL: one run of the defaults), with --set applied, settled. */
int session_runs(struct session *session, const char *file);
void session_close(struct session *session);

/* A copy that lives as long as the session; NULL without memory. */
const char *session_keep(struct session *session, const char *text);
/* The same of the first `size` bytes. */
const char *session_cut(struct session *session, const char *text, size_t size);
/* The file is one that the command reads: a word, or the file of --rows. */
bool session_reads(const struct options *options, const char *path);
/* Every -o ends in .csv and is no file that is read. False with a message. */
bool session_writes_csv(const struct options *options);
/* A sheet named by path, not by name. */
bool session_is_path(const char *sheet);
/* The files of a kind: mls_find_all. */
int session_find(struct session *session, const char *kind, size_t *count);
/* A registry of facts; units, sources and old names have forms of their own. */
bool session_has_facts(const char *registry);
/* Which group of folders: "given", "MLSYSIM_PATH", "shipped". */
const char *session_origin(size_t group);
/* The folder of a file without the path to it: "templates/planning", or as it was given. */
enum { FOLDER_NAME = 256 };
const char *session_folder(const mls_found *found, char out[FOLDER_NAME]);

/* The folder of the user's own registry, whether it exists or not; NULL when there is none. */
const char *session_own(struct session *session);

/* The as-of date: --as-of, SOURCE_DATE_EPOCH, or NULL for the newest of the registry. */
int session_date(struct session *session, const char **date);
/* True when a check of a run is false or cannot be decided. */
bool session_fails(const struct session *session);

#endif
