/* Files, standard streams and the terminal: first what Windows and POSIX systems do each in their
   own way, then what is built on it. Nothing else of the program calls the operating
   system, but for crew.c, which makes threads. */
#if !defined(_WIN32)
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE /* ioctl with TIOCGWINSZ */
#define _DARWIN_C_SOURCE
#endif
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

enum file_kind { FILE_NONE, FILE_PLAIN, FILE_FOLDER, FILE_OTHER };

static bool failed(const char *path, const char *what) {
  say_file(path, what, strerror(errno));
  return false;
}

static char *copy_text(const char *text) {
  char *copy = malloc(strlen(text) + 1);
  return copy ? strcpy(copy, text) : NULL;
}

/* Names to remove when a signal ends the program. Fixed room: a handler must not allocate. */
enum { PENDING_MOST = 16 };
static const char *volatile pending[PENDING_MOST];

static void remove_file(const char *path);
static void handle_signals(void (*handler)(int));

static void end_by_signal(int number) {
  for (int i = 0; i < PENDING_MOST; i++)
    if (pending[i]) remove_file(pending[i]);
  signal(number, SIG_DFL);
  raise(number);
}

/* During a long call a signal cancels it first. */
static bool holding;

static void remember(const char *name) {
  if (!holding) handle_signals(end_by_signal);
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

#if defined(_WIN32)

#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <shellapi.h>

#include <io.h>
#include <sys/stat.h>

enum { PATH_MOST = 4096 };

/* ---- Windows: texts ---- */

static bool widen(const char *path, wchar_t wide[PATH_MOST]) {
  if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, PATH_MOST) > 0)
    return true;
  errno = ENOENT;
  return false;
}

static char *narrow(const wchar_t *wide) {
  int size = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
  char *text = size > 0 ? malloc((size_t)size) : NULL;
  if (text) WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, size, NULL, NULL);
  return text;
}

/* The nearest error of C for what a call of Windows says. */
static bool windows_failed(void) {
  switch (GetLastError()) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME: errno = ENOENT; break;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION: errno = EACCES; break;
    case ERROR_FILE_EXISTS: errno = EEXIST; break;
    case ERROR_DISK_FULL: errno = ENOSPC; break;
    default: errno = EIO;
  }
  return false;
}

char *environment_text(const char *name) {
  wchar_t wide[PATH_MOST];
  const wchar_t *value = widen(name, wide) ? _wgetenv(wide) : NULL;
  return value ? narrow(value) : NULL;
}

/* ---- Windows: paths ---- */

const char folder_separator[] = ";";

const char *path_name(const char *path) {
  const char *name = path;
  for (; *path; path++)
    if (strchr("/\\:", *path)) name = path + 1;
  return name;
}

/* With a drive; what begins with one separator is of the drive that is current. */
bool path_is_absolute(const char *path) {
  return path[0] && path[1] == ':' && strchr("/\\", path[2]) && path[2];
}

void path_straighten(char *path) {
  for (; *path; path++)
    if (*path == '\\') *path = '/';
}

/* ---- Windows: files ---- */

/* A handle to ask about a file or folder, or INVALID_HANDLE_VALUE. */
static HANDLE find_file(const char *path) {
  wchar_t wide[PATH_MOST];
  if (!widen(path, wide)) return INVALID_HANDLE_VALUE;
  return CreateFileW(wide, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                     OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

static bool look_at(const char *path, BY_HANDLE_FILE_INFORMATION *about) {
  HANDLE file = find_file(path);
  if (file == INVALID_HANDLE_VALUE) return false;
  bool known = GetFileInformationByHandle(file, about);
  CloseHandle(file);
  return known;
}

/* Windows takes nul.csv in any folder for a device. It is asked, because versions differ in the
   names for which they do so. */
static enum file_kind kind_of(const char *path) {
  wchar_t wide[PATH_MOST], full[PATH_MOST];
  if (!widen(path, wide)) return FILE_NONE;
  DWORD size = GetFullPathNameW(wide, PATH_MOST, full, NULL);
  if (size == 0 || size >= PATH_MOST || wcsncmp(full, L"\\\\.\\", 4) == 0) return FILE_OTHER;
  DWORD about = GetFileAttributesW(wide);
  if (about == INVALID_FILE_ATTRIBUTES) return FILE_NONE;
  return about & FILE_ATTRIBUTE_DIRECTORY ? FILE_FOLDER : FILE_PLAIN;
}

static const char user_data[] = "LOCALAPPDATA", home[] = "USERPROFILE",
                  below_home[] = "/AppData/Local";

static bool make_one(const char *path) {
  wchar_t wide[PATH_MOST];
  if (!widen(path, wide)) return false;
  return CreateDirectoryW(wide, NULL) || GetLastError() == ERROR_ALREADY_EXISTS || windows_failed();
}

bool file_same(const char *a, const char *b) {
  BY_HANDLE_FILE_INFORMATION one, two;
  if (!look_at(a, &one) || !look_at(b, &two)) return strcmp(a, b) == 0;
  return one.dwVolumeSerialNumber == two.dwVolumeSerialNumber &&
         one.nFileIndexHigh == two.nFileIndexHigh && one.nFileIndexLow == two.nFileIndexLow;
}

static long long join_halves(DWORD high, DWORD low) { return (long long)high << 32 | low; }

bool file_stamp(const char *path, struct stamp *stamp) {
  BY_HANDLE_FILE_INFORMATION about;
  if (!look_at(path, &about)) return false;
  const FILETIME *time = &about.ftLastWriteTime;
  *stamp = (struct stamp){ .size = join_halves(about.nFileSizeHigh, about.nFileSizeLow),
                           .fraction = join_halves(time->dwHighDateTime, time->dwLowDateTime),
                           .number = join_halves(about.nFileIndexHigh, about.nFileIndexLow) };
  return true;
}

static int open_bytes(const char *path) {
  wchar_t wide[PATH_MOST];
  return widen(path, wide) ? _wopen(wide, _O_RDONLY | _O_BINARY | _O_NOINHERIT) : -1;
}

static int open_more(const char *path) {
  wchar_t wide[PATH_MOST];
  int how = _O_WRONLY | _O_CREAT | _O_BINARY | _O_NOINHERIT;
  return widen(path, wide) ? _wopen(wide, how, _S_IREAD | _S_IWRITE) : -1;
}

static long long size_of(int descriptor) {
  bool plain = GetFileType((HANDLE)_get_osfhandle(descriptor)) == FILE_TYPE_DISK;
  return plain ? _filelengthi64(descriptor) : -1;
}

static bool cut_file(int descriptor, long long size) {
  return _chsize_s(descriptor, size) == 0 && _lseeki64(descriptor, size, SEEK_SET) == size;
}

static unsigned at_once(size_t size) { return size < 1 << 30 ? (unsigned)size : 1 << 30; }

static long long read_once(int descriptor, void *to, size_t room) {
  return _read(descriptor, to, at_once(room));
}

static long long read_some(int descriptor, void *to, size_t room) {
  return read_once(descriptor, to, room);
}

static long long write_some(int descriptor, const void *from, size_t size) {
  return _write(descriptor, from, at_once(size));
}

static int close_file(int descriptor) { return _close(descriptor); }

static void remove_file(const char *path) {
  wchar_t wide[PATH_MOST];
  if (widen(path, wide)) DeleteFileW(wide);
}

/* Where the path leads; a path of its own when there is nothing yet. */
static char *follow(const char *path) {
  wchar_t full[PATH_MOST];
  HANDLE file = find_file(path);
  if (file == INVALID_HANDLE_VALUE) return copy_text(path);
  DWORD size = GetFinalPathNameByHandleW(file, full, PATH_MOST, 0);
  CloseHandle(file);
  return size > 0 && size < PATH_MOST ? narrow(full) : copy_text(path);
}

/* Others may remove it while it is open, so that a signal can. */
static int create_file(const char *name) {
  wchar_t wide[PATH_MOST];
  if (!widen(name, wide)) return -1;
  HANDLE file = CreateFileW(wide, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                            CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
  if (file == INVALID_HANDLE_VALUE) return windows_failed() ? 0 : -1;
  int descriptor = _open_osfhandle((intptr_t)file, _O_WRONLY | _O_BINARY);
  if (descriptor < 0) CloseHandle(file);
  return descriptor;
}

/* Puts digits for the X at the end of the name, until no such file is there. */
static int make_temporary(char *name) {
  unsigned long long number = GetTickCount64() * 0x10001 + GetCurrentProcessId();
  int descriptor = -1;
  errno = EEXIST;
  for (int tries = 0; tries < 1000 && descriptor < 0 && errno == EEXIST; tries++) {
    snprintf(name + strlen(name) - 6, 7, "%06llu", (number + (unsigned)tries) % 1000000);
    descriptor = create_file(name);
  }
  if (descriptor >= 0) remember(name);
  return descriptor;
}

/* They come from the folder. */
static bool give_permissions(int descriptor, const char *place) {
  (void)descriptor;
  (void)place;
  return true;
}

static bool store_file(int descriptor) { return _commit(descriptor) == 0; }

static bool move_over(const char *from, const char *to) {
  wchar_t old[PATH_MOST], new[PATH_MOST];
  if (!widen(from, old) || !widen(to, new)) return false;
  DWORD how = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;
  return MoveFileExW(old, new, how) ? true : windows_failed();
}

/* ---- Windows: signals and waiting ---- */

static void (*volatile end_handler)(int);

/* Ctrl-C, Ctrl-Break, a window that is closed. */
static BOOL WINAPI console_ends(DWORD event) {
  (void)event;
  end_handler(SIGTERM);
  return TRUE;
}

static void handle_signals(void (*handler)(int)) {
  bool first = !end_handler;
  end_handler = handler;
  if (first) SetConsoleCtrlHandler(console_ends, TRUE);
}

static void rest(int milliseconds) { Sleep((DWORD)milliseconds); }

size_t processor_count(void) {
  SYSTEM_INFO about;
  GetSystemInfo(&about);
  return about.dwNumberOfProcessors > 0 ? about.dwNumberOfProcessors : 1;
}

double seconds(void) { return 1e-3 * (double)GetTickCount64(); }

/* ---- Windows: terminal ---- */

static bool terminal_mode(DWORD stream, DWORD *mode) {
  return GetConsoleMode(GetStdHandle(stream), mode);
}

static bool is_terminal(FILE *stream) {
  DWORD mode;
  return terminal_mode(stream == stdin ? STD_INPUT_HANDLE : STD_OUTPUT_HANDLE, &mode);
}

static bool terminal_has_colors(FILE *stream) {
  DWORD mode, handle = stream == stderr ? STD_ERROR_HANDLE : STD_OUTPUT_HANDLE;
  return terminal_mode(handle, &mode) && (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

static size_t terminal_columns(void) {
  CONSOLE_SCREEN_BUFFER_INFO about;
  if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &about)) return 0;
  return about.srWindow.Right >= about.srWindow.Left
             ? (size_t)(about.srWindow.Right - about.srWindow.Left) + 1
             : 0;
}

/* ---- Windows: the start ---- */

static UINT page_before;

static void restore_page(void) { SetConsoleOutputCP(page_before); }

static void prepare_terminal(void) {
  DWORD mode;
  if (!terminal_mode(STD_OUTPUT_HANDLE, &mode)) return;
  page_before = GetConsoleOutputCP();
  if (SetConsoleOutputCP(CP_UTF8)) atexit(restore_page);
  SetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

/* They stay until the program ends. */
static char **own_arguments(int *count) {
  wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), count);
  char **texts = wide ? calloc((size_t)*count + 1, sizeof *texts) : NULL;
  for (int i = 0; texts && i < *count; i++)
    if (!(texts[i] = narrow(wide[i]))) return NULL;
  LocalFree(wide);
  return texts;
}

bool system_begin(int *count, char ***arguments) {
  _setmode(0, _O_BINARY);
  _setmode(1, _O_BINARY);
  _setmode(2, _O_BINARY);
  prepare_terminal();
  *arguments = own_arguments(count);
  if (!*arguments) say_error("there is not enough memory");
  return *arguments != NULL;
}

#else

#include <limits.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- POSIX: texts and paths ---- */

/* A file that would grow beyond what the user may write is refused as a full disk is. */
bool system_begin(int *count, char ***arguments) {
  signal(SIGXFSZ, SIG_IGN);
  (void)count;
  (void)arguments;
  return true;
}

char *environment_text(const char *name) {
  const char *value = getenv(name);
  return value ? copy_text(value) : NULL;
}

const char folder_separator[] = ":";

const char *path_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

bool path_is_absolute(const char *path) { return path[0] == '/'; }

void path_straighten(char *path) { (void)path; }

/* ---- POSIX: files ---- */

static enum file_kind kind_of(const char *path) {
  struct stat about;
  if (stat(path, &about) != 0) return FILE_NONE;
  if (S_ISDIR(about.st_mode)) return FILE_FOLDER;
  return S_ISREG(about.st_mode) ? FILE_PLAIN : FILE_OTHER;
}

static const char user_data[] = "XDG_DATA_HOME", home[] = "HOME", below_home[] = "/.local/share";

static bool make_one(const char *path) { return mkdir(path, 0777) == 0 || errno == EEXIST; }

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

static int open_bytes(const char *path) { return open(path, O_RDONLY | O_CLOEXEC); }

static int open_more(const char *path) { return open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666); }

static long long size_of(int descriptor) {
  struct stat about;
  bool plain = fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
  return plain ? (long long)about.st_size : -1;
}

static bool cut_file(int descriptor, long long size) {
  return ftruncate(descriptor, (off_t)size) == 0 &&
         lseek(descriptor, (off_t)size, SEEK_SET) == (off_t)size;
}

/* A signal ends it. */
static long long read_once(int descriptor, void *to, size_t room) {
  return read(descriptor, to, room);
}

static long long read_some(int descriptor, void *to, size_t room) {
  for (;;) {
    long long got = read_once(descriptor, to, room);
    if (got >= 0 || errno != EINTR) return got;
  }
}

static long long write_some(int descriptor, const void *from, size_t size) {
  for (;;) {
    ssize_t done = write(descriptor, from, size);
    if (done >= 0 || errno != EINTR) return done;
  }
}

static int close_file(int descriptor) { return close(descriptor); }

static void remove_file(const char *path) { unlink(path); }

/* Where the path leads; a path of its own when there is nothing yet. */
static char *follow(const char *path) {
  char *place = realpath(path, NULL);
  return place ? place : copy_text(path);
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

/* Those of the file that will be replaced, else what the user's mask leaves. */
static bool give_permissions(int descriptor, const char *place) {
  struct stat about;
  if (stat(place, &about) == 0) return fchmod(descriptor, about.st_mode & 07777) == 0;
  mode_t mask = umask(0);
  umask(mask);
  return fchmod(descriptor, 0666 & ~mask) == 0;
}

static bool store_file(int descriptor) {
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

static bool move_over(const char *from, const char *to) {
  if (rename(from, to) != 0) return false;
  store_folder(to);
  return true;
}

/* ---- POSIX: waiting and the terminal ---- */

static void rest(int milliseconds) {
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

static bool is_terminal(FILE *stream) { return isatty(fileno(stream)) == 1; }

static bool terminal_has_colors(FILE *stream) {
  const char *terminal = getenv("TERM");
  return is_terminal(stream) && !(terminal && strcmp(terminal, "dumb") == 0);
}

static size_t terminal_columns(void) {
  struct winsize size;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

#endif

/* ---- reading ---- */

/* One byte more than the library takes tells it that the file is too large. */
static bool read_all(int descriptor, struct bytes *out) {
  size_t room = 0;
  while (out->size <= MLS_FILE_MOST) {
    if (out->size + 1 >= room) {
      room = room ? room * 2 : 1 << 16;
      char *more = realloc(out->at, room);
      if (!more) return false;
      out->at = more;
    }
    size_t wanted = room - out->size - 1;
    if (wanted > MLS_FILE_MOST + 1 - out->size) wanted = MLS_FILE_MOST + 1 - out->size;
    long long got = read_some(descriptor, out->at + out->size, wanted);
    if (got < 0) return false;
    out->at[out->size + (size_t)got] = 0;
    if (got == 0) return true;
    out->size += (size_t)got;
  }
  out->at[out->size] = 0;
  return true;
}

bool file_read(const char *path, struct bytes *out) {
  bool standard = strcmp(path, "-") == 0;
  *out = (struct bytes){ NULL, 0 };
  int descriptor = standard ? 0 : open_bytes(path);
  if (descriptor < 0) return failed(path, "cannot be read");
  bool done = read_all(descriptor, out);
  if (!done) failed(standard ? "standard input" : path, "cannot be read");
  if (!standard) close_file(descriptor);
  if (done && standard && out->size == 0) {
    say_error("standard input is empty");
    done = false;
  }
  if (!done) free(out->at);
  return done;
}

bool folder_exists(const char *path) { return kind_of(path) == FILE_FOLDER; }

bool folder_make(const char *path) {
  size_t size = strlen(path);
  char *above = malloc(size + 1);
  bool made = above != NULL;
  for (size_t i = 1; made && i <= size; i++) {
    if (path[i] && path[i] != '/' && path[i] != '\\') continue;
    memcpy(above, path, i);
    above[i] = 0;
    if (kind_of(above) != FILE_FOLDER) made = make_one(above);
  }
  free(above);
  return made && folder_exists(path) ? true : failed(path, "cannot be made");
}

char *folder_of_user(void) {
  char *given = environment_text(user_data);
  if (given && *given) return given;
  free(given);
  char *above = environment_text(home), *path = NULL;
  size_t size = above ? strlen(above) : 0;
  if (size > 0) path = malloc(size + sizeof below_home);
  if (path) memcpy(path, above, size), memcpy(path + size, below_home, sizeof below_home);
  free(above);
  return path;
}

/* ---- writing ---- */

static bool is_replaceable(const char *path, const char *place) {
  enum file_kind kind = kind_of(place);
  if (kind == FILE_NONE || kind == FILE_PLAIN) return true;
  const char *why = kind == FILE_FOLDER ? "it is a folder" : "it is not a plain file";
  say_file(path, "cannot be written", why);
  return false;
}

bool output_open(struct output *output, const char *path) {
  static const char ending[] = ".part-XXXXXX";
  *output = (struct output){ .path = path, .descriptor = -1 };
  output->place = follow(path);
  size_t size = output->place ? strlen(output->place) : 0;
  output->temporary = output->place ? malloc(size + sizeof ending) : NULL;
  if (!output->temporary) return failed(path, "cannot be written");
  memcpy(output->temporary, output->place, size);
  memcpy(output->temporary + size, ending, sizeof ending);
  if (!is_replaceable(path, output->place)) return false;
  output->descriptor = make_temporary(output->temporary);
  if (output->descriptor < 0) return failed(path, "cannot be written");
  output->made = true;
  if (!give_permissions(output->descriptor, output->place))
    return failed(path, "cannot be written");
  return true;
}

mls_status output_write(void *context, const void *bytes, size_t size) {
  struct output *output = context;
  const char *at = bytes;
  while (size > 0) {
    long long done = write_some(output->descriptor, at, size);
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
  bool stored = store_file(output->descriptor);
  if (!stored) failed(output->path, "cannot be written");
  bool closed = close_file(output->descriptor) == 0;
  output->descriptor = -1;
  if (stored && !closed) failed(output->path, "cannot be written");
  return stored && closed;
}

bool output_publish(struct output *output) {
  if (!move_over(output->temporary, output->place))
    return failed(output->path, "cannot be written");
  forget(output->temporary);
  free(output->temporary);
  output->temporary = NULL;
  return true;
}

void output_close(struct output *output) {
  if (output->descriptor >= 0) close_file(output->descriptor);
  if (output->made && output->temporary) remove_file(output->temporary);
  if (output->temporary) forget(output->temporary);
  free(output->temporary);
  free(output->place);
  *output = (struct output){ .descriptor = -1 };
}

/* ---- files in pieces ---- */

static volatile sig_atomic_t stopped; /* the signal that asked to stop, or 0 */

bool source_open(struct source *source, const char *path) {
  bool standard = strcmp(path, "-") == 0;
  *source = (struct source){ standard ? "standard input" : path, 0, -1 };
  if (!standard) source->descriptor = open_bytes(path);
  if (source->descriptor < 0) return failed(path, "cannot be read");
  source->size = size_of(source->descriptor);
  return true;
}

bool source_read(struct source *source, char *to, size_t size, size_t *got) {
  for (*got = 0; *got < size && !stopped;) {
    long long some = read_once(source->descriptor, to + *got, size - *got);
    if (some < 0 && errno == EINTR) continue;
    if (some < 0) return failed(source->path, "cannot be read");
    if (some == 0) return true;
    *got += (size_t)some;
  }
  return true;
}

void source_close(struct source *source) {
  if (source->descriptor > 0) close_file(source->descriptor);
  source->descriptor = -1;
}

static char *with_ending(const char *path, const char *ending) {
  char *text = malloc(strlen(path) + strlen(ending) + 1);
  return text ? strcat(strcpy(text, path), ending) : NULL;
}

/* An earlier part is cut to what is kept, which must be there. */
static bool cut_part(const struct partial *part, long long keep) {
  if (size_of(part->descriptor) < keep) {
    say_file(part->temporary, "cannot be continued", "it is shorter than its manifest says");
    return false;
  }
  return cut_file(part->descriptor, keep) ? true : failed(part->path, "cannot be written");
}

bool part_open(struct partial *part, const char *path, long long keep) {
  bool standard = strcmp(path, "-") == 0;
  *part = (struct partial){ .path = standard ? "standard output" : path, .descriptor = 1 };
  if (standard) return true;
  part->descriptor = -1;
  part->place = follow(path);
  part->temporary = part->place ? with_ending(part->place, ".part") : NULL;
  if (!part->temporary) return failed(path, "cannot be written");
  if (!is_replaceable(path, part->place) || !is_replaceable(part->temporary, part->temporary))
    return false;
  part->descriptor = open_more(part->temporary);
  if (part->descriptor < 0) return failed(path, "cannot be written");
  return cut_part(part, keep);
}

bool part_write(struct partial *part, const void *bytes, size_t size) {
  struct output output = { .path = part->path, .descriptor = part->descriptor };
  return output_write(&output, bytes, size) == MLS_OK;
}

bool part_store(struct partial *part) {
  if (!part->temporary || store_file(part->descriptor)) return true;
  return failed(part->path, "cannot be written");
}

bool part_publish(struct partial *part) {
  if (!part->temporary) return true;
  bool closed = close_file(part->descriptor) == 0;
  part->descriptor = -1;
  if (closed && move_over(part->temporary, part->place)) return true;
  return failed(part->path, "cannot be written");
}

void part_close(struct partial *part) {
  if (part->temporary && part->descriptor >= 0) close_file(part->descriptor);
  free(part->temporary);
  free(part->place);
  *part = (struct partial){ .descriptor = -1 };
}

bool file_exists(const char *path) { return kind_of(path) != FILE_NONE; }

void file_remove(const char *path) { remove_file(path); }

bool file_replace(const char *path, const char *bytes, size_t size) {
  char *other = with_ending(path, "~");
  int file = other ? open_more(other) : -1;
  bool good = file >= 0 && cut_file(file, 0) && write_some(file, bytes, size) == (long long)size &&
              store_file(file);
  if (file >= 0 && close_file(file) != 0) good = false;
  good = good && move_over(other, path);
  if (!good && file >= 0) remove_file(other);
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

/* A terminal that takes escape sequences, and nobody who wants none. */
static bool is_rich(FILE *stream) {
  const char *off = getenv("NO_COLOR");
  return !(off && off[0]) && terminal_has_colors(stream);
}

bool print_in_color(void) { return is_rich(stdout); }

bool error_is_terminal(void) { return is_rich(stderr); }

size_t terminal_width(void) {
  if (!is_terminal(stdout)) return 0;
  size_t columns = terminal_columns();
  return columns ? columns : 80;
}

bool person_is_there(void) { return is_terminal(stdin) && is_terminal(stdout); }

/* ---- signals during a long call ---- */

static volatile sig_atomic_t held;

static void hold(int number) {
  if (held) end_by_signal(number);
  held = number;
}

void signals_hold(void) {
  holding = true;
  handle_signals(hold);
}

bool signal_is_held(void) { return held != 0; }

void signals_release(void) {
  int number = held;
  holding = false;
  held = 0;
  handle_signals(end_by_signal);
  if (number) raise(number);
}

/* ---- waiting for changes ---- */

static void stop(int number) { stopped = number; }

void stop_gently(void) { handle_signals(stop); }

bool wait_for(int milliseconds) {
  if (!stopped) rest(milliseconds);
  return !stopped;
}

bool stop_is_asked(void) { return stopped != 0; }

void stop_now(void) {
  signal(stopped, SIG_DFL);
  raise(stopped);
}
