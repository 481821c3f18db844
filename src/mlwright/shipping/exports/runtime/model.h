/* $title: predicts $target. Made by mlwright from the bundle $bundle.
   Any number of threads may call these functions; nothing is kept between calls. */

#ifndef ${upper}_H
#define ${upper}_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ${name}_n_scores = $n_scores, ${name}_n_classes = $n_classes, ${name}_n_inputs = $n_inputs };

typedef struct {
$fields
} ${name}_row;

/* A numeral is a name that is a number: 3, and not 3.0. */
typedef enum { ${name}_number, ${name}_name, ${name}_numeral, ${name}_moment } ${name}_kind;

typedef struct {
    const char *name;
    ${name}_kind kind;
    size_t offset; /* in ${name}_row */
    const char *pattern; /* how moments are written if not in ISO 8601, as for strptime; or NULL */
    int first_year; /* of the hundred years that years of two digits are of */
} ${name}_column;

extern const ${name}_column ${name}_columns[];

/* The classes in the order of the scores; nothing for numbers. */
extern const char *const ${name}_classes[];

/* Probabilities in the order of the classes, or one number$behind. */
void ${name}_scores(const ${name}_row *row, double scores[$n_scores]);

/* The place of the class that is answered. */
int ${name}_answer(const double scores[$n_scores]);

#ifdef __cplusplus
}
#endif

#endif
