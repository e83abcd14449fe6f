/* The manifest of a batch that is not done: what it worked on, and how far it came. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"

enum { MANIFEST_VERSION = 1, MANIFEST_FIELDS = 13 };

bool manifest_write(const char *path, const struct manifest *manifest) {
  char text[1024];
  const struct batch_inputs *inputs = &manifest->inputs;
  const struct batch_state *state = &manifest->state;
  int size =
      snprintf(text, sizeof text,
               "mlsysim batch manifest %d\nsheet %016llx\nregistry %016llx\noptions %016llx\n"
               "input %016llx\ninput_bytes %lld\nread_bytes %lld\nwritten_bytes %lld\n"
               "lines %lld\nrows %lld\nbad %lld\nerrors %lld\nfailing %lld\n",
               MANIFEST_VERSION, inputs->sheet, inputs->registry, inputs->options, state->input,
               inputs->input_size, state->read, state->written, state->lines, state->rows,
               state->bad, state->errors, state->failing);
  if (file_replace(path, text, (size_t)size)) return true;
  say_error("%s cannot be written: --resume will go on from where it was written last", path);
  return false;
}

static int scan(const char *text, struct manifest *out) {
  int version = 0;
  struct batch_inputs *inputs = &out->inputs;
  struct batch_state *state = &out->state;
  int count = sscanf(text,
                     "mlsysim batch manifest %d sheet %llx registry %llx options %llx input %llx "
                     "input_bytes %lld read_bytes %lld written_bytes %lld lines %lld rows %lld "
                     "bad %lld errors %lld failing %lld",
                     &version, &inputs->sheet, &inputs->registry, &inputs->options, &state->input,
                     &inputs->input_size, &state->read, &state->written, &state->lines,
                     &state->rows, &state->bad, &state->errors, &state->failing);
  return version == MANIFEST_VERSION ? count : 0;
}

bool manifest_read(const char *path, struct manifest *out) {
  struct bytes bytes;
  *out = (struct manifest){ .state = { .read = 0 } };
  if (!file_read(path, &bytes)) return false;
  bool whole = bytes.size > 0 && scan(bytes.at, out) == MANIFEST_FIELDS;
  free(bytes.at);
  if (!whole) say_error("%s is not a manifest of version %d", path, MANIFEST_VERSION);
  return whole;
}

bool manifest_agrees(const char *path, const struct manifest *old, const struct batch_inputs *now) {
  const struct {
    const char *what;
    bool same;
  } parts[] = {
    { "the sheet or the rows of its tables", old->inputs.sheet == now->sheet },
    { "the registry", old->inputs.registry == now->registry },
    { "the options or the version of the program", old->inputs.options == now->options },
    { "the size of the scenarios", old->inputs.input_size == now->input_size },
  };
  bool all = true;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (!parts[i].same)
      say_error("--resume: %s changed since %s was written; start again without --resume",
                parts[i].what, path);
    all = all && parts[i].same;
  }
  return all;
}

/* ---- hashes ---- */

unsigned long long batch_hash(unsigned long long hash, const char *text) {
  for (;; text++) {
    hash = (hash ^ (unsigned char)*text) * 0x100000001b3ULL;
    if (!*text) return hash;
  }
}

static uint64_t mix(uint64_t hash, const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 29;
}

/* Four chains side by side, because each waits for its own multiplication. */
unsigned long long batch_hash_block(unsigned long long hash, const char *bytes, size_t size) {
  uint64_t chains[4] = { hash, hash ^ 1, hash ^ 2, hash ^ 3 };
  char rest[8] = "";
  size_t at = 0;
  for (; at + 32 <= size; at += 32)
    for (size_t i = 0; i < 4; i++) chains[i] = mix(chains[i], bytes + at + 8 * i);
  for (; at + 8 <= size; at += 8) chains[0] = mix(chains[0], bytes + at);
  memcpy(rest, bytes + at, size - at);
  chains[1] = mix(chains[1], rest) ^ size;
  for (size_t i = 1; i < 4; i++) chains[0] = mix(chains[0], (const char *)&chains[i]);
  return chains[0];
}
