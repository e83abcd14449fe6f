/* Lists of messages. Separate from everything so that the lowest layer can already say what went
   wrong. */
#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "limits.h"
#include "memory.h"

static const char *const words[] = {
  "ok",    "memory", "file", "syntax", "name",  "unit",
  "cycle", "range",  "fact", "value",  "limit", "cancelled",
};

const char *fail_word(mls_status status) {
  size_t index = (size_t)status;
  return index < sizeof words / sizeof *words ? words[index] : "unknown";
}

mls_status fail_memory(struct fails *fails) {
  if (fails->status == MLS_OK) fails->status = MLS_MEMORY;
  fails->errors++;
  return MLS_MEMORY;
}

mls_status fail_cancel(struct fails *fails) {
  fails->status = MLS_CANCELLED;
  fails->errors++;
  return MLS_CANCELLED;
}

/* The message in the arena, cut to what a person would read. */
static const char *format_text(struct memory *memory, const char *format, va_list list) {
  char text[2048];
  int size = vsnprintf(text, sizeof text, format, list);
  if (size < 0) return NULL;
  size_t length = (size_t)size < sizeof text ? (size_t)size : sizeof text - 1;
  /* a cut must not leave half a character */
  if ((size_t)size >= sizeof text)
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
  return memory_text(memory, text, length);
}

static struct fail *append(struct fails *fails, struct place place, const char *text) {
  struct fail *fail = memory_push(fails->memory, sizeof *fail);
  if (!fail || !text) return NULL;
  fail->place = place;
  fail->text = text;
  if (fails->last) fails->last->next = fail;
  else fails->first = fail;
  fails->last = fail;
  fails->count++;
  return fail;
}

mls_status fail_add(struct fails *fails, mls_status status, struct place place, const char *format,
                    ...) {
  if (fails->errors >= LIMIT_ERRORS) {
    fails->errors++;
    return status;
  }
  va_list list;
  va_start(list, format);
  const char *text = format_text(fails->memory, format, list);
  va_end(list);
  struct fail *fail = append(fails, place, text);
  if (!fail) return fail_memory(fails);
  fail->status = status;
  fails->errors++;
  if (fails->status == MLS_OK) fails->status = status;
  return status;
}

void fail_warn(struct fails *fails, struct place place, const char *format, ...) {
  if (fails->count >= 2 * LIMIT_ERRORS) return;
  va_list list;
  va_start(list, format);
  const char *text = format_text(fails->memory, format, list);
  va_end(list);
  struct fail *fail = append(fails, place, text);
  if (!fail) fail_memory(fails);
  else fail->warning = true;
}

static bool same_file(const char *a, const char *b) {
  return a == b || (a && b && strcmp(a, b) == 0);
}

static void rank_files(struct fails *fails) {
  size_t ranks = 0;
  for (struct fail *fail = fails->first; fail; fail = fail->next) {
    struct fail *before = fails->first;
    while (before != fail && !same_file(before->place.file, fail->place.file))
      before = before->next;
    fail->rank = before == fail ? ranks++ : before->rank;
  }
}

static bool is_after(const struct fail *a, const struct fail *b) {
  if (a->rank != b->rank) return a->rank > b->rank;
  if (a->place.line != b->place.line) return a->place.line > b->place.line;
  return a->place.column > b->place.column;
}

void fail_sort(struct fails *fails) {
  struct fail *rest = fails->first, *last = NULL;
  rank_files(fails);
  fails->first = NULL;
  while (rest) {
    struct fail *fail = rest, **at = last && !is_after(last, fail) ? &last->next : &fails->first;
    rest = rest->next;
    while (*at && !is_after(*at, fail)) at = &(*at)->next;
    fail->next = *at;
    *at = fail;
    if (!fail->next) last = fail;
  }
  fails->last = last;
}

void fail_clear(struct fails *fails) {
  fails->first = NULL;
  fails->last = NULL;
  fails->count = 0;
  fails->errors = 0;
  fails->status = MLS_OK;
}

/* ---- handed out ---- */

static const mls_message *message_at(const struct fails *fails, size_t index, mls_message *shown) {
  const struct fail *fail = fails->first;
  for (; fail && index > 0; index--) fail = fail->next;
  if (!fail) return NULL;
  *shown = (mls_message){ fail->status,     fail->warning,      fail->place.file,
                          fail->place.line, fail->place.column, fail->text };
  return shown;
}

/* What ends a call at once leaves no message of its own in the list. */
static const mls_message *last_message(const struct fails *fails, size_t index,
                                       mls_message *shown) {
  if (!fail_ends(fails->status) || index != fails->count) return NULL;
  bool memory = fails->status == MLS_MEMORY;
  *shown = (mls_message){ .status = fails->status,
                          .text = memory ? "there is no more memory" : "cancelled" };
  return shown;
}

const mls_message *fail_message(const struct fails *fails, size_t index, mls_message *shown) {
  const mls_message *message = message_at(fails, index, shown);
  return message ? message : last_message(fails, index, shown);
}
