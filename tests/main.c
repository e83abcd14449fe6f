/* Runs the suites named by the arguments, all without one. The closing line counts the cases. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_bad(void);
Suite *suite_batch(void);
Suite *suite_branch(void);
Suite *suite_chart(void);
Suite *suite_check(void);
Suite *suite_config(void);
Suite *suite_csv(void);
Suite *suite_export(void);
Suite *suite_export_forms(void);
Suite *suite_format(void);
Suite *suite_formula(void);
Suite *suite_function(void);
Suite *suite_graph(void);
Suite *suite_json(void);
Suite *suite_list(void);
Suite *suite_memory(void);
Suite *suite_own(void);
Suite *suite_progress(void);
Suite *suite_number(void);
Suite *suite_real(void);
Suite *suite_registry(void);
Suite *suite_reject(void);
Suite *suite_renamed(void);
Suite *suite_rows(void);
Suite *suite_scenario(void);
Suite *suite_scenario_json(void);
Suite *suite_settle(void);
Suite *suite_sheet(void);
Suite *suite_stream(void);
Suite *suite_text(void);
Suite *suite_trace(void);
Suite *suite_unit(void);
Suite *suite_values(void);
Suite *suite_xlsx(void);

static const struct {
  const char *name;
  Suite *(*make)(void);
} suites[] = {
  { "bad", suite_bad },
  { "batch", suite_batch },
  { "branch", suite_branch },
  { "chart", suite_chart },
  { "check", suite_check },
  { "config", suite_config },
  { "csv", suite_csv },
  { "export", suite_export },
  { "export_forms", suite_export_forms },
  { "format", suite_format },
  { "formula", suite_formula },
  { "function", suite_function },
  { "graph", suite_graph },
  { "json", suite_json },
  { "list", suite_list },
  { "memory", suite_memory },
  { "own", suite_own },
  { "progress", suite_progress },
  { "number", suite_number },
  { "real", suite_real },
  { "registry", suite_registry },
  { "reject", suite_reject },
  { "renamed", suite_renamed },
  { "rows", suite_rows },
  { "scenario", suite_scenario },
  { "scenario_json", suite_scenario_json },
  { "settle", suite_settle },
  { "sheet", suite_sheet },
  { "stream", suite_stream },
  { "text", suite_text },
  { "trace", suite_trace },
  { "unit", suite_unit },
  { "values", suite_values },
  { "xlsx", suite_xlsx },
};

static int wanted(const char *name, int count, char **arguments) {
  if (count == 1) return 1;
  for (int i = 1; i < count; i++)
    if (strcmp(name, arguments[i]) == 0) return 1;
  return 0;
}

int main(int count, char **arguments) {
  SRunner *runner = srunner_create(NULL);
  for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
    if (wanted(suites[i].name, count, arguments)) srunner_add_suite(runner, suites[i].make());
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner), ran = srunner_ntests_run(runner);
  srunner_free(runner);
  printf("%d passed, %d failed\n", ran - failed, failed);
  return failed > 0 || ran == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
