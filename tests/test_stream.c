/* Streams: the short way and the careful way give the same bytes and messages whatever the lines
   hold, and the same as a report of a run; what opening refuses; which rows are bad and why. */
#include "ask.h"
#include "limits.h"

Suite *suite_stream(void);

static const char sheet[] = "input hw = Big in chips\n"
                            "input gpus [GPU] = 4 in 1..64 by 1\n"
                            "input load [%] = 80 in 0..100\n"
                            "input mode = fast in fast, slow\n"
                            "input cap [kW] = 3 in 0..1e6\n"
                            "output power [kW] = hw.tdp * gpus * load\n"
                            "output cost [kUSD] = hw.price * gpus\n"
                            "output maker = hw.maker\n"
                            "output busy = power > 1 [kW]\n"
                            "output spare [1/GPU] = 1000 / (gpus - 8)\n"
                            "pace = if(mode == \"fast\", 2, 1)\n"
                            "output speed [TFLOP/s] = pace * hw.flops.fp16\n"
                            "table plan for month in 0..3\n"
                            "  output cash [USD] = month * 10 [USD] * load\n"
                            "total [USD] = sum(plan.cash)\n"
                            "use part = job(gpus = gpus)\n"
                            "check fits = power <= cap\n";

static const char header[] = "scenario,hw,gpus,load,mode,cap [W],hw.tdp [kW]";

struct opened {
  struct world world;
  mls_stream *stream;
  mls_status status;
};

static mls_stream_options options_of(const char *head) {
  return (mls_stream_options){
    .size = sizeof(mls_stream_options), .file = "in.csv", .header = head, .length = strlen(head)
  };
}

static struct opened open_with(const mls_stream_options *options) {
  struct opened opened;
  ask_open(&opened.world, sheet);
  opened.status = mls_stream_new(opened.world.model, NULL, options, &opened.stream);
  return opened;
}

static void close_all(struct opened *opened) {
  mls_stream_free(opened->stream);
  world_close(&opened->world);
}

/* Lines with room behind them that holds digits: what is not part of them must not matter. */
static mls_lines feed(mls_stream *stream, const char *text, size_t size, size_t line, size_t row) {
  mls_lines out;
  char *padded = malloc(size + MLS_STREAM_PAD);
  ck_assert_ptr_nonnull(padded);
  memcpy(padded, text, size);
  memset(padded + size, '7', MLS_STREAM_PAD);
  ck_assert_int_eq(mls_stream_lines(stream, padded, size, line, row, &out, sizeof out), MLS_OK);
  free(padded);
  return out;
}

static const char *results_of(const mls_lines *out, char *text, size_t room) {
  ck_assert_uint_lt(out->length, room);
  memcpy(text, out->bytes, out->length);
  text[out->length] = 0;
  return text;
}

/* ---- rows ---- */

START_TEST(test_head) {
  mls_stream_options options = options_of(header);
  struct opened opened = open_with(&options);
  ck_assert_int_eq(opened.status, MLS_OK);
  size_t size;
  const char *head = mls_stream_head(opened.stream, &size);
  ck_assert_str_eq(head, "scenario,power [kW],cost [kUSD],maker,busy,spare [1/GPU],speed [TFLOP/s],"
                         "fits,part.gpus in 1..64 by 1,errors\n");
  ck_assert_uint_eq(size, strlen(head));
  close_all(&opened);
}
END_TEST

static const struct {
  const char *line, *results, *told;
} rows[] = {
  { "a,Big,2,50,slow,5000,0.7", "a,0.7,60,Acme,0,-166.66666666666666,1000,1,1,", "" },
  { "b,Big,2,50,fast,500,0.7", "b,0.7,60,Acme,0,-166.66666666666666,2000,0,1,", "" },
  { "c,Small,2,50,fast,500,1", "c,1,,Zeta,0,-166.66666666666666,200,0,1,cost:missing", "" },
  { "d,Small,8,50,fast,2e9,1", "d,,,,,,,,,cap:range",
    "in.csv:2:6: range: 2000000 kW is outside 0..1e6\n" },
  { "d,Small,8,50,fast,9e8,1", "d,4,,Zeta,1,,200,1,1,cost:missing;spare:division", "" },
  { "e,Big,2.5,50,fast,500,1", "e,,,,,,,,,gpus:range",
    "in.csv:2:3: range: 2.5 GPU is outside 1..64 by 1\n" },
  { "f,Bag,65,x,fast,500,1", "f,,,,,,,,,hw:range;gpus:range;load:syntax",
    "in.csv:2:2: range: Bag is not in chips (did you mean Big?)\n"
    "in.csv:2:3: range: 65 GPU is outside 1..64 by 1\n"
    "in.csv:2:4: syntax: \"x\" is not a number; expected one for load\n" },
  { "g,Big,2,0.5 [1],fast,5 [kW],700 [W]", "g,0.7,60,Acme,0,-166.66666666666666,2000,1,1,", "" },
  { " h ,\"Big\", 2 ,50,\"fast\",500,0.7", "h,0.7,60,Acme,0,-166.66666666666666,2000,0,1,", "" },
  { "\"x,\"\"y\",Big,2,50,fast,500,0.7", "\"x,\"\"y\",0.7,60,Acme,0,-166.66666666666666,2000,0,1,",
    "" },
  { "'=x,Big,2,50,fast,500,0.7", "'=x,0.7,60,Acme,0,-166.66666666666666,2000,0,1,", "" },
  { "i,Big,2,50,fast,500", ",,,,,,,,,hw.tdp:syntax",
    "in.csv:2:7: syntax: this line has 6 fields, the header 7\n" },
  { "i,Big,2,50,fast,500,1,2", ",,,,,,,,,row:syntax",
    "in.csv:2:8: syntax: this line has 8 fields, the header 7 (a field that holds a comma stands "
    "in quotes)\n" },
  { ",Big,2,50,fast,500,1", ",,,,,,,,,scenario:syntax",
    "in.csv:2:1: syntax: the name of this scenario is empty; expected a word or a text\n" },
  { "j,Big,2,,fast,500,1", "j,,,,,,,,,load:syntax",
    "in.csv:2:4: syntax: no value for load; expected a number\n" },
  { "k,Big,2,50,fast,500,\"1", ",,,,,,,,,hw.tdp:syntax",
    "in.csv:2:7: syntax: the quote that opens this field is never closed\n" },
  { "l,Big\r,2,50,fast,500,1", ",,,,,,,,,row:syntax",
    "in.csv:2: syntax: a carriage return stands inside this line; expected lines that end in LF or "
    "CR LF\n" },
  { "m,Big,1e400,50,fast,500,1", "m,,,,,,,,,gpus:range",
    "in.csv:2:3: range: the number is too large\n" },
  { "n,Big,2,1_0,fast,500,0.7", "n,0.14,60,Acme,0,-166.66666666666666,2000,1,1,", "" },
};

static void tell(mls_stream *stream, char *told, size_t room) {
  const mls_message *message;
  size_t used = 0;
  told[0] = 0;
  for (size_t i = 0; (message = mls_stream_message(stream, i)) && used < room; i++) {
    char column[16] = "";
    if (message->column > 0) snprintf(column, sizeof column, ":%d", message->column);
    used += (size_t)snprintf(told + used, room - used, "%s:%d%s: %s: %s\n",
                             message->file ? message->file : "-", message->line, column,
                             mls_status_word(message->status), message->text);
  }
}

static void check_rows(int careful) {
  mls_stream_options options = options_of(header);
  options.careful = careful;
  struct opened opened = open_with(&options);
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    char line[256], results[512], told[1024], expected[512];
    snprintf(line, sizeof line, "%s\n", rows[i].line);
    mls_lines out = feed(opened.stream, line, strlen(line), 2, 1);
    tell(opened.stream, told, sizeof told);
    bool bad = rows[i].told[0] != 0;
    snprintf(expected, sizeof expected, "%s\n", rows[i].results);
    ck_assert_str_eq(results_of(&out, results, sizeof results), expected);
    ck_assert_str_eq(told, rows[i].told);
    ck_assert_uint_eq(out.rows, 1);
    ck_assert_uint_eq(out.lines, 1);
    ck_assert_uint_eq(out.bad, bad);
  }
  close_all(&opened);
}

START_TEST(test_rows) { check_rows(0); }
END_TEST

START_TEST(test_careful_rows) { check_rows(1); }
END_TEST

START_TEST(test_counts) {
  static const char text[] = "\nBig,1\r\n  \t \n\"Big\",70\nBig,8\n\r\nSmall,1\nBig,60";
  mls_stream_options options = options_of("hw,gpus");
  struct opened opened = open_with(&options);
  char results[2048];
  size_t lines, count;
  mls_lines out = feed(opened.stream, text, strlen(text), 10, 5);
  ck_assert_uint_eq(out.lines, 8);
  ck_assert_uint_eq(out.rows, 5);
  ck_assert_uint_eq(out.bad, 1);
  ck_assert_uint_eq(out.errors, 2);  /* 8 GPUs leave nothing to divide by; no price of Small */
  ck_assert_uint_eq(out.failing, 2); /* 8 and 60 GPUs draw too much */
  ck_assert_uint_eq(out.messages, 1);
  ck_assert_int_eq(mls_stream_message(opened.stream, 0)->line, 13);
  results_of(&out, results, sizeof results);
  ck_assert_int_eq(strncmp(results, "5,0.56,30,", 10), 0); /* numbered from the row given */
  ck_assert_ptr_nonnull(strstr(results, "\n6,,,,,,,,,gpus:range\n7,"));
  ck_assert_ptr_nonnull(strstr(results, "\n9,33.6,"));
  mls_stream_count(text, strlen(text), &lines, &count);
  ck_assert_uint_eq(lines, 8);
  ck_assert_uint_eq(count, 5);
  mls_stream_count(text, 0, &lines, &count);
  ck_assert_uint_eq(lines + count, 0);
  close_all(&opened);
}
END_TEST

/* ---- options ---- */

START_TEST(test_cells) {
  static const char *const cells[] = { "plan.cash(3)", "load", "cap",           "fits", "hw.tdp",
                                       "hw.price",     "mode", "hw.flops.fp16", "gpus" };
  static const mls_setting settings[] = { { "gpus", "5" } };
  mls_stream_options options = options_of("load [1],cap,gpus,errors");
  options.cells = cells;
  options.cell_count = COUNT_OF(cells);
  options.settings = settings;
  options.setting_count = 1;
  for (options.careful = 0; options.careful < 2; options.careful++) {
    char results[1024];
    size_t size;
    struct opened opened = open_with(&options);
    ck_assert_int_eq(opened.status, MLS_OK);
    ck_assert_str_eq(mls_stream_head(opened.stream, &size),
                     "scenario,plan.cash(3) [USD],load [%],cap [kW],fits,hw.tdp [W],"
                     "hw.price [kUSD],mode,hw.flops.fp16 [TFLOP/s],gpus [GPU],"
                     "part.gpus in 1..64 by 1,errors\n");
    static const char text[] = "0.35,1.10,3,\n0.5,1e1,99,\n0.07,2,1,\n0.5,2,2,x\n";
    mls_lines out = feed(opened.stream, text, strlen(text), 2, 1);
    ck_assert_str_eq(results_of(&out, results, sizeof results),
                     "1,10.5,35,1.1,0,700,30,fast,1000,5,1,\n"
                     "2,,,,,,,,,,,gpus:range\n" /* wrong, though it is not used */
                     "3,2.1,7,2,1,700,30,fast,1000,5,1,\n"
                     "4,,,,,,,,,,,row:name\n");
    close_all(&opened);
  }
}
END_TEST

START_TEST(test_comma) {
  mls_stream_options options = options_of("scenario;load;cap [W]");
  options.csv = "excel-eu";
  for (options.careful = 0; options.careful < 2; options.careful++) {
    char results[1024];
    size_t size;
    struct opened opened = open_with(&options);
    ck_assert_int_eq(strncmp(mls_stream_head(opened.stream, &size), "\xEF\xBB\xBFscenario;", 12),
                     0);
    static const char text[] = "a;62,5;1e3\nb;62.5;1\n\"c;\";1,25;500\n";
    mls_lines out = feed(opened.stream, text, strlen(text), 2, 1);
    ck_assert_str_eq(results_of(&out, results, sizeof results),
                     "a;1,75;120;Acme;1;-250;2000;0;1;\n"
                     "b;;;;;;;;;load:syntax\n"
                     "\"c;\";0,035;120;Acme;0;-250;2000;1;1;\n");
    close_all(&opened);
  }
}
END_TEST

static const struct {
  const char *header, *cell, *csv, *path, *told;
  mls_status status;
} refused[] = {
  { "name,base", NULL, NULL, NULL,
    "in.csv:1:1: name: the scenarios stand side by side; a batch reads one in each line, below a "
    "header of names\n",
    MLS_NAME },
  { "{\"inputs\": {}}", NULL, NULL, NULL,
    "in.csv:1:1: syntax: the scenarios are JSON; a batch reads a CSV with one in each line\n",
    MLS_SYNTAX },
  { "gpus\rload", NULL, NULL, NULL,
    "in.csv:2:1: syntax: the header has more than one line; expected lines that end in LF or CR "
    "LF\n",
    MLS_SYNTAX },
  { "gpu", NULL, NULL, NULL,
    "in.csv:1:1: name: \"gpu\" is not an input of try_it (did you mean gpus?)\n", MLS_NAME },
  { "", NULL, NULL, NULL, "in.csv:1:1: syntax: the file is empty; expected a header line\n",
    MLS_SYNTAX },
  { "gpus", "plan.cash", NULL, NULL,
    "-:0: name: plan.cash has many values; expected one, as plan.cash(12)\n", MLS_NAME },
  { "gpus", "hw.flops", NULL, NULL,
    "-:0: name: hw.flops has many values; expected one, as hw.flops.fp16\n", MLS_NAME },
  { "gpus", "powr", NULL, NULL, "-:0: name: try_it has no cell powr (did you mean power?)\n",
    MLS_NAME },
  { "gpus", "power", NULL, NULL, "-:0: name: power is asked for twice\n", MLS_NAME },
  { "gpus", NULL, "excel", NULL,
    "-:0: name: there is no form of CSV called excel; there is excel-eu\n", MLS_NAME },
  { "gpus", NULL, NULL, "load", "-:0: range: 101 % is outside 0..100\n", MLS_RANGE },
};

START_TEST(test_refused) {
  for (size_t i = 0; i < COUNT_OF(refused); i++) {
    char told[1024];
    const char *cells[] = { refused[i].cell, refused[i].cell };
    mls_setting setting = { refused[i].path, "101" };
    mls_stream_options options = options_of(refused[i].header);
    options.csv = refused[i].csv;
    options.cells = cells;
    options.cell_count = refused[i].cell ? 2 : 0;
    if (refused[i].cell && strcmp(refused[i].cell, "power") != 0) options.cell_count = 1;
    options.settings = &setting;
    options.setting_count = refused[i].path != NULL;
    struct opened opened = open_with(&options);
    ck_assert_ptr_nonnull(opened.stream);
    tell(opened.stream, told, sizeof told);
    ck_assert_str_eq(told, refused[i].told);
    ck_assert_int_eq(opened.status, refused[i].status);
    mls_lines out;
    ck_assert_int_eq(mls_stream_lines(opened.stream, "1\n", 2, 1, 1, &out, sizeof out), MLS_VALUE);
    close_all(&opened);
  }
}
END_TEST

START_TEST(test_arguments) {
  struct world world;
  mls_stream *stream = NULL;
  mls_stream_options options = options_of("gpus");
  size_t size;
  ask_open(&world, sheet);
  ck_assert_int_eq(mls_stream_new(NULL, NULL, &options, &stream), MLS_VALUE);
  ck_assert_int_eq(mls_stream_new(world.model, NULL, NULL, &stream), MLS_VALUE);
  options.file = NULL;
  ck_assert_int_eq(mls_stream_new(world.model, NULL, &options, &stream), MLS_VALUE);
  options = options_of("gpus");
  options.cell_count = 1;
  ck_assert_int_eq(mls_stream_new(world.model, NULL, &options, &stream), MLS_VALUE);
  ck_assert_ptr_null(stream);
  ck_assert_ptr_null(mls_stream_message(NULL, 0));
  ck_assert_ptr_null(mls_stream_head(NULL, &size));
  mls_stream_free(NULL);
  ck_assert_uint_ne(mls_model_hash(world.model), mls_model_hash(NULL));
  world_close(&world);
}
END_TEST

/* ---- both ways, and a run, agree ---- */

static uint64_t state = 0x853c49e6748fea9bu;

static unsigned below(unsigned limit) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (unsigned)((state * 2685821657736338717u) >> 33) % limit;
}

static size_t add_line(char *to, unsigned number) {
  static const char *const items[] = { "Big", "Small" }, *const modes[] = { "fast", "slow" };
  return (size_t)sprintf(to, "s%u,%s,%u,%u.%u,%s,%ue%u,0.%u\n", number, items[below(2)],
                         1 + below(64), below(100), below(1000), modes[below(2)], below(1000),
                         below(6), below(1000));
}

/* A byte that means something to one of the readers. */
static char odd_byte(void) {
  static const char bytes[] = ",,;\"\"\r\n \t[]%.-+eE_019aHx'=\x80\xC3\xA9\x01\x7F";
  return bytes[below(sizeof bytes - 1)];
}

static size_t mutate(char *text, size_t size, unsigned changes) {
  for (; changes > 0; changes--) {
    size_t at = below((unsigned)size);
    unsigned how = below(4);
    if (how == 0) text[at] = odd_byte();
    if (how == 1) memmove(text + at + 1, text + at, size - at), text[at] = odd_byte(), size++;
    if (how == 2 && size > 1) memmove(text + at, text + at + 1, size - at - 1), size--;
    if (how == 3) text[at] = text[below((unsigned)size)];
  }
  return size;
}

static void check_same(const mls_lines *a, const mls_lines *b, const char *text, size_t size) {
  bool same = a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
  ck_assert_msg(same, "%.*s\ngives\n%.*sand carefully\n%.*s", (int)size, text, (int)a->length,
                a->bytes, (int)b->length, b->bytes);
  ck_assert(a->lines == b->lines && a->rows == b->rows && a->bad == b->bad &&
            a->errors == b->errors && a->failing == b->failing && a->messages == b->messages);
}

START_TEST(test_fuzz) {
  mls_stream_options options = options_of(header);
  struct opened quick = open_with(&options);
  options.careful = 1;
  struct opened careful = open_with(&options);
  size_t bad = 0, good = 0;
  for (unsigned round = 0; round < 3000; round++) {
    char text[4096], one[8192], two[8192];
    size_t size = 0, lines, count;
    for (unsigned i = 0; i < 12; i++) size += add_line(text + size, i);
    size = mutate(text, size, below(12));
    mls_lines a = feed(quick.stream, text, size, 2, 1);
    mls_lines b = feed(careful.stream, text, size, 2, 1);
    check_same(&a, &b, text, size);
    tell(quick.stream, one, sizeof one);
    tell(careful.stream, two, sizeof two);
    ck_assert_str_eq(one, two);
    mls_stream_count(text, size, &lines, &count);
    ck_assert_uint_eq(lines, a.lines);
    ck_assert_uint_eq(count, a.rows);
    bad += a.bad;
    good += a.rows - a.bad;
  }
  ck_assert_uint_gt(bad, 3000);
  ck_assert_uint_gt(good, 20000);
  close_all(&quick);
  close_all(&careful);
}
END_TEST

/* More rows than are calculated at once, in pieces of any size: the same bytes. */
START_TEST(test_pieces) {
  enum { ROWS = 2000 };
  mls_stream_options options = options_of(header);
  struct opened opened = open_with(&options);
  char *text = malloc(ROWS * 80), *whole;
  size_t size = 0, at = 0, made = 0, line = 2, row = 1;
  for (unsigned i = 0; i < ROWS; i++) size += add_line(text + size, i);
  mls_lines out = feed(opened.stream, text, size, 2, 1);
  size_t length = out.length;
  ck_assert_uint_eq(out.rows, ROWS);
  whole = malloc(length);
  memcpy(whole, out.bytes, length);
  while (at < size) {
    size_t piece = below(4000) + 100;
    if (piece > size - at) piece = size - at;
    while (at + piece < size && text[at + piece - 1] != '\n') piece++;
    out = feed(opened.stream, text + at, piece, line, row);
    ck_assert(memcmp(out.bytes, whole + made, out.length) == 0);
    at += piece;
    made += out.length;
    line += out.lines;
    row += out.rows;
  }
  ck_assert_uint_eq(made, length);
  free(text);
  free(whole);
  close_all(&opened);
}
END_TEST

/* A line of another make: its end, a name with what separates fields, one longer than what is
   looked at together. */
static size_t add_odd_line(char *to, unsigned number) {
  unsigned how = below(12);
  size_t size = add_line(to, number);
  if (how < 4) memcpy(to + size - 1, "\r\n", 3), size++;
  if (how == 4) memcpy(to + size, " \n\n\r\n", 6), size += 5;
  if (how == 5) size = (size_t)sprintf(to, "\"a, %u, b\",Big,4,80,fast,1000,0.5\n", number);
  if (how == 6) size = (size_t)sprintf(to, "\"a, %u,,Big,4,80,fast,1000,0.5\n", number);
  if (how == 7)
    size = (size_t)sprintf(to, "s,Big,4,%u.000000001,fast,1234567,0.1234567\n", number % 99);
  if (how == 8 && number % 100 == 0) {
    memset(to, 'x', 33000);
    size = 33000 + (size_t)sprintf(to + 33000, ",Big,4,80,fast,1000,0.5\n");
  }
  return size;
}

/* Far more bytes than are looked at together, so that lines of all makes lie across. */
START_TEST(test_windows) {
  enum { ROWS = 8000 };
  mls_stream_options options = options_of(header);
  struct opened quick = open_with(&options);
  options.careful = 1;
  struct opened careful = open_with(&options);
  char *text = malloc(ROWS * 80 + 80 * 34000);
  size_t size = 0, lines, count;
  ck_assert_ptr_nonnull(text);
  for (unsigned i = 0; i < ROWS; i++) size += add_odd_line(text + size, i);
  size -= below(2); /* with the last line end, and without */
  mls_lines a = feed(quick.stream, text, size, 2, 1);
  mls_lines b = feed(careful.stream, text, size, 2, 1);
  check_same(&a, &b, "many lines", 10);
  mls_stream_count(text, size, &lines, &count);
  ck_assert_uint_eq(lines, a.lines);
  ck_assert_uint_eq(count, a.rows);
  ck_assert_uint_gt(a.bad, 300);
  ck_assert_uint_gt(a.rows - a.bad, 7000);
  free(text);
  close_all(&quick);
  close_all(&careful);
}
END_TEST

static mls_status collect(void *context, const void *bytes, size_t size) {
  struct buffer *buffer = context;
  buffer_add(buffer, bytes, size);
  return buffer->failed ? MLS_MEMORY : MLS_OK;
}

/* The report of a run over the same file, without the lines of tables. */
static void check_run(const struct world *world, const char *file, struct buffer *out) {
  mls_scenarios *scenarios;
  mls_run runs[40];
  mls_report report = { .size = sizeof report, .form = "csv", .runs = runs };
  ck_assert_int_eq(
      mls_scenarios_read(world->model, world->values, "in.csv", file, strlen(file), &scenarios),
      MLS_OK);
  report.run_count = mls_scenarios_count(scenarios);
  for (size_t i = 0; i < report.run_count; i++) {
    runs[i].name = mls_scenarios_name(scenarios, i);
    ck_assert_int_eq(mls_values_new(world->model, NULL, &runs[i].values), MLS_OK);
    ck_assert_int_eq(mls_scenarios_apply(scenarios, i, runs[i].values), MLS_OK);
  }
  ck_assert_int_eq(mls_export(world->model, &report, collect, out), MLS_OK);
  for (size_t i = 0; i < report.run_count; i++) mls_values_free(runs[i].values);
  mls_scenarios_free(scenarios);
}

START_TEST(test_run) {
  static const char plain[] = "input hw = Big in chips\n"
                              "input gpus [GPU] = 4 in 1..64 by 1\n"
                              "input load [%] = 80 in 0..100\n"
                              "input mode = fast in fast, slow\n"
                              "input cap [kW] = 3 in 0..1e6\n"
                              "output power [kW] = hw.tdp * gpus * load\n"
                              "output cost [kUSD] = hw.price * gpus\n"
                              "output rate [GPU/s] = 1 / (load * 1 [s] / gpus - 0)\n"
                              "check fits = power <= cap\n";
  struct world world;
  struct memory memory;
  struct buffer expected;
  char text[4096];
  size_t head = strlen(header), size = head + 1, length;
  ask_open(&world, plain);
  memcpy(text, header, head);
  text[head] = '\n';
  for (unsigned i = 0; i < 40; i++) size += add_line(text + size, i);
  text[size] = 0;
  memory_open(&memory, NULL);
  buffer_open(&expected, &memory);
  check_run(&world, text, &expected);
  mls_stream_options options = options_of(header);
  mls_stream *stream;
  ck_assert_int_eq(mls_stream_new(world.model, NULL, &options, &stream), MLS_OK);
  mls_lines out = feed(stream, text + head + 1, size - head - 1, 2, 1);
  const char *first = mls_stream_head(stream, &length);
  ck_assert_uint_eq(length + out.length, expected.size);
  ck_assert(memcmp(first, expected.bytes, length) == 0);
  ck_assert(memcmp(out.bytes, expected.bytes + length, out.length) == 0);
  ck_assert_uint_gt(out.errors, 0);
  mls_stream_free(stream);
  buffer_close(&expected);
  memory_close(&memory);
  world_close(&world);
}
END_TEST

/* A call keeps so many messages and counts all. */
START_TEST(test_many_bad) {
  enum { ROWS = 3 * LIMIT_BAD };
  mls_stream_options options = options_of("gpus");
  struct opened opened = open_with(&options);
  char text[ROWS * 3 + 1];
  for (int i = 0; i < ROWS; i++) memcpy(text + 3 * i, "99\n", 3);
  mls_lines out = feed(opened.stream, text, ROWS * 3, 2, 1);
  ck_assert_uint_eq(out.bad, ROWS);
  ck_assert_uint_eq(out.messages, ROWS);
  ck_assert_ptr_nonnull(mls_stream_message(opened.stream, LIMIT_BAD - 1));
  ck_assert_ptr_null(mls_stream_message(opened.stream, LIMIT_BAD));
  close_all(&opened);
}
END_TEST

/* What the batch below refuses is told as the stream's own. */
START_TEST(test_too_many_steps) {
  struct world world;
  mls_stream *stream;
  ask_open(&world, "input a = 1 in 0..9\ntable t for row in 1..600000\n  x = a * row + 1\n"
                   "output all = sum(t.x)\n");
  mls_stream_options options = options_of("a");
  ck_assert_int_eq(mls_stream_new(world.model, NULL, &options, &stream), MLS_LIMIT);
  ck_assert_str_eq(mls_stream_message(stream, 0)->text,
                   "a batch of this model takes more than 1048576 steps (LIMIT_STEPS)");
  mls_stream_free(stream);
  world_close(&world);
}
END_TEST

Suite *suite_stream(void) {
  Suite *suite = suite_create("stream");
  TCase *tests = tcase_create("all");
  tcase_set_timeout(tests, 300);
  tcase_add_test(tests, test_head);
  tcase_add_test(tests, test_rows);
  tcase_add_test(tests, test_careful_rows);
  tcase_add_test(tests, test_counts);
  tcase_add_test(tests, test_cells);
  tcase_add_test(tests, test_comma);
  tcase_add_test(tests, test_refused);
  tcase_add_test(tests, test_arguments);
  tcase_add_test(tests, test_fuzz);
  tcase_add_test(tests, test_pieces);
  tcase_add_test(tests, test_windows);
  tcase_add_test(tests, test_run);
  tcase_add_test(tests, test_many_bad);
  tcase_add_test(tests, test_too_many_steps);
  suite_add_tcase(suite, tests);
  return suite;
}
