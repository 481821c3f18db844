/* What a cell of a CSV file says, read as the model's own service reads text. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many bytes of white space begin here; 0 for none. Text is in UTF-8. */
static int white(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    if ((at[0] >= 9 && at[0] <= 13) || (at[0] >= 28 && at[0] <= 32)) return 1;
    if (at[0] == 0xC2) return at[1] == 0x85 || at[1] == 0xA0 ? 2 : 0;
    if (at[0] == 0xE1) return at[1] == 0x9A && at[2] == 0x80 ? 3 : 0;
    if (at[0] == 0xE3) return at[1] == 0x80 && at[2] == 0x80 ? 3 : 0;
    if (at[0] != 0xE2) return 0;
    if (at[1] == 0x81) return at[2] == 0x9F ? 3 : 0;
    if (at[1] != 0x80) return 0;
    return (at[2] >= 0x80 && at[2] <= 0x8A) || at[2] == 0xA8 || at[2] == 0xA9 || at[2] == 0xAF ? 3 : 0;
}

static char *trimmed(char *text)
{
    char *end;
    for (int n; (n = white(text)) > 0;) text += n;
    end = text;
    for (char *at = text; *at != '\0';) {
        int n = white(at);
        if (n > 0) at += n; else end = ++at;
    }
    *end = '\0';
    return text;
}

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

/* Reads exactly n digits. */
static int digits(const char **at, int n, int *value)
{
    for (*value = 0; n > 0; n--, (*at)++) {
        if (!is_digit(**at)) return 0;
        *value = *value * 10 + (**at - '0');
    }
    return 1;
}

static int money(const char *at)
{
    static const char *const signs[] = {"$", "\342\202\254", "\302\243", "\302\245", "\342\202\271"};
    for (int i = 0; i < 5; i++) if (strncmp(at, signs[i], strlen(signs[i])) == 0) return (int)strlen(signs[i]);
    return 0;
}

/* A time of the day as hours: 19:30, 7:30:36 pm. */
static double hours_of(const char *at)
{
    int hour, minute, second = 0, has_mark = 0, is_late = 0;
    if (!digits(&at, is_digit(at[0]) && is_digit(at[1]) ? 2 : 1, &hour) || *at++ != ':') return NAN;
    if (!digits(&at, 2, &minute) || (*at == ':' && (at++, !digits(&at, 2, &second)))) return NAN;
    if (*at != '\0') {
        at += white(at);
        has_mark = lower(*at) == 'a' || lower(*at) == 'p';
        is_late = lower(*at) == 'p';
        if (!has_mark) return NAN;
        if (*++at != '\0') {
            if (*at == '.') at++;
            at += white(at);
            if (lower(*at++) != 'm') return NAN;
            if (*at == '.') at++;
        }
        if (*at != '\0') return NAN;
    }
    if (minute > 59 || second > 59 || hour > 23 || (has_mark && (hour < 1 || hour > 12))) return NAN;
    return (has_mark ? hour % 12 + 12 * is_late : hour) + minute / 60.0 + second / 3600.0;
}

/* A number in English notation: 1,234.5, -3, 2e5, $1,200, 15%; the text is written over. */
static double number_of(char *text)
{
    char *at = text, *to = text;
    int signs = 0, minus = 0, n = 0;
    if (strchr(text, ':') != NULL) return hours_of(text);
    if (*at == '+' || *at == '-') signs++, minus = *at++ == '-';
    at += money(at);
    if (*at == ' ') at++;
    if (*at == '+' || *at == '-') signs++, minus = *at++ == '-';
    for (; is_digit(*at); n++) *to++ = *at++;
    if (signs > 1 || (n == 0 && !(*at == '.' && is_digit(at[1])))) return NAN;
    if (*at == ',' && n > 3) return NAN;
    while (*at == ',') {
        int places = 0;
        for (at++; is_digit(*at); places++) *to++ = *at++;
        if (places != 3) return NAN;
    }
    if (*at == '.') for (*to++ = *at++; is_digit(*at);) *to++ = *at++;
    if (*at == 'e' || *at == 'E') {
        int places = 0;
        *to++ = *at++;
        if (*at == '+' || *at == '-') *to++ = *at++;
        for (; is_digit(*at); places++) *to++ = *at++;
        if (places < 1 || places > 3) return NAN;
    }
    if (*at == ' ') at++;
    at += *at == '%' ? 1 : money(at);
    if (*at != '\0') return NAN;
    *to = '\0';
    return minus ? -strtod(text, NULL) : strtod(text, NULL);
}

/* The name of a column of numbers, as it is spelled everywhere: 3 for 3.0. */
static char *numeral(char *text, char spelled[40])
{
    char *end;
    const double x = strtod(text, &end);
    if (*end != '\0' || end == text || text[strspn(text, "0123456789.+-eE")] != '\0') return text;
    if (x == floor(x) && fabs(x) <= 9007199254740992.0) return snprintf(spelled, 40, "%.0f", x + 0.0), spelled;
    for (int places = 1; places <= 17; places++) {
        snprintf(spelled, 40, "%.*g", places, x);
        if (strtod(spelled, NULL) == x) return strchr(spelled, 'e') == NULL ? spelled : text;
    }
    return text;
}

typedef struct {
    int year, month, day, hour, minute, second, micro, zone_s, first_year, is_late, is_of_12, is_none;
} when;

static double seconds_of(const when *at)
{
    static const int most[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int y = at->year, m = at->month, hour = at->is_of_12 ? at->hour % 12 + 12 * at->is_late : at->hour;
    int is_leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    if (at->is_none || y < 1 || m < 1 || m > 12 || at->day < 1 || at->day > most[m - 1] + (m == 2 && is_leap)) return NAN;
    if (hour > 23 || at->minute > 59 || at->second > 59) return NAN;
    y -= m <= 2;
    long era = y / 400, year = y - era * 400, day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + at->day - 1;
    double days = (double)(era * 146097 + year * 365 + year / 4 - year / 100 + day - 719468);
    return ((days * 24.0 + hour) * 60.0 + at->minute) * 60.0 + at->second - at->zone_s + at->micro / 1e6;
}

/* An offset from UTC, or the name of a zone, up to the end; an unknown name makes it no moment. */
static int zone(const char *at, when *found)
{
    static const char *const names[] = {"UTC", "GMT", "WET", "WEST", "BST", "CET", "CEST", "MEZ", "MESZ", "EET",
                                        "EEST", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "JST"};
    static const int offsets[] = {0, 0, 0, 1, 1, 1, 2, 1, 2, 2, 3, -5, -4, -6, -5, -7, -6, -8, -7, 9};
    int hour, minute = 0, sign = *at == '-' ? -1 : 1;
    if (strcmp(at, "Z") == 0) return 1;
    if (*at == '+' || *at == '-') {
        at++;
        if (!digits(&at, 2, &hour)) return 0;
        if (*at != '\0') {
            if (*at == ':') at++;
            if (!digits(&at, 2, &minute) || *at != '\0') return 0;
        }
        found->zone_s = sign * (hour * 60 + minute) * 60;
        found->is_none |= hour > 23 || minute > 59;
        return 1;
    }
    for (int i = 0; i < 20; i++)
        if (strcmp(at, names[i]) == 0) return found->zone_s = offsets[i] * 3600, 1;
    size_t n = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    found->is_none = 1;
    return at[n] == '\0' && (n == 3 || n == 4);
}

static int micros(const char **at, int most, int *micro)
{
    int n = 0;
    for (*micro = 0; n < most && is_digit(**at); n++, (*at)++) if (n < 6) *micro = *micro * 10 + (**at - '0');
    for (int k = n; k < 6; k++) *micro *= 10;
    return n > 0;
}

/* Whether a text has the shape of ISO 8601. */
static int iso(const char *at, when *found)
{
    if (!digits(&at, 4, &found->year) || *at++ != '-' || !digits(&at, 2, &found->month) || *at++ != '-') return 0;
    if (!digits(&at, 2, &found->day)) return 0;
    if (*at == '\0') return 1;
    if (*at != 'T' && *at != ' ') return 0;
    at++;
    if (!digits(&at, 2, &found->hour) || *at++ != ':' || !digits(&at, 2, &found->minute)) return 0;
    if (*at == ':') {
        at++;
        if (!digits(&at, 2, &found->second)) return 0;
        if (*at == '.' && (at++, !micros(&at, 9, &found->micro))) return 0;
    }
    if (*at == '\0') return 1;
    if (*at == ' ') at++;
    return zone(at, found);
}

static int reads(const char *text, const char *pattern, when *found);

/* A number of at most so many digits, of which a few may belong to what follows. */
static int part(const char *text, const char *rest, when *found, int *value, int least, int most, int low, int high)
{
    for (int n = most; n >= least; n--) {
        const char *at = text;
        if (digits(&at, n, value) && *value >= low && *value <= high && reads(at, rest, found)) return 1;
    }
    return 0;
}

/* One of some names, or of their first letters, whatever their case. */
static int name_in(const char *text, const char *const *names, int n_names, int letters, int *place)
{
    for (int i = 0; i < n_names; i++) {
        int n = letters > 0 ? letters : (int)strlen(names[i]), k = 0;
        while (k < n && lower(text[k]) == lower(names[i][k])) k++;
        if (k == n) return *place = i, n;
    }
    return 0;
}

/* Whether a text is written in a pattern of strptime. */
static int reads(const char *text, const char *pattern, when *found)
{
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    static const char *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    static const char *const halves[] = {"AM", "PM"};
    int n, unused;
    if (*pattern == '\0') return *text == '\0';
    if (white(pattern)) {
        if (!white(text)) return 0;
        while ((n = white(text)) > 0) text += n;
        while ((n = white(pattern)) > 0) pattern += n;
        return reads(text, pattern, found);
    }
    if (*pattern != '%') return lower(*text) == lower(*pattern) && reads(text + 1, pattern + 1, found);
    const char *rest = pattern + 2, *at = text;
    switch (pattern[1]) {
    case 'Y': return part(text, rest, found, &found->year, 4, 4, 0, 9999);
    case 'm': return part(text, rest, found, &found->month, 1, 2, 1, 12);
    case 'd': return part(text, rest, found, &found->day, 1, 2, 1, 31);
    case 'H': return part(text, rest, found, &found->hour, 1, 2, 0, 23);
    case 'I': return found->is_of_12 = 1, part(text, rest, found, &found->hour, 1, 2, 1, 12);
    case 'M': return part(text, rest, found, &found->minute, 1, 2, 0, 59);
    case 'S': return part(text, rest, found, &found->second, 1, 2, 0, 61);
    case 'f': return micros(&at, 6, &found->micro) && reads(at, rest, found);
    case 'y':
        if (!digits(&at, 2, &n)) return 0;
        found->year = found->first_year + ((n - found->first_year) % 100 + 100) % 100;
        return reads(at, rest, found);
    case 'B': case 'b':
        n = name_in(text, months, 12, pattern[1] == 'b' ? 3 : 0, &found->month);
        return n > 0 && (found->month++, reads(text + n, rest, found));
    case 'A': case 'a':
        n = name_in(text, days, 7, pattern[1] == 'a' ? 3 : 0, &unused);
        return n > 0 && reads(text + n, rest, found);
    case 'p':
        n = name_in(text, halves, 2, 0, &found->is_late);
        return n > 0 && reads(text + n, rest, found);
    }
    return 0;
}

/* Seconds since 1970 of a moment in ISO 8601 or in a pattern of strptime, if there is one. */
static double moment_of(const char *text, const char *pattern, int first_year)
{
    when found = {.first_year = first_year};
    if (iso(text, &found)) return seconds_of(&found);
    found = (when){.year = 1900, .month = 1, .day = 1, .first_year = first_year};
    return pattern != NULL && reads(text, pattern, &found) ? seconds_of(&found) : NAN;
}
