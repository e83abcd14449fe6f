/* JSON text to a flat list of values (RFC 8259), with the place of each. Bounded: depth, number of
   values, length of texts; nothing here recurses. Numbers stay text, so that they are read once and
   exactly. */
#ifndef MLS_JSON_H
#define MLS_JSON_H

#include "fail.h"
#include "memory.h"
#include "text.h"

/* The form of JSON documents, their member "schema": written by reports, read in inputs. */
enum { JSON_SCHEMA = 1 };

enum json_kind {
  JSON_NULL,
  JSON_FALSE,
  JSON_TRUE,
  JSON_NUMBER,
  JSON_STRING,
  JSON_ARRAY,
  JSON_OBJECT
};

/* A value. What a container holds follows it: the first at `value + 1`, each next one at
   `value + value->skip`. */
struct json {
  const char *text; /* digits, or the text with its escapes read; not ended by 0 */
  const char *key;  /* of a member, likewise; NULL of others */
  unsigned size, key_size;
  unsigned count;           /* values or members in it */
  unsigned skip;            /* values in all of it, itself included */
  int line, column;         /* of its first byte; columns count characters */
  int key_line, key_column; /* of the key of a member */
  enum json_kind kind;
};

struct json_file {
  const char *file; /* shown in messages */
  struct memory memory;
  struct json *values; /* the first is the whole */
  size_t count, room;
};

/* Reads a whole file. `file` and `bytes` must live as long as the result. The first error ends it:
   MLS_SYNTAX (not JSON, a key that stands twice, not UTF-8, another encoding, named), MLS_LIMIT,
   MLS_MEMORY. Call json_close in any case. */
mls_status json_read(struct json_file *out, struct fails *fails, const char *file,
                     const char *bytes, size_t size);
void json_close(struct json_file *json);

/* The member of an object with this key, or NULL; NULL of what is no object too. */
const struct json *json_member(const struct json *object, const char *key);
struct slice json_text(const struct json *value);
struct slice json_key(const struct json *value);
bool json_is(const struct json *value, const char *text); /* a string of just this text */
struct place json_place(const struct json_file *json, const struct json *value);
struct place json_key_place(const struct json_file *json, const struct json *value);
/* For messages: "a text", "a number", "true", "null", "a list", "an object". */
const char *json_word(const struct json *value);

#endif
