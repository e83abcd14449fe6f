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
int command_why(const struct options *options);
int command_check(const struct options *options);

#endif
