/* Axes and labels: round ticks, where a value stands, texts that fit and are harmless. Whole
   numbers of places, so that the same values give the same bytes on every machine. */
#include <math.h>

#include "chart.h"
#include "real.h"

struct chart_ticks chart_ticks(double low, double high, size_t count) {
  double rough = (high - low) / (double)count;
  double unit = real_pow(10, floor(real_log10(rough)));
  double times = rough / unit;
  double step = unit * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
  struct chart_ticks ticks = { ceil(low / step - 1e-9) * step, step, 0 };
  ticks.count = (size_t)floor((high - ticks.first) / step + 1e-9) + 1;
  return ticks;
}

long chart_place(double value, double low, double high, bool log, long size) {
  double part = log ? (real_log10(value) - real_log10(low)) / (real_log10(high) - real_log10(low))
                    : (value - low) / (high - low);
  if (!(part > 0)) part = 0;
  if (part > 1) part = 1;
  return (long)floor(part * (double)size + 0.5);
}

struct slice chart_short(const char *text, size_t most, bool *cut) {
  size_t width = 0, size = 0, kept = 0;
  for (; text[size]; size++) {
    unsigned char c = (unsigned char)text[size];
    if ((c & 0xC0) == 0x80) continue;
    if (width + 3 <= most) kept = size;
    width += c >= 0xE1 ? 2 : 1;
    *cut = width > most;
    if (*cut) return (struct slice){ text, kept };
  }
  *cut = false;
  return (struct slice){ text, size };
}

void chart_escape(struct buffer *out, const char *text) {
  for (; *text; text++) {
    switch (*text) {
      case '&': buffer_text(out, "&amp;"); break;
      case '<': buffer_text(out, "&lt;"); break;
      case '>': buffer_text(out, "&gt;"); break;
      case '"': buffer_text(out, "&quot;"); break;
      case '\'': buffer_text(out, "&#39;"); break;
      default: buffer_char(out, (unsigned char)*text < 0x20 || *text == 0x7F ? ' ' : *text);
    }
  }
}
