/* What POSIX systems do for system.c: Linux, macOS and the BSDs. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE /* ioctl with TIOCGWINSZ */
#define _DARWIN_C_SOURCE
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- texts and paths ---- */

/* A file that would grow beyond what the user may write is refused as a full disk is. */
bool system_begin(int *count, char ***arguments) {
  signal(SIGXFSZ, SIG_IGN);
  (void)count;
  (void)arguments;
  return true;
}

char *environment_text(const char *name) {
  const char *value = getenv(name);
  return value ? system_copy_text(value) : NULL;
}

const char folder_separator[] = ":";

const char *path_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

bool path_is_absolute(const char *path) { return path[0] == '/'; }

void path_straighten(char *path) { (void)path; }

/* ---- files ---- */

enum file_kind os_kind(const char *path) {
  struct stat about;
  if (stat(path, &about) != 0) return FILE_NONE;
  if (S_ISDIR(about.st_mode)) return FILE_FOLDER;
  return S_ISREG(about.st_mode) ? FILE_PLAIN : FILE_OTHER;
}

const char os_user_data[] = "XDG_DATA_HOME", os_home[] = "HOME", os_below_home[] = "/.local/share";

bool os_make_folder(const char *path) { return mkdir(path, 0777) == 0 || errno == EEXIST; }

bool file_same(const char *a, const char *b) {
  struct stat one, two;
  if (stat(a, &one) != 0 || stat(b, &two) != 0) return strcmp(a, b) == 0;
  return one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

bool file_stamp(const char *path, struct stamp *stamp) {
  struct stat about;
  if (stat(path, &about) != 0) return false;
#if defined(__APPLE__)
  const struct timespec *time = &about.st_mtimespec;
#else
  const struct timespec *time = &about.st_mtim;
#endif
  *stamp = (struct stamp){ (long long)about.st_size, (long long)time->tv_sec,
                           (long long)time->tv_nsec, (long long)about.st_ino };
  return true;
}

int os_open(const char *path) { return open(path, O_RDONLY | O_CLOEXEC); }

int os_open_more(const char *path) { return open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666); }

long long os_size(int descriptor) {
  struct stat about;
  bool plain = fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
  return plain ? (long long)about.st_size : -1;
}

bool os_cut(int descriptor, long long size) {
  return ftruncate(descriptor, (off_t)size) == 0 &&
         lseek(descriptor, (off_t)size, SEEK_SET) == (off_t)size;
}

long long os_read_once(int descriptor, void *to, size_t room) { return read(descriptor, to, room); }

long long os_read(int descriptor, void *to, size_t room) {
  for (;;) {
    long long got = os_read_once(descriptor, to, room);
    if (got >= 0 || errno != EINTR) return got;
  }
}

long long os_write(int descriptor, const void *from, size_t size) {
  for (;;) {
    ssize_t done = write(descriptor, from, size);
    if (done >= 0 || errno != EINTR) return done;
  }
}

int os_close(int descriptor) { return close(descriptor); }

void os_remove(const char *path) { unlink(path); }

char *os_follow(const char *path) {
  char *place = realpath(path, NULL);
  return place ? place : system_copy_text(path);
}

static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP };
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof *ending_signals };

void os_handle_signals(void (*handler)(int)) {
  struct sigaction action = { .sa_handler = handler };
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < ENDING_SIGNALS; i++) {
    struct sigaction old;
    if (sigaction(ending_signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaction(ending_signals[i], &action, NULL);
  }
}

/* A file that is remembered before a signal can end the program. */
int os_make_temporary(char *name) {
  sigset_t ending, before;
  sigemptyset(&ending);
  for (int i = 0; i < ENDING_SIGNALS; i++) sigaddset(&ending, ending_signals[i]);
  sigprocmask(SIG_BLOCK, &ending, &before);
  int descriptor = mkstemp(name);
  int why = errno;
  if (descriptor >= 0) system_remember(name);
  sigprocmask(SIG_SETMASK, &before, NULL);
  errno = why;
  return descriptor;
}

/* Those of the file that will be replaced, else what the user's mask leaves. */
bool os_permit(int descriptor, const char *place) {
  struct stat about;
  if (stat(place, &about) == 0) return fchmod(descriptor, about.st_mode & 07777) == 0;
  mode_t mask = umask(0);
  umask(mask);
  return fchmod(descriptor, 0666 & ~mask) == 0;
}

bool os_store(int descriptor) {
  return fsync(descriptor) == 0 || errno == EINVAL || errno == ENOSYS;
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

bool os_move(const char *from, const char *to) {
  if (rename(from, to) != 0) return false;
  store_folder(to);
  return true;
}

/* ---- waiting and the terminal ---- */

void os_rest(int milliseconds) {
  struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
  nanosleep(&time, NULL);
}

size_t processor_count(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (size_t)count : 1;
}

double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

bool os_is_terminal(FILE *stream) { return isatty(fileno(stream)) == 1; }

bool os_has_colors(FILE *stream) {
  const char *terminal = getenv("TERM");
  return os_is_terminal(stream) && !(terminal && strcmp(terminal, "dumb") == 0);
}

size_t os_columns(void) {
  struct winsize size;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
