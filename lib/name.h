/* What may be a name and what may be a word, in sheets and in CSV alike. */
#ifndef MLS_NAME_H
#define MLS_NAME_H

#include "text.h"

/* A name of the language: lower case, digits, underscores, not longer than LIMIT_NAME. */
bool name_is_sound(struct slice name);
/* Words with a meaning of their own at the start of a line or in a set. */
bool name_is_reserved(struct slice name);
/* Names that a spreadsheet reads as an address: one to three letters and digits, r, c, r1c1. */
bool name_is_address(struct slice name);
/* A word of a set or a registry: a letter, then letters, digits, _ and -; not TRUE, E5, JAN-25. */
bool word_is_sound(struct slice word);

#endif
