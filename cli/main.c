/* mlsysim: the command line. One row a command; a command reads arguments, calls the library
   through its public header alone, and prints. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "say.h"
#include "system.h"

#define EVERYWHERE                                                                            \
  "  --templates DIR          more sheets, which come before others of the same name\n"          \
  "  --registry DIR           more facts, units and sources, which override others\n"

static const struct command commands[] = {
  { "run", "SHEET [INPUTS.csv] [options]", "calculate a sheet and show its results and checks",
    "SHEET is the name of a sheet (training) or a file (my/plan.sheet, or - for standard input).\n"
    "INPUTS.csv holds one scenario or several; without it the sheet's own defaults are used.\n\n"
    "  --set path=value         set an input or a fact: --set gpus=64 --set hw.tdp='500 [W]'\n"
    "  --scenario NAME          this scenario of INPUTS.csv alone\n"
    "  --rows table=FILE.csv    the rows of a table from a file\n"
    "  --all                    every cell, fact and table, not results and checks alone\n"
    "  -o FILE, --output FILE   also write FILE.xlsx (a live workbook) or FILE.json; repeatable\n"
    "  --json                   print JSON\n"
    "  --as-of YYYY-MM-DD       the date of the report; else SOURCE_DATE_EPOCH, else the newest fact\n"
    "  --strict                 exit status 1 when a check is false or cannot be decided\n"
    EVERYWHERE
    "\nExamples\n"
    "  mlsysim run training\n"
    "  mlsysim run training --set hw=B200 --set gpus=512 --all\n"
    "  mlsysim run monthly_tco plan.csv -o plan.xlsx\n"
    "  mlsysim run serving plan.csv --scenario base --json\n",
    TAKES_SET | TAKES_ROWS | TAKES_ALL | TAKES_SCENARIO | TAKES_OUTPUT | TAKES_JSON | TAKES_DATE |
        TAKES_STRICT, 1, 2, command_run },
  { "why", "SHEET CELL [INPUTS.csv] [options]",
    "explain a value: formulas, numbers, facts, sources",
    "CELL is a path: step_time, job.step_time, plan.cash(3), hw.memory_bandwidth.\n\n"
    "  --set path=value, --scenario NAME, --rows table=FILE.csv, --json, --as-of YYYY-MM-DD\n"
    "                           as for run\n"
    EVERYWHERE
    "\nExamples\n"
    "  mlsysim why serving ttft\n"
    "  mlsysim why monthly_tco 'plan.cash(12)' plan.csv --scenario upside\n",
    TAKES_SET | TAKES_ROWS | TAKES_SCENARIO | TAKES_JSON | TAKES_DATE, 2, 3, command_why },
  { "check", "SHEET... [options]", "check names and units of sheets without calculating them",
    "Prints a line a sheet, or every error as file:line:column: kind: text.\n\n"
    "  --json                   every formula as a tree with the unit of each part\n"
    "  --strict                 list constants without a source; exit status 1 when there are any\n"
    EVERYWHERE
    "\nExamples\n"
    "  mlsysim check my/plan.sheet\n"
    "  mlsysim check --strict training serving\n",
    TAKES_JSON | TAKES_STRICT, 1, (size_t)-1, command_check },
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static const struct command *find(const char *name) {
  for (size_t i = 0; i < COMMAND_COUNT; i++)
    if (strcmp(commands[i].name, name) == 0) return &commands[i];
  return NULL;
}

static void list_commands(FILE *to) {
  for (size_t i = 0; i < COMMAND_COUNT; i++)
    fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
  fprintf(to, "  %-8s %s\n", "help", "how to use a command: mlsysim help run");
}

static int help(void) {
  printf("mlsysim %s: calculates plans for machine learning systems from sheets of named cells\n\n"
         "Usage: mlsysim COMMAND ...\n\n", mls_version());
  list_commands(stdout);
  printf("\nExit status: 0 done; 1 done, but a check fails (only with --strict); 2 wrong use or\n"
         "input; 3 a file or memory failed.\n\n"
         "Sheets and facts are found in the installed folder (or the source tree), then in the\n"
         "templates/ and registry/ below each folder of MLSYSIM_PATH (separated by colons), then\n"
         "in --templates DIR and --registry DIR. Later ones add to earlier ones and override them.\n");
  return print_finish() ? DONE : SYSTEM_FAILS;
}

static int help_command(const struct command *command) {
  printf("Usage: mlsysim %s %s\n\n%c%s.\n\n%s", command->name, command->synopsis,
         command->summary[0] - 'a' + 'A', command->summary + 1, command->help);
  return print_finish() ? DONE : SYSTEM_FAILS;
}

static int unknown(const char *name) {
  const char *names[COMMAND_COUNT + 1] = { "help" };
  for (size_t i = 0; i < COMMAND_COUNT; i++) names[i + 1] = commands[i].name;
  const char *near = nearest_name(name, names, COMMAND_COUNT + 1);
  if (near) say_error("there is no command %s (did you mean %s?). Commands:", name, near);
  else say_error("there is no command %s. Commands:", name);
  list_commands(stderr);
  return BAD_INPUT;
}

static int do_command(const struct command *command, int count, char **arguments) {
  struct options options;
  int status = BAD_INPUT;
  if (!options_read(&options, command->name, command->takes, count, arguments)) {
    options_close(&options);
    return BAD_INPUT;
  }
  if (options.help) status = help_command(command);
  else if (options.words.count < command->least || options.words.count > command->most)
    say_error("usage: mlsysim %s %s", command->name, command->synopsis);
  else status = command->work(&options);
  options_close(&options);
  return status;
}

int main(int count, char **arguments) {
  const char *name = count > 1 ? arguments[1] : "";
  if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
    printf("mlsysim %s\n", mls_version());
    return print_finish() ? DONE : SYSTEM_FAILS;
  }
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return help();
  if (strcmp(name, "help") == 0 && count == 2) return help();
  bool asks = strcmp(name, "help") == 0;
  if (asks) name = arguments[2];
  if (!name[0]) {
    say_error("a command is needed. Commands:");
    list_commands(stderr);
    return BAD_INPUT;
  }
  const struct command *command = find(name);
  if (!command) return unknown(name);
  return asks ? help_command(command) : do_command(command, count - 2, arguments + 2);
}
