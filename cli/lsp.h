/* What the language server is made of: the messages (lsp.c), JSON in and out (lsp_read.c,
   lsp_write.c), places in a text (lsp_place.c), sheets (lsp_sheet.c), questions (lsp_ask.c). */
#ifndef CLI_LSP_H
#define CLI_LSP_H

#include "session.h"

/* ---- JSON in ---- */

enum in_kind { IN_NULL, IN_TRUTH, IN_NUMBER, IN_TEXT, IN_LIST, IN_MAP };

/* A value within a message. Texts lie in the bytes of the message, unescaped. */
struct in {
  enum in_kind kind;
  const char *key;  /* within a map, else NULL */
  const char *text; /* IN_TEXT: ended by 0; IN_NUMBER, IN_TRUTH: `size` bytes as they stand there */
  size_t size;
  struct in *child, *next;
  struct in *made; /* the one made before: to free them */
};

/* Parses `size` bytes, which it changes; bytes[size] is 0. NULL when they are no JSON, too deep, or
   there is no memory. End with in_free. */
struct in *in_parse(char *bytes, size_t size);
void in_free(struct in *root);
/* A member by a path: "params.textDocument.uri"; NULL when there is none. */
const struct in *in_find(const struct in *at, const char *path);
/* "" and 0 for what is missing or of another kind. */
const char *in_text(const struct in *at, const char *path);
size_t in_count(const struct in *at, const char *path);

/* ---- JSON out ---- */

struct out {
  char *bytes; /* ended by 0 */
  size_t size, room;
  bool failed; /* there was no memory */
};

void out_add(struct out *out, const char *bytes, size_t size);
void out_text(struct out *out, const char *text);
/* A text in quotes. */
void out_quoted(struct out *out, const char *text, size_t size);
void out_count(struct out *out, size_t count);
/* Sends the message with its length before it, and frees it. False when nobody reads any more. */
bool out_send(struct out *out);

/* ---- sheets ---- */

/* A sheet as the editor has it. Model and values are those of the last text without errors; NULL
   when there was none. */
struct sheet {
  char *uri, *path;
  char *text;
  size_t size;
  struct session known;
  mls_values *values;
  struct sheet *next;
};

/* Takes a text, and says what is wrong with it: the elements of a list of diagnostics. False
   without memory. */
bool sheet_update(struct sheet *sheet, const struct options *options, const char *text, size_t size,
                  struct out *diagnostics);
void sheet_free(struct sheet *sheet);
/* The path of a file: URI; NULL when it is another. Free it. */
char *path_of_uri(const char *uri);

/* ---- places ---- */

bool place_is_word(char c); /* of a name */
bool place_is_path(char c); /* also the dot */
/* A line of the text, counted from 0, without its end; empty past the last. */
const char *place_line(const struct sheet *sheet, size_t number, size_t *size);
bool place_is_indented(const char *line, size_t size);
/* UTF-16 units in so many bytes. */
size_t place_units(const char *at, size_t size);
/* Bytes before a character, counted from 1. */
size_t place_character(const char *at, size_t size, int column);
/* The name behind the word `lead` that a line begins with ("": the name begins it), and its size; 0
   when the line begins otherwise. */
size_t place_lead(const char *line, size_t size, const char *lead, size_t *name);
void place_range(struct out *out, size_t line, size_t from, size_t end_line, size_t to);

/* A place, and what stands there. */
enum inside { INSIDE_CODE, INSIDE_TEXT, INSIDE_UNIT, INSIDE_LABEL };
struct spot {
  const char *line; /* not ended by 0 */
  size_t size, at;  /* bytes */
  size_t number;
  enum inside inside;
  char table[64]; /* that the line is a column of, or "" */
};
struct spot place_spot(const struct sheet *sheet, size_t number, size_t unit);

/* ---- questions ---- */

/* Each writes a result, "null" when there is nothing to say. Places are those of the protocol:
   lines from 0, UTF-16 units within a line. */
void sheet_hover(struct sheet *sheet, size_t line, size_t unit, struct out *out);
void sheet_definition(struct sheet *sheet, size_t line, size_t unit, struct out *out);
void sheet_complete(struct sheet *sheet, size_t line, size_t unit, struct out *out);
void sheet_format(struct sheet *sheet, const struct options *options, struct out *out);

#endif
