/* Files, the locale of the thread and large pages: on Windows, and on POSIX systems. Nothing else
   of the library calls the operating system. */
#if !defined(_WIN32)
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE /* madvise */
#define _DARWIN_C_SOURCE
#endif
#include "system.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

void system_fill_soon(void *block, size_t size) {
  (void)block;
  (void)size;
}

/* ---- files ---- */

static bool widen(const char *path, wchar_t wide[SYSTEM_PATH]) {
  return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, SYSTEM_PATH) > 0;
}

/* Windows takes nul.csv in any folder for a device. It is asked, because versions differ in the
   names for which they do so. */
static bool is_device(const wchar_t *path) {
  wchar_t full[SYSTEM_PATH];
  DWORD size = GetFullPathNameW(path, SYSTEM_PATH, full, NULL);
  return size == 0 || size >= SYSTEM_PATH || wcsncmp(full, L"\\\\.\\", 4) == 0;
}

static bool is_there(const char *path, bool as_folder) {
  wchar_t wide[SYSTEM_PATH];
  if (!widen(path, wide)) return false;
  DWORD about = GetFileAttributesW(wide);
  if (about == INVALID_FILE_ATTRIBUTES || is_device(wide)) return false;
  return ((about & FILE_ATTRIBUTE_DIRECTORY) != 0) == as_folder;
}

bool system_is_file(const char *path) { return is_there(path, false); }

bool system_is_folder(const char *path) { return is_there(path, true); }

const char *system_name(const char *path) {
  const char *name = path;
  for (; *path; path++)
    if (strchr("/\\:", *path)) name = path + 1;
  return name;
}

FILE *system_open(const char *path) {
  wchar_t wide[SYSTEM_PATH];
  return widen(path, wide) ? _wfopen(wide, L"rb") : NULL;
}

static void keep_name(struct system_folder *folder, const WIN32_FIND_DATAW *found) {
  int size =
      WideCharToMultiByte(CP_UTF8, 0, found->cFileName, -1, folder->name, SYSTEM_NAME, NULL, NULL);
  if (size <= 0) folder->name[0] = 0;
}

bool system_folder_open(struct system_folder *folder, const char *path) {
  wchar_t wide[SYSTEM_PATH];
  char all[SYSTEM_PATH];
  WIN32_FIND_DATAW found;
  int size = snprintf(all, sizeof all, "%s/*", path);
  if (size < 0 || size >= SYSTEM_PATH || !widen(all, wide)) return false;
  folder->handle = FindFirstFileW(wide, &found);
  if (folder->handle == INVALID_HANDLE_VALUE) return false;
  keep_name(folder, &found);
  folder->first = true;
  return true;
}

const char *system_folder_next(struct system_folder *folder) {
  WIN32_FIND_DATAW found;
  if (!folder->first && !FindNextFileW(folder->handle, &found)) return NULL;
  if (!folder->first) keep_name(folder, &found);
  folder->first = false;
  return folder->name;
}

void system_folder_close(struct system_folder *folder) { FindClose(folder->handle); }

/* ---- a scratch file ---- */

/* fopen takes names in the code page of the system; the short form of a path fits into it. */
bool system_scratch_make(char name[SYSTEM_PATH]) {
  wchar_t folder[MAX_PATH + 1], brief[MAX_PATH + 1], file[MAX_PATH + 1];
  DWORD size = GetTempPathW(MAX_PATH + 1, folder);
  if (size == 0 || size > MAX_PATH) return false;
  size = GetShortPathNameW(folder, brief, MAX_PATH + 1);
  bool is_short = size > 0 && size <= MAX_PATH;
  if (!GetTempFileNameW(is_short ? brief : folder, L"mls", 0, file)) return false;
  BOOL lost = FALSE;
  int room = WideCharToMultiByte(CP_ACP, 0, file, -1, name, SYSTEM_PATH, NULL, &lost);
  if (room > 0 && !lost) return true;
  DeleteFileW(file);
  return false;
}

/* D: away when it is closed. Windows keeps the name of a file that is open. */
FILE *system_scratch_open(const char *name) { return fopen(name, "rbD"); }

void system_scratch_remove(const char *name) { DeleteFileA(name); }

/* ---- numbers ---- */

bool system_numbers_plain(struct system_locale *locale) {
  const char *before;
  locale->mode = _configthreadlocale(_ENABLE_PER_THREAD_LOCALE);
  before = setlocale(LC_NUMERIC, NULL);
  if (!before || strlen(before) >= sizeof locale->name) return false;
  strcpy(locale->name, before);
  return setlocale(LC_NUMERIC, "C") != NULL;
}

void system_numbers_back(struct system_locale *locale) {
  setlocale(LC_NUMERIC, locale->name);
  _configthreadlocale(locale->mode);
}

#else

#include <dirent.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <xlocale.h>
#endif

#if defined(__linux__)
enum { LARGE_PAGE = 1 << 21 };

void system_fill_soon(void *block, size_t size) {
  uintptr_t start = ((uintptr_t)block + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
  uintptr_t end = ((uintptr_t)block + size) / LARGE_PAGE * LARGE_PAGE;
  /* a wish: nothing depends on whether it is granted */
  if (start < end) (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
}
#else
void system_fill_soon(void *block, size_t size) {
  (void)block;
  (void)size;
}
#endif

/* ---- files ---- */

bool system_is_file(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

bool system_is_folder(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

const char *system_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

FILE *system_open(const char *path) { return fopen(path, "rb"); }

bool system_folder_open(struct system_folder *folder, const char *path) {
  folder->handle = opendir(path);
  return folder->handle != NULL;
}

const char *system_folder_next(struct system_folder *folder) {
  const struct dirent *entry = readdir(folder->handle);
  return entry ? entry->d_name : NULL;
}

void system_folder_close(struct system_folder *folder) { closedir(folder->handle); }

/* ---- a scratch file ---- */

bool system_scratch_make(char name[SYSTEM_PATH]) {
  const char *folder = getenv("TMPDIR");
  if (!folder || !*folder || strlen(folder) > SYSTEM_PATH - 64) folder = "/tmp";
  snprintf(name, SYSTEM_PATH, "%s/mlsysim-XXXXXX", folder);
  int handle = mkstemp(name);
  if (handle < 0) return false;
  if (close(handle) == 0) return true;
  unlink(name);
  return false;
}

FILE *system_scratch_open(const char *name) {
  FILE *file = fopen(name, "rb");
  unlink(name);
  return file;
}

void system_scratch_remove(const char *name) { unlink(name); }

/* ---- numbers ---- */

bool system_numbers_plain(struct system_locale *locale) {
  locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
  if (plain == (locale_t)0) return false;
  locale->plain = plain;
  locale->before = uselocale(plain);
  return true;
}

void system_numbers_back(struct system_locale *locale) {
  uselocale(locale->before);
  freelocale(locale->plain);
}

#endif

/* ---- the processor ---- */

#ifdef MLS_VECTORS
unsigned system_vectors(void) {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2") ||
      !__builtin_cpu_supports("fma"))
    return 128;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl"))
    return 256;
  return 512;
}
#else
unsigned system_vectors(void) { return 128; }
#endif
