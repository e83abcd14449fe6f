/* JSON as editors send it, parsed into a tree. Any bytes give a tree or NULL. */
#include <stdlib.h>
#include <string.h>

#include "lsp.h"

enum { DEPTH_MOST = 64 };

struct reader {
  char *at, *end; /* *end is 0 */
  struct in *made;
  int depth;
};

static struct in *read_value(struct reader *r);

static void skip_blanks(struct reader *r) {
  while (r->at < r->end && strchr(" \t\r\n", *r->at)) r->at++;
}

static bool accept(struct reader *r, char c) {
  skip_blanks(r);
  if (r->at >= r->end || *r->at != c) return false;
  r->at++;
  return true;
}

static struct in *make(struct reader *r, enum in_kind kind) {
  struct in *in = calloc(1, sizeof *in);
  if (!in) return NULL;
  in->kind = kind;
  in->made = r->made;
  r->made = in;
  return in;
}

/* ---- texts ---- */

static bool read_hex(const char *at, unsigned *out) {
  static const char digits[] = "0123456789abcdef";
  *out = 0;
  for (int i = 0; i < 4; i++) {
    char c = at[i] >= 'A' && at[i] <= 'F' ? (char)(at[i] + 32) : at[i];
    const char *digit = c ? strchr(digits, c) : NULL;
    if (!digit) return false;
    *out = *out * 16 + (unsigned)(digit - digits);
  }
  return true;
}

static char *put_character(char *to, unsigned code) {
  if (code < 0x80) {
    *to++ = (char)code;
    return to;
  }
  if (code >= 0x10000) *to++ = (char)(0xF0 | code >> 18);
  if (code >= 0x10000) *to++ = (char)(0x80 | (code >> 12 & 0x3F));
  else if (code >= 0x800) *to++ = (char)(0xE0 | code >> 12);
  if (code >= 0x800) *to++ = (char)(0x80 | (code >> 6 & 0x3F));
  else *to++ = (char)(0xC0 | code >> 6);
  *to++ = (char)(0x80 | (code & 0x3F));
  return to;
}

/* \uXXXX, two of them for what lies beyond; `at` is behind the u. */
static char *put_escaped(struct reader *r, char *to) {
  unsigned code, low;
  if (r->end - r->at < 4 || !read_hex(r->at, &code)) return NULL;
  r->at += 4;
  bool high = code >= 0xD800 && code < 0xDC00;
  bool pair = high && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u' &&
              read_hex(r->at + 2, &low) && low >= 0xDC00 && low < 0xE000;
  if (pair) {
    r->at += 6;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  } else if (code >= 0xD800 && code < 0xE000) {
    code = 0xFFFD;
  }
  return put_character(to, code);
}

/* Unescapes in place: a text never grows. `at` is behind the quote. */
static char *read_text(struct reader *r, size_t *size) {
  static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  char *start = r->at, *to = r->at;
  while (r->at < r->end && *r->at != '"') {
    char c = *r->at++;
    const char *escape = c == '\\' && r->at < r->end && *r->at ? strchr(plain, *r->at) : NULL;
    if (c != '\\') {
      *to++ = c;
    } else if (escape) {
      *to++ = meant[escape - plain];
      r->at++;
    } else {
      if (r->at >= r->end || *r->at++ != 'u') return NULL;
      to = put_escaped(r, to);
      if (!to) return NULL;
    }
  }
  if (r->at >= r->end) return NULL;
  r->at++;
  *to = 0;
  *size = (size_t)(to - start);
  return start;
}

/* ---- values ---- */

static struct in *read_member(struct reader *r, enum in_kind kind) {
  char *key = NULL;
  size_t size;
  if (kind == IN_MAP && (!accept(r, '"') || !(key = read_text(r, &size)) || !accept(r, ':')))
    return NULL;
  struct in *value = read_value(r);
  if (value) value->key = key;
  return value;
}

static struct in *read_members(struct reader *r, enum in_kind kind, char closing) {
  struct in *in = make(r, kind), **last = in ? &in->child : NULL;
  r->at++;
  if (!in || r->depth >= DEPTH_MOST) return NULL;
  if (accept(r, closing)) return in;
  r->depth++;
  do {
    *last = read_member(r, kind);
    if (!*last) return NULL;
    last = &(*last)->next;
  } while (accept(r, ','));
  r->depth--;
  return accept(r, closing) ? in : NULL;
}

/* A number, true, false or null: a run of letters, digits and the marks of numbers. */
static struct in *read_bare(struct reader *r) {
  static const char marks[] = "+-.0123456789abcdefghijklmnopqrstuvwxyzE";
  size_t size = strspn(r->at, marks);
  bool number = *r->at == '-' || (*r->at >= '0' && *r->at <= '9');
  bool null = size == 4 && memcmp(r->at, "null", 4) == 0;
  bool truth =
      (size == 4 && memcmp(r->at, "true", 4) == 0) || (size == 5 && memcmp(r->at, "false", 5) == 0);
  if (!number && !null && !truth) return NULL;
  struct in *in = make(r, number ? IN_NUMBER : truth ? IN_TRUTH : IN_NULL);
  if (!in) return NULL;
  in->text = r->at;
  in->size = size;
  r->at += size;
  return in;
}

static struct in *read_value(struct reader *r) {
  skip_blanks(r);
  if (*r->at == '{') return read_members(r, IN_MAP, '}');
  if (*r->at == '[') return read_members(r, IN_LIST, ']');
  if (*r->at != '"') return read_bare(r);
  struct in *in = make(r, IN_TEXT);
  r->at++;
  if (in) in->text = read_text(r, &in->size);
  return in && in->text ? in : NULL;
}

struct in *in_parse(char *bytes, size_t size) {
  struct reader r = { .at = bytes, .end = bytes + size };
  struct in *root = make(&r, IN_LIST); /* holds the message; made first, so freed with all others */
  if (!root) return NULL;
  root->child = read_value(&r);
  skip_blanks(&r);
  bool good = root->child && r.at == r.end;
  root->made = r.made == root ? NULL : r.made;
  if (good) return root;
  in_free(root);
  return NULL;
}

void in_free(struct in *root) {
  struct in *at = root ? root->made : NULL;
  while (at && at != root) {
    struct in *before = at->made;
    free(at);
    at = before;
  }
  free(root);
}

const struct in *in_find(const struct in *at, const char *path) {
  while (at && *path) {
    size_t size = strcspn(path, ".");
    const struct in *child = at->kind == IN_MAP ? at->child : NULL;
    while (child && (strlen(child->key) != size || memcmp(child->key, path, size) != 0))
      child = child->next;
    at = child;
    path += size + (path[size] == '.');
  }
  return at;
}

const char *in_text(const struct in *at, const char *path) {
  const struct in *found = in_find(at, path);
  return found && found->kind == IN_TEXT ? found->text : "";
}

size_t in_count(const struct in *at, const char *path) {
  const struct in *found = in_find(at, path);
  size_t count = 0;
  for (size_t i = 0; found && found->kind == IN_NUMBER && i < found->size && i < 9; i++) {
    if (found->text[i] < '0' || found->text[i] > '9') break;
    count = count * 10 + (size_t)(found->text[i] - '0');
  }
  return count;
}
