/* A target of its own file: it needs what mlsysim inputs needs. */
#ifndef FUZZ_WORKBOOK_H
#define FUZZ_WORKBOOK_H

#include <stddef.h>
#include <stdint.h>

void try_workbook(const uint8_t *bytes, size_t size);

#endif
