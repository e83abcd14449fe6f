/* Files, standard streams and the terminal on POSIX systems; nothing else of the program calls the
   operating system, so another system needs another version of this file alone. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE /* ioctl with TIOCGWINSZ */

#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

static bool failed(const char *path, const char *what) {
  say_file(path, what, strerror(errno));
  return false;
}

/* ---- reading ---- */

static bool read_all(int descriptor, struct bytes *out) {
  size_t room = 0;
  for (;;) {
    if (out->size + 1 >= room) {
      room = room ? room * 2 : 1 << 16;
      char *more = realloc(out->at, room);
      if (!more) return false;
      out->at = more;
    }
    ssize_t got = read(descriptor, out->at + out->size, room - out->size - 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    out->at[out->size + (size_t)got] = 0;
    if (got == 0) return true;
    out->size += (size_t)got;
  }
}

bool file_read(const char *path, struct bytes *out) {
  bool standard = strcmp(path, "-") == 0;
  *out = (struct bytes){ NULL, 0 };
  int descriptor = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return failed(path, "cannot be read");
  bool done = read_all(descriptor, out);
  if (!done) failed(standard ? "standard input" : path, "cannot be read");
  if (!standard) close(descriptor);
  if (done && standard && out->size == 0) {
    say_error("standard input is empty");
    done = false;
  }
  if (!done) free(out->at);
  return done;
}

bool folder_exists(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

bool file_same(const char *a, const char *b) {
  struct stat one, two;
  if (stat(a, &one) != 0 || stat(b, &two) != 0) return strcmp(a, b) == 0;
  return one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

/* ---- writing ---- */

/* Names to remove when a signal ends the program. Fixed room: a handler must not allocate. */
enum { PENDING_MOST = 16 };
static const char *volatile pending[PENDING_MOST];

static void end_by_signal(int number) {
  for (int i = 0; i < PENDING_MOST; i++)
    if (pending[i]) unlink(pending[i]);
  signal(number, SIG_DFL);
  raise(number);
}

static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP };
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof *ending_signals };

/* Gives the signals that end a program to a handler, unless they are ignored. */
static void handle_signals(void (*handler)(int)) {
  struct sigaction action = { .sa_handler = handler };
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < ENDING_SIGNALS; i++) {
    struct sigaction old;
    if (sigaction(ending_signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaction(ending_signals[i], &action, NULL);
  }
}

static void remember(const char *name) {
  handle_signals(end_by_signal);
  for (int i = 0; i < PENDING_MOST; i++) {
    if (pending[i]) continue;
    pending[i] = name;
    return;
  }
}

static void forget(const char *name) {
  for (int i = 0; i < PENDING_MOST; i++)
    if (pending[i] == name) pending[i] = NULL;
}

/* A file that is remembered before a signal can end the program. */
static int make_temporary(char *name) {
  sigset_t ending, before;
  sigemptyset(&ending);
  for (int i = 0; i < ENDING_SIGNALS; i++) sigaddset(&ending, ending_signals[i]);
  sigprocmask(SIG_BLOCK, &ending, &before);
  int descriptor = mkstemp(name);
  int why = errno;
  if (descriptor >= 0) remember(name);
  sigprocmask(SIG_SETMASK, &before, NULL);
  errno = why;
  return descriptor;
}

/* The permissions of the file that will be replaced, else what the user's mask leaves. */
static mode_t mode_of(const char *place) {
  struct stat about;
  if (stat(place, &about) == 0) return about.st_mode & 07777;
  mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

static bool is_replaceable(const char *path, const char *place) {
  struct stat about;
  if (stat(place, &about) != 0 || S_ISREG(about.st_mode)) return true;
  const char *why = S_ISDIR(about.st_mode) ? "it is a folder" : "it is not a plain file";
  say_file(path, "cannot be written", why);
  return false;
}

bool output_open(struct output *output, const char *path) {
  static const char ending[] = ".part-XXXXXX";
  *output = (struct output){ .path = path, .descriptor = -1 };
  output->place = realpath(path, NULL);
  if (!output->place) output->place = strdup(path);
  size_t size = output->place ? strlen(output->place) : 0;
  output->temporary = output->place ? malloc(size + sizeof ending) : NULL;
  if (!output->temporary) return failed(path, "cannot be written");
  memcpy(output->temporary, output->place, size);
  memcpy(output->temporary + size, ending, sizeof ending);
  if (!is_replaceable(path, output->place)) return false;
  output->descriptor = make_temporary(output->temporary);
  if (output->descriptor < 0) return failed(path, "cannot be written");
  output->made = true;
  if (fchmod(output->descriptor, mode_of(output->place)) != 0)
    return failed(path, "cannot be written");
  return true;
}

mls_status output_write(void *context, const void *bytes, size_t size) {
  struct output *output = context;
  const char *at = bytes;
  while (size > 0) {
    ssize_t done = write(output->descriptor, at, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      failed(output->path, "cannot be written");
      return MLS_FILE;
    }
    at += done;
    size -= (size_t)done;
  }
  return MLS_OK;
}

bool output_finish(struct output *output) {
  bool stored = fsync(output->descriptor) == 0 || errno == EINVAL || errno == ENOSYS;
  if (!stored) failed(output->path, "cannot be written");
  bool closed = close(output->descriptor) == 0;
  output->descriptor = -1;
  if (stored && !closed) failed(output->path, "cannot be written");
  return stored && closed;
}

/* A rename is on the disk once its folder is; not all file systems can do that, and none must. */
static void store_folder(const char *place) {
  const char *slash = strrchr(place, '/');
  char *folder = slash ? strdup(place) : strdup(".");
  if (!folder) return;
  if (slash) folder[slash == place ? 1 : slash - place] = 0;
  int descriptor = open(folder, O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0) {
    (void)fsync(descriptor);
    close(descriptor);
  }
  free(folder);
}

bool output_publish(struct output *output) {
  if (rename(output->temporary, output->place) != 0)
    return failed(output->path, "cannot be written");
  forget(output->temporary);
  free(output->temporary);
  output->temporary = NULL;
  store_folder(output->place);
  return true;
}

void output_close(struct output *output) {
  if (output->descriptor >= 0) close(output->descriptor);
  if (output->made && output->temporary) unlink(output->temporary);
  if (output->temporary) forget(output->temporary);
  free(output->temporary);
  free(output->place);
  *output = (struct output){ .descriptor = -1 };
}

/* ---- files in pieces ---- */

static volatile sig_atomic_t stopped; /* the signal that asked to stop, or 0 */

bool source_open(struct source *source, const char *path) {
  struct stat about;
  bool standard = strcmp(path, "-") == 0;
  *source = (struct source){ standard ? "standard input" : path, -1, -1 };
  source->descriptor = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  if (source->descriptor < 0) return failed(path, "cannot be read");
  bool plain = fstat(source->descriptor, &about) == 0 && S_ISREG(about.st_mode);
  if (plain) source->size = (long long)about.st_size;
  return true;
}

bool source_read(struct source *source, char *to, size_t size, size_t *got) {
  for (*got = 0; *got < size && !stopped;) {
    ssize_t some = read(source->descriptor, to + *got, size - *got);
    if (some < 0 && errno == EINTR) continue;
    if (some < 0) return failed(source->path, "cannot be read");
    if (some == 0) return true;
    *got += (size_t)some;
  }
  return true;
}

void source_close(struct source *source) {
  if (source->descriptor > STDIN_FILENO) close(source->descriptor);
  source->descriptor = -1;
}

static char *with_ending(const char *path, const char *ending) {
  size_t size = strlen(path);
  char *text = malloc(size + strlen(ending) + 1);
  if (!text) return NULL;
  memcpy(text, path, size);
  strcpy(text + size, ending);
  return text;
}

/* An earlier part is cut to what is kept, which must be there. */
static bool cut_part(const struct partial *part, long long keep) {
  struct stat about;
  bool long_enough = fstat(part->descriptor, &about) == 0 && (long long)about.st_size >= keep;
  if (!long_enough) {
    say_file(part->temporary, "cannot be continued", "it is shorter than its manifest says");
    return false;
  }
  bool good = ftruncate(part->descriptor, (off_t)keep) == 0 &&
              lseek(part->descriptor, (off_t)keep, SEEK_SET) == (off_t)keep;
  return good ? true : failed(part->path, "cannot be written");
}

bool part_open(struct partial *part, const char *path, long long keep) {
  bool standard = strcmp(path, "-") == 0;
  *part =
      (struct partial){ .path = standard ? "standard output" : path, .descriptor = STDOUT_FILENO };
  if (standard) return true;
  part->descriptor = -1;
  part->place = realpath(path, NULL);
  if (!part->place) part->place = strdup(path);
  part->temporary = part->place ? with_ending(part->place, ".part") : NULL;
  if (!part->temporary) return failed(path, "cannot be written");
  if (!is_replaceable(path, part->place) || !is_replaceable(part->temporary, part->temporary))
    return false;
  part->descriptor = open(part->temporary, O_WRONLY | O_CREAT | O_CLOEXEC, mode_of(part->place));
  if (part->descriptor < 0) return failed(path, "cannot be written");
  return cut_part(part, keep);
}

bool part_write(struct partial *part, const void *bytes, size_t size) {
  struct output output = { .path = part->path, .descriptor = part->descriptor };
  return output_write(&output, bytes, size) == MLS_OK;
}

bool part_store(struct partial *part) {
  if (!part->temporary || fsync(part->descriptor) == 0 || errno == EINVAL || errno == ENOSYS)
    return true;
  return failed(part->path, "cannot be written");
}

bool part_publish(struct partial *part) {
  if (!part->temporary) return true;
  if (rename(part->temporary, part->place) != 0) return failed(part->path, "cannot be written");
  store_folder(part->place);
  return true;
}

void part_close(struct partial *part) {
  if (part->temporary && part->descriptor >= 0) close(part->descriptor);
  free(part->temporary);
  free(part->place);
  *part = (struct partial){ .descriptor = -1 };
}

bool file_exists(const char *path) {
  struct stat about;
  return stat(path, &about) == 0;
}

void file_remove(const char *path) { (void)unlink(path); }

bool file_replace(const char *path, const char *bytes, size_t size) {
  char *other = with_ending(path, "~");
  int file = other ? open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
  bool good = file >= 0 && write(file, bytes, size) == (ssize_t)size && fsync(file) == 0;
  if (file >= 0 && close(file) != 0) good = false;
  good = good && rename(other, path) == 0;
  if (!good && file >= 0) unlink(other);
  free(other);
  return good;
}

/* ---- standard output ---- */

mls_status print_write(void *context, const void *bytes, size_t size) {
  (void)context;
  return fwrite(bytes, 1, size, stdout) == size ? MLS_OK : MLS_FILE;
}

bool print_finish(void) {
  bool good = fflush(stdout) == 0 && !ferror(stdout);
  return good ? true : failed("standard output", "cannot be written");
}

bool print_in_color(void) {
  const char *off = getenv("NO_COLOR"), *terminal = getenv("TERM");
  if ((off && off[0]) || (terminal && strcmp(terminal, "dumb") == 0)) return false;
  return isatty(STDOUT_FILENO) == 1;
}

size_t terminal_width(void) {
  struct winsize size;
  if (isatty(STDOUT_FILENO) != 1) return 0;
  bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

bool messages_on_terminal(void) { return isatty(STDERR_FILENO) == 1; }

bool person_is_there(void) { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

/* ---- waiting for changes ---- */

bool file_stamp(const char *path, struct stamp *stamp) {
  struct stat about;
  if (stat(path, &about) != 0) return false;
  *stamp = (struct stamp){ (long long)about.st_size, (long long)about.st_mtim.tv_sec,
                           (long long)about.st_mtim.tv_nsec, (long long)about.st_ino };
  return true;
}

static void stop(int number) { stopped = number; }

void stop_gently(void) { handle_signals(stop); }

bool wait_for(int milliseconds) {
  struct timespec rest = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
  if (!stopped) nanosleep(&rest, NULL);
  return !stopped;
}

bool stop_is_asked(void) { return stopped != 0; }

void stop_now(void) {
  signal(stopped, SIG_DFL);
  raise(stopped);
}

/* ---- time and threads ---- */

double seconds_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

size_t processor_count(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (size_t)count : 1;
}

enum { CREW_MOST = 256 };

struct crew {
  pthread_mutex_t lock;
  pthread_cond_t given, finished;
  struct job *first, *last; /* waiting to be taken */
  bool over;
  size_t count; /* threads; 0: whoever gives works */
  pthread_t threads[CREW_MOST];
};

static struct job *take_job(struct crew *crew) {
  pthread_mutex_lock(&crew->lock);
  while (!crew->first && !crew->over) pthread_cond_wait(&crew->given, &crew->lock);
  struct job *job = crew->first;
  if (job) crew->first = job->next;
  pthread_mutex_unlock(&crew->lock);
  return job;
}

static void *work_on(void *context) {
  struct crew *crew = context;
  struct job *job;
  while ((job = take_job(crew))) {
    job->work(job);
    pthread_mutex_lock(&crew->lock);
    job->done = true;
    pthread_cond_broadcast(&crew->finished);
    pthread_mutex_unlock(&crew->lock);
  }
  return NULL;
}

/* Signals are for the thread that reads and writes. */
static void start_threads(struct crew *crew, size_t threads) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  while (crew->count < threads &&
         pthread_create(&crew->threads[crew->count], NULL, work_on, crew) == 0)
    crew->count++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct crew *crew_start(size_t threads) {
  struct crew *crew = calloc(1, sizeof *crew);
  if (!crew) return NULL;
  pthread_mutex_init(&crew->lock, NULL);
  pthread_cond_init(&crew->given, NULL);
  pthread_cond_init(&crew->finished, NULL);
  if (threads > 1) start_threads(crew, threads < CREW_MOST ? threads : CREW_MOST);
  return crew;
}

void crew_give(struct crew *crew, struct job *job) {
  job->done = crew->count == 0;
  job->next = NULL;
  if (job->done) {
    job->work(job);
    return;
  }
  pthread_mutex_lock(&crew->lock);
  if (crew->first) crew->last->next = job;
  else crew->first = job;
  crew->last = job;
  pthread_cond_signal(&crew->given);
  pthread_mutex_unlock(&crew->lock);
}

void crew_wait(struct crew *crew, const struct job *job) {
  pthread_mutex_lock(&crew->lock);
  while (!job->done) pthread_cond_wait(&crew->finished, &crew->lock);
  pthread_mutex_unlock(&crew->lock);
}

bool crew_is_done(struct crew *crew, const struct job *job) {
  pthread_mutex_lock(&crew->lock);
  bool done = job->done;
  pthread_mutex_unlock(&crew->lock);
  return done;
}

void crew_stop(struct crew *crew) {
  if (!crew) return;
  pthread_mutex_lock(&crew->lock);
  crew->over = true;
  pthread_cond_broadcast(&crew->given);
  pthread_mutex_unlock(&crew->lock);
  for (size_t i = 0; i < crew->count; i++) pthread_join(crew->threads[i], NULL);
  pthread_cond_destroy(&crew->given);
  pthread_cond_destroy(&crew->finished);
  pthread_mutex_destroy(&crew->lock);
  free(crew);
}
