/* Every request for memory of the whole program fails once, also those of libcsv and libxlsxwriter,
   which ask malloc and not the library's allocator: for n = 1, 2, 3 ... a child of its own opens a
   sheet, reads inputs, settles, and writes every form of report while request n fails.

     starve [TALLY]   without TALLY every eleventh request of a workbook; with it all of them, and
                      where libxlsxwriter broke

   What our code asked for, and what libcsv and zlib did, is told as MLS_MEMORY, or was not needed.
   libxlsxwriter 1.1.4 does not look at what malloc gave in many places: it crashes, or leaves a
   part out without a word while it closes the file. That is counted apart, where the request and
   the crash are its own; docs/hostile.md says what we do about it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mlsysim.h"

/* ---- malloc of the whole program ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static size_t left = SIZE_MAX; /* requests that are granted before one is not */
static bool refused;
static const void *asked_by; /* code that asked for what was refused */

enum { LARGE = 1 << 20 }; /* once memory is short, no such request is granted any more */

static bool is_refused(const void *caller, size_t size) {
  if (refused) return size >= LARGE;
  if (left == SIZE_MAX) return false;
  refused = left-- == 0;
  if (refused) errno = ENOMEM;
  if (refused) asked_by = caller;
  return refused;
}

void *malloc(size_t size) {
  return is_refused(__builtin_return_address(0), size) ? NULL : __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  return is_refused(__builtin_return_address(0), count * size) ? NULL : __libc_calloc(count, size);
}
void *realloc(void *old, size_t size) {
  return is_refused(__builtin_return_address(0), size) ? NULL : __libc_realloc(old, size);
}

/* ---- a sheet with something of everything ---- */

static const char *const files[][3] = {
  { "registry", "units",
    "unit,definition,kind,differs,note\ns,,base,,\nB,,base,,\nGB,1e9 "
    "B,,,\nUSD,,base,,\n%,0.01,,,\n" },
  { "registry", "sources",
    "key,kind,title,authors,year,url,accessed\nbook_q,book,Queues,Author,1975,,2026-02-03\n" },
  { "registry", "device",
    "item,field,value,unit,low,high,source,locator,accessed,state,note\n"
    "H,memory,80,GB,70,90,book_q,page 1,2026-01-02,verified,\n"
    "B,memory,192,GB,,,,,,estimate,\"a \"\"guess\"\"\"\n" },
  { "sheet", "part",
    "sheet part  # A part\ninput size [GB] = 4 in 0..100\ncheck small = size <= 9 [GB]\n" },
};

static const char sheet[] =
    "sheet whole  # All of it @book_q\n## A heading\n# A note\ninput hw = H in device  # What\n"
    "input load [%] = 80 likely 60..90 in 0..100  # How much\ninput mode = slow in slow, fast\n"
    "use job = part(size = 5 [GB])\ntable month for k in 1..3  # By month\n"
    "  input price [USD] = 1, 2, 3 in 0..9\n  cash [USD] = prior(cash, 0) + price * load\n"
    "  odd = sqrt(2 - k)\noutput need [GB] = hw.memory * load  # Needed @book_q\n"
    "lost = missing(\"nobody knows\")\noutput total [USD] = sum(month.cash)\n"
    "check fits = need <= 10 [GB]  # Must fit\n";
static const char inputs[] = "name,unit,base,high\nload,%,50,60\nhw,,B,H\n";
static const char rows[] = "k,price\n1,4\n2,5\n3,\"6\"\n";

static mls_status find(void *context, const char *kind, const char *name, size_t nth,
                       const char **bytes, size_t *size, const char **shown) {
  (void)context;
  for (size_t i = 0; i < sizeof files / sizeof *files && nth == 0; i++) {
    if (strcmp(files[i][0], kind) != 0 || strcmp(files[i][1], name) != 0) continue;
    *bytes = files[i][2];
    *size = strlen(*bytes);
    *shown = name;
    return MLS_OK;
  }
  return MLS_NAME;
}

/* ---- work ---- */

/* A sum of what was written, so that a report that was said to be whole can be compared. */
struct written {
  size_t size;
  unsigned long long sum;
};

static mls_status add_up(void *context, const void *bytes, size_t size) {
  struct written *written = context;
  for (size_t i = 0; i < size; i++)
    written->sum = (written->sum ^ ((const unsigned char *)bytes)[i]) * 1099511628211ULL;
  written->size += size;
  return MLS_OK;
}

static mls_status open_all(mls_book **book, mls_model **model, mls_values **values) {
  mls_options options = { .size = sizeof options, .find = find };
  mls_rows given = { "month", "rows.csv", rows, sizeof rows - 1, NULL };
  mls_scenarios *scenarios = NULL;
  mls_status status = mls_open(&options, book);
  if (status == MLS_OK)
    status = mls_model_open_bytes(*book, "whole.sheet", sheet, sizeof sheet - 1, &given, 1, model);
  if (status == MLS_OK) status = mls_values_new(*model, NULL, values);
  if (status == MLS_OK)
    status = mls_scenarios_read(*model, *values, "in.csv", inputs, sizeof inputs - 1, &scenarios);
  if (status == MLS_OK) status = mls_scenarios_apply(scenarios, 0, *values);
  mls_scenarios_free(scenarios);
  return status;
}

static mls_status work(const char *form, struct written *written) {
  mls_book *book = NULL;
  mls_model *model = NULL;
  mls_values *values = NULL;
  mls_status status = open_all(&book, &model, &values);
  mls_run run = { "base", values };
  mls_report report = {
    .size = sizeof report, .form = form, .all = 1, .runs = &run, .run_count = 1
  };
  if (status == MLS_OK) status = mls_export(model, &report, add_up, written);
  mls_values_free(values);
  mls_close(book);
  return status;
}

/* ---- one child a request ---- */

enum outcome { SOUND, DONE, CHANGED, OTHER_STATUS, CRASH, BELOW_CHANGED, BELOW_CRASH, OUTCOMES };
static const char *const words[OUTCOMES] = {
  "told or not needed",
  "no further request",
  "whole, but not the same",
  "another status",
  "a crash",
  "changed by libxlsxwriter",
  "a crash in libxlsxwriter",
};

static bool is_of_xlsxwriter(const void *code, Dl_info *about) {
  return dladdr(code, about) && about->dli_fname &&
         (strstr(about->dli_fname, "libxlsxwriter") || strstr(about->dli_fname, "libminizip"));
}

static int told; /* the pipe on which a crash says where */

/* The first frame that is not of libc says whose code it was. */
static void on_crash(int number) {
  void *frames[32];
  (void)number;
  int count = backtrace(frames, 32);
  for (int i = 1; i < count; i++) {
    Dl_info about;
    if (!dladdr(frames[i], &about) || !about.dli_fname) break;
    if (strstr(about.dli_fname, "libc.so") || strstr(about.dli_fname, "libc-")) continue;
    bool below = is_of_xlsxwriter(frames[i], &about);
    if (below && about.dli_sname) (void)!write(told, about.dli_sname, strlen(about.dli_sname));
    _exit(below ? BELOW_CRASH : CRASH);
  }
  _exit(CRASH);
}

static int child(const char *form, size_t n, const struct written *whole) {
  struct written written = { 0, 0 };
  signal(SIGSEGV, on_crash);
  signal(SIGABRT, on_crash);
  left = n;
  mls_status status = work(form, &written);
  left = SIZE_MAX;
  if (status != MLS_OK && status != MLS_MEMORY) return OTHER_STATUS;
  bool same = written.size == whole->size && written.sum == whole->sum;
  if (status == MLS_OK && !same) {
    Dl_info about;
    return is_of_xlsxwriter(asked_by, &about) ? BELOW_CHANGED : CHANGED;
  }
  return refused ? SOUND : DONE;
}

static enum outcome try_one(const char *form, size_t n, const struct written *whole,
                            char place[128]) {
  int ends[2], status = 0;
  if (pipe(ends) != 0) exit(EXIT_FAILURE);
  pid_t process = fork();
  if (process == 0) {
    told = ends[1];
    if (!freopen("/dev/null", "w", stderr)) _exit(OTHER_STATUS); /* libxlsxwriter prints there */
    _exit(child(form, n, whole));
  }
  close(ends[1]);
  ssize_t size = read(ends[0], place, 127);
  place[size > 0 ? size : 0] = 0;
  close(ends[0]);
  waitpid(process, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) < OUTCOMES ? (enum outcome)WEXITSTATUS(status)
                                                             : CRASH;
}

static void try_form(const char *form, bool tally, size_t *passed, size_t *failed) {
  struct written whole = { 0, 0 };
  void *frames[1];
  backtrace(frames, 1); /* loads what it needs while there is memory */
  if (work(form, &whole) != MLS_OK) exit(EXIT_FAILURE);
  size_t counts[OUTCOMES] = { 0 };
  size_t step = strcmp(form, "xlsx") == 0 && !tally ? 11 : 1;
  for (size_t n = 0; counts[DONE] == 0; n += step) {
    char place[128];
    enum outcome outcome = try_one(form, n, &whole, place);
    counts[outcome]++;
    bool good = outcome == SOUND || outcome == DONE || outcome >= BELOW_CHANGED;
    if (good) ++*passed;
    else ++*failed;
    if (!good || (tally && outcome >= BELOW_CHANGED))
      printf("%s: request %zu: %s %s\n", form, n, words[outcome], place);
  }
  for (size_t i = 0; i < OUTCOMES; i++)
    if (counts[i] > 0) printf("%-5s %6zu %s\n", form, counts[i], words[i]);
}

static void remove_all(const char *folder) {
  char path[512];
  DIR *open = opendir(folder);
  for (struct dirent *entry; open && (entry = readdir(open));) {
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    unlink(path);
  }
  if (open) closedir(open);
  rmdir(folder);
}

int main(int count, char **arguments) {
  static const char *const forms[] = { "text", "json", "csv", "md", "html", "xlsx" };
  char folder[] = "starve-XXXXXX"; /* what a crash leaves behind stays together */
  size_t passed = 0, failed = 0;
  (void)arguments;
  if (!mkdtemp(folder) || setenv("TMPDIR", folder, 1) != 0) return EXIT_FAILURE;
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    try_form(forms[i], count > 1, &passed, &failed);
  remove_all(folder);
  printf("%zu passed, %zu failed\n", passed, failed);
  return failed > 0;
}
