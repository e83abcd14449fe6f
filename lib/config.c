/* Families differ in three ways: what they call a dimension, what they leave out because it is
   always so, and what they say otherwise. The first two stand in registries; the third are the
   functions below `what families say otherwise`. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "json.h"
#include "limits.h"

/* ---- families ---- */

/* What a family leaves out because it is always so: facts `trait.*` of config_family. */
enum {
  PLAIN = 1 << 0,        /* two matrices in a feed-forward part */
  TIED = 1 << 1,         /* unless it says otherwise */
  LEARNED = 1 << 2,      /* positions */
  OFFSET = 1 << 3,       /* two more of them */
  FOURFOLD = 1 << 4,     /* feed-forward width, unless it says otherwise */
  EXPERTS_ONLY = 1 << 5, /* the feed-forward width is that of an expert */
  GATED_QUERY = 1 << 6,
  ALTERNATING = 1 << 7, /* every second layer has the window */
  TRAIT_COUNT = 8
};
static const char *const traits[TRAIT_COUNT] = {
  "trait.plain",    "trait.tied",         "trait.learned",     "trait.offset",
  "trait.fourfold", "trait.experts_only", "trait.gated_query", "trait.alternating",
};

/* ---- what they call things ---- */

enum {
  LAYERS,
  HIDDEN,
  HEADS,
  KV_HEADS,
  HEAD_DIM,
  VALUE_DIM,
  FFN,
  VOCAB,
  CONTEXT,
  EXPERTS,
  EXPERTS_ACTIVE,
  EXPERTS_SHARED,
  EXPERT_FFN,
  SHARED_FFN,
  DENSE_LAYERS,
  KV_RANK,
  Q_RANK,
  ROPE_DIM,
  LINEAR_KEY_HEADS,
  LINEAR_KEY_DIM,
  LINEAR_VALUE_HEADS,
  LINEAR_VALUE_DIM,
  LINEAR_CONV,
  INNER,
  STATE_WIDTH,
  STEP_RANK,
  NUMBER_COUNT
};

/* The fields of the registry of workloads; which keys mean one stands in config_key. */
static const struct number_row {
  const char *field, *unit;
} numbers[NUMBER_COUNT] = {
  [LAYERS] = { "layers", "" },
  [HIDDEN] = { "hidden", "" },
  [HEADS] = { "heads", "" },
  [KV_HEADS] = { "kv_heads", "" },
  [HEAD_DIM] = { "head_dim", "" },
  [VALUE_DIM] = { "value_dim", "" },
  [FFN] = { "ffn", "" },
  [VOCAB] = { "vocab", "" },
  [CONTEXT] = { "context", "token" },
  [EXPERTS] = { "experts", "" },
  [EXPERTS_ACTIVE] = { "experts_active", "" },
  [EXPERTS_SHARED] = { "experts_shared", "" },
  [EXPERT_FFN] = { "expert_ffn", "" },
  [SHARED_FFN] = { "shared_ffn", "" },
  [DENSE_LAYERS] = { "dense_layers", "" },
  [KV_RANK] = { "kv_rank", "" },
  [Q_RANK] = { "q_rank", "" },
  [ROPE_DIM] = { "rope_dim", "" },
  [LINEAR_KEY_HEADS] = { "linear_key_heads", "" },
  [LINEAR_KEY_DIM] = { "linear_key_dim", "" },
  [LINEAR_VALUE_HEADS] = { "linear_value_heads", "" },
  [LINEAR_VALUE_DIM] = { "linear_value_dim", "" },
  [LINEAR_CONV] = { "linear_conv", "" },
  [INNER] = { "inner", "" },
  [STATE_WIDTH] = { "state_width", "" },
  [STEP_RANK] = { "step_rank", "" },
};

struct reader {
  struct json_file json;
  const struct json *text; /* the language model within */
  const struct config_names *names;
  const char *family; /* its name */
  const char *layers; /* "attention", "state_space" or "pattern" */
  unsigned traits;
  struct memory *memory;
  struct fails *fails;
  double values[NUMBER_COUNT]; /* 0: not there */
  int lines[NUMBER_COUNT];
  struct config *out;
};

/* ---- reading ---- */

/* A member that says something; NULL for null too, and for false, which some write for none. */
static const struct json *member(const struct reader *r, const char *key) {
  const struct json *value = json_member(r->text, key);
  bool none = value && (value->kind == JSON_NULL || value->kind == JSON_FALSE);
  return none ? NULL : value;
}

static bool is_true(const struct reader *r, const char *key) {
  const struct json *value = member(r, key);
  return value && value->kind == JSON_TRUE;
}

static mls_status wrong(struct reader *r, const struct json *value, const char *key,
                        const char *expected) {
  return fail_add(r->fails, MLS_SYNTAX, json_place(&r->json, value), "%s is %s; expected %s", key,
                  json_word(value), expected);
}

static mls_status read_number(struct reader *r, const struct json *value, const char *key,
                              double *out) {
  if (value->kind != JSON_NUMBER) return wrong(r, value, key, "a whole number");
  bool good = text_read_number(json_text(value), out);
  if (good && *out >= 0 && *out <= 1e9 && *out == floor(*out)) return MLS_OK;
  return fail_add(r->fails, MLS_VALUE, json_place(&r->json, value),
                  "%s is %.*s; expected a whole number from 0 to 1e9", key,
                  (int)(value->size < 40 ? value->size : 40), value->text);
}

/* A fact that is a word; NULL when the item lacks it, or the registry the field. */
static const char *word_of(const struct reader *r, const struct registry *registry, size_t item,
                           const char *field) {
  const char *name = names_find(r->names->names, slice_of(field));
  size_t index;
  if (!name || !registry_field(registry, name, &index)) return NULL;
  const struct fact *fact = fact_find(registry, item, index);
  return fact ? fact->word : NULL;
}

/* The next key that means a field, from number *at on; NULL after the last. */
static const char *next_key(const struct reader *r, const char *field, size_t *at) {
  const struct registry *keys = r->names->keys;
  for (; *at < keys->item_count; (*at)++) {
    const char *means = word_of(r, keys, *at, "means");
    if (means && strcmp(means, field) == 0) return keys->items[(*at)++];
  }
  return NULL;
}

/* The first key that is there counts. "auto" of Mamba's step_rank is worked out later. */
static mls_status read_row(struct reader *r, size_t row) {
  size_t at = 0;
  for (const char *key; (key = next_key(r, numbers[row].field, &at));) {
    const struct json *value = member(r, key);
    if (!value || (row == STEP_RANK && json_is(value, "auto"))) continue;
    r->lines[row] = value->line;
    return read_number(r, value, key, &r->values[row]);
  }
  return MLS_OK;
}

static void take_family(struct reader *r, size_t item) {
  const struct registry *families = r->names->families;
  const char *layers = word_of(r, families, item, "layers");
  r->family = families->items[item];
  r->layers = layers ? layers : "";
  for (unsigned i = 0; i < TRAIT_COUNT; i++)
    if (word_of(r, families, item, traits[i])) r->traits |= 1u << i;
}

static mls_status find_family(struct reader *r) {
  const struct json *type = json_member(r->text, "model_type");
  if (!type)
    return fail_add(r->fails, MLS_VALUE, json_place(&r->json, r->text),
                    "there is no model_type; expected the configuration of a language model");
  if (type->kind != JSON_STRING) return wrong(r, type, "model_type", "a text");
  struct nearest nearest = { .wanted = json_text(type) };
  for (size_t i = 0; i < r->names->families->item_count; i++) {
    if (json_is(type, r->names->families->items[i])) take_family(r, i);
    nearest_offer(&nearest, r->names->families->items[i]);
  }
  if (r->family) return MLS_OK;
  return fail_add(r->fails, MLS_NAME, json_place(&r->json, type),
                  "model_type %.*s is not one that is known%s; give its facts as a CSV",
                  (int)(type->size < 60 ? type->size : 60), type->text,
                  nearest_hint(r->memory, &nearest));
}

/* The part of a model that reads text, when the file describes others too. */
static mls_status find_text(struct reader *r) {
  const struct json *root = r->json.values;
  if (root->kind != JSON_OBJECT) return wrong(r, root, "the file", "an object");
  const struct json *text = json_member(root, "text_config");
  bool within = text && text->kind == JSON_OBJECT && json_member(text, "model_type");
  r->text = within ? text : root;
  return find_family(r);
}

/* The last part of a path, with _ for what a word may not have. */
static mls_status find_name(struct reader *r) {
  const struct json *path = json_member(r->json.values, "_name_or_path");
  r->out->name = "";
  if (!path || path->kind != JSON_STRING) return MLS_OK;
  struct slice name = json_text(path);
  for (size_t i = name.size; i > 0; i--)
    if (name.at[i - 1] == '/' || name.at[i - 1] == '\\') {
      name = (struct slice){ name.at + i, name.size - i };
      break;
    }
  char *word = memory_text(r->memory, name.at, name.size < LIMIT_WORD ? name.size : LIMIT_WORD);
  if (!word) return fail_memory(r->fails);
  for (char *at = word; *at; at++)
    if (!(*at >= 'a' && *at <= 'z') && !(*at >= 'A' && *at <= 'Z') && !(*at >= '0' && *at <= '9'))
      *at = '_';
  r->out->name = word;
  return MLS_OK;
}

/* ---- facts ---- */

static struct config_fact *add(struct reader *r, const char *field, int line, const char *note) {
  struct config_fact *fact = &r->out->facts[r->out->count++];
  *fact = (struct config_fact){ .field = field, .unit = "", .note = note, .line = line };
  return fact;
}

static void add_number(struct reader *r, const char *field, double number, int line,
                       const char *note) {
  if (number > 0) add(r, field, line, note)->number = number;
}

/* ---- what families say otherwise ---- */

static mls_status need(struct reader *r, size_t row) {
  if (r->values[row] > 0) return MLS_OK;
  size_t at = 0;
  const char *key = next_key(r, numbers[row].field, &at);
  return fail_add(r->fails, MLS_VALUE, json_place(&r->json, r->text),
                  "a %s needs %s, which is not there", r->family, key ? key : numbers[row].field);
}

static void give(struct reader *r, size_t row, double value) {
  if (r->values[row] == 0) r->values[row] = value;
}

/* Attention: all heads, or one, have keys and values of their own. */
static mls_status fill_heads(struct reader *r) {
  TRY(need(r, HEADS));
  bool one = is_true(r, "multi_query") && !is_true(r, "new_decoder_architecture");
  if (one) r->values[KV_HEADS] = 1;
  give(r, KV_HEADS, r->values[HEADS]);
  give(r, HEAD_DIM, floor(r->values[HIDDEN] / r->values[HEADS]));
  bool latent = r->values[KV_RANK] > 0;
  if (!latent) r->values[Q_RANK] = r->values[ROPE_DIM] = 0;
  return latent ? need(r, ROPE_DIM) : MLS_OK;
}

/* Layers without experts: the first ones, or all but every n-th. */
static mls_status fill_dense(struct reader *r) {
  const struct json *sparse = member(r, "decoder_sparse_step");
  double step = 1;
  if (sparse) TRY(read_number(r, sparse, "decoder_sparse_step", &step));
  const struct json *dense = member(r, "mlp_only_layers");
  if (dense && dense->kind == JSON_ARRAY) give(r, DENSE_LAYERS, dense->count);
  if (step > 1) give(r, DENSE_LAYERS, r->values[LAYERS] - floor(r->values[LAYERS] / step));
  return MLS_OK;
}

static mls_status fill_experts(struct reader *r) {
  static const size_t rows[] = { EXPERTS,    EXPERTS_ACTIVE, EXPERTS_SHARED,
                                 EXPERT_FFN, SHARED_FFN,     DENSE_LAYERS };
  if (r->values[EXPERTS] == 0) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) r->values[rows[i]] = 0;
    return MLS_OK;
  }
  if (r->traits & EXPERTS_ONLY) give(r, EXPERT_FFN, r->values[FFN]);
  if (r->values[SHARED_FFN] > 0) give(r, EXPERTS_SHARED, 1);
  TRY(need(r, EXPERTS_ACTIVE));
  TRY(need(r, EXPERT_FFN));
  return fill_dense(r);
}

static mls_status fill(struct reader *r) {
  TRY(need(r, LAYERS));
  TRY(need(r, HIDDEN));
  TRY(need(r, VOCAB));
  if (strcmp(r->layers, "state_space") == 0) {
    if (r->values[INNER] == 0) r->lines[INNER] = r->lines[FFN];
    give(r, INNER, r->values[FFN]);
    give(r, INNER, 2 * r->values[HIDDEN]);
    r->values[FFN] = r->values[CONTEXT] = 0;
    give(r, STEP_RANK, ceil(r->values[HIDDEN] / 16));
    TRY(need(r, STATE_WIDTH));
    return need(r, LINEAR_CONV);
  }
  r->values[INNER] = r->values[STATE_WIDTH] = r->values[STEP_RANK] = 0;
  if (r->traits & FOURFOLD) give(r, FFN, 4 * r->values[HIDDEN]);
  TRY(fill_heads(r));
  TRY(fill_experts(r));
  return r->values[EXPERTS] > 0 ? MLS_OK : need(r, FFN);
}

/* How many of a list of texts are this one. */
static double count_of(const struct json *list, const char *word) {
  const struct json *one = list + 1;
  double count = 0;
  for (unsigned i = 0; i < list->count; i++, one += one->skip) count += json_is(one, word);
  return count;
}

/* The kinds of layers, one by one or by an interval. */
static mls_status add_kinds(struct reader *r) {
  const struct json *kinds = member(r, "layer_types");
  const struct json *interval = member(r, "full_attention_interval");
  double linear = 0, every = 0;
  int line = kinds ? kinds->line : interval ? interval->line : 0;
  if (interval) TRY(read_number(r, interval, "full_attention_interval", &every));
  if (kinds && kinds->kind != JSON_ARRAY) return wrong(r, kinds, "layer_types", "a list");
  if (kinds) linear = count_of(kinds, "linear_attention");
  else if (every > 0) linear = r->values[LAYERS] - floor(r->values[LAYERS] / every);
  if (linear == 0) return MLS_OK;
  TRY(need(r, LINEAR_VALUE_HEADS));
  give(r, LINEAR_CONV, 4);
  add_number(r, "linear_layers", linear, line, "layers with the gated delta rule");
  add_number(r, "attention_layers", r->values[LAYERS] - linear, line, "layers with attention");
  add(r, "linear_rule", line, "gated delta rule")->word = "delta";
  return MLS_OK;
}

/* Layers that see a window alone: as listed, every second, all but every n-th, or all. */
static mls_status add_window(struct reader *r) {
  const struct json *window = member(r, "sliding_window");
  const struct json *use = json_member(r->text, "use_sliding_window");
  const struct json *kinds = member(r, "layer_types");
  const struct json *pattern = member(r, "sliding_window_pattern");
  double width = 0, every = 0, layers = 0;
  if (!window || (use && use->kind == JSON_FALSE)) return MLS_OK;
  TRY(read_number(r, window, "sliding_window", &width));
  if (pattern) TRY(read_number(r, pattern, "sliding_window_pattern", &every));
  if (kinds) layers = count_of(kinds, "sliding_attention");
  else if (every > 0) layers = r->values[LAYERS] - floor(r->values[LAYERS] / every);
  else if (r->traits & ALTERNATING) layers = ceil(r->values[LAYERS] / 2);
  else layers = r->values[LAYERS];
  if (layers == 0 || width == 0) return MLS_OK;
  add(r, "window", window->line, "keys that a windowed layer sees")->unit = "token";
  r->out->facts[r->out->count - 1].number = width;
  add_number(r, "window_layers", layers, window->line, "layers with the window");
  return MLS_OK;
}

/* A letter a layer, each of them one part: attention, state space or feed-forward. */
static mls_status add_pattern(struct reader *r) {
  const struct json *pattern = json_member(r->text, "hybrid_override_pattern");
  double parts[256] = { 0 };
  if (!pattern || pattern->kind != JSON_STRING)
    return fail_add(r->fails, MLS_VALUE, json_place(&r->json, r->text),
                    "a %s needs hybrid_override_pattern, which is not there", r->family);
  for (unsigned i = 0; i < pattern->size; i++) parts[(unsigned char)pattern->text[i]]++;
  if (parts['M'] + parts['*'] + parts['-'] + parts['E'] != r->values[LAYERS])
    return fail_add(r->fails, MLS_VALUE, json_place(&r->json, pattern),
                    "hybrid_override_pattern has not one of M, *, -, E for each layer");
  TRY(need(r, LINEAR_VALUE_HEADS));
  add_number(r, "attention_layers", parts['*'], pattern->line, "* in the pattern");
  add_number(r, "linear_layers", parts['M'], pattern->line, "M in the pattern");
  add_number(r, "ffn_layers", parts['-'] + parts['E'], pattern->line, "- and E in the pattern");
  if (parts['E'] > 0) r->values[DENSE_LAYERS] = parts['-'];
  add(r, "linear_rule", pattern->line, "Mamba-2")->word = "ssm";
  return MLS_OK;
}

static void add_flags(struct reader *r) {
  unsigned flags = r->traits;
  const struct json *tied = json_member(r->text, "tie_word_embeddings");
  bool said = tied && (tied->kind == JSON_TRUE || tied->kind == JSON_FALSE);
  int line = r->lines[LAYERS];
  if (said ? tied->kind == JSON_TRUE : (flags & TIED) != 0)
    add(r, "tied", said ? tied->line : line, "output layer shares the token embeddings")->word =
        "yes";
  if (flags & PLAIN) add_number(r, "ffn_matrices", 2, line, "plain feed-forward");
  if (flags & GATED_QUERY) add_number(r, "query_parts", 2, line, "half gates the output");
  if (flags & LEARNED)
    add_number(r, "positions", r->values[CONTEXT] + (flags & OFFSET ? 2 : 0), r->lines[CONTEXT],
               "learned position embeddings");
}

static void add_rows(struct reader *r) {
  for (size_t i = 0; i < NUMBER_COUNT; i++) {
    if (r->values[i] == 0) continue;
    bool said = r->lines[i] > 0;
    struct config_fact *fact = add(r, numbers[i].field, said ? r->lines[i] : r->lines[LAYERS],
                                   said ? "" : "not in the file: follows from the family");
    fact->unit = numbers[i].unit;
    fact->number = r->values[i];
  }
}

static mls_status read_all(struct reader *r) {
  TRY(find_text(r));
  TRY(find_name(r));
  for (size_t i = 0; i < NUMBER_COUNT; i++) TRY(read_row(r, i));
  TRY(fill(r));
  if (strcmp(r->layers, "pattern") == 0) TRY(add_pattern(r));
  else if (strcmp(r->layers, "state_space") != 0) TRY(add_kinds(r));
  TRY(add_window(r));
  add_flags(r);
  add_rows(r);
  return MLS_OK;
}

mls_status config_read(struct memory *memory, struct fails *fails, const struct config_names *names,
                       const char *file, const char *bytes, size_t size, struct config *out) {
  struct reader reader = { .memory = memory, .fails = fails, .names = names, .out = out };
  *out = (struct config){ .name = "" };
  mls_status status = json_read(&reader.json, fails, file, bytes, size);
  if (status == MLS_OK) status = read_all(&reader);
  json_close(&reader.json);
  return status;
}
