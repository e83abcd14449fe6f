/* Runs the suites named by the arguments, all without one. The closing line counts the cases. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_bad(void);
Suite *suite_csv(void);
Suite *suite_export(void);
Suite *suite_function(void);
Suite *suite_registry(void);
Suite *suite_rows(void);
Suite *suite_scenario(void);
Suite *suite_trace(void);

static const struct {
  const char *name;
  Suite *(*make)(void);
} suites[] = {
  { "bad", suite_bad },           { "csv", suite_csv },   { "export", suite_export },
  { "function", suite_function }, { "registry", suite_registry },
  { "rows", suite_rows },         { "scenario", suite_scenario }, { "trace", suite_trace },
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
