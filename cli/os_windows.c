/* What Windows does for system.c: paths in UTF-16, files by handles, the console. */
#include "os.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <shellapi.h>

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "say.h"

enum { PATH_MOST = 4096 };

/* ---- texts ---- */

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

/* ---- paths ---- */

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

/* ---- files ---- */

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
enum file_kind os_kind(const char *path) {
  wchar_t wide[PATH_MOST], full[PATH_MOST];
  if (!widen(path, wide)) return FILE_NONE;
  DWORD size = GetFullPathNameW(wide, PATH_MOST, full, NULL);
  if (size == 0 || size >= PATH_MOST || wcsncmp(full, L"\\\\.\\", 4) == 0) return FILE_OTHER;
  DWORD about = GetFileAttributesW(wide);
  if (about == INVALID_FILE_ATTRIBUTES) return FILE_NONE;
  return about & FILE_ATTRIBUTE_DIRECTORY ? FILE_FOLDER : FILE_PLAIN;
}

const char os_user_data[] = "LOCALAPPDATA", os_home[] = "USERPROFILE",
           os_below_home[] = "/AppData/Local";

bool os_make_folder(const char *path) {
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

int os_open(const char *path) {
  wchar_t wide[PATH_MOST];
  return widen(path, wide) ? _wopen(wide, _O_RDONLY | _O_BINARY | _O_NOINHERIT) : -1;
}

int os_open_more(const char *path) {
  wchar_t wide[PATH_MOST];
  int how = _O_WRONLY | _O_CREAT | _O_BINARY | _O_NOINHERIT;
  return widen(path, wide) ? _wopen(wide, how, _S_IREAD | _S_IWRITE) : -1;
}

long long os_size(int descriptor) {
  bool plain = GetFileType((HANDLE)_get_osfhandle(descriptor)) == FILE_TYPE_DISK;
  return plain ? _filelengthi64(descriptor) : -1;
}

bool os_cut(int descriptor, long long size) {
  return _chsize_s(descriptor, size) == 0 && _lseeki64(descriptor, size, SEEK_SET) == size;
}

static unsigned at_once(size_t size) { return size < 1 << 30 ? (unsigned)size : 1 << 30; }

long long os_read_once(int descriptor, void *to, size_t room) {
  return _read(descriptor, to, at_once(room));
}

long long os_read(int descriptor, void *to, size_t room) {
  return os_read_once(descriptor, to, room);
}

long long os_write(int descriptor, const void *from, size_t size) {
  return _write(descriptor, from, at_once(size));
}

int os_close(int descriptor) { return _close(descriptor); }

void os_remove(const char *path) {
  wchar_t wide[PATH_MOST];
  if (widen(path, wide)) DeleteFileW(wide);
}

char *os_follow(const char *path) {
  wchar_t full[PATH_MOST];
  HANDLE file = find_file(path);
  if (file == INVALID_HANDLE_VALUE) return system_copy_text(path);
  DWORD size = GetFinalPathNameByHandleW(file, full, PATH_MOST, 0);
  CloseHandle(file);
  return size > 0 && size < PATH_MOST ? narrow(full) : system_copy_text(path);
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
int os_make_temporary(char *name) {
  unsigned long long number = GetTickCount64() * 0x10001 + GetCurrentProcessId();
  int descriptor = -1;
  errno = EEXIST;
  for (int tries = 0; tries < 1000 && descriptor < 0 && errno == EEXIST; tries++) {
    snprintf(name + strlen(name) - 6, 7, "%06llu", (number + (unsigned)tries) % 1000000);
    descriptor = create_file(name);
  }
  if (descriptor >= 0) system_remember(name);
  return descriptor;
}

/* They come from the folder. */
bool os_permit(int descriptor, const char *place) {
  (void)descriptor;
  (void)place;
  return true;
}

bool os_store(int descriptor) { return _commit(descriptor) == 0; }

bool os_move(const char *from, const char *to) {
  wchar_t old[PATH_MOST], new[PATH_MOST];
  if (!widen(from, old) || !widen(to, new)) return false;
  DWORD how = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;
  return MoveFileExW(old, new, how) ? true : windows_failed();
}

/* ---- signals and waiting ---- */

static void (*volatile end_handler)(int);

/* Ctrl-C, Ctrl-Break, a window that is closed. */
static BOOL WINAPI console_ends(DWORD event) {
  (void)event;
  end_handler(SIGTERM);
  return TRUE;
}

void os_handle_signals(void (*handler)(int)) {
  bool first = !end_handler;
  end_handler = handler;
  if (first) SetConsoleCtrlHandler(console_ends, TRUE);
}

void os_rest(int milliseconds) { Sleep((DWORD)milliseconds); }

size_t processor_count(void) {
  SYSTEM_INFO about;
  GetSystemInfo(&about);
  return about.dwNumberOfProcessors > 0 ? about.dwNumberOfProcessors : 1;
}

double seconds(void) { return 1e-3 * (double)GetTickCount64(); }

/* ---- terminal ---- */

static bool terminal_mode(DWORD stream, DWORD *mode) {
  return GetConsoleMode(GetStdHandle(stream), mode);
}

bool os_is_terminal(FILE *stream) {
  DWORD mode;
  return terminal_mode(stream == stdin ? STD_INPUT_HANDLE : STD_OUTPUT_HANDLE, &mode);
}

bool os_has_colors(FILE *stream) {
  DWORD mode, handle = stream == stderr ? STD_ERROR_HANDLE : STD_OUTPUT_HANDLE;
  return terminal_mode(handle, &mode) && (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

size_t os_columns(void) {
  CONSOLE_SCREEN_BUFFER_INFO about;
  if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &about)) return 0;
  return about.srWindow.Right >= about.srWindow.Left
             ? (size_t)(about.srWindow.Right - about.srWindow.Left) + 1
             : 0;
}

/* ---- the start ---- */

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
