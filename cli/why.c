/* mlsysim why: the tree of reasons below one cell. */
#include "commands.h"
#include "session.h"

static int explain(struct session *session, const char *path, const char *date) {
  mls_report report = { .size = sizeof report, .date = date };
  report.form = session->options->json ? "json" : "text";
  report.color = print_in_color();
  report.runs = session->runs;
  report.run_count = 1;
  mls_values *values = session->runs[0].values;
  mls_status status = mls_why(values, path, &report, print_write, NULL);
  if (status != MLS_OK && status != MLS_FILE) say_values(values, "mlsysim");
  return print_finish() ? exit_of(status) : SYSTEM_FAILS;
}

static int work(struct session *session) {
  const struct options *options = session->options;
  const char *date;
  int status = session_date(session, &date);
  if (status == DONE) status = session_model(session, options->words.at[0]);
  if (status == DONE)
    status = session_runs(session, options->words.count > 2 ? options->words.at[2] : NULL);
  if (status == DONE && session->run_count > 1)
    say_error("shown for the scenario %s; choose another with --scenario", session->runs[0].name);
  return status == DONE ? explain(session, options->words.at[1], date) : status;
}

int command_why(const struct options *options) {
  struct session session;
  int status = session_open(&session, options);
  if (status == DONE) status = work(&session);
  session_close(&session);
  return status;
}
