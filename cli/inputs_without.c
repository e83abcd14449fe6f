/* mlsysim inputs in a program that was built without the libraries it needs. */
#include "commands.h"
#include "say.h"

int command_inputs(const struct options *options) {
  (void)options;
  say_error("this program was built without libzip and expat, and cannot read workbooks");
  return BAD_INPUT;
}
