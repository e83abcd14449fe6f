/* mlsysim: the command line. One row a command; a command reads arguments, calls the library
   through its public header alone, and prints. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "say.h"
#include "system.h"

#define EVERYWHERE                                                                                 \
  "  --templates DIR          more sheets, which come before others of the same name\n"            \
  "  --registry DIR           more facts, units and sources, which override others\n"              \
  "  --memory MB              that a sheet may take besides what long files need; else 201\n"

static const struct command commands[] = {
  { "run", "SHEET [INPUTS] [options]", "calculate a sheet and show its results and checks",
    "SHEET is the name of a sheet (training) or a file (my/plan.sheet, or - for standard input).\n"
    "INPUTS is a CSV or JSON file (or -) of one scenario or several, or the JSON of an earlier "
    "run\n"
    "with --all; without it the sheet's own defaults are used.\n\n"
    "  --set path=value         set an input or a fact: --set gpus=64 --set hw.tdp='500 [W]'\n"
    "  --scenario NAME          this scenario of INPUTS alone\n"
    "  --rows table=FILE.csv    the rows of a table from a file\n"
    "  --all                    every cell, fact and table, not results and checks alone\n"
    "  --plot                   the charts of the sheet as text below\n"
    "  --csv excel-eu           CSV files with semicolons and 0,5 in numbers, read and written\n"
    "  -o FILE, --output FILE   also write FILE.xlsx (a live workbook), .html, .json, .csv,\n"
    "                           .md; repeatable\n"
    "  --json                   print JSON\n"
    "  --as-of YYYY-MM-DD       date of the report; else SOURCE_DATE_EPOCH, else the newest fact\n"
    "  --strict                 exit status 1 when a check is false or cannot be decided\n"
    "  --watch[=N]              run again when a file it reads changes: N runs, or until "
    "Ctrl-C\n" EVERYWHERE "\nExamples\n"
    "  mlsysim run training\n"
    "  mlsysim run training --set hw=B200 --set gpus=512 --all\n"
    "  mlsysim run monthly_tco plan.csv -o plan.xlsx\n"
    "  mlsysim run serving plan.csv --scenario base --json\n",
    TAKES_SET | TAKES_ROWS | TAKES_ALL | TAKES_SCENARIO | TAKES_OUTPUT | TAKES_JSON | TAKES_DATE |
        TAKES_STRICT | TAKES_CSV | TAKES_WATCH | TAKES_PLOT,
    1, 2, command_run },
  { "batch", "SHEET SCENARIOS [options]", "calculate a sheet for each line of a CSV, however long",
    "SCENARIOS is a CSV (or -) with a scenario a line: a header of inputs and facts, each with its "
    "unit\n"
    "if it is not the sheet's, and perhaps a column scenario. The results have a line for each, in "
    "the\n"
    "same order: the outputs, or --cells, then the checks, then errors. See docs/batch.md.\n\n"
    "  -o FILE, --output FILE   where the results go; else to standard output\n"
    "  --cells a,b,...          these results: tco, hw.tdp, 'plan.total(12)'\n"
    "  --set path=value         for every line, whatever it says\n"
    "  --rows table=FILE.csv    as for run\n"
    "  --csv excel-eu           CSV files with semicolons and 0,5 in numbers, read and written\n"
    "  --jobs N                 threads; else as many as there are processors. The same bytes\n"
    "  --bad-rows keep|stop     a line that cannot be read: keep (the default) writes a line "
    "without\n"
    "                           values that says why; stop writes nothing\n"
    "  --resume                 go on where a run that was stopped left FILE.part\n"
    "  --quiet                  neither progress nor counts\n"
    "  --strict                 exit status 1 when a line is bad or a check fails\n" EVERYWHERE
    "\nExamples\n"
    "  mlsysim batch serving scenarios.csv -o results.csv\n"
    "  mlsysim batch monthly_tco - --cells tco,'plan.total(12)' <scenarios.csv >results.csv\n"
    "  mlsysim batch serving scenarios.csv -o results.csv --resume\n",
    TAKES_SET | TAKES_ROWS | TAKES_OUTPUT | TAKES_STRICT | TAKES_CSV | TAKES_BATCH, 2, 2,
    command_batch },
  { "why", "SHEET CELL [INPUTS] [options]", "explain a value: formulas, numbers, facts, sources",
    "CELL is a path: step_time, job.step_time, plan.cash(3), hw.memory_bandwidth.\n\n"
    "  --set path=value, --scenario NAME, --rows table=FILE.csv, --csv excel-eu, --json,\n"
    "  --as-of YYYY-MM-DD       as for run\n" EVERYWHERE "\nExamples\n"
    "  mlsysim why serving ttft\n"
    "  mlsysim why monthly_tco 'plan.cash(12)' plan.csv --scenario upside\n",
    TAKES_SET | TAKES_ROWS | TAKES_SCENARIO | TAKES_JSON | TAKES_DATE | TAKES_CSV, 2, 3,
    command_why },
  { "inputs", "FILE.xlsx [SHEET] [options]",
    "read what was typed into a workbook, as a CSV for run",
    "FILE.xlsx is a workbook that run wrote and that somebody edited. Printed is a CSV of inputs "
    "with\n"
    "a column a scenario and the notes; overrides stand in the column of the scenario that is "
    "chosen\n"
    "on the cover. Everything else must be as the model gives it: a workbook of another model or\n"
    "version, an edited formula or fact, a removed row, a renamed worksheet is refused with its\n"
    "place. SHEET is needed when the model is a file of your own.\n\n"
    "  -o FILE.csv              into a file\n"
    "  --all                    every input, not only those that are set\n"
    "  --rows table=FILE.csv    as at the export\n"
    "  --csv excel-eu           written with semicolons and 0,5 in numbers\n" EVERYWHERE
    "\nExamples\n"
    "  mlsysim inputs plan.xlsx -o inputs.csv\n"
    "  mlsysim inputs plan.xlsx my/plan.sheet\n",
    TAKES_ROWS | TAKES_ALL | TAKES_OUTPUT | TAKES_CSV, 1, 2, command_inputs },
  { "diff", "A [B] SHEET [options]", "explain by which inputs two scenarios differ in a result",
    "A and B are files of inputs as for run. With two files the scenario of A against that of B; "
    "with\n"
    "one its two scenarios, or the sheet's defaults against its only one. For each result that\n"
    "differs a bridge: the first value, what each changed input adds to it, the second value.\n"
    "With up to 10 changed inputs a part is the mean effect over all orders of changing them\n"
    "(Shapley value); with more, or where a combination has no value, the effect of each changed\n"
    "alone, and their interaction as a part of its own. The parts add up to the last digit.\n"
    "A word, a check or an error has no parts: what each input alone makes of it is shown.\n\n"
    "  --cell CELL              this cell alone, as for why; repeatable. Else the outputs that "
    "are\n"
    "                           one value, and the checks\n"
    "  --from NAME, --to NAME   which scenario of A, and of B or else of A\n"
    "  --set path=value         on both sides\n"
    "  --rows table=FILE.csv, --csv excel-eu\n"
    "                           as for run\n"
    "  -o FILE.csv              also a line a part, with the sum so far\n"
    "  --json                   print JSON\n" EVERYWHERE "\nExamples\n"
    "  mlsysim diff before.csv after.csv monthly_tco\n"
    "  mlsysim diff plan.csv serving --from base --to peak --cell ttft\n",
    TAKES_SET | TAKES_ROWS | TAKES_OUTPUT | TAKES_JSON | TAKES_CSV | TAKES_DIFF, 2, 3,
    command_diff },
  { "check", "SHEET... [options]", "check names and units of sheets without calculating them",
    "Prints a line a sheet, or every error as file:line:column: kind: text.\n\n"
    "  --json                   every formula as a tree with the unit of each part\n"
    "  --strict                 list constants without a source; exit status 1 when there are "
    "any\n" EVERYWHERE "\nExamples\n"
    "  mlsysim check my/plan.sheet\n"
    "  mlsysim check --strict training serving\n",
    TAKES_JSON | TAKES_STRICT, 1, (size_t)-1, command_check },
  { "format", "FILE.sheet... [options]", "put sheets into their one layout",
    "Rewrites files in place, and only those that change: blanks and line ends, nothing else. A\n"
    "file with an error of syntax stays as it is, and its errors are listed. - formats standard\n"
    "input to standard output.\n\n"
    "  --check                  change nothing; list the files that would change, exit status "
    "1\n" EVERYWHERE "\nExamples\n"
    "  mlsysim format my/plan.sheet\n"
    "  mlsysim format --check templates/*.sheet\n"
    "  mlsysim format - <plan.sheet\n",
    TAKES_CHECK, 1, (size_t)-1, command_format },
  { "lsp", "[options]", "serve an editor that speaks the Language Server Protocol",
    "Reads requests from standard input and answers on standard output: errors while typing, what\n"
    "a name is worth, where it is defined, what may stand here, the layout. Editors start it; see\n"
    "docs/format.md.\n\n" EVERYWHERE "\nExamples\n"
    "  mlsysim lsp\n"
    "  mlsysim lsp --templates my/sheets --registry my/facts\n",
    0, 0, 0, command_lsp },
  { "list", "[sheets|walls|registries|sources|units|functions|NAME] [options]",
    "show what there is: sheets, facts, units, functions",
    "Without a word a map of all: sheets by layer and domain, the walls that they calculate,\n"
    "registries; with NAME the items of a registry, or what a sheet asks for and answers.\n\n"
    "  --names                  names alone, one a line\n"
    "  --json                   print JSON\n" EVERYWHERE "\nExamples\n"
    "  mlsysim list\n"
    "  mlsysim list hardware\n"
    "  mlsysim list training\n"
    "  mlsysim list sheets --names\n",
    TAKES_JSON | TAKES_NAMES, 0, 1, command_list },
  { "show", "NAME/ITEM [options]", "show all facts of an item with their sources, or a source",
    "Every fact as it was typed, with its range, its state of verification, when and where it was\n"
    "read. source/KEY shows a source and how many facts rest on it.\n\n"
    "  --json                   print JSON\n" EVERYWHERE "\nExamples\n"
    "  mlsysim show hardware/H100\n"
    "  mlsysim show source/kaplan2020 --json\n",
    TAKES_JSON, 1, 1, command_show },
  { "registry", "add REGISTRY FILE [options]", "add a model or a device of your own",
    "FILE is a CSV with the columns item,field,value,unit and, if wanted, low,high,note; or, for\n"
    "REGISTRY workload, the config.json of a language model, whose weights are then counted.\n"
    "Items and fields are checked as those of any registry; an item that is there already is\n"
    "refused. The lines go into a folder that every command reads after the shipped registry:\n"
    "MLSYSIM_OWN, or else mlsysim/registry in the folder for data of the user. They have the\n"
    "source own, and all that rests on them has the state assumed.\n\n"
    "  --as NAME                name of the item; else the one that config.json says\n"
    "  --into DIR               the folder; set MLSYSIM_OWN=DIR for the other commands\n"
    "  --as-of YYYY-MM-DD       date of the facts; else SOURCE_DATE_EPOCH, else none\n" EVERYWHERE
    "\nExamples\n"
    "  mlsysim registry add workload config.json --as Our_7B\n"
    "  mlsysim registry add hardware chips.csv --into facts\n",
    TAKES_OWN | TAKES_DATE, 3, 3, command_registry },
  { "schema", "SHEET [options]", "print the JSON Schema of a sheet's inputs",
    "An object with a member for each input and each fact that may be set, by path: type, unit\n"
    "(x-unit: numbers are in it), range, words or items to choose from, default, label. It\n"
    "describes \"inputs\" of a JSON file of inputs; x-tables are tables for --rows.\n\n"
    "  --json                   the same: a schema is JSON\n" EVERYWHERE "\nExamples\n"
    "  mlsysim schema training\n",
    TAKES_JSON, 1, 1, command_schema },
  { "step", "SHEET [INPUTS] [options]", "walk through a calculation cell by cell",
    "In the order of calculation: each cell's formula, the numbers put in, its value, unit, state\n"
    "and source, what it reads and what reads it. On a terminal one at a time: Enter next,\n"
    "b back, /name go to a cell, 12 go to a step, q quit; else all of them. Of a long column the\n"
    "first two rows and the last are shown.\n\n"
    "  --set path=value, --scenario NAME, --rows table=FILE.csv, --csv excel-eu\n"
    "                           as for run\n"
    "  --json                   print JSON\n" EVERYWHERE "\nExamples\n"
    "  mlsysim step roofline\n"
    "  mlsysim step roofline --set hw=B200 | less\n",
    TAKES_SET | TAKES_ROWS | TAKES_SCENARIO | TAKES_JSON | TAKES_CSV, 1, 2, command_step },
  { "doctor", "[options]", "show what is installed and found, and what is wrong with it",
    "Versions, folders in the order in which they are searched, what they hold, a hash of all\n"
    "facts, locale and terminal, and every sheet and registry that cannot be opened. This command\n"
    "prints the names of folders, which no report does; look at it before you send it on.\n\n"
    "  --json                   print JSON\n"
    "  --strict                 exit status 1 when there are problems\n" EVERYWHERE "\nExamples\n"
    "  mlsysim doctor\n",
    TAKES_JSON | TAKES_STRICT, 0, 0, command_doctor },
  { "completion", "bash|zsh|fish [options]", "print the completion script of a shell",
    "It is installed with the program; this is for a program that was not.\n\n" EVERYWHERE
    "\nExamples\n"
    "  source <(mlsysim completion bash)\n"
    "  mlsysim completion fish >~/.config/fish/completions/mlsysim.fish\n",
    0, 1, 1, command_completion },
  { "man", "[options]", "print the manual page",
    "All of this help as a page for man.\n\n" EVERYWHERE "\nExamples\n"
    "  mlsysim man | man -l -\n",
    0, 0, 0, command_man },
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

const struct command *command_at(size_t index) {
  return index < COMMAND_COUNT ? &commands[index] : NULL;
}

static const struct command *find(const char *name) {
  for (size_t i = 0; i < COMMAND_COUNT; i++)
    if (strcmp(commands[i].name, name) == 0) return &commands[i];
  return NULL;
}

static void list_commands(FILE *to) {
  for (size_t i = 0; i < COMMAND_COUNT; i++)
    fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
  fprintf(to, "  %-10s %s\n", "help", "how to use a command: mlsysim help run");
}

const char command_purpose[] =
    "calculates plans for machine learning systems from sheets of named cells";
const char command_ends[] =
    "0 done; 1 done, but a check fails (only with --strict); 2 wrong use or input; 3 a file or\n"
    "memory failed; 130 interrupted.";
const char command_folders[] =
    "A sheet or registry is looked up by name in the folders of --templates and --registry, then\n"
    "in templates/ and registry/ below each folder of MLSYSIM_PATH (separated by colons, on\n"
    "Windows by semicolons), then in the installed folder or the source tree. The first of these\n"
    "three that has the name answers; of several folders of one kind later ones add to earlier\n"
    "ones and override them.";

static int help(void) {
  printf("mlsysim %s: %s\n\nUsage: mlsysim COMMAND ...\n\n", mls_version(), command_purpose);
  list_commands(stdout);
  printf("\nExit status: %s\n\n%s\n", command_ends, command_folders);
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
  if (!system_begin(&count, &arguments)) return SYSTEM_FAILS;
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
