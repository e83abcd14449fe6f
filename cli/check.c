/* mlsysim check: names, units and order of sheets, without calculating them. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "json.h"
#include "session.h"

/* In place of the description of a sheet that is wrong. */
static void json_errors(mls_book *book, const char *sheet) {
  const mls_message *message;
  const char *joint = "";
  printf("{\"mlsysim\": \"%s\", \"schema\": 1, \"sheet\": null, \"file\": ", mls_version());
  js_string(sheet);
  printf(", \"errors\": [");
  for (size_t i = 0; (message = mls_book_message(book, i)); i++) {
    if (message->warning) continue;
    printf("%s\n  {\"file\": ", joint);
    js_string(message->file ? message->file : "");
    printf(", \"line\": %d, \"column\": %d, \"kind\": \"%s\", \"message\": ", message->line,
           message->column, mls_status_word(message->status));
    js_string(message->text);
    putchar('}');
    joint = ",";
  }
  printf("]}\n");
}

static void print_line(const mls_model *model, const char *sheet) {
  size_t cells = 0, checks = 0;
  for (size_t i = 0; i < mls_cell_count(model); i++) {
    mls_cell about;
    if (mls_cell_about(model, i, &about, sizeof about) != MLS_OK) continue;
    if (about.kind == MLS_CHECK) checks++;
    else if (!about.hidden) cells++;
  }
  printf("%s: %zu cell%s, %zu check%s, all units agree\n", sheet, cells, cells == 1 ? "" : "s",
         checks, checks == 1 ? "" : "s");
}

/* Lists constants without a source. */
static int list_uncited(struct session *session, const char *sheet) {
  size_t count = 0;
  mls_status status = mls_strict(session->book, session->model, &count);
  say_book(session->book, sheet);
  if (status != MLS_OK) return exit_of(status);
  return count > 0 ? CHECK_FAILS : DONE;
}

static int check_one(struct session *session, const char *sheet) {
  int status = session_model(session, sheet);
  bool json = session->options->json;
  if (status == BAD_INPUT && json) json_errors(session->book, sheet);
  if (status != DONE) return status;
  if (!json) print_line(session->model, strcmp(sheet, "-") ? sheet : "standard input");
  else status = exit_of(mls_describe(session->model, print_write, NULL));
  if (status == DONE && session->options->strict) status = list_uncited(session, sheet);
  return status;
}

/* All sheets are checked, also after a wrong one; the worst tells the exit status. */
static int check_all(struct session *session) {
  const struct list *sheets = &session->options->words;
  bool json = session->options->json;
  int worst = DONE;
  if (json) putchar('[');
  for (size_t i = 0; i < sheets->count; i++) {
    if (json && i > 0) putchar(',');
    int status = check_one(session, sheets->at[i]);
    if (status > worst) worst = status;
  }
  if (json) puts("]");
  return print_finish() ? worst : SYSTEM_FAILS;
}

int command_check(const struct options *options) {
  struct session session;
  int status = session_open(&session, options);
  if (status == DONE) status = check_all(&session);
  session_close(&session);
  return status;
}
