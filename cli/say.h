/* Messages on stderr. What comes from files and arguments is made harmless for a terminal. */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <stdbool.h>
#include <stddef.h>
#include "mlsysim.h"
#include "system.h"

/* Exit statuses. */
enum { DONE = 0, CHECK_FAILS = 1, BAD_INPUT = 2, SYSTEM_FAILS = 3, INTERRUPTED = 130 };
int exit_of(mls_status status);

/* "mlsysim: text", formatted as printf does. */
SYSTEM_PRINTS(1, 2)
void say_error(const char *format, ...);
/* Bytes of the UTF-8 character at `text`, and its number; 0 when it is none. */
size_t say_code(const char *text, unsigned *code);
/* The same; 0 also for one that controls a terminal or turns the reading direction. */
size_t say_character(const char *text);
/* "path: file: what: why". */
void say_file(const char *path, const char *what, const char *why);
/* "file:line:column: kind: text"; `origin` stands for an unknown file. */
void say_message(const mls_message *message, const char *origin);
void say_book(mls_book *book, const char *origin);
void say_values(mls_values *values, const char *origin);

/* The nearest of `count` names, near enough to be meant; NULL when none is. */
const char *nearest_name(const char *wanted, const char *const *names, size_t count);

#endif
