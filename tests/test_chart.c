/* Charts: their numbers and bars, the order of a tornado, ticks and places, and the picture and the
   text of one sheet; texts made to be taken for marks stay text. */
#include <math.h>

#include "chart.h"
#include "fixture.h"

Suite *suite_chart(void);

static const char pictures[] =
    "sheet pictures  # <script>alert(1)</script>\n"
    "input rent [USD]         = 300 in -1e5..1e5                 # Rent & \"room\"\n"
    "input wage [kUSD]        = 0.9 in -1e5..1e5                 # Wages\n"
    "input back [USD]         = -200 in -1e5..1e5                # </svg><b>back</b>\n"
    "input zero               = 0 in 0..1                        # Divides\n"
    "input intensity [FLOP/B] = 100 in 0..1e9                    # Work on a byte\n"
    "input rate [TFLOP/s]     = 200 in 0..1e9                    # Reached\n"
    "input peak [TFLOP/s]     = 1000 in 0..1e9                   # Peak\n"
    "input bandwidth [TB/s]   = 5 in 0..1e9                      # Memory\n"
    "gone [USD]               = rent / zero\n"
    "table plan for month in 1..3\n"
    "  spent [USD]            = prior(spent, 0) + rent           # Spent\n"
    "  due [USD]              = if(month == 2, rent / zero, rent)  # Due\n"
    "table kind for name in big, small\n"
    "  part [USD]             = rent                             # Part\n"
    "check afford             = rent <= 400 [USD]                # Within\n"
    "check rich               = rent >= 1200 [USD]               # High\n"
    "check both               = and(rent > 1 [USD], zero == 0)   # Both\n"
    "check lost               = gone > 1 [USD]                   # Lost\n"
    "chart bars cost          = rent, wage, back, gone\n"
    "chart stacked all        = rent, wage, back                 # All\n"
    "chart series course      = plan.spent, plan.due             # Course\n"
    "chart stacked months     = plan.spent, plan.spent           # Months\n"
    "chart bars kinds         = kind.part                        # Kinds\n"
    "chart waterfall fall     = rent, wage, back                 # Fall\n"
    "chart tornado swing      = back, rent, wage, gone           # Swing\n"
    "chart scorecard card     = afford, rich, both, lost         # Card\n"
    "chart roofline roof      = intensity, rate, peak, bandwidth  # Roof\n";

static struct world world;
static struct memory memory;

static void open_all(void) {
  world = (struct world){ .extra = NULL };
  world_open(&world, "pictures", pictures);
  memory_open(&memory, NULL);
}

static void close_all(void) {
  memory_close(&memory);
  world_close(&world);
}

static struct chart chart_called(const char *name) {
  struct chart chart;
  for (size_t line = 0; chart_next(world.model, &line); line++) {
    ck_assert_int_eq(chart_make(world.values, line, &memory, &chart), MLS_OK);
    if (strcmp(chart.name, name) == 0) return chart;
  }
  ck_abort_msg("no chart %s", name);
}

/* "from..to from..to": the pieces of a bar. */
static const char *pieces_of(const struct chart_bar *bar) {
  static char text[200];
  size_t size = 0;
  text[0] = 0;
  for (size_t i = 0; i < bar->piece_count; i++)
    size += (size_t)snprintf(text + size, sizeof text - size, "%s%g..%g", i ? " " : "",
                             bar->pieces[i].from, bar->pieces[i].to);
  return text;
}

START_TEST(test_values) {
  struct chart c = chart_called("cost");
  ck_assert_str_eq(c.title, "cost"); /* no label: the name */
  ck_assert_str_eq(c.unit, "USD");
  ck_assert(chart_value(&c, 1, 0) == 900); /* kUSD in the unit of the first */
  ck_assert(isnan(chart_value(&c, 3, 0)));
  ck_assert_str_eq(c.items[3].label, "gone");
  ck_assert_str_eq(pieces_of(&c.bars[2]), "0..-200");
  ck_assert_uint_eq(c.bars[3].piece_count, 0);
  ck_assert(c.low == -200 && c.high == 900);
  c = chart_called("course");
  ck_assert(c.columns && c.rows == 3 && c.bar_count == 0);
  ck_assert_str_eq(c.across, "month");
  ck_assert(chart_value(&c, 0, 2) == 900 && isnan(chart_value(&c, 1, 1)));
}
END_TEST

START_TEST(test_bars) {
  struct chart c = chart_called("all");
  ck_assert_uint_eq(c.bar_count, 1);
  ck_assert_str_eq(pieces_of(&c.bars[0]), "0..300 300..1200 0..-200");
  ck_assert(c.bars[0].value == 1000);
  c = chart_called("months");
  ck_assert_uint_eq(c.bar_count, 3);
  ck_assert_str_eq(pieces_of(&c.bars[1]), "0..600 600..1200");
  ck_assert_str_eq(c.bars[1].label, "2");
  c = chart_called("kinds");
  ck_assert_str_eq(c.bars[1].label, "small");
  c = chart_called("fall");
  ck_assert_str_eq(pieces_of(&c.bars[2]), "1200..1000");
  ck_assert_str_eq(c.bars[3].label, "Sum");
  ck_assert_str_eq(pieces_of(&c.bars[3]), "0..1000");
}
END_TEST

/* The largest first whatever its sign; ties as written; what is missing last. */
START_TEST(test_tornado) {
  struct chart c = chart_called("swing");
  ck_assert_str_eq(c.bars[0].label, "Wages");
  ck_assert(c.bars[2].value == -200);
  ck_assert_str_eq(c.bars[3].label, "gone");
  world_set(&world, "back", "-900");
  c = chart_called("swing");
  ck_assert(c.bars[0].value == -900 && c.bars[1].value == 900);
  ck_assert_uint_eq(chart_rank(&c, 3), 4);
  ck_assert(chart_size(&c, 0) == 1e9 && chart_size(&c, 3) == -1);
}
END_TEST

static const char moved[] =
    "sheet moved  # Moved\n"
    "input rent [USD]         = 300 likely 200..500 in -1e5..1e5  # Rent\n"
    "input wage [kUSD]        = 0.9 likely 0.8..0.9 in -1e5..1e5\n"
    "input share [%]          = 50 likely 40..60 in 0..100        # Share\n"
    "input idle               = 1 likely 0..2 in 0..9             # Idle\n"
    "use other                = part(size = 1 [GB])\n"
    "bump                     = abs(share - 50 [%])\n"
    "total [kUSD]             = (rent + wage * 2) * (1 + bump)    # All\n"
    "each [GB]                = other.each\n"
    "gone [USD]               = rent / (idle - 1)\n"
    "chart tornado levers     = total, idle, share, rent, wage    # Levers\n"
    "chart tornado lost       = gone, idle, rent                  # Lost\n";

/* Longest first; both ends of one input may lie on one side; what does not count comes last. */
START_TEST(test_swing) {
  close_all();
  world_open(&world, "moved", moved);
  memory_open(&memory, NULL);
  struct chart c = chart_called("levers");
  ck_assert(c.swing && c.item_count == 4 && c.rows == 2);
  ck_assert_str_eq(c.unit, "kUSD");
  ck_assert_str_eq(c.bars[0].label, "Rent, 200 to 500 USD");
  ck_assert(fabs(c.bars[0].value - 0.3) < 1e-12);
  ck_assert_str_eq(pieces_of(&c.bars[0]), "0..0.2 0..-0.1");
  ck_assert_uint_eq(c.bars[0].pieces[0].item, 1);
  ck_assert_str_eq(pieces_of(&c.bars[1]), "0..0.21 0..0.21");
  ck_assert_str_eq(c.bars[2].label, "wage, 0.8 to 0.9 kUSD");
  ck_assert_str_eq(pieces_of(&c.bars[2]), "0..-0.2 0..0");
  ck_assert(c.bars[3].value == 0 && chart_size(&c, 0) == 0);
  ck_assert_uint_eq(chart_looks(&c), 2);
  ck_assert_str_eq(chart_look(&c, 1), "At the high end");
  struct buffer axis;
  buffer_open(&axis, &memory);
  chart_axis(&c, &axis);
  ck_assert_str_eq(axis.bytes, "Change of All, kUSD");
  buffer_close(&axis);
  c = chart_called("lost"); /* missing where nothing moves, so there is no change */
  ck_assert(isnan(chart_value(&c, 0, 0)) && c.bars[0].piece_count == 0);
  ck_assert(chart_size(&c, 1) == -1);
}
END_TEST

/* The values that the chart was made of stay as they are, and a setting counts as the base. */
START_TEST(test_swing_again) {
  close_all();
  world_open(&world, "moved", moved);
  memory_open(&memory, NULL);
  world_set(&world, "rent", "400");
  struct chart c = chart_called("levers");
  ck_assert_str_eq(pieces_of(&c.bars[0]), "0..-0.2 0..0.1");
  ck_assert(values_get(world.values, world_cell(&world, "total", NULL), 0) == 2200);
  char *text = world_report(&world, "html", true);
  ck_assert_has(text,
                "<th scope=\"col\">At the low end</th><th scope=\"col\">At the high end</th>");
  ck_assert_has(text,
                "<th scope=\"row\">Rent</th><td class=\"n\">-0.2</td><td class=\"n\">0.1</td>");
  free(text);
}
END_TEST

START_TEST(test_scorecard) {
  struct chart c = chart_called("card");
  ck_assert_str_eq(c.bars[0].label, "Within: holds");
  ck_assert(chart_value(&c, 0, 0) == 25);
  ck_assert_str_eq(c.bars[1].label, "High: fails");
  ck_assert(chart_value(&c, 1, 0) == -75);
  ck_assert_str_eq(c.bars[2].label, "Both: holds");
  ck_assert(isnan(chart_value(&c, 2, 0)));
  ck_assert_str_eq(c.bars[3].label, "Lost: missing");
}
END_TEST

START_TEST(test_roofline) {
  struct chart c = chart_called("roof");
  ck_assert(c.intensity == 100 && c.knee == 200);
  ck_assert(c.from == 10 && c.to == 1000 && c.low == 10 && c.high == 1000);
  world_set(&world, "rate", "0");
  c = chart_called("roof");
  ck_assert(isnan(c.intensity));
  struct buffer out;
  buffer_open(&out, &memory);
  chart_svg(&c, &out);
  chart_text(&c, 60, &out);
  ck_assert_has(out.bytes, ">A value is missing or not above 0.<");
  ck_assert_has(out.bytes, "\n  A value is missing or not above 0.\n");
  buffer_close(&out);
}
END_TEST

START_TEST(test_scale) {
  struct chart_ticks ticks = chart_ticks(-200, 900, 5);
  ck_assert(ticks.first == 0 && ticks.step == 500 && ticks.count == 2);
  ticks = chart_ticks(0, 1, 5);
  ck_assert(ticks.step == 0.2 && ticks.count == 6);
  ck_assert_int_eq(chart_place(5, 0, 10, false, 100), 50);
  ck_assert_int_eq(chart_place(11, 0, 10, false, 100), 100);
  ck_assert_int_eq(chart_place(10, 1, 100, true, 100), 50);
  ck_assert_int_eq(chart_place(NAN, 0, 10, false, 100), 0);
}
END_TEST

START_TEST(test_short) {
  bool cut;
  struct slice fits = chart_short("abcdef", 6, &cut);
  ck_assert(fits.size == 6 && !cut);
  fits = chart_short("abcdefg", 6, &cut);
  ck_assert(fits.size == 3 && cut);
  fits = chart_short("\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5", 7, &cut); /* wide */
  ck_assert(fits.size == 6 && cut);
}
END_TEST

/* More rows than are drawn are said, not cut silently. */
START_TEST(test_cut) {
  world_close(&world);
  world_open(&world, "long",
             "sheet long\ntable plan for month in 1..2500\n  x = month\n"
             "chart series course = plan.x  # Course\n");
  struct chart c = chart_called("course");
  struct buffer out;
  ck_assert(c.rows == LIMIT_CHART_ROWS && c.all_rows == 2500);
  buffer_open(&out, &memory);
  chart_text(&c, 60, &out);
  ck_assert_has(out.bytes, "\nCourse (number over month, first 1,000 of 2,500 rows)\n");
  buffer_close(&out);
}
END_TEST

START_TEST(test_text) {
  struct chart c = chart_called("all");
  struct buffer out;
  buffer_open(&out, &memory);
  chart_text(&c, 54, &out);
  ck_assert_str_eq(out.bytes, "\nAll (USD)\n"
                              "  All\n"
                              "  CCCCCCAAAAAAAABBBBBBBBBBBBBBBBBBBBBBBBB        1,000\n"
                              "  A  Rent & \"room\"\n"
                              "  B  Wages\n"
                              "  C  </svg><b>back</b>\n");
  buffer_close(&out);
}
END_TEST

/* Each picture is described, and what looks like marks is text. */
START_TEST(test_svg) {
  struct buffer out;
  size_t count = 0;
  struct chart c;
  for (size_t line = 0; chart_next(world.model, &line); line++, count++) {
    buffer_open(&out, &memory);
    ck_assert_int_eq(chart_make(world.values, line, &memory, &c), MLS_OK);
    chart_svg(&c, &out);
    ck_assert_has(out.bytes, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
    ck_assert_has(out.bytes, "<title id=\"chart-");
    ck_assert_has(out.bytes, "<desc id=\"chart-");
    ck_assert_ptr_null(strstr(out.bytes, "<b>"));
    ck_assert_ptr_null(strstr(out.bytes, "style="));
    ck_assert_str_eq(out.bytes + out.size - 7, "</svg>\n");
    buffer_close(&out);
  }
  ck_assert_uint_eq(count, 9);
  c = chart_called("cost");
  buffer_open(&out, &memory);
  chart_svg(&c, &out);
  ck_assert_has(out.bytes, ">A bars chart, in USD: Rent &amp; &quot;room&quot; 300; Wages 900; "
                           "&lt;/svg&gt;&lt;b&gt;back&lt;/b&gt; -200; gone missing.</desc>");
  buffer_close(&out);
}
END_TEST

START_TEST(test_html) {
  char *text = world_report(&world, "html", true);
  ck_assert_has(text, "<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>");
  ck_assert_has(text, "<figcaption>Swing</figcaption>");
  ck_assert_has(text, "<th scope=\"row\">Rent &amp; &quot;room&quot;</th><td class=\"n\">300</td>");
  ck_assert_has(text, "<td class=\"bad\">FAILS: 300 USD against 1,200 USD, short by 900 USD</td>");
  ck_assert_ptr_null(strstr(text, "<script"));
  char *again = world_report(&world, "html", true);
  ck_assert_str_eq(text, again);
  free(again);
  free(text);
}
END_TEST

/* Every kind has its place in the workbook. */
START_TEST(test_workbook) {
  struct sink sink = { NULL, 0 };
  mls_run run = { "base", world.values };
  mls_report report = { .size = sizeof report, .form = "xlsx", .runs = &run, .run_count = 1 };
  ck_assert_int_eq(mls_export(world.model, &report, sink_write, &sink), MLS_OK);
  size_t charts = 0;
  for (size_t i = 0; i + 20 < sink.size; i++)
    charts += memcmp(sink.text + i, "PK\1\2", 4) == 0 &&
              memcmp(sink.text + i + 46, "xl/charts/chart", 15) == 0;
  ck_assert_uint_eq(charts, 9);
  free(sink.text);
}
END_TEST

Suite *suite_chart(void) {
  Suite *suite = suite_create("chart");
  TCase *tests = tcase_create("chart");
  tcase_add_checked_fixture(tests, open_all, close_all);
  tcase_add_test(tests, test_values);
  tcase_add_test(tests, test_bars);
  tcase_add_test(tests, test_tornado);
  tcase_add_test(tests, test_swing);
  tcase_add_test(tests, test_swing_again);
  tcase_add_test(tests, test_scorecard);
  tcase_add_test(tests, test_roofline);
  tcase_add_test(tests, test_scale);
  tcase_add_test(tests, test_short);
  tcase_add_test(tests, test_cut);
  tcase_add_test(tests, test_text);
  tcase_add_test(tests, test_svg);
  tcase_add_test(tests, test_html);
  tcase_add_test(tests, test_workbook);
  suite_add_tcase(suite, tests);
  return suite;
}
