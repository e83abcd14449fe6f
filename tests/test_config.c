/* Configurations of published models, read by the shipped sheet and registries: what families call
   their dimensions and leave out, and every message. What is added to a registry, a sheet of one's
   own and memory that runs out are in test_own.c. */
#include "config.h"
#include "told.h"

Suite *suite_config(void);

static struct told told;
static struct config config;
static mls_book *book;

static mls_status read_text(const char *text) {
  fail_clear(&book->fails);
  return config_read(book, "c.json", text, strlen(text), &config);
}

static void open_all(void) {
  static const char *const registries[] = { ROOT "/registry", NULL };
  static const char *const templates[] = { ROOT "/templates", NULL };
  mls_options options = { .size = sizeof options,
                          .registries = registries,
                          .templates = templates };
  told_open(&told);
  ck_assert_int_eq(mls_open(&options, &book), MLS_OK);
}

static void close_all(void) {
  told_close(&told);
  mls_close(book);
}

/* "field=value field=value ...", in the order of the facts. */
static const char *facts_of(const char *text) {
  mls_status status = read_text(text);
  ck_assert_msg(status == MLS_OK, "%s: %s", text, told_lines(&told, &book->fails));
  told.text.size = 0;
  for (size_t i = 0; i < config.count; i++) {
    const struct config_fact *fact = &config.facts[i];
    buffer_print(&told.text, "%s%s=", i ? " " : "", fact->field);
    if (fact->word) buffer_text(&told.text, fact->word);
    else buffer_number(&told.text, fact->number);
  }
  return told.text.bytes;
}

#define SMALL "\"num_hidden_layers\": 4, \"hidden_size\": 64, \"vocab_size\": 100, "
#define HEADED SMALL "\"num_attention_heads\": 8, "

static const struct {
  const char *text, *facts;
} families[] = {
  { "{\"model_type\": \"llama\", " HEADED "\"num_key_value_heads\": 2, \"intermediate_size\": 200,"
    "\"max_position_embeddings\": 512, \"tie_word_embeddings\": false}",
    "layers=4 hidden=64 heads=8 kv_heads=2 head_dim=8 ffn=200 vocab=100 context=512" },
  { "{\"model_type\": \"llama\", " HEADED "\"intermediate_size\": 200, \"head_dim\": 16,"
    "\"tie_word_embeddings\": true}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=16 ffn=200 vocab=100 tied=yes" },
  { "{\"model_type\": \"gpt2\", \"n_layer\": 2, \"n_embd\": 64, \"n_head\": 4, \"n_inner\": null,"
    "\"n_positions\": 1024, \"vocab_size\": 50}",
    "layers=2 hidden=64 heads=4 kv_heads=4 head_dim=16 ffn=256 ffn_matrices=2 vocab=50 "
    "tied=yes context=1024 positions=1024" },
  { "{\"model_type\": \"opt\", " HEADED "\"ffn_dim\": 256, \"max_position_embeddings\": 2048}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=256 ffn_matrices=2 vocab=100 "
    "tied=yes context=2048 positions=2050" },
  { "{\"model_type\": \"falcon\", " HEADED "\"multi_query\": true, \"num_kv_heads\": 8}",
    "layers=4 hidden=64 heads=8 kv_heads=1 head_dim=8 ffn=256 ffn_matrices=2 vocab=100 "
    "tied=yes" },
  { "{\"model_type\": \"falcon\", " HEADED "\"multi_query\": true, \"num_kv_heads\": 4,"
    "\"new_decoder_architecture\": true, \"tie_word_embeddings\": false}",
    "layers=4 hidden=64 heads=8 kv_heads=4 head_dim=8 ffn=256 ffn_matrices=2 vocab=100" },
  { "{\"model_type\": \"mixtral\", " HEADED "\"intermediate_size\": 300, \"num_local_experts\": 8,"
    "\"num_experts_per_tok\": 2, \"sliding_window\": null}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 vocab=100 experts=8 "
    "experts_active=2 expert_ffn=300" },
  { "{\"model_type\": \"qwen2_moe\", " HEADED "\"intermediate_size\": 300, \"num_experts\": 60,"
    "\"num_experts_per_tok\": 4, \"moe_intermediate_size\": 30, \"decoder_sparse_step\": 2,"
    "\"shared_expert_intermediate_size\": 120, \"mlp_only_layers\": []}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 vocab=100 experts=60 "
    "experts_active=4 experts_shared=1 expert_ffn=30 shared_ffn=120 dense_layers=2" },
  { "{\"model_type\": \"qwen3_moe\", " HEADED "\"num_experts\": 16, \"num_experts_per_tok\": 4,"
    "\"moe_intermediate_size\": 30, \"mlp_only_layers\": [0, 3]}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 vocab=100 experts=16 experts_active=4 "
    "expert_ffn=30 dense_layers=2" },
  { "{\"model_type\": \"qwen3\", " HEADED "\"intermediate_size\": 300, \"num_experts\": 0,"
    "\"moe_intermediate_size\": 30, \"sliding_window\": 128, \"use_sliding_window\": false}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 vocab=100" },
  { "{\"model_type\": \"deepseek_v3\", " HEADED "\"intermediate_size\": 300, \"kv_lora_rank\": 32,"
    "\"q_lora_rank\": 48, \"qk_rope_head_dim\": 4, \"qk_nope_head_dim\": 16, \"v_head_dim\": 12,"
    "\"n_routed_experts\": 16, \"n_shared_experts\": 1, \"num_experts_per_tok\": 2,"
    "\"moe_intermediate_size\": 30, \"first_k_dense_replace\": 1}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=16 value_dim=12 ffn=300 vocab=100 "
    "experts=16 experts_active=2 experts_shared=1 expert_ffn=30 dense_layers=1 kv_rank=32 "
    "q_rank=48 rope_dim=4" },
  { "{\"model_type\": \"mistral\", " HEADED "\"intermediate_size\": 300, \"sliding_window\": 128}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 vocab=100 window=128 "
    "window_layers=4" },
  { "{\"model_type\": \"gemma2\", \"num_hidden_layers\": 5, \"hidden_size\": 64,"
    "\"vocab_size\": 100, \"num_attention_heads\": 8, \"intermediate_size\": 300,"
    "\"sliding_window\": 128}",
    "layers=5 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 vocab=100 tied=yes window=128 "
    "window_layers=3" },
  { "{\"architectures\": [], \"text_config\": {\"model_type\": \"gemma3_text\", " HEADED
    "\"intermediate_size\": 300, \"sliding_window\": 128, \"sliding_window_pattern\": 2}}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 vocab=100 tied=yes window=128 "
    "window_layers=2" },
  { "{\"model_type\": \"gpt_oss\", " HEADED "\"intermediate_size\": 300, \"num_local_experts\": 8,"
    "\"num_experts_per_tok\": 2, \"sliding_window\": 128, \"layer_types\": [\"sliding_attention\","
    "\"full_attention\", \"sliding_attention\", \"full_attention\"]}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 vocab=100 window=128 "
    "window_layers=2 experts=8 experts_active=2 expert_ffn=300" },
  { "{\"model_type\": \"qwen3_next\", " HEADED "\"intermediate_size\": 300,"
    "\"full_attention_interval\": 4, \"linear_num_key_heads\": 2, \"linear_key_head_dim\": 16,"
    "\"linear_num_value_heads\": 4, \"linear_value_head_dim\": 16}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 query_parts=2 vocab=100 "
    "attention_layers=1 linear_layers=3 linear_rule=delta linear_key_heads=2 "
    "linear_key_dim=16 linear_value_heads=4 linear_value_dim=16 linear_conv=4" },
  { "{\"model_type\": \"nemotron_h\", " HEADED "\"intermediate_size\": 300,"
    "\"hybrid_override_pattern\": \"M-M*\", \"mamba_num_heads\": 8, \"mamba_head_dim\": 16,"
    "\"n_groups\": 2, \"ssm_state_size\": 32, \"conv_kernel\": 4}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 ffn_matrices=2 vocab=100 "
    "attention_layers=1 linear_layers=2 linear_rule=ssm ffn_layers=1 linear_key_heads=2 "
    "linear_key_dim=32 linear_value_heads=8 linear_value_dim=16 linear_conv=4" },
  { "{\"model_type\": \"nemotron_h\", " HEADED "\"intermediate_size\": 300,"
    "\"hybrid_override_pattern\": \"ME*-\", \"mamba_num_heads\": 8, \"mamba_head_dim\": 16,"
    "\"n_groups\": 2, \"ssm_state_size\": 32, \"conv_kernel\": 4, \"n_routed_experts\": 16,"
    "\"num_experts_per_tok\": 2, \"moe_intermediate_size\": 30, \"n_shared_experts\": 1,"
    "\"moe_shared_expert_intermediate_size\": 60}",
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 ffn_matrices=2 vocab=100 "
    "attention_layers=1 linear_layers=1 linear_rule=ssm ffn_layers=2 experts=16 "
    "experts_active=2 experts_shared=1 expert_ffn=30 shared_ffn=60 dense_layers=1 "
    "linear_key_heads=2 linear_key_dim=32 linear_value_heads=8 linear_value_dim=16 "
    "linear_conv=4" },
  { "{\"model_type\": \"mamba\", " SMALL "\"state_size\": 16, \"conv_kernel\": 4,"
    "\"time_step_rank\": \"auto\", \"intermediate_size\": 128}",
    "layers=4 hidden=64 vocab=100 tied=yes linear_conv=4 inner=128 state_width=16 "
    "step_rank=4" },
  { "{\"model_type\": \"mamba\", " SMALL "\"d_state\": 16, \"conv_kernel\": 4,"
    "\"time_step_rank\": 7, \"tie_word_embeddings\": false}",
    "layers=4 hidden=64 vocab=100 linear_conv=4 inner=128 state_width=16 step_rank=7" },
};

START_TEST(families_are_read) { ck_assert_str_eq(facts_of(families[_i].text), families[_i].facts); }
END_TEST

/* What is found from other values has the line of the last of them, and a note. */
START_TEST(facts_have_lines_and_notes) {
  static const struct {
    const char *field, *note;
    int line;
  } expected[] = {
    { "layers", "", 2 },
    { "hidden", "", 3 },
    { "heads", "", 4 },
    { "kv_heads", "found by the sheet config: One if so said, else as many as heads", 4 },
    { "head_dim", "found by the sheet config: The width of a token over its heads", 4 },
    { "ffn", "", 5 },
    { "ffn_matrices", "found by the sheet config: Matrices of a plain feed-forward part", 1 },
    { "vocab", "", 6 },
    { "context", "", 7 },
  };
  ck_assert_int_eq(read_text("{\"model_type\": \"phi\",\n\"num_hidden_layers\": 4,\n"
                             "\"hidden_size\": 64,\n\"num_attention_heads\": 8,\n"
                             "\"intermediate_size\": 300,\n\"vocab_size\": 100,\n"
                             "\"max_position_embeddings\": 512}"),
                   MLS_OK);
  ck_assert_uint_eq(config.count, sizeof expected / sizeof *expected);
  for (size_t i = 0; i < config.count; i++) {
    ck_assert_str_eq(config.facts[i].field, expected[i].field);
    ck_assert_str_eq(config.facts[i].note, expected[i].note);
    ck_assert_int_eq(config.facts[i].line, expected[i].line);
  }
  ck_assert_str_eq(config.facts[8].unit, "token");
}
END_TEST

/* ---- what is refused ---- */

#define LLAMA "{\"model_type\": \"llama\", "
#define HYBRID                                                                                     \
  "{\"model_type\": \"nemotron_h\", " HEADED                                                       \
  "\"intermediate_size\": 3, \"mamba_num_heads\": 2, \"conv_kernel\": 4"

static const char *const refused[][2] = {
  { "[1]", "c.json:1:1: syntax: the file is a list; expected an object\n" },
  { "{\"a\" 1}", "c.json:1:6: syntax: found \"1\"; expected \":\" after the name\n" },
  { "{\"hidden_size\": 64}",
    "c.json:1:1: value: there is no model_type; expected the configuration of a language model\n" },
  { "{\"model_type\": 3}",
    "c.json:1:16: syntax: model_type is a number; expected a text, true or false\n" },
  { "{\"model_type\": \"lama\"}",
    "c.json:1:16: range: model_type: lama is not in config_family (did you mean llama?)\n" },
  { "{\"model_type\": \"resnet\"}",
    "c.json:1:16: range: model_type: resnet is not in config_family\n" },
  { "{\"model_type\": \"llama\"}",
    "c.json:1:1: value: a llama needs num_hidden_layers, which is not there\n"
    "c.json:1:1: value: a llama needs hidden_size, which is not there\n"
    "c.json:1:1: value: a llama needs vocab_size, which is not there\n"
    "c.json:1:16: value: a llama needs num_attention_heads, which is not there\n"
    "c.json:1:16: value: a llama needs intermediate_size, which is not there\n" },
  { LLAMA "\"num_hidden_layers\": \"4\"}",
    "c.json:1:46: syntax: num_hidden_layers is a text; expected a number\n" },
  { LLAMA "\"num_hidden_layers\": true}",
    "c.json:1:46: syntax: num_hidden_layers is true; expected a number\n" },
  { LLAMA "\"num_hidden_layers\": 4.5, \"hidden_size\": -4, \"vocab_size\": 1e99}",
    "c.json:1:46: range: num_hidden_layers: 4.5 is outside 0..1e9 by 1\n"
    "c.json:1:66: range: hidden_size: -4 is outside 0..1e9 by 1\n"
    "c.json:1:84: range: vocab_size: 1e99 is outside 0..1e9 by 1\n" },
  { LLAMA HEADED "\"intermediate_size\": 3, \"tie_word_embeddings\": \"maybe\"}",
    "c.json:1:160: range: tie_word_embeddings: maybe is not in unsaid, yes, no\n" },
  { LLAMA SMALL "\"x\": 1}",
    "c.json:1:16: value: a llama needs num_attention_heads, which is not there\n"
    "c.json:1:64: value: a llama needs intermediate_size, which is not there\n" },
  { LLAMA HEADED "\"x\": 1}",
    "c.json:1:64: value: a llama needs intermediate_size, which is not there\n" },
  { "{\"model_type\": \"mixtral\", " HEADED "\"intermediate_size\": 3, \"num_local_experts\": 8}",
    "c.json:1:160: value: a mixtral needs num_experts_per_tok, which is not there\n" },
  { "{\"model_type\": \"qwen3_moe\", " HEADED "\"num_experts\": 8, \"num_experts_per_tok\": 2}",
    "c.json:1:132: value: a qwen3_moe needs moe_intermediate_size, which is not there\n" },
  { "{\"model_type\": \"deepseek_v3\", " HEADED "\"intermediate_size\": 3, \"kv_lora_rank\": 8}",
    "c.json:1:159: value: a deepseek_v3 needs qk_rope_head_dim, which is not there\n" },
  { "{\"model_type\": \"qwen3_next\", " HEADED
    "\"intermediate_size\": 3, \"full_attention_interval\": 4}",
    "c.json:1:169: value: a qwen3_next needs linear_num_value_heads or mamba_num_heads, which is "
    "not there\n" },
  { "{\"model_type\": \"qwen3_next\", " HEADED
    "\"intermediate_size\": 3, \"layer_types\": \"all\"}",
    "c.json:1:157: syntax: layer_types is a text; expected a list\n" },
  { "{\"model_type\": \"mistral\", " HEADED
    "\"intermediate_size\": 3, \"layer_types\": [\"full_attention\"]}",
    "c.json:1:154: value: a mistral needs layer_types with an entry for each layer, which is not "
    "there\n" },
  { "{\"model_type\": \"mamba\", " SMALL "\"conv_kernel\": 4}",
    "c.json:1:16: value: a mamba needs state_size, which is not there\n" },
  { "{\"model_type\": \"mamba\", " SMALL "\"state_size\": 4}",
    "c.json:1:46: value: a mamba needs conv_kernel, which is not there\n" },
  { HYBRID "}",
    "c.json:1:16: value: a nemotron_h needs hybrid_override_pattern, which is not there\n" },
  { HYBRID ", \"hybrid_override_pattern\": [1]}",
    "c.json:1:209: syntax: hybrid_override_pattern is a list; expected a text\n" },
  { HYBRID ", \"hybrid_override_pattern\": \"M*-\"}",
    "c.json:1:209: value: a nemotron_h needs hybrid_override_pattern with one of M, *, -, E for "
    "each layer, which is not there\n" },
  { HYBRID ", \"hybrid_override_pattern\": \"M*-x\"}",
    "c.json:1:209: value: a nemotron_h needs hybrid_override_pattern with one of M, *, -, E for "
    "each layer, which is not there\n" },
  { HYBRID ", \"hybrid_override_pattern\": \"MM**\"}",
    "c.json:1:209: value: a nemotron_h needs hybrid_override_pattern with a *, and a - or an E, "
    "which is not there\n" },
  { HYBRID ", \"hybrid_override_pattern\": \"MM--\"}",
    "c.json:1:209: value: a nemotron_h needs hybrid_override_pattern with a *, and a - or an E, "
    "which is not there\n" },
  { HYBRID ", \"hybrid_override_pattern\": \"ME*-\"}",
    "c.json:1:209: value: a nemotron_h needs n_routed_experts, for the E of "
    "hybrid_override_pattern, which is not there\n" },
};

START_TEST(wrong_files_are_told) {
  ck_assert_int_ne(read_text(refused[_i][0]), MLS_OK);
  ck_assert_str_eq(told_lines(&told, &book->fails), refused[_i][1]);
}
END_TEST

/* ---- bounds ---- */

START_TEST(deep_and_long_files) {
  char deep[400] = "{\"model_type\": ";
  for (int i = 0; i < 70; i++) strcat(deep, "[");
  ck_assert_int_eq(read_text(deep), MLS_LIMIT);
  char name[700] = "{\"model_type\": \"";
  memset(name + strlen(name), 'x', 400);
  strcpy(name + 416, "\"}");
  ck_assert_int_eq(read_text(name), MLS_RANGE);
  ck_assert_uint_eq(strlen(book->fails.first->text),
                    strlen("model_type:  is not in config_family") + 255);
}
END_TEST

Suite *suite_config(void) {
  Suite *suite = suite_create("config");
  TCase *one = tcase_create("config");
  tcase_add_checked_fixture(one, open_all, close_all);
  tcase_add_loop_test(one, families_are_read, 0, sizeof families / sizeof *families);
  tcase_add_test(one, facts_have_lines_and_notes);
  tcase_add_loop_test(one, wrong_files_are_told, 0, sizeof refused / sizeof *refused);
  tcase_add_test(one, deep_and_long_files);
  suite_add_tcase(suite, one);
  return suite;
}
