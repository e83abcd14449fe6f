/* A workbook by a bare loop over libxlsxwriter, row by row in constant memory: what writing the
   cells of a table costs at least. writer CELLS ROWS OUT.xlsx. CELLS has a line a column: "f" and a
   formula in which # stands for the number of the row, or "n" for a number. */
#define _POSIX_C_SOURCE 200809L
#include <string.h>
#include <xlsxwriter.h>

#include "measure.h"

enum { COLUMNS = 200, LONG = 2000 };

static char line[COLUMNS][LONG];

static int read_cells(const char *path) {
  FILE *file = fopen(path, "r");
  int count = 0;
  if (!file) stop(path);
  while (count < COLUMNS && fgets(line[count], LONG, file)) {
    line[count][strcspn(line[count], "\n")] = 0;
    count++;
  }
  fclose(file);
  return count;
}

static void put_row(char *out, const char *formula, unsigned row) {
  for (; *formula; formula++)
    if (*formula == '#') out += sprintf(out, "%u", row);
    else *out++ = *formula;
  *out = 0;
}

int main(int count, char **argument) {
  if (count != 4) stop("writer CELLS ROWS OUT.xlsx");
  int columns = read_cells(argument[1]);
  unsigned rows = (unsigned)strtoul(argument[2], NULL, 10);
  lxw_workbook_options options = { .constant_memory = LXW_TRUE };
  lxw_workbook *book = workbook_new_opt(argument[3], &options);
  lxw_worksheet *sheet = book ? workbook_add_worksheet(book, NULL) : NULL;
  lxw_format *format = book ? workbook_add_format(book) : NULL;
  if (!sheet || !format) stop("a workbook");
  format_set_num_format(format, "#,##0.00");
  for (unsigned i = 1; i <= rows; i++)
    for (int j = 0; j < columns; j++) {
      char formula[2 * LONG];
      double value = i + 0.125 * j;
      put_row(formula, line[j] + 1, i);
      if (line[j][0] == 'f')
        worksheet_write_formula_num(sheet, i - 1, (lxw_col_t)j, formula, format, value);
      else worksheet_write_number(sheet, i - 1, (lxw_col_t)j, value, format);
    }
  if (workbook_close(book) != LXW_NO_ERROR) stop("closing the workbook");
  return EXIT_SUCCESS;
}
