/* $title: predicts $target. Made by mlwright from the bundle $bundle.
   Compile without -ffast-math: a missing number is NAN. */

#include "$name.h"

#include <math.h>
#include <string.h>

typedef struct {
    union { double threshold; int set; } asked; /* a set by its first word */
    int slot, left; /* which number is asked, inverted if by a set; where yes leads: no leads to the next */
} node;

#define LEAF(place) {{INFINITY}, 0, place}
#define SET(word, slot, left) {{.set = word}, slot, left}

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

/* Every number twice: a missing one is less than every threshold and in every set, then more and in none. */
static inline void twice(const double *numbers, int n, const int *n_codes, double *row, int *codes)
{
    for (int i = 0; i < n; i++) {
        const double x = numbers[i];
        const int code = x >= 0 && x < n_codes[i] ? (int)x : n_codes[i] + 1;
        row[2 * i] = isnan(x) ? -INFINITY : x;
        row[2 * i + 1] = isnan(x) ? INFINITY : x;
        codes[2 * i] = isnan(x) ? n_codes[i] : code;
        codes[2 * i + 1] = code;
    }
}

static inline int next_of(const node *nodes, int place, const double *row, const int *codes, const unsigned *bits)
{
    const node *at = nodes + place;
    if (at->slot >= 0) return at->left + (row[at->slot] > at->asked.threshold);
    const int code = codes[~at->slot];
    return at->left + (int)(~(bits[at->asked.set + (code >> 5)] >> (code & 31)) & 1u);
}

/* The leaves of trees, eight at a time, so that none waits for what another asks; a leaf leads to itself. */
static inline void leaves_of(const node *nodes, const int *roots, const int *depths, int n_trees, const double *row,
                             const int *codes, const unsigned *bits, int *leaves)
{
#define DOWN(k) at##k = next_of(nodes, at##k, row, codes, bits)
    for (const int *root = roots; root < roots + n_trees; root += 8, leaves += 8) {
        int at0 = root[0], at1 = root[1], at2 = root[2], at3 = root[3];
        int at4 = root[4], at5 = root[5], at6 = root[6], at7 = root[7];
        for (int level = *depths++; level > 0; level--) {
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
