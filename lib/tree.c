/* Trees of sums. Each level holds the sums of two neighbours of the level below; an odd one at the
   end goes up unchanged. */
#include "tree.h"

#include "function.h"
#include "real.h"

size_t tree_blocks(const struct mls_model *model, unsigned cell) {
  const struct cell *at = &model->cells[cell];
  if (at->kind != CELL_TOTAL || !at->total->function->adds) return 1;
  size_t rows = model->cells[at->total->column].rows;
  return rows == 0 ? 1 : (rows - 1) / TREE_BLOCK + 1;
}

size_t tree_size(size_t blocks) {
  size_t size = blocks;
  while (blocks > 1) {
    blocks = (blocks + 1) / 2;
    size += blocks;
  }
  return size;
}

/* The sums above one block, up to the root. */
static void add_up(double *level, size_t count, size_t at) {
  while (count > 1) {
    size_t left = at / 2 * 2;
    double *above = level + count;
    above[at / 2] = left + 1 < count ? level[left] + level[left + 1] : level[left];
    at /= 2;
    level = above;
    count = (count + 1) / 2;
  }
}

static void add_block(double *tree, size_t rows, const double *column, const double *truth,
                      size_t block) {
  size_t row = block * TREE_BLOCK, count = rows - row < TREE_BLOCK ? rows - row : TREE_BLOCK;
  tree[block] =
      truth ? real_sum_where(column + row, truth + row, count) : real_sum(column + row, count);
}

/* All the levels at once: cheaper when many blocks changed. */
static void add_levels(double *level, size_t count) {
  for (; count > 1; count = (count + 1) / 2) {
    double *above = level + count;
    for (size_t i = 0; i < count; i += 2)
      above[i / 2] = i + 1 < count ? level[i] + level[i + 1] : level[i];
    level = above;
  }
}

double tree_sum(double *tree, size_t rows, const double *column, const double *truth,
                struct bits *stale) {
  enum { FEW = 8 };
  size_t blocks = (rows - 1) / TREE_BLOCK + 1, changed = 0;
  for (size_t i = bits_next(stale, 0); i < blocks; i = bits_next(stale, i + 1)) {
    add_block(tree, rows, column, truth, i);
    bits_clear(stale, i);
    if (++changed <= FEW) add_up(tree, blocks, i);
  }
  if (changed > FEW) add_levels(tree, blocks);
  return tree[tree_size(blocks) - 1];
}
