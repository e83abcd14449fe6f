/* A sheet in an editor: its text, what is wrong with it, and the model of the last text without
   errors. Every text is opened in a book of its own, which takes milliseconds and leaves nothing
   behind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "lsp.h"

/* ---- errors ---- */

static void out_diagnostic(struct out *out, const struct sheet *sheet, int line, int column,
                           int severity, const char *text) {
  size_t size, number = line > 0 ? (size_t)line - 1 : 0;
  const char *at = place_line(sheet, number, &size);
  size_t from = column > 0 ? place_character(at, size, column) : 0, to = from;
  while (to < size && place_is_word(at[to])) to++;
  if (to == from) to += to < size;
  while (to < size && ((unsigned char)at[to] & 0xC0) == 0x80) to++;
  out_text(out, out->size > 0 ? ",{" : "{");
  place_range(out, number, place_units(at, from), number, place_units(at, to));
  out_text(out, ",\"severity\":");
  out_count(out, (size_t)severity);
  out_text(out, ",\"source\":\"mlsysim\",\"message\":");
  out_quoted(out, text, strlen(text));
  out_text(out, "}");
}

/* What is wrong in another file is told at the top, with its place. */
static void out_message(struct out *out, const struct sheet *sheet, const char *name,
                        const mls_message *message) {
  char text[4096];
  bool own = message->file && strcmp(message->file, name) == 0;
  const char *kind = message->warning ? "warning" : mls_status_word(message->status);
  if (own) snprintf(text, sizeof text, "%s: %s", kind, message->text);
  else
    snprintf(text, sizeof text, "%s:%d: %s: %s", message->file ? message->file : "mlsysim",
             message->line, kind, message->text);
  out_diagnostic(out, sheet, own ? message->line : 1, own ? message->column : 1,
                 message->warning ? 2 : 1, text);
}

/* A false check is an answer, not an error: it is told as information. */
static void out_checks(struct out *out, const struct sheet *sheet, const struct session *session,
                       mls_values *values) {
  mls_sheet own;
  mls_verdict verdict;
  if (mls_sheet_about(session->model, &own, sizeof own) != MLS_OK) return;
  for (size_t cell = 0; cell < mls_cell_count(session->model); cell++) {
    mls_cell about;
    if (mls_cell_about(session->model, cell, &about, sizeof about) != MLS_OK) continue;
    if (about.kind != MLS_CHECK || about.hidden || strcmp(about.sheet, own.name) != 0) continue;
    if (mls_check(values, cell, &verdict) != MLS_OK || verdict.holds == 1) continue;
    out_diagnostic(out, sheet, about.line, 1, 3, verdict.message);
  }
}

static bool keep_text(struct sheet *sheet, const char *text, size_t size) {
  char *copy = malloc(size + 1);
  if (!copy) return false;
  memcpy(copy, text, size);
  copy[size] = 0;
  free(sheet->text);
  sheet->text = copy;
  sheet->size = size;
  return true;
}

static void forget(struct sheet *sheet) {
  mls_values_free(sheet->values);
  session_close(&sheet->known);
  sheet->known = (struct session){ .book = NULL };
  sheet->values = NULL;
}

static mls_status open_text(struct sheet *sheet, struct session *session, const char *name,
                            mls_values **values) {
  mls_status status =
      mls_model_open_bytes(session->book, name, sheet->text, sheet->size, NULL, 0, &session->model);
  if (status != MLS_OK) return status;
  status = mls_values_new(session->model, NULL, values);
  return status == MLS_OK ? mls_settle(*values) : status;
}

bool sheet_update(struct sheet *sheet, const struct options *options, const char *text, size_t size,
                  struct out *diagnostics) {
  struct session session;
  const mls_message *message;
  mls_values *values = NULL;
  const char *name = sheet->path ? sheet->path : "sheet";
  if (!keep_text(sheet, text, size)) return false;
  bool good = session_open_anyway(&session, options) == DONE && session.book &&
              open_text(sheet, &session, name, &values) == MLS_OK;
  for (size_t i = 0; session.book && (message = mls_book_message(session.book, i)); i++)
    out_message(diagnostics, sheet, name, message);
  if (good) out_checks(diagnostics, sheet, &session, values);
  if (good || !sheet->known.model) { /* without a model units, sources and functions are known */
    forget(sheet);
    sheet->known = session;
    sheet->values = values;
  } else {
    mls_values_free(values);
    session_close(&session);
  }
  return true;
}

void sheet_free(struct sheet *sheet) {
  forget(sheet);
  free(sheet->uri);
  free(sheet->path);
  free(sheet->text);
  free(sheet);
}

/* ---- files ---- */

char *path_of_uri(const char *uri) {
  static const char scheme[] = "file://", digits[] = "0123456789abcdef";
  if (strncmp(uri, scheme, sizeof scheme - 1) != 0) return NULL;
  uri += sizeof scheme - 1;
  char *path = malloc(strlen(uri) + 1), *to = path;
  for (; path && *uri; uri++) {
    const char *high = uri[0] == '%' && uri[1] ? strchr(digits, uri[1] | 0x20) : NULL;
    const char *low = high && uri[2] ? strchr(digits, uri[2] | 0x20) : NULL;
    if (low) *to++ = (char)((high - digits) * 16 + (low - digits)), uri += 2;
    else *to++ = *uri;
  }
  if (path) *to = 0;
  return path;
}
