/* What the files of mlsysim inputs share. */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include "cells.h"
#include "session.h"

/* A workbook that somebody edited, and the same one as the model gives it now. */
struct edited {
  struct session *session;
  const char *file;
  struct cells cells, made;
  const char **names; /* of its scenarios */
  size_t name_count;
  size_t chosen; /* of them, on the cover */
};

/* Writes the workbook of the model with these scenarios, and reads it. Exit status, said. */
int inputs_make(struct edited *edited);
/* Says what was changed besides the cells to type into. Exit status. */
int inputs_compare(const struct edited *edited);
/* "FILE: inputs!E12: text" */
SYSTEM_PRINTS(4, 5)
void inputs_say(const struct edited *edited, const char *sheet, const struct cells_one *cell,
                const char *format, ...);
/* The column below a heading of a worksheet, and the row of the headings; false when it is not
   there. */
bool inputs_heading(const struct cells_sheet *sheet, const char *text, unsigned *row,
                    unsigned *column);

#endif
