/* One row a command. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "options.h"

struct command {
  const char *name;
  const char *synopsis; /* after the name */
  const char *summary;  /* one line for the list */
  const char *help;     /* the rest, with examples */
  unsigned takes;       /* options */
  size_t least, most;   /* words */
  int (*work)(const struct options *options);
};

int command_run(const struct options *options);
int command_batch(const struct options *options);
int command_why(const struct options *options);
int command_diff(const struct options *options);
int command_inputs(const struct options *options);
int command_check(const struct options *options);
int command_format(const struct options *options);
int command_lsp(const struct options *options);
int command_list(const struct options *options);
int command_show(const struct options *options);
int command_registry(const struct options *options);
int command_schema(const struct options *options);
int command_step(const struct options *options);
int command_doctor(const struct options *options);
int command_completion(const struct options *options);
int command_man(const struct options *options);

/* run again and again: see watch.c. */
int watch_run(const struct options *options, int (*once)(const struct options *options));

/* The rows of the table in main.c; NULL past the last. */
const struct command *command_at(size_t index);
/* What the general help says of all commands. */
extern const char command_purpose[], command_ends[], command_folders[];

#endif
