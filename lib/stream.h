/* Scenarios as lines of a CSV in, results as lines of a CSV out. A line goes one of two ways. The
   short way (stream_scan.c) reads plain fields straight from the bytes, into columns that batch.c
   calculates many rows at once. The careful way (stream_row.c) reads a line with the very code that
   reads a file of scenarios for `run`, sets, settles, and asks where errors began; it takes every
   line that is not plain, every value outside its set and every row with an error. So both agree.
 */
#ifndef MLS_STREAM_H
#define MLS_STREAM_H

#include "batch.h"
#include "csv_write.h"
#include "export.h"
#include "limits.h"
#include "number.h"
#include "scenario.h"

enum {
  STREAM_ROWS = 512,         /* calculated at once: their columns stay in cache */
  STREAM_READ = NUMBER_LONG, /* read at once: their bytes do */
  /* Of columns in memory: a power of two of bytes apart, they would share few places of the cache.
   */
  STREAM_ROOM = STREAM_ROWS + 8
};

struct stream_column {
  struct intake_column about;
  const struct set *set;     /* of an input that a setting overrides: checked while it is read */
  double factor;             /* of the unit of a bare number */
  double written;            /* of the declared unit */
  double filler;             /* stands in a row that goes the careful way: a value of the set */
  double *typed;             /* STREAM_ROWS numbers as typed, or numbers of words */
  double *si;                /* the same in SI; may be `typed` */
  char last[LIMIT_WORD + 1]; /* the word looked up last, */
  size_t last_size;
  double last_number; /* and its number */
};

struct stream_result {
  unsigned cell;
  size_t row;
  bool check;
  double factor;
  double *value;   /* STREAM_ROWS, SI */
  double *written; /* STREAM_ROWS, in the written unit, or `value`; NULL for texts, truths */
  struct number_column digits;        /* of `written` */
  bool typed;                         /* an input or a fact, which is written as typed: */
  const struct stream_column *column; /* where it comes from, or NULL */
  double constant;                    /* then this */
};

/* What reading a field needs, apart from the rest so that all columns stay in cache together. */
struct stream_field {
  double *typed;                /* of a number; NULL: a word, a name or a column of results */
  struct stream_column *column; /* of all but plain numbers, which nothing is left to ask of */
};

/* A line of the chunk at hand. */
struct stream_line {
  struct slice text;
  size_t number;     /* in the file, from 1 */
  struct slice name; /* of a plain line with column `scenario` */
};

/* Where fields end from a line's start on, for as many bytes as are looked at together. */
struct stream_split {
  const char *from, *to;
  size_t room;        /* bytes */
  uint32_t *ends;     /* counted from `from`; the first is that of the line before */
  size_t count, next; /* `next`: of the next line */
};

struct mls_stream {
  const struct mls_model *model;
  struct memory memory;
  struct memory message_memory;
  struct fails fails; /* of opening or of the last lines */
  mls_message shown;
  const char *file;
  enum csv_dialect dialect;
  bool careful;
  mls_setting *settings;
  size_t setting_count;
  struct mls_values trial;     /* what the careful way sets */
  struct mls_scenarios header; /* holds what the columns point to */
  struct stream_column *columns;
  size_t column_count;
  struct stream_field *fields; /* one a column */
  size_t *texts, text_count;   /* those that are no numbers */
  bool named;                  /* there is a column `scenario` */
  struct stream_result *results;
  size_t result_count, result_room;
  bool checked; /* there are checks among them */
  struct mls_batch batch;
  bool batch_opened;
  const double **in; /* columns of the batch */
  double **out;
  unsigned *bad;
  struct stream_line *lines;
  uint32_t *firsts; /* one a line: of its ends in the split; 0: it goes the careful way */
  struct stream_split split;
  struct number_texts numbers; /* STREAM_READ of one column */
  struct buffer text;          /* header, then a line: a file of one scenario */
  size_t text_header;          /* bytes of the header in it */
  struct buffer head;          /* of the results */
  struct buffer errors;        /* of the row at hand */
  struct buffer bytes;         /* results of the call at hand */
  mls_lines count;
};

/* Adds what the trial values have to say, errors alone; `line` 0: as the place says. */
void stream_tell(struct mls_stream *stream, size_t line);
/* What every scenario is set to, over what its line says. */
mls_status stream_settings(struct mls_stream *stream);
mls_status stream_open(struct mls_stream *stream, const mls_stream_options *options);

mls_status split_open(struct stream_split *split, struct memory *memory, size_t columns);
/* Lists the ends after `from`, where a line begins; after the last line there is one at `end`. */
void split_fill(struct stream_split *split, unsigned set, char separator, const char *from,
                const char *end);

/* Reads the next lines into the columns: up to STREAM_ROWS that are not blank. Returns how many,
   and moves *at behind them. */
size_t stream_scan(struct mls_stream *stream, const char **at, const char *end, size_t *number);

/* Prepares `count` rows of `written`, from `index` on, for what follows. */
void stream_prepare(struct mls_stream *stream, size_t index, size_t count);
/* Writes the results of row `index`, the `row`th of its file, read and calculated already. */
mls_status stream_put(struct mls_stream *stream, size_t index, size_t row);
/* Reads, calculates and writes a row the careful way. */
mls_status stream_careful(struct mls_stream *stream, size_t index, size_t row);

#endif
