/* Configurations of published models: what families call their dimensions and leave out, every
   message, and memory that runs out. What is added to a registry is in test_own.c. */
#include "config.h"
#include "open.h"
#include "told.h"

Suite *suite_config(void);

static struct told told;
static struct config config;
static mls_book *book; /* the shipped registries */
static struct config_names names;

static mls_status read_text(const char *text) {
  fail_clear(&told.fails);
  return config_read(&told.memory, &told.fails, &names, "c.json", text, strlen(text), &config);
}

static const struct registry *registry_of(const char *name) {
  struct registry *registry = NULL;
  ck_assert_int_eq(open_registry(book, slice_of(name), &registry), MLS_OK);
  return registry;
}

static void open_all(void) {
  static const char *const registries[] = { ROOT "/registry", NULL };
  mls_options options = { .size = sizeof options, .registries = registries };
  told_open(&told);
  ck_assert_int_eq(mls_open(&options, &book), MLS_OK);
  names = (struct config_names){ registry_of("config_family"), registry_of("config_key"),
                                 &book->names };
}

static void close_all(void) {
  told_close(&told);
  mls_close(book);
}

/* "field=value field=value ...", in the order of the facts. */
static const char *facts_of(const char *text) {
  mls_status status = read_text(text);
  ck_assert_msg(status == MLS_OK, "%s: %s", text, told_lines(&told, &told.fails));
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
    "tied=yes layers=4 hidden=64 heads=8 kv_heads=8 head_dim=16 ffn=200 vocab=100" },
  { "{\"model_type\": \"gpt2\", \"n_layer\": 2, \"n_embd\": 64, \"n_head\": 4, \"n_inner\": null,"
    "\"n_positions\": 1024, \"vocab_size\": 50}",
    "tied=yes ffn_matrices=2 positions=1024 layers=2 hidden=64 heads=4 kv_heads=4 head_dim=16 "
    "ffn=256 vocab=50 context=1024" },
  { "{\"model_type\": \"opt\", " HEADED "\"ffn_dim\": 256, \"max_position_embeddings\": 2048}",
    "tied=yes ffn_matrices=2 positions=2050 layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 "
    "ffn=256 vocab=100 context=2048" },
  { "{\"model_type\": \"falcon\", " HEADED "\"multi_query\": true, \"num_kv_heads\": 8}",
    "tied=yes ffn_matrices=2 layers=4 hidden=64 heads=8 kv_heads=1 head_dim=8 ffn=256 vocab=100" },
  { "{\"model_type\": \"falcon\", " HEADED "\"multi_query\": true, \"num_kv_heads\": 4,"
    "\"new_decoder_architecture\": true, \"tie_word_embeddings\": false}",
    "ffn_matrices=2 layers=4 hidden=64 heads=8 kv_heads=4 head_dim=8 ffn=256 vocab=100" },
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
    "layers=4 hidden=64 heads=8 kv_heads=8 head_dim=16 value_dim=12 ffn=300 vocab=100 experts=16 "
    "experts_active=2 experts_shared=1 expert_ffn=30 dense_layers=1 kv_rank=32 q_rank=48 "
    "rope_dim=4" },
  { "{\"model_type\": \"mistral\", " HEADED "\"intermediate_size\": 300, \"sliding_window\": 128}",
    "window=128 window_layers=4 layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 "
    "vocab=100" },
  { "{\"model_type\": \"gemma2\", \"num_hidden_layers\": 5, \"hidden_size\": 64,"
    "\"vocab_size\": 100, \"num_attention_heads\": 8, \"intermediate_size\": 300,"
    "\"sliding_window\": 128}",
    "window=128 window_layers=3 tied=yes layers=5 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 "
    "vocab=100" },
  { "{\"architectures\": [], \"text_config\": {\"model_type\": \"gemma3_text\", " HEADED
    "\"intermediate_size\": 300, \"sliding_window\": 128, \"sliding_window_pattern\": 2}}",
    "window=128 window_layers=2 tied=yes layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 "
    "vocab=100" },
  { "{\"model_type\": \"gpt_oss\", " HEADED "\"intermediate_size\": 300, \"num_local_experts\": 8,"
    "\"num_experts_per_tok\": 2, \"sliding_window\": 128, \"layer_types\": [\"sliding_attention\","
    "\"full_attention\", \"sliding_attention\", \"full_attention\"]}",
    "window=128 window_layers=2 layers=4 hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 vocab=100 "
    "experts=8 experts_active=2 expert_ffn=300" },
  { "{\"model_type\": \"qwen3_next\", " HEADED "\"intermediate_size\": 300,"
    "\"full_attention_interval\": 4, \"linear_num_key_heads\": 2, \"linear_key_head_dim\": 16,"
    "\"linear_num_value_heads\": 4, \"linear_value_head_dim\": 16}",
    "linear_layers=3 attention_layers=1 linear_rule=delta query_parts=2 layers=4 hidden=64 heads=8 "
    "kv_heads=8 head_dim=8 ffn=300 vocab=100 linear_key_heads=2 linear_key_dim=16 "
    "linear_value_heads=4 linear_value_dim=16 linear_conv=4" },
  { "{\"model_type\": \"nemotron_h\", " HEADED "\"intermediate_size\": 300,"
    "\"hybrid_override_pattern\": \"M-M*\", \"mamba_num_heads\": 8, \"mamba_head_dim\": 16,"
    "\"n_groups\": 2, \"ssm_state_size\": 32, \"conv_kernel\": 4}",
    "attention_layers=1 linear_layers=2 ffn_layers=1 linear_rule=ssm ffn_matrices=2 layers=4 "
    "hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 vocab=100 linear_key_heads=2 "
    "linear_key_dim=32 linear_value_heads=8 linear_value_dim=16 linear_conv=4" },
  { "{\"model_type\": \"nemotron_h\", " HEADED "\"intermediate_size\": 300,"
    "\"hybrid_override_pattern\": \"ME*-\", \"mamba_num_heads\": 8, \"mamba_head_dim\": 16,"
    "\"n_groups\": 2, \"ssm_state_size\": 32, \"conv_kernel\": 4, \"n_routed_experts\": 16,"
    "\"num_experts_per_tok\": 2, \"moe_intermediate_size\": 30, \"n_shared_experts\": 1,"
    "\"moe_shared_expert_intermediate_size\": 60}",
    "attention_layers=1 linear_layers=1 ffn_layers=2 linear_rule=ssm ffn_matrices=2 layers=4 "
    "hidden=64 heads=8 kv_heads=8 head_dim=8 ffn=300 vocab=100 experts=16 experts_active=2 "
    "experts_shared=1 expert_ffn=30 shared_ffn=60 dense_layers=1 linear_key_heads=2 "
    "linear_key_dim=32 linear_value_heads=8 linear_value_dim=16 linear_conv=4" },
  { "{\"model_type\": \"mamba\", " SMALL "\"state_size\": 16, \"conv_kernel\": 4,"
    "\"time_step_rank\": \"auto\", \"intermediate_size\": 128}",
    "tied=yes layers=4 hidden=64 vocab=100 linear_conv=4 inner=128 state_width=16 step_rank=4" },
  { "{\"model_type\": \"mamba\", " SMALL "\"d_state\": 16, \"conv_kernel\": 4,"
    "\"time_step_rank\": 7, \"tie_word_embeddings\": false}",
    "layers=4 hidden=64 vocab=100 linear_conv=4 inner=128 state_width=16 step_rank=7" },
};

START_TEST(families_are_read) { ck_assert_str_eq(facts_of(families[_i].text), families[_i].facts); }
END_TEST

/* A line each: what is found from another line has that one. */
START_TEST(facts_have_lines_and_notes) {
  ck_assert_int_eq(read_text("{\"model_type\": \"phi\",\n\"num_hidden_layers\": 4,\n"
                             "\"hidden_size\": 64,\n\"num_attention_heads\": 8,\n"
                             "\"intermediate_size\": 300,\n\"vocab_size\": 100}"),
                   MLS_OK);
  ck_assert_uint_eq(config.count, 8);
  ck_assert_str_eq(config.facts[0].field, "ffn_matrices");
  ck_assert_str_eq(config.facts[0].note, "plain feed-forward");
  ck_assert_int_eq(config.facts[0].line, 2);
  ck_assert_str_eq(config.facts[2].field, "hidden");
  ck_assert_int_eq(config.facts[2].line, 3);
  ck_assert_str_eq(config.facts[4].note, "not in the file: follows from the family");
}
END_TEST

START_TEST(models_have_names) {
  static const char *const paths[][2] = {
    { "\"_name_or_path\": \"acme/Our-7B.v2\", ", "Our_7B_v2" },
    { "\"_name_or_path\": \"Plain\", ", "Plain" },
    { "\"_name_or_path\": \"\", ", "" },
    { "\"_name_or_path\": 7, ", "" },
    { "", "" },
  };
  char text[400];
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    snprintf(text, sizeof text, "{%s\"model_type\": \"llama\", %s\"intermediate_size\": 200}",
             paths[i][0], HEADED);
    ck_assert_int_eq(read_text(text), MLS_OK);
    ck_assert_str_eq(config.name, paths[i][1]);
  }
}
END_TEST

/* ---- what is refused ---- */

static const char *const refused[][2] = {
  { "[1]", "c.json:1:1: syntax: the file is a list; expected an object\n" },
  { "{\"a\" 1}", "c.json:1:6: syntax: found \"1\"; expected \":\" after the name\n" },
  { "{\"hidden_size\": 64}",
    "c.json:1:1: value: there is no model_type; expected the configuration of a language model\n" },
  { "{\"model_type\": 3}", "c.json:1:16: syntax: model_type is a number; expected a text\n" },
  { "{\"model_type\": \"lama\"}",
    "c.json:1:16: name: model_type lama is not one that is known (did you mean llama?); give its "
    "facts as a CSV\n" },
  { "{\"model_type\": \"resnet\"}",
    "c.json:1:16: name: model_type resnet is not one that is known; give its facts as a CSV\n" },
  { "{\"model_type\": \"llama\"}",
    "c.json:1:1: value: a llama needs num_hidden_layers, which is not there\n" },
  { "{\"model_type\": \"llama\", \"num_hidden_layers\": \"4\"}",
    "c.json:1:46: syntax: num_hidden_layers is a text; expected a whole number\n" },
  { "{\"model_type\": \"llama\", \"num_hidden_layers\": 4.5}",
    "c.json:1:46: value: num_hidden_layers is 4.5; expected a whole number from 0 to 1e9\n" },
  { "{\"model_type\": \"llama\", \"num_hidden_layers\": -4}",
    "c.json:1:46: value: num_hidden_layers is -4; expected a whole number from 0 to 1e9\n" },
  { "{\"model_type\": \"llama\", \"num_hidden_layers\": 1e99}",
    "c.json:1:46: value: num_hidden_layers is 1e99; expected a whole number from 0 to 1e9\n" },
  { "{\"model_type\": \"llama\", \"num_hidden_layers\": 4}",
    "c.json:1:1: value: a llama needs hidden_size, which is not there\n" },
  { "{\"model_type\": \"llama\", \"num_hidden_layers\": 4, \"hidden_size\": 64}",
    "c.json:1:1: value: a llama needs vocab_size, which is not there\n" },
  { "{\"model_type\": \"llama\", " SMALL "\"x\": 1}",
    "c.json:1:1: value: a llama needs num_attention_heads, which is not there\n" },
  { "{\"model_type\": \"llama\", " HEADED "\"x\": 1}",
    "c.json:1:1: value: a llama needs intermediate_size, which is not there\n" },
  { "{\"model_type\": \"mixtral\", " HEADED "\"num_local_experts\": 8}",
    "c.json:1:1: value: a mixtral needs num_experts_per_tok, which is not there\n" },
  { "{\"model_type\": \"qwen3_moe\", " HEADED "\"num_experts\": 8, \"num_experts_per_tok\": 2}",
    "c.json:1:1: value: a qwen3_moe needs moe_intermediate_size, which is not there\n" },
  { "{\"model_type\": \"deepseek_v3\", " HEADED "\"kv_lora_rank\": 8}",
    "c.json:1:1: value: a deepseek_v3 needs qk_rope_head_dim, which is not there\n" },
  { "{\"model_type\": \"qwen3_next\", " HEADED
    "\"intermediate_size\": 3, \"full_attention_interval\": 4}",
    "c.json:1:1: value: a qwen3_next needs linear_num_value_heads, which is not there\n" },
  { "{\"model_type\": \"qwen3_next\", " HEADED
    "\"intermediate_size\": 3, \"layer_types\": \"all\"}",
    "c.json:1:157: syntax: layer_types is a text; expected a list\n" },
  { "{\"model_type\": \"mamba\", " SMALL "\"conv_kernel\": 4}",
    "c.json:1:1: value: a mamba needs state_size, which is not there\n" },
  { "{\"model_type\": \"mamba\", " SMALL "\"state_size\": 4}",
    "c.json:1:1: value: a mamba needs linear_conv_kernel_dim, which is not there\n" },
  { "{\"model_type\": \"nemotron_h\", " HEADED "\"intermediate_size\": 3}",
    "c.json:1:1: value: a nemotron_h needs hybrid_override_pattern, which is not there\n" },
  { "{\"model_type\": \"nemotron_h\", " HEADED
    "\"intermediate_size\": 3, \"hybrid_override_pattern\": \"MM\"}",
    "c.json:1:169: value: hybrid_override_pattern has not one of M, *, -, E for each layer\n" },
};

START_TEST(wrong_files_are_told) {
  ck_assert_int_ne(read_text(refused[_i][0]), MLS_OK);
  ck_assert_str_eq(told_lines(&told, &told.fails), refused[_i][1]);
}
END_TEST

/* ---- bounds ---- */

START_TEST(deep_and_long_files) {
  char deep[400] = "{\"model_type\": ";
  for (int i = 0; i < 70; i++) strcat(deep, "[");
  ck_assert_int_eq(read_text(deep), MLS_LIMIT);
  char name[700] = "{\"_name_or_path\": \"";
  memset(name + strlen(name), 'x', 400);
  strcpy(name + 419, "\", \"model_type\": \"llama\", " HEADED "\"intermediate_size\": 200}");
  ck_assert_int_eq(read_text(name), MLS_OK);
  ck_assert_uint_eq(strlen(config.name), 255);
}
END_TEST

Suite *suite_config(void) {
  Suite *suite = suite_create("config");
  TCase *one = tcase_create("config");
  tcase_add_checked_fixture(one, open_all, close_all);
  tcase_add_loop_test(one, families_are_read, 0, sizeof families / sizeof *families);
  tcase_add_test(one, facts_have_lines_and_notes);
  tcase_add_test(one, models_have_names);
  tcase_add_loop_test(one, wrong_files_are_told, 0, sizeof refused / sizeof *refused);
  tcase_add_test(one, deep_and_long_files);
  suite_add_tcase(suite, one);
  return suite;
}
