/* $title: predicts $target. Made by mlwright from the bundle $bundle.
   Compile without -ffast-math: a missing number is NAN. */

#include "$name.h"

#include <math.h>
#include <string.h>

typedef $real real; /* what holds every number that trees ask of */
typedef $link link; /* what holds the number of a slot, and a step to another node */

typedef struct {
    union { real threshold; unsigned word; } asked; /* of a set the first word, of a leaf its number */
    link slot, left; /* what is asked; how far on yes leads: no leads one further */
} node;

/* A code as sets are asked of it: by which bit of which word of a set is its own. */
typedef struct {
    unsigned is_code, word, bit;
} code;

typedef struct {
    int feature, n_codes, missing_left; /* n_codes: -1 for a threshold */
    int set, n; /* the first word of the first of n sets of which each has a slot, or 0 for any set */
} slot_kind;

#define LEAF(number) {{.word = number}, 0, 0}
#define SET(first, slot, left) {{.word = first}, slot, left}

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

/* The numbers as they are asked of: a missing one is less than every threshold or more, in every set or in none. */
static inline void slots_of(const double *numbers, const slot_kind *kinds, int n, const unsigned *bits, real *row, code *codes)
{
    *row++ = NAN; /* a leaf asks of it */
    if (codes != NULL) *codes++ = (code){0, 0, 1};
    for (const slot_kind *kind = kinds; kind < kinds + n; kind++) {
        const double x = numbers[kind->feature];
        if (kind->n_codes < 0) {
            *row++ = isnan(x) ? (kind->missing_left ? -INFINITY : INFINITY) : (real)x;
            if (codes != NULL) *codes++ = (code){0, 0, 1};
            continue;
        }
        const int is_known = x >= 0 && x < kind->n_codes, n_words = (kind->n_codes + 2 + 31) / 32;
        const unsigned place = (unsigned)(is_known ? (int)x : kind->n_codes + !(isnan(x) && kind->missing_left));
        const unsigned word = place >> 5, bit = 1u << (place & 31), *sets = bits + kind->set + word;
        if (kind->set == 0) {
            *row++ = NAN, *codes++ = (code){~0u, word, bit};
            continue;
        }
        for (int k = 0; k < kind->n; k++, sets += n_words) *row++ = *sets & bit ? 0 : 1;
    }
}

/* How far on the next node is. The first word is full, so that no threshold asks for a code; the slot of a code holds
   no number. */
static inline int by_set(const node *at, const real *row, const code *codes, const unsigned *bits)
{
    const code *of = codes + at->slot;
    return at->left + ((row[at->slot] > at->asked.threshold) | !(bits[(at->asked.word & of->is_code) + of->word] & of->bit));
}

static inline int by_threshold(const node *at, const real *row, const code *codes, const unsigned *bits)
{
    (void)codes, (void)bits;
    return at->left + (row[at->slot] > at->asked.threshold);
}

/* The leaves of trees, eight at a time, so that none waits for what another asks; a leaf leads to itself. */
#define DOWN(k) step = next(at##k, row, codes, bits), moved |= step, at##k += step
#define LEAVES_OF(next) \
    for (const int *root = roots; root < roots + n_trees; root += 8, leaves += 8) { \
        const node *at0 = nodes + root[0], *at1 = nodes + root[1], *at2 = nodes + root[2], *at3 = nodes + root[3]; \
        const node *at4 = nodes + root[4], *at5 = nodes + root[5], *at6 = nodes + root[6], *at7 = nodes + root[7]; \
        for (int level = *depths++, moved = 1, step; level > 0 && moved; level--) { \
            moved = 0; \
            DOWN(0), DOWN(1), DOWN(2), DOWN(3), DOWN(4), DOWN(5), DOWN(6), DOWN(7); \
        } \
        leaves[0] = (int)at0->asked.word, leaves[1] = (int)at1->asked.word, leaves[2] = (int)at2->asked.word; \
        leaves[3] = (int)at3->asked.word, leaves[4] = (int)at4->asked.word, leaves[5] = (int)at5->asked.word; \
        leaves[6] = (int)at6->asked.word, leaves[7] = (int)at7->asked.word; \
    }

static inline void leaves_of(const node *nodes, const int *roots, const int *depths, int n_trees, const real *row,
                             const code *codes, const unsigned *bits, int *leaves)
{
#define next by_set
    if (codes != NULL) { LEAVES_OF(next) return; }
#undef next
#define next by_threshold
    LEAVES_OF(next)
#undef next
}
#undef DOWN

/* The sum of what leaves answer, four at a time, so that none waits for the one before. */
static inline double sum_of(const double *values, const int *leaves, int n)
{
    double sums[4] = {0, 0, 0, 0};
    int t = 0;
    for (; t + 4 <= n; t += 4) for (int k = 0; k < 4; k++) sums[k] += values[leaves[t + k]];
    for (; t < n; t++) sums[0] += values[leaves[t]];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

$data

const ${name}_column ${name}_columns[] = {
$columns
};

const char *const ${name}_classes[] = {$classes};

void ${name}_scores(const ${name}_row *row, double scores[$n_scores])
{
    double read[$n_inputs + 1];
    (void)row; (void)read; (void)clip; (void)code_of; (void)slots_of; (void)leaves_of; (void)sum_of;
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
