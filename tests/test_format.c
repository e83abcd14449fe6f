/* The formatter: what is shipped stands in its layout; messy sheets and what becomes of them; a
   sheet means afterwards what it meant before; blanks put in and taken out at random go again. */
#define _POSIX_C_SOURCE 200809L /* strdup */
#include <dirent.h>

#include "ask.h"
#include "limits.h"
#include "open.h"
#include "told.h"

Suite *suite_format(void);

#ifndef ROOT
#define ROOT "."
#endif

enum { PATH = 1024 };

/* ---- a book over the registry of the tree ---- */

struct press {
  mls_book *book;
  struct sink sink; /* the last sheet formatted */
  size_t pieces;
};

static void press_open(struct press *press) {
  static const char *const registries[] = { ROOT "/registry", NULL };
  mls_options options = { .size = sizeof options, .registries = registries };
  *press = (struct press){ .book = NULL };
  ck_assert_int_eq(mls_open(&options, &press->book), MLS_OK);
}

static void press_close(struct press *press) {
  free(press->sink.text);
  mls_close(press->book);
}

static mls_status press_write(void *context, const void *bytes, size_t size) {
  struct press *press = context;
  press->pieces++;
  return sink_write(&press->sink, bytes, size);
}

static mls_status press_try(struct press *press, const char *text, size_t size) {
  free(press->sink.text);
  press->sink = (struct sink){ NULL, 0 };
  press->pieces = 0;
  return mls_format(press->book, "try.sheet", text, size, press_write, press);
}

static const char *press_told(struct press *press) {
  const mls_message *message = mls_book_message(press->book, 0);
  return message ? message->text : "nothing";
}

static const char *press_sized(struct press *press, const char *text, size_t size) {
  mls_status status = press_try(press, text, size);
  ck_assert_msg(status == MLS_OK, "refused (%s):\n%s", press_told(press), text);
  ck_assert_ptr_null(mls_book_message(press->book, 0));
  ck_assert_uint_eq(press->pieces, 1);
  return press->sink.text;
}

static const char *press_text(struct press *press, const char *text) {
  return press_sized(press, text, strlen(text));
}

/* ---- what a sheet means: all that sheet.c reads from it, without blanks ---- */

static void tell_set(struct buffer *out, const struct set *set) {
  buffer_print(out, " in %d", (int)set->kind);
  if (set->kind == SET_RANGE) {
    buffer_number(out, set->low);
    buffer_text(out, "..");
    buffer_number(out, set->high);
    buffer_text(out, " by ");
    buffer_number(out, set->step);
  }
  for (size_t i = 0; set->kind == SET_WORDS && i < set->count; i++)
    buffer_print(out, " %s", set->words[i]);
  if (set->kind == SET_REGISTRY) buffer_text(out, set->name);
}

static void tell_cites(struct buffer *out, const char *label, const char **cites, size_t count) {
  buffer_print(out, " #%s", label);
  for (size_t i = 0; i < count; i++) buffer_print(out, " @%s", cites[i]);
  buffer_char(out, '\n');
}

static void tell_domain(struct buffer *out, const struct domain *domain) {
  for (size_t i = 0; i < domain->value_count; i++)
    buffer_print(out, " %s%s", domain->values[i].typed ? domain->values[i].typed : "\"",
                 domain->values[i].word ? domain->values[i].word : "");
  if (domain->likely) {
    buffer_text(out, " likely ");
    buffer_number(out, domain->likely->low);
    buffer_text(out, "..");
    buffer_number(out, domain->likely->high);
  }
  if (domain->set) tell_set(out, domain->set);
  buffer_print(out, " %s", domain->key ? domain->key : "-");
}

static void tell_use(struct buffer *out, const struct usage *use) {
  buffer_print(out, " %d %s", (int)use->chart, use->sheet ? use->sheet : "-");
  for (size_t i = 0; i < use->bind_count; i++) {
    buffer_print(out, " %s=", use->binds[i].name ? use->binds[i].name : "");
    formula_print(out, use->binds[i].formula);
  }
}

static void tell_line(struct buffer *out, const struct line *line) {
  buffer_print(out, "%d%d%d %d %s [%s]", (int)line->kind, line->output, line->heading, line->table,
               line->name ? line->name : "-", line->unit ? line->unit->text : "-");
  if (line_formula(line)) formula_print(out, line->formula);
  if (line_domain(line)) tell_domain(out, line->domain);
  if (line_use(line)) tell_use(out, line->use);
  tell_cites(out, line->label, line->cites, line->cite_count);
}

/* Free the result. */
static char *meaning(struct press *press, const char *text, size_t size) {
  struct told told;
  struct names names;
  struct sheet *sheet = NULL;
  told_open(&told);
  names_open(&names, &told.memory);
  mls_status status = sheet_read(&told.memory, &names, &press->book->units, &told.fails,
                                 "try.sheet", text, size, &sheet);
  ck_assert_ptr_nonnull(sheet);
  buffer_print(&told.text, "%d %s", (int)status, sheet->name);
  tell_cites(&told.text, sheet->label, sheet->cites, sheet->cite_count);
  for (size_t i = 0; i < sheet->line_count; i++) tell_line(&told.text, &sheet->lines[i]);
  char *result = strdup(told.text.bytes);
  told_close(&told);
  return result;
}

/* The layout of a sheet, after looking that it is one and that nothing is lost. Free the result. */
static char *settled(struct press *press, const char *text, size_t size) {
  char *before = meaning(press, text, size);
  char *once = strdup(press_sized(press, text, size));
  char *after = meaning(press, once, strlen(once));
  ck_assert_str_eq(before, after);
  ck_assert_str_eq(press_text(press, once), once);
  free(before);
  free(after);
  return once;
}

/* ---- sheets of the tree ---- */

typedef void (*visitor)(struct press *press, const char *path, char *text, size_t size);

static size_t each_sheet(struct press *press, const char *folder, visitor visit) {
  char path[PATH];
  size_t count = 0;
  DIR *files = opendir(folder);
  ck_assert_msg(files != NULL, "%s", folder);
  for (const struct dirent *file; (file = readdir(files));) {
    size_t length = strlen(file->d_name), size;
    if (file->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", folder, file->d_name);
    if (!strchr(file->d_name, '.')) count += each_sheet(press, path, visit);
    if (length < 6 || strcmp(file->d_name + length - 6, ".sheet") != 0) continue;
    char *text = read_whole(path, &size);
    visit(press, path, text, size);
    free(text);
    count++;
  }
  closedir(files);
  return count;
}

static void stands(struct press *press, const char *path, char *text, size_t size) {
  char *once = settled(press, text, size);
  ck_assert_msg(strcmp(once, text) == 0, "%s is not in its layout: mlsysim format %s", path, path);
  free(once);
}

START_TEST(test_templates) {
  struct press press;
  press_open(&press);
  ck_assert_uint_ge(each_sheet(&press, ROOT "/templates", stands), 15);
  press_close(&press);
}
END_TEST

static size_t sound, refused;

static void settles(struct press *press, const char *path, char *text, size_t size) {
  (void)path;
  if (press_try(press, text, size) != MLS_OK) {
    ck_assert_ptr_nonnull(mls_book_message(press->book, 0));
    ck_assert_uint_eq(press->pieces, 0);
    refused++;
    return;
  }
  free(settled(press, text, size));
  sound++;
}

/* Those with a wrong name or unit have a layout, those with an error of syntax have none. */
START_TEST(test_tests) {
  struct press press;
  press_open(&press);
  sound = refused = 0;
  each_sheet(&press, ROOT "/tests", settles);
  ck_assert_uint_ge(sound, 40);
  ck_assert_uint_ge(refused, 20);
  press_close(&press);
}
END_TEST

/* ---- messy sheets ---- */

#define HEAD "sheet messy\n"
#define GAP "                           " /* 27 */
#define X25 "x                        = "
#define X60 "x                        = 1                                "

static const struct {
  const char *before, *after;
} messy[] = {
  { HEAD "a = 1\nchart   bars  all=a ,a#Both\nchart=2\n",
    HEAD "a                        = 1\n"
         "chart bars all           = a, a                             # Both\n"
         "chart                    = 2\n" },
  /* the line sheet */
  { "sheet messy", HEAD },
  { "\xEF\xBB\xBFsheet messy\n", HEAD },
  { "\n \n\t\n  sheet \t messy  \r\n\r\n\n", HEAD },
  { "sheet messy#A  title @nv_h100   @b.c  \n", "sheet messy  # A  title @nv_h100 @b.c\n" },
  { "sheet messy #\n", HEAD },
  { "sheet messy\n\n  # Below\n", "sheet messy  # Below\n" },
  { "  # Before\nsheet messy # A\n", GAP "# Before\nsheet messy  # A\n" },
  { "# First\nsheet messy\n", "# First\nsheet messy\n" },
  /* notes and empty lines */
  { HEAD "#note  \n##  A  heading\t\n#\n", HEAD "#note\n##  A  heading\n#\n" },
  { HEAD "\n\n#a\n \t\n\n\n", HEAD "\n\n#a\n" },
  { HEAD "# a @b   @c\n", HEAD "# a @b   @c\n" },
  { HEAD "# a\n  #b\n", HEAD "# a\n" GAP "# b\n" },
  /* the left side */
  { HEAD "x=1", HEAD X25 "1\n" },
  { HEAD "x[ ms ]=1\n", HEAD "x [ms]                   = 1\n" },
  { HEAD "x\t=\t1\t\n", HEAD X25 "1\n" },
  { HEAD "check   a_b=1<2\n", HEAD "check a_b                = 1 < 2\n" },
  { HEAD "output  y [GB/s]=1\n", HEAD "output y [GB/s]          = 1\n" },
  { HEAD "output just_fits [USD/h]=1\n", HEAD "output just_fits [USD/h] = 1\n" },
  { HEAD "output just_fits_ [USD/h]=1\n", HEAD "output just_fits_ [USD/h] = 1\n" },
  { HEAD "output more_than_fits [USD/h]   =1\n", HEAD "output more_than_fits [USD/h] = 1\n" },
  /* formulas */
  { HEAD "x=1+2*3-4/5^6\n", HEAD X25 "1 + 2 * 3 - 4 / 5 ^ 6\n" },
  { HEAD "x=-1--2- -3\n", HEAD X25 "-1 - -2 - -3\n" },
  { HEAD "x = - - 1\n", HEAD X25 "--1\n" },
  { HEAD "x=2^-a*-b\n", HEAD X25 "2 ^ -a * -b\n" },
  { HEAD "x=((1))+( ( a ) )\n", HEAD X25 "((1)) + ((a))\n" },
  { HEAD "x=1_000+1.50e+3-0.10E-2\n", HEAD X25 "1_000 + 1.50e+3 - 0.10E-2\n" },
  { HEAD "x=1[GB]+2   [ GB/s ]*3 [s]\n", HEAD X25 "1 [GB] + 2 [GB/s] * 3 [s]\n" },
  { HEAD "x=max( a,b ,-c )\n", HEAD X25 "max(a, b, -c)\n" },
  { HEAD "x=a.b.c( \"k  # (\" )+p(-1)\n", HEAD X25 "a.b.c(\"k  # (\") + p(-1)\n" },
  { HEAD "x=if(a<=b,\"one\",\"two\")\n", HEAD X25 "if(a <= b, \"one\", \"two\")\n" },
  { HEAD "x=a>=b\ny=a!=b\nz=a==b\n", HEAD X25 "a >= b\ny                        = a != b\n"
                                              "z                        = a == b\n" },
  { HEAD "x=\"\xC3\xA9\xE2\x82\xAC\"#\xC3\xA9\n",
    HEAD X25 "\"\xC3\xA9\xE2\x82\xAC\"                             # \xC3\xA9\n" },
  /* inputs */
  { HEAD "input x=3in 0 .. 9\n", HEAD "input x                  = 3 in 0..9\n" },
  { HEAD "input x[%]=3likely 1 . . 2in -1.5..1e+3by 0.5\n",
    HEAD "input x [%]              = 3 likely 1..2 in -1.5..1e+3 by 0.5\n" },
  { HEAD "input x = RTX-6000  in RTX-6000,e-mail ,  b_1\n",
    HEAD "input x                  = RTX-6000 in RTX-6000, e-mail, b_1\n" },
  { HEAD "input hw=H100 in   hardware#Chip\n",
    HEAD "input hw                 = H100 in hardware                 # Chip\n" },
  /* tables */
  { HEAD "table  t  for k  in 0 ..9by 3#Rows\n\tinput q=-1,2 , 3 in -9..9\n   y=k#Y\nx=1\n",
    HEAD "table t for k in 0..9 by 3  # Rows\n  input q                = -1, 2, 3 in -9..9\n"
         "  y                      = k                                # Y\n" X25 "1\n" },
  { HEAD "table t for k in a ,b\n  y=1\n\n# note\n\n  z=2\n",
    HEAD "table t for k in a, b\n  y                      = 1\n\n# note\n\n"
         "  z                      = 2\n" },
  /* uses */
  { HEAD "use j = part  (  )\n", HEAD "use j                    = part()\n" },
  { HEAD "use j=part (a=(1),b=-c*2)#Why\n",
    HEAD "use j                    = part(a = (1), b = -c * 2)        # Why\n" },
  /* breaks stay */
  { HEAD "x = max(1,\n2,\r\n\r\n  3\n)\n", HEAD X25 "max(1,\n" GAP "2,\n" GAP "3\n" GAP ")\n" },
  { HEAD "x = (1 +  \n\t2\n * 3 [s]) # L\n",
    HEAD X25 "(1 +\n" GAP "2\n" GAP "* 3 [s])                         # L\n" },
  { HEAD "use j = part(a\n=\n1 [\tGB],b = f(\nx))\n",
    HEAD "use j                    = part(a\n" GAP "=\n" GAP "1 [GB], b = f(\n" GAP "x))\n" },
  /* labels */
  { HEAD "x=1#L\n", HEAD X60 "# L\n" },
  { HEAD "x=1   #   L  l  @nv   @b \t\n", HEAD X60 "# L  l @nv @b\n" },
  { HEAD "x=1 # @nv\n", HEAD X60 "# @nv\n" },
  { HEAD "x=1 # a@nv @ @b. c@d\n", HEAD X60 "# a@nv @ @b. c@d\n" },
  { HEAD "x=1 #\n", HEAD X25 "1\n" },
  { HEAD "x=1\n    #\ny=2\n", HEAD X25 "1\ny                        = 2\n" },
  { HEAD "x=1\n\n\n  # L\n\ny=2\n", HEAD X60 "# L\n\n\n\ny                        = 2\n" },
  { HEAD "x=1 # L\n # M @b\n\t# N @a\n", HEAD X60 "# L\n" GAP "# M @b\n" GAP "# N @a\n" },
};

START_TEST(test_messy) {
  struct press press;
  press_open(&press);
  char *once = settled(&press, messy[_i].before, strlen(messy[_i].before));
  ck_assert_str_eq(once, messy[_i].after);
  free(once);
  press_close(&press);
}
END_TEST

/* ---- columns of a label ---- */

/* A formula that ends in column `code` and a label of `label` characters. */
static char *label_line(size_t code, size_t label, size_t *column) {
  static char text[512];
  static struct press press;
  size_t at = (size_t)snprintf(text, sizeof text, HEAD "x = ");
  for (size_t i = 27; i < code; i++) text[at++] = '1';
  text[at++] = '#';
  for (size_t i = 2; i < label; i++) text[at++] = i % 7 ? 'l' : ' ';
  text[at - 1] = 'l';
  text[at] = 0;
  press_open(&press);
  char *once = settled(&press, text, at);
  press_close(&press);
  const char *mark = strchr(once, '#');
  while (mark > once && mark[-1] != '\n') mark--, ++*column;
  return once;
}

static const struct {
  size_t code, label, column;
} columns[] = {
  { 28, 10, 60 }, { 28, 40, 60 }, { 28, 41, 30 }, { 57, 40, 60 }, { 58, 40, 60 },  { 58, 41, 27 },
  { 57, 41, 59 }, { 59, 10, 61 }, { 59, 39, 61 }, { 59, 40, 27 }, { 88, 10, 90 },  { 89, 10, 27 },
  { 99, 10, 27 }, { 130, 9, 27 }, { 28, 70, 30 }, { 28, 71, 27 }, { 28, 100, 27 },
};

START_TEST(test_column) {
  size_t column = 0;
  char *once = label_line(columns[_i].code, columns[_i].label, &column);
  size_t wanted = columns[_i].column;
  ck_assert_msg(column == wanted, "%zu, not %zu, in\n%s", column, wanted, once);
  free(once);
}
END_TEST

/* ---- refused ---- */

static const struct {
  const char *text;
  const char *lines; /* what is told */
} wrong[] = {
  { "", "1:1: syntax: expected \"sheet\" and the name of the sheet, found nothing\n" },
  { HEAD "x = \ny = 1 +\nz = 1\n",
    "2:4: syntax: expected a formula, found the end of the line\n"
    "3:8: syntax: expected a number, a name, a text or (, found the end of the line\n" },
  { HEAD "x = foo(1)\ny = (1\n", "2:5: name: unknown function foo\n"
                                 "3:7: syntax: expected ), found the end of the line\n" },
  /* what an unknown name hides */
  { HEAD "x [parsec] = (1\n  2\n", "2:4: name: unknown unit parsec\n"
                                   "2:1: syntax: a parenthesis of this line is never closed\n" },
  { HEAD "x = foo(1) ! 2\n", "2:5: name: unknown function foo\n"
                             "2:12: syntax: \"!\" is not of the language\n" },
  { HEAD "x = foo(1) + \xC3\xA9\n", "2:5: name: unknown function foo\n"
                                    "2:14: syntax: \"\xC3\xA9\" is not of the language\n" },
  { HEAD "x = foo(1,\n  \"a)\n", "2:5: name: unknown function foo\n"
                                 "2:1: syntax: a parenthesis of this line is never closed\n" },
  { HEAD "x = foo(1) + \"a\n", "2:5: name: unknown function foo\n"
                               "2:14: syntax: text without a closing quote\n" },
  { HEAD "x = foo(1) + 2 [s\n", "2:5: name: unknown function foo\n"
                                "2:16: syntax: expected ] after the unit in the same line\n" },
};

static const char *all_told(struct press *press) {
  static char told[4096];
  const mls_message *message;
  size_t size = 0;
  told[0] = 0;
  for (size_t i = 0; (message = mls_book_message(press->book, i)); i++) {
    ck_assert_str_eq(message->file, "try.sheet");
    size += (size_t)snprintf(told + size, sizeof told - size, "%d:%d: %s: %s\n", message->line,
                             message->column, mls_status_word(message->status), message->text);
  }
  return told;
}

START_TEST(test_refused) {
  struct press press;
  press_open(&press);
  mls_status status = press_try(&press, wrong[_i].text, strlen(wrong[_i].text));
  ck_assert_int_eq(status, MLS_SYNTAX);
  ck_assert_uint_eq(press.pieces, 0);
  const char *told = all_told(&press);
  for (const char *line = wrong[_i].lines; *line;) { /* in order of line and column */
    size_t size = strcspn(line, "\n") + 1;
    char one[256];
    snprintf(one, sizeof one, "%.*s", (int)size, line);
    ck_assert_msg(strstr(told, one) != NULL, "no %s in\n%s", one, told);
    line += size;
  }
  ck_assert_uint_eq(strlen(told), strlen(wrong[_i].lines));
  press_close(&press);
}
END_TEST

/* "Names and units need not resolve": nor must sheets, registries and facts. */
static const char *const unresolved[] = {
  "x [parsec]=1\n",
  "x=a_b+hw.none\n",
  "x=foo(1)+2\n",
  "use j=nothing(a=1)\n",
  "input hw=Z9 in nowhere\n",
  "input x=1 in 9..1\n",
  "in=1\n",
  "tp8=1\n",
  "x=1\nx=2\n",
  "x=x\n",
  "x=1 # @nobody\n",
  "x [parsec]=foo (1)\n",
  "x [parsec] = 2 y\n",
};

START_TEST(test_unresolved) {
  char text[256];
  struct press press;
  snprintf(text, sizeof text, HEAD "%s", unresolved[_i]);
  press_open(&press);
  char *once = settled(&press, text, strlen(text));
  ck_assert_str_ne(once, text);
  free(once);
  press_close(&press);
}
END_TEST

/* ---- limits ---- */

/* What could no longer be read in its layout is refused: an input of `count` values. */
static mls_status many_values(size_t count) {
  char *text = malloc(2 * count + 128);
  ck_assert_ptr_nonnull(text);
  size_t at = (size_t)sprintf(text, HEAD "table t for k in 1..9\n input q=1");
  for (size_t i = 1; i < count; i++) text[at++] = ',', text[at++] = '1';
  at += (size_t)sprintf(text + at, " in 0..9\n");
  struct press press;
  press_open(&press);
  mls_status status = press_try(&press, text, at);
  if (status == MLS_OK) free(settled(&press, text, at));
  else ck_assert_ptr_nonnull(strstr(press_told(&press), "LIMIT_LINE"));
  press_close(&press);
  free(text);
  return status;
}

START_TEST(test_long_line) {
  ck_assert_int_eq(many_values(21000), MLS_OK);
  ck_assert_int_eq(many_values(22000), MLS_LIMIT);
  ck_assert_int_eq(many_values(32000), MLS_LIMIT);
}
END_TEST

START_TEST(test_long_label) {
  struct press press;
  char *text = malloc(LIMIT_LINE + 128);
  press_open(&press);
  for (size_t more = 0; more < 2; more++) { /* 27 + 2 + the label, and one more */
    size_t at = (size_t)sprintf(text, HEAD "x = 1\n #"), size = LIMIT_LINE - 29 + more;
    memset(text + at, 'l', size);
    mls_status status = press_try(&press, text, at + size);
    ck_assert_int_eq(status, more ? MLS_LIMIT : MLS_OK);
    if (!more) free(settled(&press, text, at + size));
  }
  press_close(&press);
  free(text);
}
END_TEST

/* Messages are kept up to a bound, and a sheet is not read beyond it. */
START_TEST(test_many_errors) {
  struct press press;
  char *text = malloc(32 * LIMIT_ERRORS);
  size_t at = (size_t)sprintf(text, HEAD);
  for (int i = 0; i < LIMIT_ERRORS; i++) at += (size_t)sprintf(text + at, "x = foo(1)\n");
  press_open(&press);
  ck_assert_int_eq(press_try(&press, text, at), MLS_NAME);
  press_close(&press);
  free(text);
}
END_TEST

/* ---- the call ---- */

static mls_status no_write(void *context, const void *bytes, size_t size) {
  (void)context, (void)bytes, (void)size;
  return MLS_FILE;
}

START_TEST(test_call) {
  struct press press;
  press_open(&press);
  ck_assert_int_eq(mls_format(NULL, "a", "", 0, no_write, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_format(press.book, NULL, "", 0, no_write, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_format(press.book, "a", NULL, 1, no_write, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_format(press.book, "a", "", 0, NULL, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_format(press.book, "a", NULL, 0, no_write, NULL), MLS_SYNTAX);
  ck_assert_int_eq(mls_format(press.book, "a", HEAD, 6, no_write, NULL), MLS_SYNTAX);
  ck_assert_int_eq(mls_format(press.book, "a", HEAD, strlen(HEAD), no_write, NULL), MLS_FILE);
  press_close(&press);
}
END_TEST

/* A model of the book, and what it knows of units, stay as they are. */
START_TEST(test_book_unchanged) {
  struct press press;
  press_open(&press);
  struct units before = press.book->units;
  size_t names = press.book->names.count;
  ck_assert_str_eq(press_text(&press, HEAD "new_name [TB^3/s^2]=1[kg^2]\n"),
                   HEAD "new_name [TB^3/s^2]      = 1 [kg^2]\n");
  ck_assert_uint_eq(press.book->names.count, names);
  ck_assert_uint_eq(press.book->units.parsed_count, before.parsed_count);
  ck_assert_uint_eq(press.book->units.set_count, before.set_count);
  press_close(&press);
}
END_TEST

struct ration {
  size_t left;
  long held;
};

static void *take(void *context, void *old, size_t size) {
  struct ration *ration = context;
  if (ration->left == 0) return NULL;
  ration->left--;
  ration->held += !old;
  return realloc(old, size);
}

static void give(void *context, void *block) {
  struct ration *ration = context;
  ration->held -= block != NULL;
  free(block);
}

/* The n-th request for memory fails, for n = 1, 2, 3 ... */
START_TEST(test_memory) {
  static const char text[] = HEAD "x [MB]=1 [GB]+2 # L @nv\nuse j=part(a=f(x))\n# n\n y\n";
  static const char *const registries[] = { ROOT "/registry", NULL };
  struct ration ration = { (size_t)-1, 0 };
  mls_options options = { .size = sizeof options,
                          .registries = registries,
                          .allocator = { take, give, &ration } };
  mls_book *book;
  ck_assert_int_eq(mls_open(&options, &book), MLS_OK);
  long held = ration.held;
  mls_status status = MLS_MEMORY;
  for (size_t n = 0; n < 1000 && status == MLS_MEMORY; n++) {
    ration.left = n;
    status = mls_format(book, "a.sheet", text, sizeof text - 1, no_write, NULL);
    ck_assert(status == MLS_MEMORY || status == MLS_SYNTAX);
    ck_assert_int_le(ration.held, held + 1); /* messages of the call */
  }
  ck_assert_int_eq(status, MLS_SYNTAX);
  for (size_t n = 0; n < 1000 && status != MLS_FILE; n++) {
    ration.left = n;
    status = mls_format(book, "a.sheet", text, sizeof text - 4, no_write, NULL);
    ck_assert(status == MLS_MEMORY || status == MLS_FILE);
  }
  ck_assert_int_eq(status, MLS_FILE);
  ration.left = (size_t)-1;
  mls_close(book);
  ck_assert_int_eq(ration.held, 0);
}
END_TEST

/* ---- blanks at random ---- */

struct blur {
  unsigned long state;
  char *out;
  size_t size;
  bool crlf;
  bool labelled; /* the cell above has a label: a second one stays a line of its own */
};

static unsigned dice(struct blur *blur, unsigned sides) {
  blur->state = blur->state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(blur->state >> 33) % sides;
}

static void give_char(struct blur *blur, char c) { blur->out[blur->size++] = c; }

static void give_blanks(struct blur *blur, unsigned least) {
  for (unsigned i = least + dice(blur, 3); i > 0; i--) give_char(blur, dice(blur, 4) ? ' ' : '\t');
}

static void give_end(struct blur *blur) {
  if (!dice(blur, 3)) give_blanks(blur, 0);
  if (blur->crlf) give_char(blur, '\r');
  give_char(blur, '\n');
}

/* Blanks may go, or come, beside these. In sets a sign and a point belong to what follows. */
static bool is_free(char c, bool formula) {
  return c && strchr(formula ? "+-*/^<>=,()[]" : ",=[]", c);
}

/* The code of one line, each run of blanks another; the first `left` bytes are no formula. */
static void blur_code(struct blur *blur, const char *code, size_t size, size_t left, bool formula) {
  bool quoted = false, unit = false;
  for (size_t i = 0; i < size; i++) {
    char c = code[i], next = i + 1 < size ? code[i + 1] : 0, last = i ? code[i - 1] : 0;
    bool inside = formula && i > left;
    if (c == '"') quoted = !quoted;
    if (c == '[' && !quoted) unit = true;
    if (c == ']' && !quoted) unit = false;
    bool blank = c == ' ' && !quoted && !unit;
    if (blank && next == ' ') continue;
    if (blank) give_blanks(blur, !is_free(next, inside) && !is_free(last, inside));
    else give_char(blur, c);
    if (blank || quoted || unit) {
      if (c == '[' && !quoted && dice(blur, 2)) give_blanks(blur, 1);
      continue;
    }
    bool call = next == '(' && c != '(' && c != ','; /* f(x): nothing may stand between */
    bool exponent = inside && (c == 'e' || last == 'e') && strchr("+-", c == 'e' ? next : c);
    bool pair = next == '=' && strchr("<>=!", c);
    bool dots = c != next && ((c == '.' && last == '.') || (next == '.' && code[i + 2] == '.'));
    bool loose = is_free(c, inside) || is_free(next, inside) || (!inside && dots);
    if (loose && next && next != ' ' && !call && !exponent && !pair && dice(blur, 2))
      give_blanks(blur, 1);
  }
}

static void blur_label(struct blur *blur, const char *label, size_t size) {
  give_char(blur, '#');
  size_t key = size;
  for (size_t i = size; i-- > 1 && !strchr(" \t", label[i]);)
    if (label[i] == '@' && label[i - 1] == ' ') key = i;
  give_blanks(blur, 0);
  for (size_t i = 2; i < size; i++) {
    if (i == key) give_blanks(blur, 0);
    give_char(blur, label[i]);
  }
}

/* A line of the layout, with blanks moved; `deep` when it goes on the line before. */
static void blur_line(struct blur *blur, const char *line, size_t size, bool *deep, int *depth) {
  size_t indent = strspn(line, " "), code = indent;
  bool quoted = false;
  for (; code < size && (line[code] != '#' || quoted); code++) {
    if (line[code] == '"') quoted = !quoted;
    if (!quoted) *depth += (line[code] == '(') - (line[code] == ')');
  }
  if (*deep || indent > 0) give_blanks(blur, !*deep);
  size_t end = code;
  while (end > indent && line[end - 1] == ' ') end--;
  const char *equals = memchr(line, '=', end);
  size_t left = *deep ? 0 : equals ? (size_t)(equals - line) - indent : end;
  bool input = !*deep && (strncmp(line + indent, "input ", 6) == 0 || !equals ||
                          strncmp(line + indent, "table ", 6) == 0);
  /* what goes on an earlier line is inside from its first byte */
  if (*deep) blur_code(blur, line + indent, end - indent, 0, true);
  else blur_code(blur, line + indent, end - indent, left, !input);
  *deep = *depth > 0;
  if (end > indent) blur->labelled = false;
  if (code == size) return;
  if (end > indent && dice(blur, 4) == 0) {
    give_end(blur);
    give_blanks(blur, 1);
  } else {
    bool up = end == indent && !blur->labelled && dice(blur, 2);
    while (up && strchr(" \t\r\n", blur->out[blur->size - 1])) blur->size--;
    give_blanks(blur, end == indent && !up);
  }
  blur_label(blur, line + code, size - code);
  blur->labelled = true;
}

static void blur_text(struct blur *blur, const char *text) {
  bool deep = false;
  int depth = 0;
  blur->crlf = dice(blur, 3) == 0;
  blur->size = 0;
  for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
    size_t size = strcspn(line, "\n");
    if (*line == '#' || size == 0)
      for (size_t i = 0; i < size; i++) give_char(blur, line[i]);
    else blur_line(blur, line, size, &deep, &depth);
    give_end(blur);
  }
  blur->out[blur->size] = 0;
}

static void returns(struct press *press, const char *path, char *text, size_t size) {
  static unsigned long seed = 1;
  struct blur blur = { .state = seed++, .out = malloc(8 * size + 64) };
  ck_assert_ptr_nonnull(blur.out);
  for (int round = 0; round < 20; round++) {
    blur_text(&blur, text);
    mls_status status = press_try(press, blur.out, blur.size);
    ck_assert_msg(status == MLS_OK, "%s: %s\n%.900s", path, press_told(press), blur.out);
    size_t same = 0;
    while (text[same] && press->sink.text[same] == text[same]) same++;
    ck_assert_msg(!text[same] && !press->sink.text[same], "%s: not\n%.900s\nbut\n%.900s", path,
                  text + same, press->sink.text + same);
  }
  free(blur.out);
}

START_TEST(test_blur) {
  struct press press;
  press_open(&press);
  each_sheet(&press, ROOT "/templates", returns);
  press_close(&press);
}
END_TEST

/* ---- damage at random: refused, or in a layout that means the same ---- */

static void damage(struct blur *blur, const char *text, size_t size) {
  static const char marks[] = " ()[]#\"@,.=-+*/^<!\n\t\r09aeE_in\xC3\xA9";
  memcpy(blur->out, text, size + 1);
  blur->size = size;
  for (unsigned edits = 1 + dice(blur, 3); edits > 0; edits--) {
    char *at = blur->out + dice(blur, (unsigned)blur->size);
    size_t behind = blur->size - (size_t)(at - blur->out);
    unsigned kind = dice(blur, 3);
    if (kind == 0) memmove(at, at + 1, behind);
    if (kind == 1) memmove(at + 1, at, behind + 1);
    if (kind != 0) *at = marks[dice(blur, sizeof marks - 1)];
    blur->size = strlen(blur->out);
  }
}

static void holds(struct press *press, const char *path, char *text, size_t size) {
  static unsigned long seed = 1;
  struct blur blur = { .state = seed++, .out = malloc(size + 64) };
  (void)path;
  ck_assert_ptr_nonnull(blur.out);
  for (int round = 0; round < 30; round++) {
    damage(&blur, text, size);
    if (press_try(press, blur.out, blur.size) == MLS_OK) free(settled(press, blur.out, blur.size));
  }
  free(blur.out);
}

START_TEST(test_damage) {
  struct press press;
  press_open(&press);
  each_sheet(&press, ROOT "/templates", holds);
  press_close(&press);
}
END_TEST

Suite *suite_format(void) {
  Suite *suite = suite_create("format");
  TCase *tests = tcase_create("format");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, test_templates);
  tcase_add_test(tests, test_tests);
  tcase_add_loop_test(tests, test_messy, 0, (int)COUNT_OF(messy));
  tcase_add_loop_test(tests, test_column, 0, (int)COUNT_OF(columns));
  tcase_add_loop_test(tests, test_refused, 0, (int)COUNT_OF(wrong));
  tcase_add_loop_test(tests, test_unresolved, 0, (int)COUNT_OF(unresolved));
  tcase_add_test(tests, test_long_line);
  tcase_add_test(tests, test_long_label);
  tcase_add_test(tests, test_many_errors);
  tcase_add_test(tests, test_call);
  tcase_add_test(tests, test_book_unchanged);
  tcase_add_test(tests, test_memory);
  tcase_add_test(tests, test_blur);
  tcase_add_test(tests, test_damage);
  suite_add_tcase(suite, tests);
  return suite;
}
