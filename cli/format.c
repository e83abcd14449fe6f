/* mlsysim format: sheets in their one layout. A file is replaced as a whole, and only when its
   layout changes; nothing else of a sheet ever does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "session.h"

struct task {
  const char *path; /* or - */
  struct bytes old;
  bool check; /* say whether it would change */
  bool changes;
};

static mls_status replace(const char *path, const void *bytes, size_t size) {
  struct output output;
  bool done = output_open(&output, path) && output_write(&output, bytes, size) == MLS_OK &&
              output_finish(&output) && output_publish(&output);
  output_close(&output);
  return done ? MLS_OK : MLS_FILE;
}

/* An mls_write; the library calls it once, with the whole sheet. */
static mls_status receive(void *context, const void *bytes, size_t size) {
  struct task *task = context;
  task->changes = size != task->old.size || memcmp(bytes, task->old.at, size) != 0;
  if (task->check) return MLS_OK;
  if (strcmp(task->path, "-") == 0) return print_write(NULL, bytes, size);
  return task->changes ? replace(task->path, bytes, size) : MLS_OK;
}

static int format_one(mls_book *book, const char *path, bool check) {
  struct task task = { .path = path, .check = check };
  bool standard = strcmp(path, "-") == 0;
  const char *name = standard ? "standard input" : path;
  if (!file_read(path, &task.old)) return standard ? BAD_INPUT : SYSTEM_FAILS;
  mls_status status = mls_format(book, name, task.old.at, task.old.size, receive, &task);
  say_book(book, name);
  free(task.old.at);
  if (status != MLS_OK) return exit_of(status);
  if (check && task.changes) puts(name);
  return check && task.changes ? CHECK_FAILS : DONE;
}

/* All sheets are formatted, also after a wrong one; the worst tells the exit status. */
int command_format(const struct options *options) {
  struct session session;
  bool standard = false;
  int worst = session_open(&session, options);
  for (size_t i = 0; i < options->words.count && session.book && worst != SYSTEM_FAILS; i++) {
    const char *path = options->words.at[i];
    bool again = standard && strcmp(path, "-") == 0;
    if (again) say_error("standard input (-) can be read only once");
    int status = again ? BAD_INPUT : format_one(session.book, path, options->check);
    standard = standard || strcmp(path, "-") == 0;
    if (status > worst) worst = status;
  }
  session_close(&session);
  return print_finish() ? worst : SYSTEM_FAILS;
}
