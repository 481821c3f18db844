/* $title: predicts $target. Made by mlwright from the bundle $bundle.
   Compile without -ffast-math: a missing number is NAN. */

#include "$name.h"

#include <math.h>
#include <string.h>

typedef $real real; /* what holds every number that trees ask of */

typedef struct {
    union { real threshold; unsigned set; } asked; /* a set by its first word */
    int slot, left; /* what is asked; where yes leads: no leads to the next */
} node;

/* A number as trees ask of it: by a threshold, or by which bit of which word of a set is that of a code. */
typedef struct {
    real x;
    unsigned is_code, word, bit;
} slot;

typedef struct {
    int feature, n_codes, missing_left; /* n_codes: -1 for a threshold */
} slot_kind;

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

/* The numbers as they are asked of: a missing one is less than every threshold or more, in every set or in none. */
static inline void slots_of(const double *numbers, const slot_kind *kinds, int n, slot *row)
{
    row[0] = (slot){0, 0, 0, 1}; /* a leaf asks of it */
    for (int i = 1; i < n; i++) {
        const double x = numbers[kinds[i].feature];
        const int n_codes = kinds[i].n_codes;
        if (n_codes < 0) {
            row[i] = (slot){isnan(x) ? (kinds[i].missing_left ? -INFINITY : INFINITY) : (real)x, 0, 0, 1};
        } else {
            const unsigned code = (unsigned)(x >= 0 && x < n_codes ? (int)x : n_codes + !(isnan(x) && kinds[i].missing_left));
            row[i] = (slot){NAN, ~0u, code >> 5, 1u << (code & 31)};
        }
    }
}

/* The first word is full, so that no threshold asks for a code; the slot of a set holds no number. */
static inline int next_of(const node *nodes, int place, const slot *row, const unsigned *bits)
{
    const node *at = nodes + place;
    const slot *of = row + at->slot;
    return at->left + ((of->x > at->asked.threshold) | !(bits[(at->asked.set & of->is_code) + of->word] & of->bit));
}

static inline int next_by_threshold(const node *nodes, int place, const slot *row, const unsigned *bits)
{
    const node *at = nodes + place;
    (void)bits;
    return at->left + (row[at->slot].x > at->asked.threshold);
}

/* The leaves of trees, eight at a time, so that none waits for what another asks; a leaf leads to itself. */
#define DOWN(k) to = next(nodes, at##k, row, bits), moved |= to ^ at##k, at##k = to
#define LEAVES_OF(next) \
    for (const int *root = roots; root < roots + n_trees; root += 8, leaves += 8) { \
        int at0 = root[0], at1 = root[1], at2 = root[2], at3 = root[3]; \
        int at4 = root[4], at5 = root[5], at6 = root[6], at7 = root[7], moved = 1, to; \
        for (int level = *depths++; level > 0 && moved; level--) { \
            moved = 0; \
            DOWN(0), DOWN(1), DOWN(2), DOWN(3), DOWN(4), DOWN(5), DOWN(6), DOWN(7); \
        } \
        leaves[0] = at0, leaves[1] = at1, leaves[2] = at2, leaves[3] = at3; \
        leaves[4] = at4, leaves[5] = at5, leaves[6] = at6, leaves[7] = at7; \
    }

static inline void leaves_of(const node *nodes, const int *roots, const int *depths, int n_trees, const slot *row,
                             const unsigned *bits, int has_sets, int *leaves)
{
#define next next_of
    if (has_sets) { LEAVES_OF(next) return; }
#undef next
#define next next_by_threshold
    LEAVES_OF(next)
#undef next
}
#undef DOWN

$data

const ${name}_column ${name}_columns[] = {
$columns
};

const char *const ${name}_classes[] = {$classes};

void ${name}_scores(const ${name}_row *row, double scores[$n_scores])
{
    double read[$n_inputs + 1];
    (void)row; (void)read; (void)clip; (void)code_of; (void)slots_of; (void)leaves_of;
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
