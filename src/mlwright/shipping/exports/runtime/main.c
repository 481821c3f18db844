/* Reads rows in CSV from standard input, writes answers in CSV. The first line names the columns; an empty cell is a
   missing value; dates are written 2024-12-31 or 2024-12-31 23:59:00, in UTC. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "$name.h"

enum { MOST_CELLS = 4096 };

/* One line of CSV, however long, with quoted line breaks; NULL at the end. */
static char *read_line(void)
{
    size_t size = 256, used = 0;
    int quoted = 0, c;
    char *line = malloc(size);
    while (line != NULL && (c = getchar()) != EOF) {
        if (c == '"') quoted = !quoted;
        if (c == '\n' && !quoted) break;
        if (used + 2 > size) line = realloc(line, size *= 2);
        if (line != NULL) line[used++] = (char)c;
    }
    if (line == NULL) exit(1);
    if (c == EOF && used == 0) return free(line), NULL;
    line[used] = '\0';
    return line;
}

/* Splits a line in place; how many cells it has. */
static int split(char *line, char **cells)
{
    int n = 0;
    for (char *from = line, *to; n < MOST_CELLS; from++) {
        int quoted = 0;
        cells[n++] = to = from;
        for (; *from != '\0' && (quoted || *from != ','); from++) {
            if (*from == '"' && quoted && from[1] == '"') *to++ = *from++;
            else if (*from == '"') quoted = !quoted;
            else if (*from != '\r' || from[1] != '\0') *to++ = *from;
        }
        int is_last = *from == '\0';
        *to = '\0';
        if (is_last) break;
    }
    return n;
}

static char *trimmed(char *text)
{
    while (*text == ' ' || *text == '\t') text++;
    for (size_t n = strlen(text); n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'); n--) text[n - 1] = '\0';
    return text;
}

static double number_of(const char *text)
{
    char *end;
    double number = strtod(text, &end);
    return end == text || *end != '\0' ? NAN : number;
}

static double moment_of(const char *text)
{
    int y, m, d, hour = 0, minute = 0;
    double second = 0.0;
    if (sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d:%lf", &y, &m, &d, &hour, &minute, &second) < 3) return NAN;
    y -= m <= 2;
    long era = (y >= 0 ? y : y - 399) / 400, year = y - era * 400;
    long day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    double days = (double)(era * 146097 + year * 365 + year / 4 - year / 100 + day - 719468);
    return ((days * 24.0 + hour) * 60.0 + minute) * 60.0 + second;
}

static void set(${name}_row *row, const ${name}_column *column, char *cell)
{
    void *place = (char *)row + column->offset;
    char *text = cell == NULL ? NULL : trimmed(cell);
    int missing = text == NULL || *text == '\0';
    if (column->kind == ${name}_name) *(const char **)place = missing ? NULL : text;
    else *(double *)place = missing ? NAN : column->kind == ${name}_number ? number_of(text) : moment_of(text);
}

static int place_of(const char *name, char **cells, int n)
{
    for (int j = 0; j < n; j++) if (strcmp(cells[j], name) == 0) return j;
    return -1;
}

int main(void)
{
    static char *cells[MOST_CELLS];
    int places[${name}_n_inputs + 1];
    char *line = read_line();
    int n = line == NULL ? 0 : split(line, cells);
    for (int i = 0; i < ${name}_n_inputs; i++)
        if ((places[i] = place_of(${name}_columns[i].name, cells, n)) < 0)
            return fprintf(stderr, "The column %s is missing.\n", ${name}_columns[i].name), 2;
    printf("answer");
    for (int i = 0; i < ${name}_n_classes; i++) printf(",%s", ${name}_classes[i]);
    for (free(line); printf("\n"), (line = read_line()) != NULL; free(line)) {
        ${name}_row row;
        double scores[${name}_n_scores];
        n = split(line, cells);
        for (int i = 0; i < ${name}_n_inputs; i++)
            set(&row, &${name}_columns[i], places[i] < n ? cells[places[i]] : NULL);
        ${name}_scores(&row, scores);
        if (${name}_n_classes > 0) printf("%s,", ${name}_classes[${name}_answer(scores)]);
        for (int i = 0; i < (${name}_n_classes ? ${name}_n_classes : 1); i++) printf(i ? ",%.17g" : "%.17g", scores[i]);
    }
    return 0;
}
