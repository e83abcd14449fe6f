// A calculation inside a C++ program: handles that free themselves, failures as exceptions, sheets
// and registries from memory. Built against the installed library, by pkg-config and by CMake, and
// run by the tests; examples/embed_cpp.txt is what it prints.
//
//   c++ -std=c++17 embed.cpp $(pkg-config --cflags --libs mlsysim) -o embed
#include <mlsysim.h>

#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

// ---- the wrapper: as much as this program needs ------------------------------------------------

using Texts = std::map<std::string, std::string>; // "sheet rental" -> its bytes

struct Closer {
  void operator()(mls_book *book) const { mls_close(book); }
  void operator()(mls_values *values) const { mls_values_free(values); }
};
using Book = std::unique_ptr<mls_book, Closer>;
using Values = std::unique_ptr<mls_values, Closer>;

[[noreturn]] void refuse(mls_status status, const mls_message *message) {
  throw std::runtime_error(std::string(mls_status_word(status)) +
                           (message ? std::string(": ") + message->text : ""));
}

void must(mls_status status, const Book &book) {
  if (status != MLS_OK) refuse(status, mls_book_message(book.get(), 0));
}

void must(mls_status status, const Values &values) {
  if (status != MLS_OK) refuse(status, mls_values_message(values.get(), 0));
}

// No exception may cross the library, which is C: a hook tells failures by its status.
mls_status find_text(void *context, const char *kind, const char *name, size_t nth,
                     const char **bytes, size_t *size, const char **shown) noexcept try {
  const Texts &texts = *static_cast<const Texts *>(context);
  const auto found = texts.find(std::string(kind) + ' ' + name);
  if (nth > 0 || found == texts.end()) return MLS_NAME;
  *bytes = found->second.data();
  *size = found->second.size();
  *shown = name;
  return MLS_OK;
} catch (const std::bad_alloc &) {
  return MLS_MEMORY;
}

mls_status append(void *context, const void *bytes, size_t size) noexcept try {
  static_cast<std::string *>(context)->append(static_cast<const char *>(bytes), size);
  return MLS_OK;
} catch (const std::bad_alloc &) {
  return MLS_MEMORY;
}

// The book borrows the texts: they must outlive it.
Book open_book(Texts &texts) {
  mls_options options{};
  options.size = sizeof options;
  options.find = find_text;
  options.find_context = &texts;
  mls_book *raw = nullptr;
  const mls_status status = mls_open(&options, &raw);
  Book book(raw);
  must(status, book);
  return book;
}

Values new_values(const mls_model *model) {
  mls_values *raw = nullptr;
  if (const mls_status status = mls_values_new(model, nullptr, &raw); status != MLS_OK)
    refuse(status, nullptr);
  return Values(raw);
}

// A number in the unit that the sheet writes.
double number(const mls_model *model, const Values &values, const char *path) {
  size_t cell = 0;
  mls_cell about{};
  double si = 0;
  if (mls_cell_find(model, path, &cell) != MLS_OK) throw std::out_of_range(path);
  mls_cell_about(model, cell, &about, sizeof about);
  if (mls_get(values.get(), cell, 0, &si) != MLS_OK) {
    mls_cell_error error{};
    must(mls_error(values.get(), cell, 0, &error), values);
    throw std::domain_error(std::string(path) + ": " + error.message);
  }
  return si / about.factor;
}

std::string report(const mls_model *model, const Values &values, const char *form) {
  const mls_run run{ "base", values.get() };
  mls_report wanted{};
  wanted.size = sizeof wanted;
  wanted.form = form;
  wanted.date = "2026-11-25"; // this registry has no facts, so no date of its own
  wanted.runs = &run;
  wanted.run_count = 1;
  std::string text;
  must(mls_export(model, &wanted, append, &text), values);
  return text;
}

// ---- the program -------------------------------------------------------------------------------

Texts made_texts() {
  return {
    { "registry units", "unit,definition,kind,differs,note\n"
                        "USD,,base,,\n"
                        "s,,base,,\n"
                        "GPU,,count,,\n"
                        "h,3600 s,,,\n"
                        "month,730 h,,,\n"
                        "kUSD,1000 USD,,,\n" },
    { "sheet rental",
      "sheet rental  # A rented group of cards\n"
      "input cards [GPU]        = 2 in 1..64 by 1        # Cards rented\n"
      "input rate [USD/h/GPU]   = 2 in 0..100            # Rent of one, an example\n"
      "input budget [kUSD/month] = 10 in 0..1000         # What may be spent\n"
      "output bill [kUSD/month] = rate * cards           # Rent\n"
      "check paid               = bill <= budget         # It is within the budget\n" },
  };
}

void calculate() {
  Texts texts = made_texts();
  const Book book = open_book(texts);
  mls_model *model = nullptr;
  must(mls_model_open(book.get(), "rental", &model), book);
  const Values values = new_values(model);
  for (const char *cards : { "2", "8", "100" }) {
    try {
      must(mls_set(values.get(), "cards", cards), values);
      std::cout << cards << " cards: " << number(model, values, "bill") << " kUSD/month\n";
    } catch (const std::runtime_error &error) {
      std::cout << cards << " cards are refused: " << error.what() << '\n';
    }
  }
  std::cout << '\n' << report(model, values, "text");
}

} // namespace

int main() {
  try {
    calculate();
    return 0;
  } catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
