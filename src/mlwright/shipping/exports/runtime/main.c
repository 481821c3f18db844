/* Reads rows in CSV from standard input, writes answers in CSV. The first line names the columns; an empty cell is a
   missing value; text is in UTF-8. */

#include "$name.h"
#include "cells.h"

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
    if (used > 0 && line[used - 1] == '\r') used--;
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
            else *to++ = *from;
        }
        int is_last = *from == '\0';
        *to = '\0';
        if (is_last) break;
    }
    return n;
}

/* Writes a cell, in quotes if it needs them. */
static void write_cell(const char *text)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"') putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static void set(${name}_row *row, const ${name}_column *column, char *cell, char spelled[40])
{
    void *place = (char *)row + column->offset;
    char *text = cell == NULL ? NULL : trimmed(cell);
    const int missing = text == NULL || *text == '\0';
    switch (column->kind) {
    case ${name}_name: *(const char **)place = missing ? NULL : text; break;
    case ${name}_numeral: *(const char **)place = missing ? NULL : numeral(text, spelled); break;
    case ${name}_number: *(double *)place = missing ? NAN : number_of(text); break;
    case ${name}_moment: *(double *)place = missing ? NAN : moment_of(text, column->pattern, column->first_year);
    }
}

static int place_of(const char *name, char **cells, int n)
{
    for (int j = 0; j < n; j++) if (strcmp(cells[j], name) == 0) return j;
    return -1;
}

int main(void)
{
    static char *cells[MOST_CELLS], spelled[${name}_n_inputs + 1][40];
    int places[${name}_n_inputs + 1];
    char *line = read_line();
    const int has_mark = line != NULL && strncmp(line, "\357\273\277", 3) == 0;
    int n = line == NULL ? 0 : split(line + (has_mark ? 3 : 0), cells);
    for (int i = 0; i < ${name}_n_inputs; i++)
        if ((places[i] = place_of(${name}_columns[i].name, cells, n)) < 0)
            return fprintf(stderr, "The column %s is missing.\n", ${name}_columns[i].name), 2;
    printf("answer");
    for (int i = 0; i < ${name}_n_classes; i++) putchar(','), write_cell(${name}_classes[i]);
    printf("\n");
    for (free(line); (line = read_line()) != NULL; free(line)) {
        ${name}_row row;
        double scores[${name}_n_scores];
        if (*line == '\0') continue;
        n = split(line, cells);
        for (int i = 0; i < ${name}_n_inputs; i++)
            set(&row, &${name}_columns[i], places[i] < n ? cells[places[i]] : NULL, spelled[i]);
        ${name}_scores(&row, scores);
        if (${name}_n_classes > 0) write_cell(${name}_classes[${name}_answer(scores)]), putchar(',');
        for (int i = 0; i < (${name}_n_classes ? ${name}_n_classes : 1); i++) printf(i ? ",%.17g" : "%.17g", scores[i]);
        printf("\n");
    }
    return 0;
}
