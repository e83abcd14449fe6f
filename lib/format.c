/* The formatter. It reads a sheet once with sheet.c, to know that it is sound, and then a second
   time as tokens, because a tree no longer knows the parentheses, digits and breaks that its author
   wrote. Tokens are copied; only what stands between them is written anew. */
#include "format.h"

#include <string.h>

#include "limits.h"
#include "sheet.h"

enum {
  COLUMN_EQUALS = 25,  /* characters before = */
  COLUMN_FURTHER = 27, /* before what goes on in the next line: under the formula */
  COLUMN_LABEL = 60,
  COLUMN_LAST = 100,
  COLUMN_NONE = 0
};

enum token_kind {
  TOKEN_NONE,    /* also: a character that the language does not know */
  TOKEN_OPERAND, /* a name, a path, a word, a number, a text */
  TOKEN_UNIT,    /* [GB/s] */
  TOKEN_OPERATOR,
  TOKEN_SIGN, /* a minus before its operand */
  TOKEN_OPEN,
  TOKEN_CLOSE,
  TOKEN_COMMA,
  TOKEN_DOT /* half of .. */
};

struct token {
  enum token_kind kind;
  struct slice text;
  bool apart;  /* blanks stand before it */
  bool broken; /* a line ends before it */
};

/* A line without its comment, with the lines on which it goes on. */
struct statement {
  struct slice code;
  struct slice comment;
  bool indented;
  bool formula; /* formulas stand after = ; else values and sets */
  bool use;
  bool close; /* sheet and table: the label after two blanks */
  int line;   /* of code.at[0] */
  int column;
};

struct layout {
  struct fails *fails;
  const char *file;
  struct slice text; /* the whole file */
  size_t at;         /* start of the next line */
  int line;          /* its number, counted from 0 */
  bool headed;       /* the line "sheet NAME" was met */
  struct buffer out; /* ends with the last line written, without its \n */
  struct buffer label;
  size_t start;  /* in out: of the statement written last */
  size_t width;  /* characters in the last line written */
  bool due;      /* a label may still stand behind it */
  bool close;    /* ... after two blanks, not in the column of labels: struct statement */
  size_t blanks; /* empty lines met since */
};

/* ---- characters ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; }
static bool is_path(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.'; }
static bool is_figure(char c) { return is_digit(c) || c == '_'; }

static size_t count_characters(struct slice text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size; i++) count += ((unsigned char)text.at[i] & 0xC0) != 0x80;
  return count;
}

static size_t run(struct slice text, size_t at, bool (*belongs)(char)) {
  while (at < text.size && belongs(text.at[at])) at++;
  return at;
}

static struct slice skip(struct slice text, size_t size) {
  return (struct slice){ text.at + size, text.size - size };
}

/* ---- tokens: the sizes of those that sheet.c and formula.c read ---- */

static size_t scan_number(struct slice text) {
  size_t at = run(text, text.at[0] == '-', is_figure);
  if (at + 1 < text.size && text.at[at] == '.' && text.at[at + 1] != '.')
    at = run(text, at + 1, is_figure);
  if (at >= text.size || (text.at[at] != 'e' && text.at[at] != 'E')) return at;
  size_t digit = at + 1;
  if (digit < text.size && (text.at[digit] == '+' || text.at[digit] == '-')) digit++;
  return digit < text.size && is_digit(text.at[digit]) ? run(text, digit, is_digit) : at;
}

/* Up to the character that closes; 0 when none does in this line. */
static size_t scan_closed(struct slice text, char closing) {
  for (size_t i = 1; i < text.size && text.at[i] != '\n'; i++)
    if (text.at[i] == closing) return i + 1;
  return 0;
}

static size_t scan_mark(struct slice text, enum token_kind *kind) {
  switch (text.at[0]) {
    case '(': *kind = TOKEN_OPEN; return 1;
    case ')': *kind = TOKEN_CLOSE; return 1;
    case ',': *kind = TOKEN_COMMA; return 1;
    case '[': *kind = TOKEN_UNIT; return scan_closed(text, ']');
    default: return 0;
  }
}

/* Also the = of a bind, which is no operator. */
static size_t scan_operator(struct slice text) {
  size_t size = text.size > 1 && text.at[1] == '=' ? 2 : 1;
  if (function_find((struct slice){ text.at, size }, FORM_INFIX)) return size;
  return size == 1 && text.at[0] == '=';
}

static size_t scan_in_formula(struct slice text, enum token_kind *kind) {
  *kind = TOKEN_OPERAND;
  if (is_letter(text.at[0])) return run(text, 1, is_path);
  if (is_digit(text.at[0])) return scan_number(text);
  if (text.at[0] == '"') return scan_closed(text, '"');
  size_t size = scan_mark(text, kind);
  if (size > 0 || *kind == TOKEN_UNIT) return size;
  *kind = TOKEN_OPERATOR;
  return scan_operator(text);
}

/* Names, values and sets: here a minus belongs to its number or word. */
static size_t scan_in_set(struct slice text, enum token_kind *kind) {
  *kind = TOKEN_OPERAND;
  if (is_letter(text.at[0])) return run(text, 1, is_word);
  if (is_digit(text.at[0]) || text.at[0] == '-') return scan_number(text);
  size_t size = scan_mark(text, kind);
  if (size > 0 || *kind == TOKEN_UNIT) return size;
  *kind = text.at[0] == '.' ? TOKEN_DOT : TOKEN_OPERATOR;
  return text.at[0] == '.' || text.at[0] == '=';
}

static bool is_sign(struct slice text, enum token_kind before) {
  bool operand = before == TOKEN_OPERAND || before == TOKEN_UNIT || before == TOKEN_CLOSE;
  return text.at[0] == '-' && !operand;
}

/* The next token of `rest`, which moves behind it. False at the end, and where no token can stand:
   `rest` begins with it then. */
static bool next_token(struct slice *rest, bool formula, enum token_kind before,
                       struct token *token) {
  size_t blank = run(*rest, 0, is_blank);
  *token = (struct token){ .apart = blank > 0,
                           .broken = blank > 0 && memchr(rest->at, '\n', blank) != NULL };
  *rest = skip(*rest, blank);
  if (rest->size == 0) return false;
  size_t size = formula ? scan_in_formula(*rest, &token->kind) : scan_in_set(*rest, &token->kind);
  if (size == 0) return false;
  if (formula && token->kind == TOKEN_OPERATOR && is_sign(*rest, before)) token->kind = TOKEN_SIGN;
  token->text = (struct slice){ rest->at, size };
  *rest = skip(*rest, size);
  return true;
}

/* Does a blank stand between two tokens of one line? */
static bool parts(const struct token *before, const struct token *token, bool formula) {
  switch (token->kind) {
    case TOKEN_CLOSE:
    case TOKEN_COMMA:
    case TOKEN_DOT: return false;
    default: break;
  }
  switch (before->kind) {
    case TOKEN_NONE:
    case TOKEN_SIGN:
    case TOKEN_OPEN:
    case TOKEN_DOT: return false;
    case TOKEN_COMMA:
    case TOKEN_OPERATOR: return true;
    default: break;
  }
  if (token->kind == TOKEN_OPERATOR || token->kind == TOKEN_UNIT) return true;
  return formula ? token->apart : true; /* f(x) is a call, f (x) is not */
}

/* ---- writing ---- */

static void put(struct layout *f, struct slice text) {
  buffer_add(&f->out, text.at, text.size);
  f->width += count_characters(text);
}

static void pad(struct layout *f, size_t width) {
  for (; f->width < width; f->width++) buffer_char(&f->out, ' ');
}

static void new_line(struct layout *f, size_t indent) {
  buffer_char(&f->out, '\n');
  f->width = 0;
  pad(f, indent);
}

/* Ends what was written last and begins the next; empty lines at the start of a file go. */
static void begin(struct layout *f) {
  bool first = f->out.size == 0;
  if (!first) buffer_char(&f->out, '\n');
  for (; f->blanks > 0; f->blanks--)
    if (!first) buffer_char(&f->out, '\n');
  f->start = f->out.size;
  f->width = 0;
  f->due = false;
}

/* A line must not grow beyond what can be read again. */
static mls_status check_size(struct layout *f, int line) {
  struct place place = { f->file, line, 1 };
  if (f->out.failed || f->label.failed) return fail_memory(f->fails);
  if (f->out.size - f->start > LIMIT_LINE)
    return fail_add(f->fails, MLS_LIMIT, place,
                    "the formatted line would have more than %d bytes (LIMIT_LINE)", LIMIT_LINE);
  if (f->out.size < LIMIT_FILE) return MLS_OK;
  return fail_add(f->fails, MLS_LIMIT, place,
                  "the formatted file would have more than %d bytes (LIMIT_FILE)", LIMIT_FILE);
}

/* ---- labels ---- */

/* Where the last "@key" of a text begins; its size when it ends with none. */
static size_t last_key(struct slice text) {
  size_t at = text.size;
  while (at > 0 && (is_word(text.at[at - 1]) || text.at[at - 1] == '.')) at--;
  bool key = at > 0 && at < text.size && text.at[at - 1] == '@';
  return key && (at == 1 || is_blank(text.at[at - 2])) ? at - 1 : text.size;
}

/* "# text @key @key", one blank before each key. */
static void make_label(struct buffer *label, struct slice text) {
  struct slice keys = text;
  for (size_t at; (at = last_key(text)) < text.size;)
    text = slice_trim((struct slice){ text.at, at });
  keys = skip(keys, text.size);
  label->size = 0;
  buffer_char(label, '#');
  if (text.size > 0) buffer_char(label, ' ');
  buffer_add(label, text.at, text.size);
  while ((keys = slice_trim(keys)).size > 0) {
    size_t size = 0;
    while (size < keys.size && !is_blank(keys.at[size])) size++;
    buffer_char(label, ' ');
    buffer_add(label, keys.at, size);
    keys = skip(keys, size);
  }
}

/* Characters before a label behind what is written; COLUMN_NONE when it needs its own line. */
static size_t label_column(const struct layout *f, size_t size) {
  size_t near = f->width + 2;
  if (!f->due) return COLUMN_NONE;
  if (!f->close && near <= COLUMN_LABEL && COLUMN_LABEL + size <= COLUMN_LAST) return COLUMN_LABEL;
  return near + size <= COLUMN_LAST ? near : COLUMN_NONE;
}

static mls_status write_label(struct layout *f, struct slice comment) {
  struct slice text = slice_trim(comment);
  if (text.size == 0) return MLS_OK;
  if (f->out.size == 0) begin(f);
  make_label(&f->label, text);
  if (f->label.failed) return fail_memory(f->fails);
  struct slice label = { f->label.bytes, f->label.size };
  size_t column = label_column(f, count_characters(label));
  if (column == COLUMN_NONE) {
    column = COLUMN_FURTHER;
    if (f->out.size > 0) new_line(f, 0);
    f->start = f->out.size;
  }
  pad(f, column);
  put(f, label);
  f->due = false;
  return check_size(f, f->line);
}

/* ---- statements ---- */

static mls_status unknown(struct layout *f, const struct statement *s, struct slice rest) {
  struct place place = { f->file, s->line, s->column };
  for (const char *at = s->code.at; at < rest.at; at++) {
    if (*at == '\n') place.line++, place.column = 1;
    else place.column += ((unsigned char)*at & 0xC0) != 0x80;
  }
  if (rest.at[0] == '"')
    return fail_add(f->fails, MLS_SYNTAX, place, "text without a closing quote");
  if (rest.at[0] == '[')
    return fail_add(f->fails, MLS_SYNTAX, place, "expected ] after the unit in the same line");
  size_t size = 1;
  while (size < rest.size && ((unsigned char)rest.at[size] & 0xC0) == 0x80) size++;
  return fail_add(f->fails, MLS_SYNTAX, place, "\"%.*s\" is not of the language", (int)size,
                  rest.at);
}

static void write_unit(struct layout *f, struct slice text) {
  put(f, SLICE("["));
  put(f, slice_trim((struct slice){ text.at + 1, text.size - 2 }));
  put(f, SLICE("]"));
}

static void write_token(struct layout *f, const struct token *before, const struct token *token,
                        bool formula) {
  if (token->broken) new_line(f, COLUMN_FURTHER);
  else if (parts(before, token, formula)) put(f, SLICE(" "));
  if (token->kind == TOKEN_UNIT) write_unit(f, token->text);
  else put(f, token->text);
}

/* Up to the first =, which comes into its column. */
static bool write_left(struct layout *f, struct slice *rest, struct token *before) {
  struct token token;
  while (next_token(rest, false, before->kind, &token)) {
    bool equals = token.kind == TOKEN_OPERATOR;
    if (equals && f->width < COLUMN_EQUALS) pad(f, COLUMN_EQUALS);
    else if (equals) put(f, SLICE(" "));
    if (equals) put(f, token.text);
    else write_token(f, before, &token, false);
    *before = token;
    if (equals) return true;
  }
  return false;
}

static mls_status write_statement(struct layout *f, const struct statement *s) {
  struct token before = { .kind = TOKEN_NONE }, token;
  struct slice rest = s->code;
  bool joins = s->use; /* the parenthesis of a use may stand apart from its name */
  begin(f);
  pad(f, s->indented ? 2 : 0);
  bool formula = write_left(f, &rest, &before) && s->formula;
  while (next_token(&rest, formula, before.kind, &token)) {
    if (token.kind == TOKEN_OPEN && joins) token.apart = joins = false;
    write_token(f, &before, &token, formula);
    before = token;
  }
  if (rest.size > 0) return unknown(f, s, rest);
  f->due = true;
  f->close = s->close;
  return check_size(f, s->line);
}

/* ---- lines ---- */

static struct slice next_line(struct layout *f) {
  struct slice rest = skip(f->text, f->at);
  const char *end = memchr(rest.at, '\n', rest.size);
  size_t size = end ? (size_t)(end - rest.at) : rest.size;
  f->at += size + (end != NULL);
  f->line++;
  if (size > 0 && rest.at[size - 1] == '\r') size--;
  return (struct slice){ rest.at, size };
}

/* Where the comment begins, or the size; and how the parentheses stand there. */
static size_t code_size(struct slice line, int *depth) {
  bool quoted = false;
  for (size_t i = 0; i < line.size; i++) {
    char c = line.at[i];
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '#') return i;
    *depth += (c == '(') - (c == ')');
  }
  return line.size;
}

/* Joins the lines on which this one goes on, as sheet.c does. */
static mls_status read_statement(struct layout *f, struct slice first, struct statement *s) {
  int depth = 0, line = f->line;
  struct slice last = first;
  size_t size = code_size(first, &depth);
  while (depth > 0 && size == last.size && f->at < f->text.size) {
    last = next_line(f);
    size = code_size(last, &depth);
  }
  if (depth > 0)
    return fail_add(f->fails, MLS_SYNTAX, (struct place){ f->file, line, 1 },
                    "a parenthesis of this line is never closed");
  struct slice whole = { first.at, (size_t)(last.at - first.at) + size };
  *s = (struct statement){
    .code = slice_trim(whole), .line = line, .column = 1, .indented = is_blank(first.at[0])
  };
  s->column += (int)(s->code.at - first.at);
  if (size < last.size) s->comment = skip(last, size + 1);
  return MLS_OK;
}

/* What stands after = is told by the word that a line begins with. */
static void read_lead(struct layout *f, struct statement *s) {
  struct slice lead = { s->code.at, run(s->code, 0, is_word) };
  s->use = slice_is(lead, "use");
  s->close = !f->headed || slice_is(lead, "table");
  s->formula = !s->close && !slice_is(lead, "input");
  s->indented = s->indented && f->headed;
  f->headed = true;
}

static mls_status format_statement(struct layout *f, struct slice text) {
  struct statement s = { .line = f->line };
  TRY(read_statement(f, text, &s));
  if (s.code.size == 0) return write_label(f, s.comment);
  read_lead(f, &s);
  TRY(write_statement(f, &s));
  return write_label(f, s.comment);
}

static mls_status format_line(struct layout *f) {
  struct slice text = next_line(f);
  while (text.size > 0 && is_blank(text.at[text.size - 1])) text.size--;
  if (text.size == 0) {
    f->blanks++;
    return MLS_OK;
  }
  if (text.at[0] != '#') return format_statement(f, text);
  begin(f);
  put(f, text);
  return check_size(f, f->line);
}

static mls_status format_lines(struct layout *f) {
  if (f->text.size >= 3 && memcmp(f->text.at, "\xEF\xBB\xBF", 3) == 0) f->at = 3;
  while (f->at < f->text.size) TRY(format_line(f));
  buffer_char(&f->out, '\n');
  return f->out.failed ? fail_memory(f->fails) : MLS_OK;
}

/* ---- the sheet ---- */

/* Units that may be asked without a change to those of the book, which models share. */
static mls_status borrow_units(const struct units *units, struct memory *memory,
                               struct names *names, struct units *own) {
  *own = *units;
  own->memory = memory;
  own->names = names;
  own->parsed = NULL;
  own->parsed_count = own->parsed_room = 0;
  map_open(&own->written, memory);
  own->set = memory_array(memory, units->set_room, sizeof *own->set);
  if (!own->set) return MLS_MEMORY;
  memcpy(own->set, units->set, units->set_room * sizeof *own->set);
  return MLS_OK;
}

/* The first error that no registry and no other sheet could mend. */
static mls_status first_of_syntax(const struct fails *fails) {
  if (fails->status == MLS_MEMORY) return MLS_MEMORY;
  for (const struct fail *fail = fails->first; fail; fail = fail->next) {
    bool text = fail->status != MLS_NAME && fail->status != MLS_UNIT && fail->status != MLS_RANGE;
    if (!fail->warning && text) return fail->status;
  }
  return fails->errors >= LIMIT_ERRORS ? fails->status : MLS_OK;
}

static mls_status check_syntax(const struct units *units, struct memory *memory,
                               struct fails *fails, const char *file, struct slice text) {
  struct names names;
  struct units own;
  struct sheet *sheet;
  names_open(&names, memory);
  if (borrow_units(units, memory, &names, &own) != MLS_OK) return fail_memory(fails);
  mls_status status = sheet_read(memory, &names, &own, fails, file, text.at, text.size, &sheet);
  return status == MLS_MEMORY ? status : first_of_syntax(fails);
}

static mls_status format_checked(struct fails *fails, const struct memory *memory, const char *file,
                                 struct slice text, mls_write write, void *context) {
  struct layout f = { .fails = fails, .file = file, .text = text };
  buffer_open(&f.out, memory);
  buffer_open(&f.label, memory);
  mls_status status = format_lines(&f);
  if (status == MLS_OK) {
    fail_clear(fails); /* of names and units: they are none of the layout's */
    status = write(context, f.out.bytes, f.out.size);
  }
  buffer_close(&f.label);
  buffer_close(&f.out);
  return status;
}

mls_status format_sheet(const struct units *units, const mls_allocator *allocator,
                        struct fails *fails, const char *file, const char *bytes, size_t size,
                        mls_write write, void *context) {
  struct memory memory;
  const char *kept = memory_text(fails->memory, file, strlen(file)); /* messages name it */
  if (!kept) return fail_memory(fails);
  memory_open(&memory, allocator);
  mls_status status = check_syntax(units, &memory, fails, kept, (struct slice){ bytes, size });
  if (status == MLS_OK)
    status = format_checked(fails, &memory, kept, (struct slice){ bytes, size }, write, context);
  if (status != MLS_OK) fail_sort(fails);
  memory_close(&memory);
  return status;
}
