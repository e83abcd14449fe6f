/* The man page and the completions for shells, made from the tables of commands and options, so
   that they say what the program does. The files in docs/man and completions print as these. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "say.h"
#include "system.h"

/* ---- what the tables say ---- */

/* The words after "  --name VALUE" in a help text, up to the line's end; NULL when it has none. */
static const char *line_of(const char *help, const char *name, size_t *size) {
  size_t length = strlen(name);
  for (const char *line = help; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    size_t end = strcspn(line, "\n");
    if (strncmp(line, "  -", 3) != 0) continue;
    const char *gap = strstr(line + 2, "  ");
    if (!gap || gap > line + end) continue;
    for (const char *at = line + 2; at < gap; at++) {
      bool whole = strncmp(at, name, length) == 0 && strchr(" ,[=", at[length]);
      if (!whole || at[-1] != ' ') continue;
      while (*gap == ' ') gap++;
      *size = (size_t)(line + end - gap);
      return gap;
    }
  }
  return NULL;
}

/* What an option is for: from the help of the command, else of the first that tells. */
static const char *purpose(const struct command *command, const char *name, size_t *size) {
  const char *text = line_of(command->help, name, size);
  const struct command *other;
  for (size_t i = 0; !text && (other = command_at(i)); i++) text = line_of(other->help, name, size);
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) text = "how to use it", *size = 13;
  return text;
}

/* Kinds of words in a synopsis, by what they look like. */
enum word_kind {
  WORD_NONE,
  WORD_SHEET,
  WORD_CELL,
  WORD_CSV,
  WORD_ITEM,
  WORD_NAME,
  WORD_CHOICE,
  WORD_REST
};
static const char *const word_kinds[] = { "none", "sheet", "cell",   "csv",
                                          "item", "name",  "choice", "rest" };

static bool holds(const char *text, size_t size, const char *part) {
  size_t length = strlen(part);
  for (size_t i = 0; i + length <= size; i++)
    if (strncmp(text + i, part, length) == 0) return true;
  return false;
}

static enum word_kind kind_of(const char *word, size_t size) {
  if (holds(word, size, "NAME/ITEM")) return WORD_ITEM;
  if (holds(word, size, "|NAME")) return WORD_NAME;
  if (holds(word, size, "|")) return WORD_CHOICE;
  if (holds(word, size, "SHEET") || holds(word, size, ".sheet")) return WORD_SHEET;
  if (holds(word, size, "INPUTS") || holds(word, size, ".csv")) return WORD_CSV;
  return holds(word, size, "CELL") ? WORD_CELL : WORD_NONE;
}

/* The next word of a synopsis and its kind; false at the end. "[options]" is none. */
static bool next_word(const char **at, const char **word, size_t *size, enum word_kind *kind) {
  do {
    while (**at == ' ') ++*at;
    *word = *at;
    *size = strcspn(*at, " ");
    *at += *size;
    if (*size == 0) return false;
  } while (holds(*word, *size, "options") || **word == '-');
  *kind = kind_of(*word, *size);
  return true;
}

static bool repeats(const char *word, size_t size) { return holds(word, size, "..."); }

/* The lower-case alternatives of "[sheets|units|NAME]", each after `before`. */
static void put_choices(const char *word, size_t size, const char *before, const char *after) {
  for (size_t i = 0; i < size;) {
    size_t end = i;
    while (end < size && word[end] >= 'a' && word[end] <= 'z') end++;
    if (end > i) printf("%s%.*s%s", before, (int)(end - i), word + i, after);
    i = end + 1;
  }
}

static bool takes_files(const char *value) { return value && strcmp(value, "FILE") == 0; }
static bool takes_folder(const char *value) { return value && strcmp(value, "DIR") == 0; }

/* ---- man page ---- */

/* A text in which nothing is a request of the formatter. */
static void roff(const char *text, size_t size) {
  bool start = true;
  for (size_t i = 0; i < size; i++) {
    char c = text[i];
    if (start && (c == '.' || c == '\'')) fputs("\\&", stdout);
    if (c == '\\') fputs("\\e", stdout);
    else if (c == '-') fputs("\\-", stdout);
    else putchar(c);
    start = c == '\n';
  }
}

static void roff_all(const char *text) { roff(text, strlen(text)); }

static void man_command(const struct command *command) {
  printf(".SS mlsysim %s ", command->name);
  roff_all(command->synopsis);
  putchar('\n');
  printf("%c", command->summary[0] - 'a' + 'A');
  roff_all(command->summary + 1);
  printf(".\n.PP\n.nf\n");
  roff_all(command->help);
  printf(".fi\n");
}

static void man_variable(const char *name, const char *text) {
  printf(".TP\n.B %s\n", name);
  roff_all(text);
  putchar('\n');
}

int command_man(const struct options *options) {
  const struct command *command;
  (void)options;
  printf(".\\\" Made by: mlsysim man\n.TH MLSYSIM 1 \"\" \"mlsysim %s\"\n.SH NAME\nmlsysim \\- ",
         mls_version());
  roff_all(command_purpose);
  printf("\n.SH SYNOPSIS\n.B mlsysim\n.I COMMAND\n.RI [ ARGUMENTS ]\n.SH COMMANDS\n");
  for (size_t i = 0; (command = command_at(i)); i++) man_command(command);
  printf(".SS mlsysim help COMMAND\nHow to use a command.\n.SH ENVIRONMENT\n");
  man_variable(
      "MLSYSIM_PATH",
      "Folders with templates/ and registry/, separated by colons (on Windows by semicolons).");
  man_variable("SOURCE_DATE_EPOCH", "The date of reports, in seconds since 1970.");
  man_variable("COLUMNS", "How many characters wide --plot draws; else as wide as the terminal.");
  man_variable("NO_COLOR", "When set, no colours.");
  printf(".SH FILES\n");
  roff_all(command_folders);
  printf("\n.SH EXIT STATUS\n");
  roff_all(command_ends);
  putchar('\n');
  return print_finish() ? DONE : SYSTEM_FAILS;
}

/* ---- bash ---- */

static void bash_options(const struct command *command) {
  struct option_view option;
  const char *joint = "";
  for (size_t i = 0; options_at(i, command->takes, &option); i++) {
    if (!option.taken) continue;
    printf("%s%s", joint, option.name);
    joint = " ";
  }
}

static void bash_words(const struct command *command) {
  const char *at = command->synopsis, *word, *joint = "";
  size_t size;
  enum word_kind kind;
  bool more = false;
  while (next_word(&at, &word, &size, &kind)) {
    printf("%s%s", joint, word_kinds[kind]);
    more = repeats(word, size);
    joint = " ";
  }
  if (more) printf(" %s", word_kinds[WORD_REST]);
}

static void bash_choices(const struct command *command) {
  const char *at = command->synopsis, *word;
  size_t size;
  enum word_kind kind;
  while (next_word(&at, &word, &size, &kind))
    if (kind == WORD_NAME || kind == WORD_CHOICE) put_choices(word, size, " ", "");
}

static void bash_valued(bool (*takes)(const char *value)) {
  struct option_view option;
  const char *joint = "";
  for (size_t i = 0; options_at(i, 0, &option); i++) {
    bool valued = option.value && option.value[0] != '=';
    if (!valued || (takes && !takes(option.value))) continue;
    printf("%s%s", joint, option.name);
    joint = "|";
  }
}

static const char bash_body[] =
    "  # Which word of the command this is, options and their values left out.\n"
    "  for ((i = 2; i < COMP_CWORD; i++)); do\n"
    "    case ${COMP_WORDS[i]} in\n"
    "      --) ;;\n"
    "      -*) [[ ${COMP_WORDS[i]} =~ ^($valued)$ ]] && ((i++)) ;;\n"
    "      *) ((place++)); [[ $sheet ]] || sheet=${COMP_WORDS[i]} ;;\n"
    "    esac\n"
    "  done\n"
    "  kind=none\n"
    "  for word in $kinds; do\n"
    "    [[ $word == rest ]] && break\n"
    "    kind=$word\n"
    "    ((place-- == 0)) && break\n"
    "    kind=none\n"
    "  done\n"
    "  [[ $word == rest ]] && kind=${kinds%% *}\n"
    "  case $kind in\n"
    "    sheet) words=$(_mlsysim_list sheets); endings=sheet ;;\n"
    "    csv) endings='csv json' ;;\n"
    "    cell) words=$(_mlsysim_list \"$sheet\") ;;\n"
    "    name) words=\"$choices $(_mlsysim_list registries) $(_mlsysim_list sheets)\" ;;\n"
    "    choice) words=$choices ;;\n"
    "    item)\n"
    "      if [[ $current == */* ]]; then\n"
    "        name=${current%%/*}\n"
    "        [[ $name == source ]] && list=sources || list=$name\n"
    "        for word in $(_mlsysim_list \"$list\"); do words+=\" $name/$word\"; done\n"
    "      else\n"
    "        compopt -o nospace 2>/dev/null\n"
    "        for word in $(_mlsysim_list registries) source; do words+=\" $word/\"; done\n"
    "      fi ;;\n"
    "  esac\n"
    "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
    "  [[ $endings ]] || return\n"
    "  compopt -o filenames 2>/dev/null\n"
    "  COMPREPLY+=($(compgen -d -- \"$current\"))\n"
    "  for word in $endings; do\n"
    "    COMPREPLY+=($(compgen -f -X \"!*.$word\" -- \"$current\"))\n"
    "  done\n"
    "}\n"
    "complete -F _mlsysim mlsysim\n";

static void bash(void) {
  const struct command *command;
  printf("# bash completion for mlsysim. Made by: mlsysim completion bash\n"
         "_mlsysim_list() { \"${COMP_WORDS[0]}\" list \"$1\" --names 2>/dev/null; }\n\n"
         "_mlsysim() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local options= kinds= choices= words= word= kind= endings= sheet= name= list=\n"
         "  local i place=0\n"
         "  local valued='");
  bash_valued(NULL);
  printf("'\n  COMPREPLY=()\n  if ((COMP_CWORD == 1)); then\n    COMPREPLY=($(compgen -W '");
  for (size_t i = 0; (command = command_at(i)); i++) printf("%s ", command->name);
  printf("help' -- \"$current\"))\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n");
  for (size_t i = 0; (command = command_at(i)); i++) {
    printf("    %s)\n      options='", command->name);
    bash_options(command);
    printf("'\n      kinds='");
    bash_words(command);
    printf("' choices='");
    bash_choices(command);
    printf("' ;;\n");
  }
  printf("    help) kinds=choice choices='");
  for (size_t i = 0; (command = command_at(i)); i++) printf(" %s", command->name);
  printf("' ;;\n  esac\n  case $before in\n    ");
  bash_valued(takes_folder);
  printf(")\n      compopt -o filenames 2>/dev/null\n"
         "      COMPREPLY=($(compgen -d -- \"$current\"))\n      return ;;\n    ");
  bash_valued(takes_files);
  printf(")\n      compopt -o filenames 2>/dev/null\n"
         "      COMPREPLY=($(compgen -f -- \"$current\"))\n      return ;;\n    ");
  bash_valued(NULL);
  printf(") return ;;\n  esac\n  if [[ $current == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$options\" -- \"$current\"))\n    return\n  fi\n%s",
         bash_body);
}

/* ---- zsh ---- */

/* A text inside '...[text]' of _arguments. */
static void zsh_text(const char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '\'') fputs("'\\''", stdout);
    else if (strchr("[]:\\", text[i])) printf("\\%c", text[i]);
    else putchar(text[i]);
  }
}

static void zsh_option(const struct command *command, const struct option_view *option) {
  size_t size = 0;
  const char *text = purpose(command, option->name, &size);
  bool perhaps = option->value && option->value[0] == '=';
  printf(" \\\n        '*%s%s[", option->name, perhaps ? "=-" : "");
  zsh_text(text ? text : "", size);
  putchar(']');
  if (perhaps) printf("::%s:", option->value + 1);
  else if (takes_folder(option->value)) printf(":folder:_files -/");
  else if (takes_files(option->value)) printf(":file:_files");
  else if (option->value) printf(":"), zsh_text(option->value, strlen(option->value)), printf(":");
  putchar('\'');
}

static void zsh_word(const char *word, size_t size, enum word_kind kind) {
  static const char *const actions[] = { "",
                                         "_mlsysim_sheets",
                                         "_mlsysim_cells",
                                         "_files -g \"*.(csv|json)\"",
                                         "_mlsysim_items",
                                         "_mlsysim_names",
                                         "",
                                         "" };
  printf(" \\\n        '%s:", repeats(word, size) ? "*" : "");
  for (size_t i = 0; i < size; i++)
    if (!strchr("[].|:", word[i]) && kind != WORD_NAME && kind != WORD_CHOICE) putchar(word[i]);
  printf("%s:", kind == WORD_NAME || kind == WORD_CHOICE ? "what" : "");
  if (kind == WORD_CHOICE) {
    putchar('(');
    put_choices(word, size, "", " ");
    putchar(')');
  }
  printf("%s'", actions[kind]);
}

static void zsh_command(const struct command *command) {
  const char *at = command->synopsis, *word;
  size_t size;
  enum word_kind kind;
  struct option_view option;
  printf("    %s)\n      _arguments", command->name);
  for (size_t i = 0; options_at(i, command->takes, &option); i++)
    if (option.taken) zsh_option(command, &option);
  while (next_word(&at, &word, &size, &kind)) zsh_word(word, size, kind);
  printf(" ;;\n");
}

static void zsh_choices(void) {
  const struct command *command;
  for (size_t i = 0; (command = command_at(i)); i++) {
    const char *at = command->synopsis, *word;
    size_t size;
    enum word_kind kind;
    while (next_word(&at, &word, &size, &kind))
      if (kind == WORD_NAME) put_choices(word, size, " ", "");
  }
}

static void zsh(void) {
  const struct command *command;
  printf("#compdef mlsysim\n# zsh completion for mlsysim. Made by: mlsysim completion zsh\n"
         "_mlsysim_list() { mlsysim list $1 --names 2>/dev/null; }\n"
         "_mlsysim_sheets() { compadd -- ${(f)\"$(_mlsysim_list sheets)\"}; "
         "_files -g \"*.sheet\"; }\n"
         "_mlsysim_cells() { compadd -- ${(f)\"$(_mlsysim_list $words[2])\"}; }\n"
         "_mlsysim_names() { compadd --");
  zsh_choices();
  printf(" ${(f)\"$(_mlsysim_list registries)\"} ${(f)\"$(_mlsysim_list sheets)\"}; }\n"
         "_mlsysim_items() {\n"
         "  local name=${PREFIX%%%%/*} list\n"
         "  if [[ $PREFIX == */* ]]; then\n"
         "    [[ $name == source ]] && list=sources || list=$name\n"
         "    compadd -p $name/ -- ${(f)\"$(_mlsysim_list $list)\"} ||\n"
         "      compadd -- $name/${^${(f)\"$(_mlsysim_list $list)\"}}\n"
         "  else\n"
         "    compadd -S / -- ${(f)\"$(_mlsysim_list registries)\"} source\n"
         "  fi\n}\n"
         "_mlsysim() {\n  local -a commands\n  commands=(\n");
  for (size_t i = 0; (command = command_at(i)); i++) {
    printf("    '%s:", command->name);
    zsh_text(command->summary, strlen(command->summary));
    printf("'\n");
  }
  printf("    'help:how to use a command'\n  )\n"
         "  if ((CURRENT == 2)); then _describe command commands; return; fi\n"
         "  shift words\n  ((CURRENT--))\n  case $words[1] in\n");
  for (size_t i = 0; (command = command_at(i)); i++) zsh_command(command);
  printf("    help) _describe command commands ;;\n  esac\n}\n_mlsysim \"$@\"\n");
}

/* ---- fish ---- */

static void fish_text(const char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '\'' || text[i] == '\\') putchar('\\');
    putchar(text[i]);
  }
}

static void fish_option(const struct command *command, const struct option_view *option) {
  size_t size = 0;
  const char *text = purpose(command, option->name, &size);
  bool valued = option->value && option->value[0] != '=';
  bool is_long = strncmp(option->name, "--", 2) == 0;
  printf("complete -c mlsysim -n '__fish_seen_subcommand_from %s' -%c %s%s -d '", command->name,
         is_long ? 'l' : 's', option->name + (is_long ? 2 : 1), valued ? " -r" : "");
  fish_text(text ? text : "", size);
  putchar('\'');
  if (takes_folder(option->value)) printf(" -a '(__fish_complete_directories)'");
  else if (takes_files(option->value)) printf(" -F");
  putchar('\n');
}

static void fish_words(const struct command *command) {
  static const char *const actions[] = {
    NULL,
    "(mlsysim list sheets --names) (__fish_complete_suffix .sheet)",
    "(__mlsysim_cells)",
    "(__fish_complete_suffix .csv)",
    "(__mlsysim_items)",
    "(mlsysim list registries --names) (mlsysim list sheets --names)",
    "",
    NULL
  };
  const char *at = command->synopsis, *word;
  size_t size;
  enum word_kind kind;
  while (next_word(&at, &word, &size, &kind)) {
    if (!actions[kind]) continue;
    printf("complete -c mlsysim -n '__fish_seen_subcommand_from %s' -a '%s", command->name,
           actions[kind]);
    if (kind == WORD_NAME || kind == WORD_CHOICE) put_choices(word, size, " ", "");
    printf("'\n");
  }
}

static void fish(void) {
  const struct command *command;
  struct option_view option;
  printf("# fish completion for mlsysim. Made by: mlsysim completion fish\n"
         "complete -c mlsysim -f\n"
         "function __mlsysim_cells\n"
         "  set -l words (commandline -opc)\n"
         "  test (count $words) -gt 2; and mlsysim list $words[3] --names 2>/dev/null\n"
         "end\n"
         "function __mlsysim_items\n"
         "  for name in (mlsysim list registries --names)\n"
         "    for item in (mlsysim list $name --names); echo $name/$item; end\n"
         "  end\n"
         "  for key in (mlsysim list sources --names); echo source/$key; end\n"
         "end\n");
  for (size_t i = 0; (command = command_at(i)); i++) {
    printf("complete -c mlsysim -n __fish_use_subcommand -a %s -d '", command->name);
    fish_text(command->summary, strlen(command->summary));
    printf("'\n");
    fish_words(command);
    for (size_t k = 0; options_at(k, command->takes, &option); k++)
      if (option.taken) fish_option(command, &option);
  }
  printf("complete -c mlsysim -n __fish_use_subcommand -a help -d 'how to use a command'\n"
         "complete -c mlsysim -n '__fish_seen_subcommand_from help' -a '");
  for (size_t i = 0; (command = command_at(i)); i++) printf("%s%s", i ? " " : "", command->name);
  printf("'\n");
}

int command_completion(const struct options *options) {
  static const struct {
    const char *name;
    void (*print)(void);
  } shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };
  for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
    if (strcmp(shells[i].name, options->words.at[0]) != 0) continue;
    shells[i].print();
    return print_finish() ? DONE : SYSTEM_FAILS;
  }
  say_error("completion is for bash, zsh or fish, not for %s", options->words.at[0]);
  return BAD_INPUT;
}
