/* $title: predicts $target. Made by mlwright from the bundle $bundle.
   Compile without -ffast-math: a missing number is NAN. */

#include "$name.h"

#include <math.h>
#include <string.h>

typedef struct {
    double threshold;
    int slot, left; /* which number is asked; where a smaller one leads, a larger one leads to the next */
} node;

#define LEAF(place) {INFINITY, 0, place}

static inline double clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* The code of a name among names in the order of their bytes; -1 for a missing one. */
static inline int code_of(const char *name, const char *const *names, const int *codes, int n, int unseen)
{
    if (name == NULL) return -1;
    for (int low = 0, high = n; low < high;) {
        int middle = low + (high - low) / 2, order = strcmp(name, names[middle]);
        if (order == 0) return codes[middle];
        if (order < 0) high = middle; else low = middle + 1;
    }
    return unseen;
}

/* Every number twice: a missing one is less than every threshold, then more. */
static inline void twice(const double *numbers, int n, double *row)
{
    for (int i = 0; i < n; i++) {
        row[2 * i] = isnan(numbers[i]) ? -INFINITY : numbers[i];
        row[2 * i + 1] = isnan(numbers[i]) ? INFINITY : numbers[i];
    }
}

static inline int is_in(double x, const unsigned *bits, int n_bits)
{
    if (isinf(x)) return x < 0;
    return x >= 0 && x < n_bits && (bits[(int)x / 32] >> ((int)x % 32) & 1u);
}

static inline int next_of(const node *nodes, int place, const double *row, const unsigned *bits, const int *starts)
{
    const node *at = nodes + place;
    if (at->slot >= 0) return at->left + (row[at->slot] > at->threshold);
    const int *start = starts + (int)at->threshold;
    return at->left + !is_in(row[~at->slot], bits + start[0], 32 * (start[1] - start[0]));
}

/* The leaves of trees, eight at a time, so that none waits for what another asks; a leaf leads to itself. */
static inline void leaves_of(const node *nodes, const int *roots, int n_trees, const double *row,
                             const unsigned *bits, const int *starts, int *leaves)
{
#define DOWN(k) next = next_of(nodes, at##k, row, bits, starts), moved |= next ^ at##k, at##k = next
    for (const int *root = roots; root < roots + n_trees; root += 8, leaves += 8) {
        int at0 = root[0], at1 = root[1], at2 = root[2], at3 = root[3];
        int at4 = root[4], at5 = root[5], at6 = root[6], at7 = root[7];
        for (int next, moved = 1; moved;) {
            moved = 0;
            DOWN(0), DOWN(1), DOWN(2), DOWN(3), DOWN(4), DOWN(5), DOWN(6), DOWN(7);
        }
        leaves[0] = at0, leaves[1] = at1, leaves[2] = at2, leaves[3] = at3;
        leaves[4] = at4, leaves[5] = at5, leaves[6] = at6, leaves[7] = at7;
    }
#undef DOWN
}

$data

const ${name}_column ${name}_columns[] = {
$columns
};

const char *const ${name}_classes[] = {$classes};

void ${name}_scores(const ${name}_row *row, double scores[$n_scores])
{
    double read[$n_inputs + 1];
    (void)row; (void)read; (void)clip; (void)code_of; (void)twice; (void)leaves_of;
$reads
$steps
    memcpy(scores, $result, $n_scores * sizeof(double));
}

int ${name}_answer(const double scores[$n_scores])
{
    int best = 0;
    if ($is_decided) return (int)scores[$n_scores - 1];
    if ($n_classes == 2) return scores[$n_scores - 1] >= $threshold;
    for (int i = 1; i < $n_scores; i++) if (scores[i] > scores[best]) best = i;
    return best;
}
