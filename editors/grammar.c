/* Syntax files for editors, made from the function table and the words of the language, so that
   they never lack a function. Usage: grammar vim | textmate | words. What it prints is checked in
   below this folder; tests/grammar.sh looks that they agree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/function.h"
#include "../lib/name.h"
#include "../lib/sheet.h"

/* The reserved words by what they are for; prior is a function. */
static const char *const leads[] = { "sheet", "use", "input", "output", "check", "table", NULL };
static const char *const joints[] = { "for", "in", "by", "likely", NULL };
static const char *const truths[] = { "true", "false", NULL }; /* kept: no sheet may use them */

struct pattern {
  char text[4096];
};

static void add(struct pattern *line, const char *text) {
  size_t size = strlen(line->text), more = strlen(text);
  if (size + more >= sizeof line->text) {
    fputs("grammar: a pattern is too long\n", stderr);
    exit(1);
  }
  memcpy(line->text + size, text, more + 1);
}

/* "a|b|c" */
static void add_words(struct pattern *line, const char *const *words) {
  for (size_t i = 0; words[i]; i++) {
    if (i > 0) add(line, "|");
    add(line, words[i]);
  }
}

static void add_calls(struct pattern *line) {
  const struct function *row;
  const char *joint = "";
  for (size_t i = 0; (row = function_row(i)); i++) {
    if (row->form != FORM_CALL) continue;
    add(line, joint);
    add(line, row->name);
    joint = "|";
  }
}

/* Those of two characters first; `special` are the marks that mean themselves after a \. */
static void add_operators(struct pattern *line, const char *special) {
  const struct function *row;
  const char *joint = "";
  for (size_t size = 2; size > 0; size--)
    for (size_t i = 0; (row = function_row(i)); i++) {
      if (row->form != FORM_INFIX || strlen(row->name) != size) continue;
      add(line, joint);
      for (const char *at = row->name; *at; at++) {
        if (strchr(special, *at)) add(line, "\\");
        add(line, (char[]){ *at, 0 });
      }
      joint = "|";
    }
}

static void add_named(struct pattern *line, struct slice name, const char *special) {
  if (slice_is(name, "CALLS")) add_calls(line);
  else if (slice_is(name, "OPERATORS")) add_operators(line, special);
  else if (slice_is(name, "LEADS")) add_words(line, leads);
  else if (slice_is(name, "JOINTS")) add_words(line, joints);
  else if (slice_is(name, "TRUTHS")) add_words(line, truths);
  else if (slice_is(name, "KINDS")) add_words(line, chart_words);
}

/* A pattern with its {NAMES} filled in. */
static struct pattern filled(const char *pattern, const char *special) {
  struct pattern line = { "" };
  while (*pattern) {
    size_t size = *pattern == '{' ? strspn(pattern + 1, "CALSOPERTJINDUHK") : 0;
    if (size > 0 && pattern[1 + size] == '}') {
      add_named(&line, (struct slice){ pattern + 1, size }, special);
      pattern += size + 2;
    } else {
      add(&line, (char[]){ *pattern++, 0 });
    }
  }
  return line;
}

/* ---- Vim ---- */

/* Of matches that begin at one place Vim takes the one defined last. */
static const char *const vim[] = {
  "\" Vim syntax file for mlsysim sheets. Made by editors/grammar.c: do not edit.",
  "if exists('b:current_syntax')",
  "  finish",
  "endif",
  "syntax case match",
  "syntax sync minlines=1",
  "",
  "syntax match mlsysimOperator '\\v{OPERATORS}'",
  "syntax match mlsysimAssign '\\v[<>!=]@1<!\\=\\=@!'",
  "syntax match mlsysimRange '\\V..'",
  "syntax match mlsysimNumber "
  "'\\v%(\\w|\\w\\.)@2<!\\d[0-9_]*%(\\.\\d[0-9_]*)?%([eE][+-]?\\d+)?'",
  "syntax match mlsysimCall '\\v[[:alnum:]_.]@1<!%({CALLS})\\ze\\('",
  "syntax match mlsysimJoint '\\v[[:alnum:]_.-]@1<!%({JOINTS})[[:alnum:]_-]@!'",
  "syntax match mlsysimKept '\\v[[:alnum:]_.-]@1<!%({TRUTHS})[[:alnum:]_-]@!'",
  "syntax match mlsysimUnit '\\v\\[[^]#\"]*\\]'",
  "syntax match mlsysimBind '\\v[[:alnum:]_.]@1<!\\l[[:alnum:]_]*\\ze\\s*\\=\\=@!'",
  "syntax match mlsysimName '\\v^\\s*\\zs\\l[[:alnum:]_]*\\ze\\s*%(\\[[^]]*\\])?\\s*\\=\\=@!'",
  "syntax match mlsysimName contained '\\v\\l[[:alnum:]_]*'",
  "syntax match mlsysimLead '\\v^\\s*\\zs%({LEADS})[[:alnum:]_.-]@!' "
  "nextgroup=mlsysimName skipwhite",
  "syntax match mlsysimLead '\\v^chart\\s+%({KINDS})\\ze\\s' nextgroup=mlsysimName skipwhite",
  "syntax region mlsysimText start='\"' end='\"' oneline",
  "syntax match mlsysimSource contained "
  "'\\v[# \\t]@1<=\\@[[:alnum:]_.-]+\\ze%(\\s+\\@[[:alnum:]_.-]+)*\\s*$'",
  "syntax region mlsysimLabel start='#' end='$' oneline keepend contains=mlsysimSource,@Spell",
  "syntax match mlsysimNote '^#.*$' contains=mlsysimSource,@Spell",
  "syntax match mlsysimHeading '^##.*$' contains=@Spell",
  "",
  "highlight default link mlsysimLead Statement",
  "highlight default link mlsysimJoint Keyword",
  "highlight default link mlsysimKept Error",
  "highlight default link mlsysimName Identifier",
  "highlight default link mlsysimBind Identifier",
  "highlight default link mlsysimUnit Type",
  "highlight default link mlsysimNumber Number",
  "highlight default link mlsysimText String",
  "highlight default link mlsysimCall Function",
  "highlight default link mlsysimOperator Operator",
  "highlight default link mlsysimAssign Operator",
  "highlight default link mlsysimRange Operator",
  "highlight default link mlsysimLabel Comment",
  "highlight default link mlsysimNote Comment",
  "highlight default link mlsysimHeading Title",
  "highlight default link mlsysimSource Tag",
  "",
  "let b:current_syntax = 'mlsysim'",
  NULL,
};

static void print_vim(void) {
  for (size_t i = 0; vim[i]; i++) puts(filled(vim[i], "<>=!+-*/^").text);
}

/* ---- TextMate, which VS Code and others read ---- */

/* Of rules that match at one place the first is taken. `parts`: the scopes of the groups. */
static const struct rule {
  const char *scope, *match;
  const char *parts[2];
} rules[] = {
  { "markup.heading", "^##.*$", { NULL, NULL } },
  { "comment.line.note", "^#.*$", { NULL, NULL } },
  { NULL, "^\\s*(sheet|table)\\s+([a-z][a-z0-9_]*)", { "keyword.control", "entity.name.type" } },
  { NULL,
    "^\\s*(?:({LEADS})\\s+)?([a-z][a-z0-9_]*)(?=\\s*(?:\\[[^\\]]*\\])?\\s*=(?!=))",
    { "keyword.control", "entity.name.variable" } },
  { NULL, "^(chart)\\s+({KINDS})(?=\\s)", { "keyword.control", "keyword.control" } },
  { "keyword.control", "^\\s*(?:{LEADS})(?![A-Za-z0-9_.-])", { NULL, NULL } },
  { "string.quoted.double", "\"[^\"]*\"", { NULL, NULL } },
  { "support.type.unit", "\\[[^\\]#\"]*\\]", { NULL, NULL } },
  { "constant.numeric",
    "(?<![A-Za-z0-9_])(?<![A-Za-z0-9_]\\.)[0-9][0-9_]*(?:\\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?",
    { NULL, NULL } },
  { "support.function", "(?<![A-Za-z0-9_.])(?:{CALLS})(?=\\()", { NULL, NULL } },
  { "keyword.other", "(?<![A-Za-z0-9_.-])(?:{JOINTS})(?![A-Za-z0-9_-])", { NULL, NULL } },
  { "invalid.illegal.reserved",
    "(?<![A-Za-z0-9_.-])(?:{TRUTHS})(?![A-Za-z0-9_-])",
    { NULL, NULL } },
  { "variable.parameter", "(?<![A-Za-z0-9_.])[a-z][a-z0-9_]*(?=\\s*=(?!=))", { NULL, NULL } },
  { "keyword.operator.range", "\\.\\.", { NULL, NULL } },
  { "keyword.operator", "{OPERATORS}", { NULL, NULL } },
  { "keyword.operator.assignment", "=", { NULL, NULL } },
};

static void print_json(const char *name, const char *text, const char *end) {
  printf("\"%s\": \"", name);
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') putchar('\\');
    putchar(*text);
  }
  printf("\"%s", end);
}

static void print_scope(const char *name, const char *scope, const char *end) {
  struct pattern line = { "" };
  add(&line, scope);
  add(&line, ".mlsysim");
  print_json(name, line.text, end);
}

static void print_rule(const struct rule *rule) {
  printf("    { ");
  if (rule->scope) print_scope("name", rule->scope, ", ");
  struct pattern match = filled(rule->match, "+*/^");
  print_json("match", match.text, rule->parts[0] ? ",\n      \"captures\": { " : " },\n");
  if (!rule->parts[0]) return;
  printf("\"1\": { ");
  print_scope("name", rule->parts[0], " }, \"2\": { ");
  print_scope("name", rule->parts[1], " } } },\n");
}

static void print_textmate(void) {
  printf("{\n  ");
  print_json("comment", "Made by editors/grammar.c: do not edit.", ",\n  ");
  print_json("name", "mlsysim sheet", ",\n  ");
  print_json("scopeName", "source.mlsysim", ",\n  ");
  printf("\"fileTypes\": [ \"sheet\" ],\n  \"patterns\": [\n");
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) print_rule(&rules[i]);
  printf("    { ");
  print_scope("name", "comment.line.label", ", \"begin\": \"#\", \"end\": \"$\",\n");
  printf("      \"patterns\": [ { ");
  print_scope("name", "constant.other.source", ", ");
  print_json("match", "(?<=[# \\t])@[A-Za-z0-9_.-]+(?=(?:\\s+@[A-Za-z0-9_.-]+)*\\s*$)",
             " } ] }\n  ]\n}\n");
}

/* ---- words ---- */

/* One a line, after looking that each is reserved. */
static int print_words(void) {
  static const char *const *const lists[] = { leads, joints, truths };
  static const char prior[] = "prior";
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (size_t k = 0; lists[i][k]; k++) {
      if (!name_is_reserved(slice_of(lists[i][k]))) return EXIT_FAILURE;
      puts(lists[i][k]);
    }
  if (!function_find(slice_of(prior), FORM_CALL)) return EXIT_FAILURE;
  puts(prior);
  return EXIT_SUCCESS;
}

int main(int count, char **arguments) {
  const char *form = count == 2 ? arguments[1] : "";
  if (strcmp(form, "words") == 0) return print_words();
  if (strcmp(form, "vim") == 0) print_vim();
  else if (strcmp(form, "textmate") == 0) print_textmate();
  else {
    fputs("usage: grammar vim | textmate | words\n", stderr);
    return 2;
  }
  return ferror(stdout) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
