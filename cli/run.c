/* mlsysim run: one sheet, one or more scenarios; to the screen and to files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "working.h"
#include "session.h"

/* Forms by the ending of the file. */
struct ending {
  const char *text, *form;
};
static const struct ending endings[] = {
  { ".xlsx", "xlsx" }, { ".json", "json" }, { ".csv", "csv" }, { ".html", "html" }, { ".md", "md" },
};

static const char *form_of(const char *path) {
  size_t size = strlen(path);
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    size_t length = strlen(endings[i].text);
    if (size > length && strcmp(path + size - length, endings[i].text) == 0) return endings[i].form;
  }
  return NULL;
}

/* Before anything is calculated: every file has a known form, is written once, and is no input. */
static bool outputs_are_sound(const struct options *options) {
  for (size_t i = 0; i < options->outputs.count; i++) {
    const char *path = options->outputs.at[i];
    if (!form_of(path)) {
      say_error("-o %s: the file must end in .xlsx, .html, .json, .csv or .md", path);
      return false;
    }
    if (session_reads(options, path)) {
      say_error("-o %s: this is a file that is read", path);
      return false;
    }
    for (size_t k = 0; k < i; k++) {
      if (!file_same(options->outputs.at[k], path)) continue;
      say_error("-o %s: is written twice", path);
      return false;
    }
  }
  return true;
}

static mls_report report_of(const struct session *session, const char *form, const char *date) {
  mls_report report = { .size = sizeof report, .form = form, .date = date };
  report.all = session->options->all;
  report.csv = session->options->csv;
  report.runs = session->runs;
  report.run_count = session->run_count;
  return report;
}

/* What is printed on the terminal must not meet the line that says how far it is. */
static int export(const struct session *session, const mls_report *report, mls_write write,
                  void *context) {
  working_begin(write != print_write || terminal_width() == 0);
  mls_status status = mls_export(session->model, report, write, context);
  working_end();
  if (status != MLS_OK) say_values(session->runs[0].values, "mlsysim");
  return exit_of(status);
}

static int write_output(const struct session *session, struct output *output, const char *path,
                        const char *date) {
  if (!output_open(output, path)) return SYSTEM_FAILS;
  mls_report report = report_of(session, form_of(path), date);
  int status = export(session, &report, output_write, output);
  if (status == DONE && !output_finish(output)) status = SYSTEM_FAILS;
  return status;
}

/* All files are complete before the first takes its name. */
static int write_outputs(const struct session *session, const char *date) {
  size_t count = session->options->outputs.count, made = 0;
  struct output *outputs = calloc(count + 1, sizeof *outputs);
  int status = outputs ? DONE : SYSTEM_FAILS;
  for (; made < count && status == DONE; made++)
    status = write_output(session, &outputs[made], session->options->outputs.at[made], date);
  for (size_t i = 0; i < made && status == DONE; i++)
    if (!output_publish(&outputs[i])) status = SYSTEM_FAILS;
  for (size_t i = 0; i < made; i++) output_close(&outputs[i]);
  free(outputs);
  return status;
}

/* COLUMNS, else what the terminal has, else what most have. */
static size_t plot_width(void) {
  const char *columns = getenv("COLUMNS");
  size_t width = columns && strspn(columns, "0123456789") == strlen(columns)
                     ? strtoul(columns, NULL, 10)
                     : terminal_width();
  return width ? width : 80;
}

static int print_report(const struct session *session, const char *date) {
  mls_report report = report_of(session, session->options->json ? "json" : "text", date);
  report.color = print_in_color();
  report.plot = session->options->plot ? plot_width() : 0;
  int status = export(session, &report, print_write, NULL);
  return print_finish() ? status : SYSTEM_FAILS;
}

static int work(struct session *session) {
  const struct options *options = session->options;
  const char *date;
  int status = session_date(session, &date);
  if (status == DONE) status = session_model(session, options->words.at[0]);
  if (status == DONE)
    status = session_runs(session, options->words.count > 1 ? options->words.at[1] : NULL);
  if (status == DONE) status = write_outputs(session, date);
  if (status == DONE) status = print_report(session, date);
  if (status == DONE && options->strict && session_fails(session)) status = CHECK_FAILS;
  return status;
}

static int run_once(const struct options *options) {
  struct session session;
  int status = session_open(&session, options);
  if (status == DONE) status = work(&session);
  session_close(&session);
  return status;
}

int command_run(const struct options *options) {
  if (!outputs_are_sound(options)) return BAD_INPUT;
  return options->watch ? watch_run(options, run_once) : run_once(options);
}
