/* Blocks of lines from the file, through streams, to the results. The main thread reads and writes;
   a crew calculates between. Blocks are cut at line ends and written in the order in which they
   were read, so the results have the same bytes whatever the number of threads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "crew.h"

enum {
  BLOCK = 1 << 20, /* bytes; the longest line */
  BLOCKS_PER_THREAD = 2,
  EVEN = 64 /* the system copies to places that are multiples of it twice as fast as to some */
};

/* Lines on their way. */
struct block {
  struct job job; /* first: the crew hands it back */
  mls_stream *stream;
  char *bytes;              /* EVEN + BLOCK + MLS_STREAM_PAD */
  const char *text;         /* in them: */
  size_t size;              /* whole lines */
  size_t line, row;         /* numbers of the first ones */
  struct batch_state after; /* where the input is behind them */
  mls_status status;
  mls_lines came;
};

/* The input up to where it was cut into blocks. */
struct reader {
  struct batch *batch;
  struct batch_state at;
  char *rest; /* begun line */
  size_t rest_size;
  bool ended;
};

struct lane {
  struct reader reader;
  struct block *blocks;
  size_t count;
  size_t oldest, next; /* blocks on their way, counted from the first of all */
  struct crew *crew;
};

static int no_memory(void) {
  say_error("there is not enough memory");
  return SYSTEM_FAILS;
}

/* ---- reading ---- */

/* Bytes up to and with the last line end. */
static size_t whole_lines(const char *bytes, size_t size) {
  while (size > 0 && bytes[size - 1] != '\n') size--;
  return size;
}

/* The rest and what follows it in the file, as much as there is room for. */
static int fill(struct reader *reader, char *bytes, const char **text, size_t *size) {
  size_t got, rest = reader->rest_size;
  char *start = bytes + (EVEN - rest % EVEN);
  memcpy(start, reader->rest, rest);
  if (!source_read(&reader->batch->source, start + rest, BLOCK - rest, &got)) return SYSTEM_FAILS;
  *text = start;
  *size = rest + got;
  reader->ended = *size < BLOCK;
  memset(start + *size, 0, MLS_STREAM_PAD);
  return DONE;
}

/* Cuts off what is taken, keeps the rest. */
static void take(struct reader *reader, const char *bytes, size_t taken, size_t size) {
  reader->at.input = batch_hash_block(reader->at.input, bytes, taken);
  reader->at.read += (long long)taken;
  reader->rest_size = size - taken;
  memcpy(reader->rest, bytes + taken, reader->rest_size);
}

/* The next whole lines; none at the end of the file, or when a signal asks to stop. */
static int read_block(struct reader *reader, struct block *block) {
  size_t size, lines, rows;
  block->size = 0;
  if (stop_is_asked() || (reader->ended && reader->rest_size == 0)) return DONE;
  int status = fill(reader, block->bytes, &block->text, &size);
  if (status != DONE || stop_is_asked()) return status;
  block->size = reader->ended ? size : whole_lines(block->text, size);
  if (block->size == 0 && size > 0) {
    say_error("%s:%lld: a line of more than %d bytes: no line of a CSV is so long",
              reader->batch->source.path, reader->at.lines + 1, BLOCK);
    return BAD_INPUT;
  }
  take(reader, block->text, block->size, size);
  mls_stream_count(block->text, block->size, &lines, &rows);
  block->line = (size_t)reader->at.lines + 1;
  block->row = (size_t)reader->at.rows + 1;
  reader->at.lines += (long long)lines;
  reader->at.rows += (long long)rows;
  block->after = reader->at;
  return DONE;
}

/* The first line that is not blank, in `bytes`; blank ones before it are taken with it. */
static int read_header(struct reader *reader, char *bytes, const char **header, size_t *length) {
  const char *text;
  size_t size, start = 0, end;
  int status = fill(reader, bytes, &text, &size);
  if (status != DONE) return status;
  if (size == 0 && strcmp(reader->batch->scenarios, "-") == 0) {
    say_error("standard input is empty");
    return BAD_INPUT;
  }
  for (;;) {
    const char *found = memchr(text + start, '\n', size - start);
    end = found ? (size_t)(found - text) + 1 : size;
    reader->at.lines++;
    if (end == size || strspn(text + start, " \t\r\n") < end - start) break;
    start = end;
  }
  *header = text + start;
  *length = end - start;
  while (*length > 0 && strchr("\r\n", (*header)[*length - 1])) --*length;
  take(reader, text, end, size);
  return DONE;
}

/* ---- progress ---- */

static void show_progress(struct batch *batch) {
  double now = seconds(), passed = now - batch->began;
  if (!batch->show || now - batch->shown < 0.2 || passed <= 0) return;
  batch->shown = now;
  double done = (double)(batch->state.read - batch->before.read);
  double rate = (double)(batch->state.rows - batch->before.rows) / passed;
  fprintf(stderr, "\r%lld rows, %.0f rows/s", batch->state.rows, rate);
  if (batch->source.size > 0 && done > 0) {
    double left = (double)(batch->source.size - batch->state.read) / done * passed;
    fprintf(stderr, ", %.0f %%, %.0f s left",
            100 * (double)batch->state.read / (double)batch->source.size, left);
  }
  fputs("    ", stderr);
}

static void end_progress(const struct batch *batch) {
  if (batch->show && batch->shown > 0) fputs("\r\033[K", stderr);
}

/* ---- writing ---- */

static void say_bad(struct batch *batch, const struct block *block) {
  const mls_message *message;
  if (block->came.messages > 0 && batch->said < BATCH_SAID) end_progress(batch);
  for (size_t i = 0; i < block->came.messages && batch->said + (long long)i < BATCH_SAID; i++)
    if ((message = mls_stream_message(block->stream, i))) say_message(message, batch->source.path);
  batch->said += (long long)block->came.messages;
}

/* Every second, but never more than a twentieth of the time: what is written is on the disk, and
   the manifest says so. */
static bool keep_state(struct batch *batch) {
  double now = seconds();
  if (!batch->manifest || now < batch->stored) return true;
  if (!part_store(&batch->part)) return false;
  manifest_write(batch->manifest, &(struct manifest){ batch->inputs, batch->state });
  double took = seconds() - now;
  batch->stored = now + (took > 0.05 ? 20 * took : 1);
  return true;
}

static int write_block(struct batch *batch, struct block *block) {
  const mls_lines *came = &block->came;
  if (block->status != MLS_OK) return no_memory();
  say_bad(batch, block);
  if (came->rows + block->row - 1 != (size_t)block->after.rows) {
    say_error("%s: %zu rows were counted, %zu calculated", batch->source.path,
              (size_t)block->after.rows - block->row + 1, came->rows);
    return SYSTEM_FAILS;
  }
  if (came->bad > 0 && batch->stops) return BAD_INPUT;
  if (!part_write(&batch->part, came->bytes, came->length)) return SYSTEM_FAILS;
  struct batch_state state = block->after;
  state.written = batch->state.written + (long long)came->length;
  state.bad = batch->state.bad + (long long)came->bad;
  state.errors = batch->state.errors + (long long)came->errors;
  state.failing = batch->state.failing + (long long)came->failing;
  batch->state = state;
  show_progress(batch);
  return keep_state(batch) ? DONE : SYSTEM_FAILS;
}

/* ---- blocks ---- */

static void work(struct job *job) {
  struct block *block = (struct block *)job;
  block->status = mls_stream_lines(block->stream, block->text, block->size, block->line, block->row,
                                   &block->came, sizeof block->came);
}

/* Writes blocks that are done, in order, and waits for them while more than `most` are on their
 * way. */
static int end_blocks(struct lane *lane, size_t most) {
  while (lane->oldest < lane->next) {
    struct block *block = &lane->blocks[lane->oldest % lane->count];
    bool late = lane->next - lane->oldest > most;
    if (!late && !crew_is_done(lane->crew, &block->job)) return DONE;
    crew_wait(lane->crew, &block->job);
    int status = write_block(lane->reader.batch, block);
    if (status != DONE) return status;
    lane->oldest++;
  }
  return DONE;
}

/* An earlier run wrote what comes of the bytes up to batch->before: they are only compared. `start`
   is where the reader was before. */
static int compare(const struct reader *reader, long long start, bool *skipped) {
  const struct batch_state *at = &reader->at, *before = &reader->batch->before;
  *skipped = at->read <= before->read;
  bool changed = at->read == before->read ? at->input != before->input
                                          : start < before->read && at->read > before->read;
  bool ended = at->read == start && at->read < before->read && !stop_is_asked();
  if (before->read == 0 || (!changed && !ended)) return DONE;
  say_error("--resume: the scenarios changed since %s was written; start again without --resume",
            reader->batch->manifest);
  return BAD_INPUT;
}

static int next_block(struct lane *lane, struct block *block) {
  bool skipped = true;
  while (skipped && !stop_is_asked()) {
    long long start = lane->reader.at.read;
    int status = read_block(&lane->reader, block);
    if (status == DONE) status = compare(&lane->reader, start, &skipped);
    if (status != DONE) return status;
  }
  return DONE;
}

static int move_blocks(struct lane *lane) {
  for (;; lane->next++) {
    struct block *block = &lane->blocks[lane->next % lane->count];
    int status = end_blocks(lane, lane->count - 1);
    if (status == DONE) status = next_block(lane, block);
    if (status != DONE) return status;
    if (block->size == 0) return end_blocks(lane, 0);
    crew_give(lane->crew, &block->job);
  }
}

/* ---- streams ---- */

/* The messages of opening, warnings too, of the first stream alone: all say the same. */
static int open_stream(struct batch *batch, const mls_stream_options *options, bool first,
                       mls_stream **out) {
  const mls_message *message;
  mls_status status = mls_stream_new(batch->session->model, NULL, options, out);
  for (size_t i = 0; first && (message = mls_stream_message(*out, i)); i++)
    say_message(message, "mlsysim");
  return status == MLS_MEMORY ? no_memory() : exit_of(status);
}

static int open_blocks(struct batch *batch, struct lane *lane, const char *header, size_t length) {
  mls_stream_options options = { .size = sizeof options,
                                 .file = batch->source.path,
                                 .header = header,
                                 .length = length,
                                 .csv = batch->options->csv,
                                 .settings = batch->settings,
                                 .setting_count = batch->options->sets.count,
                                 .cells = batch->cells.at,
                                 .cell_count = batch->cells.count };
  for (size_t i = 0; i < lane->count; i++) {
    struct block *block = &lane->blocks[i];
    int status = open_stream(batch, &options, i == 0, &block->stream);
    if (status != DONE) return status;
    block->job.work = work;
    block->bytes = malloc(EVEN + BLOCK + MLS_STREAM_PAD);
    if (!block->bytes) return no_memory();
  }
  return DONE;
}

/* Header in, header out; an earlier run wrote its own. */
static int begin(struct batch *batch, struct lane *lane, char *bytes) {
  const char *header, *head;
  size_t length;
  bool skipped;
  struct reader *reader = &lane->reader;
  int status = read_header(reader, bytes, &header, &length);
  if (status == DONE) status = open_blocks(batch, lane, header, length);
  if (status == DONE) status = compare(reader, 0, &skipped);
  if (status != DONE || batch->before.read > 0) return status;
  head = mls_stream_head(lane->blocks[0].stream, &length);
  batch->state = reader->at;
  batch->state.written = (long long)length;
  return part_write(&batch->part, head, length) ? DONE : SYSTEM_FAILS;
}

static void close_lane(struct lane *lane) {
  crew_stop(lane->crew);
  for (size_t i = 0; lane->blocks && i < lane->count; i++) {
    mls_stream_free(lane->blocks[i].stream);
    free(lane->blocks[i].bytes);
  }
  free(lane->blocks);
  free(lane->reader.rest);
}

int batch_move(struct batch *batch) {
  struct lane lane = { .reader = { .batch = batch },
                       .count = batch->jobs > 1 ? BLOCKS_PER_THREAD * batch->jobs : 1 };
  char *bytes = malloc(EVEN + BLOCK + MLS_STREAM_PAD);
  lane.blocks = calloc(lane.count, sizeof *lane.blocks);
  lane.reader.rest = malloc(BLOCK);
  lane.crew = crew_start(batch->jobs);
  batch->began = batch->shown = seconds();
  batch->stored = batch->began + 1;
  bool good = bytes && lane.blocks && lane.reader.rest && lane.crew;
  int status = good ? begin(batch, &lane, bytes) : no_memory();
  free(bytes);
  if (status == DONE) status = move_blocks(&lane);
  end_progress(batch);
  close_lane(&lane);
  return status;
}
