/* mlsysim batch: what was asked, and what came of it. */
#include "batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "crew.h"

/* ---- what was asked ---- */

static bool read_jobs(const char *given, size_t *jobs) {
  char *end = NULL;
  *jobs = processor_count();
  if (!given) return true;
  unsigned long count = strtoul(given, &end, 10);
  bool good = given[0] >= '1' && given[0] <= '9' && !*end && count <= CREW_MOST;
  if (!good) say_error("--jobs needs a number from 1 to %d, found %s", CREW_MOST, given);
  *jobs = count;
  return good;
}

static bool read_bad_rows(const char *given, bool *stops) {
  *stops = given && strcmp(given, "stop") == 0;
  if (!given || *stops || strcmp(given, "keep") == 0) return true;
  say_error("--bad-rows knows keep and stop, found %s", given);
  return false;
}

static bool read_results(struct batch *batch) {
  const struct options *options = batch->options;
  batch->results = options->outputs.count > 0 ? options->outputs.at[0] : "-";
  bool standard = strcmp(batch->results, "-") == 0;
  if (options->outputs.count > 1) say_error("batch writes one file, found -o twice");
  else if (standard && options->resume) say_error("--resume needs -o FILE");
  else if (!standard && session_reads(options, batch->results))
    say_error("-o %s: this is a file that is read", batch->results);
  else return true;
  return false;
}

/* "a,b,plan.total(12)" to its parts. */
static bool read_cells(struct batch *batch) {
  const char *at = batch->options->cells;
  while (at) {
    size_t size = strcspn(at, ",");
    const char *kept = session_cut(batch->session, at, size);
    if (!kept || !list_add(&batch->cells, kept)) return false;
    at = at[size] ? at + size + 1 : NULL;
  }
  return true;
}

static bool read_settings(struct batch *batch) {
  const struct list *sets = &batch->options->sets;
  batch->settings = calloc(sets->count + 1, sizeof *batch->settings);
  for (size_t i = 0; batch->settings && i < sets->count; i++) {
    const char *given = sets->at[i], *equals = strchr(given, '=');
    if (!equals || equals == given) {
      say_error("--set needs path=value, found %s", given);
      return false;
    }
    const char *path = session_cut(batch->session, given, (size_t)(equals - given));
    if (!path) return false;
    batch->settings[i] = (mls_setting){ path, equals + 1 };
  }
  return batch->settings != NULL;
}

static bool read_options(struct batch *batch) {
  const struct options *options = batch->options;
  batch->scenarios = options->words.at[1];
  batch->show = !options->quiet && error_is_terminal();
  return read_jobs(options->jobs, &batch->jobs) &&
         read_bad_rows(options->bad_rows, &batch->stops) && read_results(batch);
}

/* ---- an earlier run ---- */

static int hash_inputs(struct batch *batch) {
  const struct options *options = batch->options;
  unsigned long long *hash = &batch->inputs.options;
  batch->inputs.input_size = batch->source.size;
  batch->inputs.sheet = mls_model_hash(batch->session->model);
  if (mls_registry_hash(batch->session->book, &batch->inputs.registry) != MLS_OK) {
    say_book(batch->session->book, "mlsysim");
    return SYSTEM_FAILS;
  }
  *hash = batch_hash(0, mls_version());
  *hash = batch_hash(*hash, options->csv ? options->csv : "");
  *hash = batch_hash(*hash, options->cells ? options->cells : "");
  for (size_t i = 0; i < options->sets.count; i++) *hash = batch_hash(*hash, options->sets.at[i]);
  return DONE;
}

static char *beside(const char *path, const char *ending) {
  char *text = malloc(strlen(path) + strlen(ending) + 1);
  return text ? strcat(strcpy(text, path), ending) : NULL;
}

/* Where to go on; the part is needed too, so a manifest alone is an old one. */
static int read_earlier(struct batch *batch, const char *part) {
  struct manifest old;
  if (!batch->options->resume) return DONE;
  if (!file_exists(batch->manifest) || !file_exists(part)) {
    if (!batch->options->quiet) say_error("there is nothing to resume: begins at the first row");
    return DONE;
  }
  if (!manifest_read(batch->manifest, &old) ||
      !manifest_agrees(batch->manifest, &old, &batch->inputs))
    return BAD_INPUT;
  batch->before = batch->state = old.state;
  return DONE;
}

static int open_results(struct batch *batch) {
  int status = hash_inputs(batch);
  if (status != DONE || strcmp(batch->results, "-") == 0)
    return part_open(&batch->part, batch->results, 0) ? status : SYSTEM_FAILS;
  char *part = beside(batch->results, ".part");
  batch->manifest = part ? beside(part, ".manifest") : NULL;
  status = batch->manifest ? read_earlier(batch, part) : SYSTEM_FAILS;
  free(part);
  if (status != DONE) return status;
  if (batch->before.read == 0) file_remove(batch->manifest);
  stop_gently();
  return part_open(&batch->part, batch->results, batch->before.written) ? DONE : SYSTEM_FAILS;
}

/* ---- what came of it ---- */

static const char *plural(long long count) { return count == 1 ? "" : "s"; }

static void say_counts(const struct batch *batch) {
  const struct batch_state *state = &batch->state;
  long long more = batch->said - BATCH_SAID;
  if (more > 0)
    say_error("and %lld more message%s of bad rows: column errors of the results names the fields",
              more, plural(more));
  if (batch->options->quiet) return;
  if (state->bad > 0)
    say_error("%lld bad row%s, kept without values", state->bad, plural(state->bad));
  if (state->errors > 0)
    say_error("%lld row%s with an error in a result: column errors says which", state->errors,
              plural(state->errors));
  if (state->failing > 0)
    say_error("%lld row%s with a check that fails", state->failing, plural(state->failing));
  say_error("%lld row%s read, %lld written", state->rows, plural(state->rows), state->rows);
}

/* Stopped by a signal: whole rows stay, with the manifest. */
static int give_up(struct batch *batch) {
  if (part_store(&batch->part) &&
      manifest_write(batch->manifest, &(struct manifest){ batch->inputs, batch->state }))
    say_error("stopped after %lld row%s; --resume goes on", batch->state.rows,
              plural(batch->state.rows));
  stop_now();
  return SYSTEM_FAILS;
}

static int finish(struct batch *batch) {
  if (batch->manifest && stop_is_asked()) return give_up(batch);
  if (!part_store(&batch->part) || !part_publish(&batch->part)) return SYSTEM_FAILS;
  if (batch->manifest) file_remove(batch->manifest);
  say_counts(batch);
  bool wrong = batch->state.bad > 0 || batch->state.failing > 0;
  return batch->options->strict && wrong ? CHECK_FAILS : DONE;
}

/* A wrong input leaves nothing behind, but for what an earlier run wrote; a full disk leaves what
   can be gone on with. */
static void clean(const struct batch *batch, int status) {
  if (status != BAD_INPUT || !batch->part.temporary || batch->before.read > 0) return;
  file_remove(batch->part.temporary);
  file_remove(batch->manifest);
}

static int work(struct batch *batch) {
  int status = session_model(batch->session, batch->options->words.at[0]);
  if (status != DONE) return status;
  if (strcmp(batch->scenarios, "-") == 0 && batch->session->input) {
    say_error("standard input (-) can be read only once");
    return BAD_INPUT;
  }
  if (!read_cells(batch) || !read_settings(batch)) return BAD_INPUT;
  if (!source_open(&batch->source, batch->scenarios)) return SYSTEM_FAILS;
  status = open_results(batch);
  if (status == DONE) status = batch_move(batch);
  if (status == DONE) return finish(batch);
  clean(batch, status);
  return status;
}

int command_batch(const struct options *options) {
  struct session session;
  struct batch batch = { .options = options, .session = &session, .source = { .descriptor = -1 } };
  if (!read_options(&batch)) return BAD_INPUT;
  int status = session_open(&session, options);
  if (status == DONE) status = work(&batch);
  source_close(&batch.source);
  part_close(&batch.part);
  free(batch.cells.at);
  free(batch.settings);
  free(batch.manifest);
  session_close(&session);
  return status;
}
