/* Old names of sheets, items, fields and inputs (renamed.csv): they lead to the present ones, with
   a warning. An old name is never the name of something that is there, so looking it up first or
   last is the same. */
#ifndef MLS_RENAMED_H
#define MLS_RENAMED_H

#include "registry.h"

/* Adds a renamed.csv: `old,new,since,kind,note`. All errors of the file are told: a kind that is
   none, a name of another form, a name that moves to another registry or sheet, one that is renamed
   twice, and chains: new is always the present name. */
mls_status renamed_load(struct facts *facts, struct csv *csv, struct fails *fails);

/* The line of an old name; NULL when it is none. `home` is its registry or sheet, "" of a sheet. */
const struct renamed *renamed_find(const struct facts *facts, const struct names *names,
                                   enum renamed_kind kind, const char *home, struct slice old);
/* The same, with the warning; gives the present name (interned), or NULL. */
const char *renamed_now(const struct facts *facts, const struct names *names,
                        enum renamed_kind kind, const char *home, struct slice old,
                        struct place place, struct fails *fails);
void renamed_warn(const struct renamed *renamed, struct place place, struct fails *fails);

/* An old name that something has. */
mls_status renamed_alive(const struct renamed *renamed, struct fails *fails);
/* A new name that nothing has; `hint` is the nearest one in words, or "". */
mls_status renamed_lost(const struct renamed *renamed, const char *hint, struct fails *fails);
/* Both, for the items and fields of a registry that was read. */
mls_status renamed_check(const struct facts *facts, const struct registry *registry,
                         struct fails *fails);

#endif
