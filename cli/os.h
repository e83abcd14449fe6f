/* What os_posix.c and os_windows.c give to system.c, and it to them; nobody else includes this.
   Calls that can fail give -1 or false and errno. */
#ifndef CLI_OS_H
#define CLI_OS_H

#include "system.h"

/* ---- of system.c ---- */

char *system_copy_text(const char *text);
/* A file to remove when a signal ends the program. */
void system_remember(const char *name);

/* ---- of each system: paths ---- */

enum file_kind { FILE_NONE, FILE_PLAIN, FILE_FOLDER, FILE_OTHER };
enum file_kind os_kind(const char *path);
/* True also when it is there already. */
bool os_make_folder(const char *path);
/* Where the path leads; a path of its own when there is nothing yet. Free with free(). */
char *os_follow(const char *path);
/* Variables of the environment: data of the user, and the home that data is below without it. */
extern const char os_user_data[], os_home[], os_below_home[];

/* ---- of each system: files ---- */

int os_open(const char *path);
/* To write on from its front; it is made when there is none. */
int os_open_more(const char *path);
/* A file that no one has yet: the six X that the name ends with are replaced. It is remembered. */
int os_make_temporary(char *name);
/* Those of the file at `place`, which this one will replace, else the usual ones. */
bool os_permit(int descriptor, const char *place);
/* Of a plain file, else -1. */
long long os_size(int descriptor);
/* What is written next stands after `size` bytes. */
bool os_cut(int descriptor, long long size);
/* A signal ends the first, with EINTR, and not the others. */
long long os_read_once(int descriptor, void *to, size_t room);
long long os_read(int descriptor, void *to, size_t room);
long long os_write(int descriptor, const void *from, size_t size);
/* Waits until all is on the disk. */
bool os_store(int descriptor);
int os_close(int descriptor);
void os_remove(const char *path);
/* Replaces a file at `to`. */
bool os_move(const char *from, const char *to);

/* ---- of each system: signals, waiting, the terminal ---- */

/* Gives the signals that end a program to a handler, unless they are ignored. */
void os_handle_signals(void (*handler)(int));
void os_rest(int milliseconds);
bool os_is_terminal(FILE *stream);
/* A terminal that takes escape sequences. */
bool os_has_colors(FILE *stream);
/* Of the terminal that standard output is; 0 when the system does not say. */
size_t os_columns(void);

#endif
