/* Sums over many rows, kept as the tree in which they are added (real.h), so that a changed row
   costs its block and one addition a level. */
#ifndef MLS_TREE_H
#define MLS_TREE_H

#include "bits.h"
#include "graph.h"

enum {
  TREE_BLOCK = 256 /* rows of a block: the blocks of real_sum */
};

/* Blocks of an aggregate that is kept as a tree; 1 for all others. */
size_t tree_blocks(const struct mls_model *model, unsigned cell);
/* Numbers that a tree over so many blocks takes. */
size_t tree_size(size_t blocks);
/* The sum, to the bit that of real_sum or real_sum_where; `stale` are the blocks to be added again,
   which are cleared. */
double tree_sum(double *tree, size_t rows, const double *column, const double *truth,
                struct bits *stale);

#endif
