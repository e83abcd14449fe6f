/* mlsysim batch: scenarios as lines of a CSV in, results as lines of a CSV out, in constant memory.
   batch.c reads the arguments and reports, batch_run.c moves the blocks, batch_manifest.c keeps
   what a run that was stopped needs to go on. */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "session.h"

enum { BATCH_SAID = 20 }; /* messages of bad rows that are shown; all are counted */

/* How far a run has come: all of it after whole blocks of the input, written in order. */
struct batch_state {
  unsigned long long input;       /* hash of the bytes read */
  long long read;                 /* bytes of the input */
  long long written;              /* bytes of the results */
  long long lines, rows;          /* of the input */
  long long bad, errors, failing; /* rows; see mls_lines */
};

/* What a run works on: hashes that must be the same to go on. */
struct batch_inputs {
  unsigned long long sheet, registry, options;
  long long input_size; /* bytes, or -1 where the system does not know */
};

struct manifest {
  struct batch_inputs inputs;
  struct batch_state state;
};

/* Stands beside the part of the results: RESULTS.csv.part.manifest. False, said, when it cannot be
   written. */
bool manifest_write(const char *path, const struct manifest *manifest);
/* False, said, when it is not one of this version. */
bool manifest_read(const char *path, struct manifest *out);
/* False, and says which, when a hash differs. */
bool manifest_agrees(const char *path, const struct manifest *old, const struct batch_inputs *now);

struct batch {
  const struct options *options;
  struct session *session;
  const char *scenarios, *results; /* paths; "-" */
  struct list cells;               /* the results asked for */
  mls_setting *settings;           /* one for each --set */
  size_t jobs;
  bool stops;     /* at a bad row */
  char *manifest; /* path; NULL when there is none to write */
  struct source source;
  struct partial part;
  struct batch_inputs inputs;
  struct batch_state state;  /* written */
  struct batch_state before; /* where an earlier run ended; zero without one */
  long long said;            /* messages of bad rows */
  double began, stored, shown;
  bool show; /* progress */
};

/* Reads all, writes all; an exit status. The part is open, the state is where it begins. */
int batch_move(struct batch *batch);

/* FNV-1a, and a faster one for much: each takes what came before. */
unsigned long long batch_hash(unsigned long long hash, const char *text);
unsigned long long batch_hash_block(unsigned long long hash, const char *bytes, size_t size);

#endif
