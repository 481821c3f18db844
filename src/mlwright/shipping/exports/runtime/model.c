/* $title: predicts $target. Made by mlwright from the bundle $bundle.
   Compile without -ffast-math: a missing number is NAN. */

#include "$name.h"

#include <math.h>
#include <string.h>

typedef struct {
    double threshold;
    int feature, left, right, members, missing_left;
} node;

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

static inline int goes_left(const node *at, double x, const unsigned *bits, const int *starts)
{
    if (isnan(x)) return at->missing_left;
    if (at->members < 0) return x <= at->threshold;
    int code = (int)x, start = starts[at->members], n_bits = 32 * (starts[at->members + 1] - start);
    return code >= 0 && code < n_bits && (bits[start + code / 32] >> (code % 32) & 1u);
}

/* The place of the answer of one tree. */
static inline int leaf_of(const node *nodes, int root, const double *row, const unsigned *bits, const int *starts)
{
    const node *at = nodes + root;
    while (at->feature >= 0) at = nodes + (goes_left(at, row[at->feature], bits, starts) ? at->left : at->right);
    return at->left;
}

$data

const ${name}_column ${name}_columns[] = {
$columns
};

const char *const ${name}_classes[] = {$classes};

void ${name}_scores(const ${name}_row *row, double scores[$n_scores])
{
    double read[$n_inputs + 1];
    (void)row; (void)read; (void)clip; (void)code_of; (void)leaf_of;
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
