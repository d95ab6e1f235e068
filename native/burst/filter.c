// Walks a filter's table over a frame, in the steps of table-walker.ts, which it is held against. WHY everything about a table
// is checked before, once: the walk then needs no question but how long the frame is, and always ends.
#include "filter.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "layout.h"

// What the schema of a program allows; more would not be exact in 64 bits.
enum { MOST_TERMS = 4, MOST_RANGES = 64, MOST_MASKED = 64, MOST_TIMES = 0x10000 };

// A kind of our own: the first and the last value are one, which then lies in a range or not, whether it was to be inside or meet.
enum { KIND_ONE = 0x100 };

struct frame {
  const uint8_t *bytes;
  int64_t length;
};

// ---- checking: each step moves on behind what it checked, and says whether that was sound ----

struct cursor {
  int32_t *cells;
  int64_t at;
  int64_t end;
};

static bool has(const struct cursor *cursor, int64_t count) {
  return count >= 0 && cursor->end - cursor->at >= count;
}

static bool is_between(int32_t value, int32_t least, int32_t most) {
  return value >= least && value <= most;
}

static bool pass_load(struct cursor *cursor, bool may_be_length) {
  if (!has(cursor, FILTER_LOAD_SIZE)) return false;
  const int32_t *load = cursor->cells + cursor->at;
  cursor->at += FILTER_LOAD_SIZE;
  const bool is_width = load[0] == 1 || load[0] == 2 || load[0] == 4 || (load[0] == 0 && may_be_length);
  return is_width && is_between(load[1], 0, FILTER_REACH - 1) && is_between(load[2], 0, 1) && is_between(load[4], 0, 31);
}

static bool pass_expression(struct cursor *cursor) {
  if (!has(cursor, 2) || !is_between(cursor->cells[cursor->at], 1, MOST_TERMS)) return false;
  const int32_t terms = cursor->cells[cursor->at];
  cursor->at += 2;
  for (int32_t term = 0; term < terms; term += 1) {
    if (!has(cursor, 1) || !is_between(cursor->cells[cursor->at], -MOST_TIMES, MOST_TIMES)) return false;
    cursor->at += 1;
    if (!pass_load(cursor, true)) return false;
  }
  return true;
}

static bool pass_ranges(struct cursor *cursor) {
  if (!has(cursor, 1) || !is_between(cursor->cells[cursor->at], 1, MOST_RANGES)) return false;
  const int64_t size = 1 + 2 * (int64_t)cursor->cells[cursor->at];
  if (!has(cursor, size)) return false;
  cursor->at += size;
  return true;
}

static bool pass_offset(struct cursor *cursor) {
  return has(cursor, 1) && is_between(cursor->cells[cursor->at++], 0, FILTER_REACH - 1);
}

static bool pass_flag(struct cursor *cursor) {
  return has(cursor, 1) && is_between(cursor->cells[cursor->at++], 0, 1);
}

static bool pass_bytes(struct cursor *cursor) {
  if (!pass_offset(cursor) || !has(cursor, 1)) return false;
  const int32_t count = cursor->cells[cursor->at];
  cursor->at += 1;
  if (!is_between(count, 1, MOST_MASKED) || !has(cursor, 2 * (int64_t)count)) return false;
  cursor->at += 2 * (int64_t)count;
  return true;
}

// Marks a test whose two ends are one, so that it is worked out once.
static bool pass_ends(struct cursor *cursor) {
  const int64_t first = cursor->at;
  if (!pass_expression(cursor)) return false;
  const int64_t last = cursor->at;
  if (!pass_expression(cursor)) return false;
  const size_t size = (size_t)(last - first) * sizeof *cursor->cells;
  const bool is_one = cursor->at - last == last - first && memcmp(cursor->cells + first, cursor->cells + last, size) == 0;
  if (is_one) cursor->cells[first - 1] = KIND_ONE;
  return pass_ranges(cursor);
}

static bool pass_kind(struct cursor *cursor, int32_t kind) {
  switch (kind) {
    case FILTER_KIND_INSIDE:
    case FILTER_KIND_MEETS:
      return pass_ends(cursor);
    case FILTER_KIND_WORDS:
      return pass_offset(cursor) && pass_flag(cursor) && pass_flag(cursor) && pass_load(cursor, false) && pass_ranges(cursor);
    case FILTER_KIND_BITS:
      return pass_offset(cursor) && pass_flag(cursor) && pass_flag(cursor) && pass_load(cursor, false);
    case FILTER_KIND_BYTES:
      return pass_bytes(cursor);
    default:
      return false;
  }
}

// A part begins with how many cells it has. Gives a cursor over what is behind `head` of them, and moves on behind the part.
static bool open_part(struct cursor *cursor, int32_t head, struct cursor *part) {
  if (!has(cursor, head)) return false;
  const int32_t size = cursor->cells[cursor->at];
  if (size < head || !has(cursor, size)) return false;
  *part = (struct cursor){cursor->cells, cursor->at + head, cursor->at + size};
  cursor->at += size;
  return true;
}

// So many tests, and nothing behind them.
static bool are_tests(struct cursor *cursor, int32_t count) {
  for (int32_t index = 0; index < count; index += 1) {
    const int64_t start = cursor->at;
    struct cursor test;
    if (!open_part(cursor, 2, &test)) return false;
    if (!pass_kind(&test, cursor->cells[start + 1]) || test.at != test.end) return false;
  }
  return count >= 0 && cursor->at == cursor->end;
}

static bool is_rule(struct cursor *cursor) {
  const int64_t start = cursor->at;
  struct cursor rule;
  if (!open_part(cursor, FILTER_RULE_SIZE, &rule)) return false;
  const int32_t *head = cursor->cells + start;
  const int32_t *rate = head + FILTER_RULE_RATE;
  if (rate[0] < 0 || rate[1] < 0 || rate[2] < 0 || (rate[0] > 0 && rate[1] == 0)) return false;
  for (int32_t left = head[FILTER_RULE_ALTERNATIVES]; left > 0; left -= 1) {
    const int64_t at = rule.at;
    struct cursor alternative;
    if (!open_part(&rule, 2, &alternative) || !are_tests(&alternative, rule.cells[at + 1])) return false;
  }
  return head[FILTER_RULE_ALTERNATIVES] >= 0 && rule.at == rule.end;
}

static bool is_table(int32_t *cells, int64_t count) {
  if (count < FILTER_HEAD_SIZE || cells[0] != FILTER_MAGIC || cells[1] != count) return false;
  struct cursor cursor = {cells, FILTER_HEAD_SIZE, count};
  const int32_t size = cells[FILTER_HEAD_SHARED_SIZE];
  if (!has(&cursor, size)) return false;
  struct cursor shared = {cells, cursor.at, cursor.at + size};
  if (!are_tests(&shared, cells[FILTER_HEAD_SHARED])) return false;
  cursor.at += size;
  for (int32_t left = cells[FILTER_HEAD_RULES]; left > 0; left -= 1)
    if (!is_rule(&cursor)) return false;
  return cells[FILTER_HEAD_RULES] >= 0 && cursor.at == cursor.end;
}

struct filter *filter_open(const int32_t *cells, int64_t count) {
  if (count < FILTER_HEAD_SIZE || count > INT32_MAX) return NULL;
  struct filter *filter = malloc(sizeof *filter + (size_t)count * sizeof *cells);
  if (filter == NULL) return NULL;
  // WHY first copied, then checked: the table may lie in memory that another thread writes to.
  memcpy(filter->cells, cells, (size_t)count * sizeof *cells);
  if (!is_table(filter->cells, count)) {
    free(filter);
    return NULL;
  }
  filter->rules = filter->cells[FILTER_HEAD_RULES];
  return filter;
}

int64_t filter_state_doubles(const struct filter *filter) {
  return ((int64_t)filter->rules + 1) * FILTER_STRIDE;
}

// ---- walking ----

// Less than any sum.
#define ABSENT INT64_MIN

static inline uint32_t big(const uint8_t *from, int width) {
  uint32_t raw = 0;
  for (int index = 0; index < width; index += 1) raw = (raw << 8) | from[index];
  return raw;
}

static inline uint32_t little(const uint8_t *from, int width) {
  uint32_t raw = 0;
  for (int index = width - 1; index >= 0; index -= 1) raw = (raw << 8) | from[index];
  return raw;
}

// What is loaded, -1 when the frame ends before.
static int64_t load(const int32_t *cell, const struct frame *frame) {
  const int32_t width = cell[0];
  if (cell[1] + width > frame->length) return -1;
  const uint8_t *from = frame->bytes + cell[1];
  uint32_t raw = from[0];
  if (width == 2) raw = cell[2] == 1 ? little(from, 2) : big(from, 2);
  else if (width == 4) raw = cell[2] == 1 ? little(from, 4) : big(from, 4);
  return (raw & (uint32_t)cell[3]) >> cell[4];
}

static int64_t expression(const int32_t *cell, const struct frame *frame) {
  int64_t sum = cell[1];
  const int32_t *end = cell + 2 + cell[0] * FILTER_TERM_SIZE;
  for (const int32_t *term = cell + 2; term < end; term += FILTER_TERM_SIZE) {
    const int64_t value = term[1] == 0 ? frame->length : load(term + 1, frame);
    if (value < 0) return ABSENT;
    sum += term[0] * value;
  }
  return sum;
}

static bool in_ranges(const int32_t *cell, int64_t first, int64_t last) {
  const int32_t *end = cell + 1 + 2 * cell[0];
  for (const int32_t *range = cell + 1; range < end; range += 2) {
    const int64_t least = (uint32_t)range[0];
    const int64_t most = (uint32_t)range[1];
    if (least <= first && first <= most && least <= last && last <= most) return true;
  }
  return false;
}

static bool meets_ranges(const int32_t *cell, int64_t first, int64_t last) {
  if (first > last) return false;
  const int32_t *end = cell + 1 + 2 * cell[0];
  for (const int32_t *range = cell + 1; range < end; range += 2)
    if (first <= (int64_t)(uint32_t)range[1] && last >= (int64_t)(uint32_t)range[0]) return true;
  return false;
}

static bool ends_hold(const int32_t *first_cell, bool meets, const struct frame *frame) {
  const int32_t *last_cell = first_cell + 2 + first_cell[0] * FILTER_TERM_SIZE;
  const int32_t *ranges = last_cell + 2 + last_cell[0] * FILTER_TERM_SIZE;
  const int64_t first = expression(first_cell, frame);
  const int64_t last = expression(last_cell, frame);
  if (first == ABSENT || last == ABSENT) return false;
  return meets ? meets_ranges(ranges, first, last) : in_ranges(ranges, first, last);
}

static bool one_holds(const int32_t *cell, const struct frame *frame) {
  const int32_t size = 2 + cell[0] * FILTER_TERM_SIZE;
  const int64_t value = expression(cell, frame);
  return value != ABSENT && in_ranges(cell + 2 * size, value, value);
}

static bool words_hold(const int32_t *cell, const struct frame *frame) {
  const int64_t count = load(cell + 3, frame);
  if (count < 0 || cell[0] + 2 * count > frame->length) return false;
  const int32_t high = cell[1] == 1 ? 1 : 0;
  const bool any = cell[2] == 1;
  const uint8_t *end = frame->bytes + cell[0] + 2 * count;
  for (const uint8_t *word = frame->bytes + cell[0]; word < end; word += 2) {
    const int64_t value = (word[high] << 8) | word[1 - high];
    if (in_ranges(cell + 3 + FILTER_LOAD_SIZE, value, value) == any) return any;
  }
  return !any;
}

static bool bits_hold(const int32_t *cell, const struct frame *frame) {
  const int64_t count = load(cell + 3, frame);
  if (count < 0 || cell[0] + (count + 7) / 8 > frame->length) return false;
  const bool any = cell[2] == 1;
  const uint8_t *bytes = frame->bytes + cell[0];
  for (int64_t index = 0; index < count; index += 1)
    if ((((bytes[index >> 3] >> (index & 7)) & 1) == cell[1]) == any) return any;
  return !any;
}

static bool bytes_hold(const int32_t *cell, const struct frame *frame) {
  const int32_t count = cell[1];
  if (cell[0] + count > frame->length) return false;
  for (int32_t index = 0; index < count; index += 1)
    if ((frame->bytes[cell[0] + index] & cell[2 + 2 * index]) != cell[3 + 2 * index]) return false;
  return true;
}

static bool test_holds(const int32_t *test, const struct frame *frame) {
  switch (test[1]) {
    case KIND_ONE:
      return one_holds(test + 2, frame);
    case FILTER_KIND_INSIDE:
      return ends_hold(test + 2, false, frame);
    case FILTER_KIND_MEETS:
      return ends_hold(test + 2, true, frame);
    case FILTER_KIND_WORDS:
      return words_hold(test + 2, frame);
    case FILTER_KIND_BITS:
      return bits_hold(test + 2, frame);
    default:
      return bytes_hold(test + 2, frame);
  }
}

static bool tests_hold(const int32_t *test, int32_t count, const struct frame *frame) {
  for (int32_t index = 0; index < count; index += 1) {
    if (!test_holds(test, frame)) return false;
    test += test[0];
  }
  return true;
}

static bool rule_fits(const int32_t *rule, const struct frame *frame) {
  const int32_t *alternative = rule + FILTER_RULE_SIZE;
  for (int32_t left = rule[FILTER_RULE_ALTERNATIVES]; left > 0; left -= 1) {
    if (tests_hold(alternative + 2, alternative[1], frame)) return true;
    alternative += alternative[0];
  }
  return false;
}

static void count_hit(double *state, double now) {
  state[FILTER_FIELD_HITS] += 1;
  state[FILTER_FIELD_LAST_HIT] = now;
}

// The sums of tokensAt and takeToken, in their order, so that they round alike.
static bool within_rate(const int32_t *rate, double now, double *state) {
  if (rate[0] == 0) return true;
  const double since = now - state[FILTER_FIELD_FILLED_AT];
  const double waited = since > 0 ? since : 0;
  const double filled = state[FILTER_FIELD_TOKENS] + (waited * rate[0]) / rate[1];
  const double tokens = filled < rate[2] ? filled : rate[2];
  state[FILTER_FIELD_FILLED_AT] = now;
  state[FILTER_FIELD_TOKENS] = tokens < 1 ? tokens : tokens - 1;
  if (tokens >= 1) return true;
  state[FILTER_FIELD_OVER] += 1;
  return false;
}

int32_t filter_decide(const struct filter *filter, const uint8_t *bytes, int64_t length, double now, double *state) {
  const int32_t *cells = filter->cells;
  const struct frame frame = {bytes, length};
  const int32_t *rule = cells + FILTER_HEAD_SIZE + cells[FILTER_HEAD_SHARED_SIZE];
  int32_t left = tests_hold(cells + FILTER_HEAD_SIZE, cells[FILTER_HEAD_SHARED], &frame) ? filter->rules : 0;
  for (double *own = state; left > 0; left -= 1) {
    if (rule_fits(rule, &frame) && within_rate(rule + FILTER_RULE_RATE, now, own)) {
      count_hit(own, now);
      return rule[FILTER_RULE_DECISION];
    }
    rule += rule[0];
    own += FILTER_STRIDE;
  }
  count_hit(state + (int64_t)filter->rules * FILTER_STRIDE, now);
  return cells[FILTER_HEAD_OTHERWISE];
}
