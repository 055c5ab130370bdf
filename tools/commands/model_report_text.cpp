#include <algorithm>
#include <functional>

#include "core/error.h"
#include "core/printable.h"
#include "tools/commands/model_report.h"
#include "tools/commands/published_size.h"
#include "tools/commands/text_table.h"
#include "tools/trainer/quantity.h"

namespace reprise {

namespace {

// ---- one model

std::string ledger_table(const Ledger& ledger) {
  TextTable table;
  const bool connections = ledger.connections() > 0;
  const auto row = [&](std::vector<std::string> cells, const std::string& last) {
    if (connections) cells.push_back(last);
    table.row(cells);
  };
  row({"", "one copy", "copies", "uses", "stored", "unshared", "multiply-adds"}, "connections");
  for (const LedgerEntry& e : ledger.entries) {
    row({e.component, grouped(e.size), grouped(e.copies), grouped(e.uses), grouped(e.stored()),
         grouped(e.unshared()), e.multiply_adds > 0 ? short_count(e.multiply_adds) : ""},
        grouped(e.connections));
  }
  table.rule();
  row({"all", "", "", "", grouped(ledger.stored()), grouped(ledger.unshared()),
       short_count(ledger.multiply_adds())}, grouped(ledger.connections()));
  return table.text();
}

std::string sentence_on_counts(const ModelReport& report) {
  const Workload& work = report.work;
  if (report.config.model.type == "sequential") {
    return "Counted: shared parameters once. uses: places of an image that take the same weights.\n"
           "unshared: if every unit had its own. multiply-adds: forward, an image. connections: every time\n"
           "that a unit takes an input or a bias.\n";
  }
  if (!report.config.model.is_encoder()) {
    const bool words = report.config.model.type == "lstm_lm";
    return fmt::format(
        "Counted: shared parameters once. unshared: if every use had its own copy{}.\n"
        "multiply-adds: forward, {} of {} tokens.\n", words ? ", at every time step" : "",
        words ? "a sequence" : "two sequences", grouped(work.length));
  }
  const std::string predicted = work.outputs ? "" : fmt::format(",\n{} of them predicted", work.predictions);
  return fmt::format(
      "Counted: {}.\n"
      "unshared: if every use had its own copy. multiply-adds: forward, a sequence of {} tokens{}. Without "
      "heads ({}) {} are stored.\n",
      counting_convention(report.config.model, work), grouped(work.length), predicted,
      report.config.model.encoder.albert() ? "AlbertModel" : "BertModel",
      grouped(report.ledger.base_model()));
}

// "12 M (Lan et al. 2019, Table 3): 11,683,584 with the pooler, without heads"
std::string published_size(const ModelReport& report) {
  const PublishedConfig& published = *report.config.published;
  const auto all = counting_conventions(report.ledger, *report.config.model.any_encoder());
  const auto match = matching_convention(published, all);
  std::string text = fmt::format("{} M ({}): ", published.parameters / 1'000'000,
                                 printable(published.source));
  if (match) return text + fmt::format("{} {}", grouped(match->count), match->name);
  const auto [least, most] = std::minmax_element(
      all.begin(), all.end(), [](const auto& a, const auto& b) { return a.count < b.count; });
  return text + fmt::format("no way of counting gives that; they give {} to {}", grouped(least->count),
                            grouped(most->count));
}

std::string memory_table(const ModelReport& report) {
  const MemoryEstimate& memory = report.memory;
  TextTable table;
  table.row({"weights", byte_size(memory.weights)});
  table.row({"packed for products", byte_size(memory.packed)});
  table.row({"gradients", byte_size(memory.gradients)});
  table.row({report.config.optimizer.type + " moments", byte_size(memory.optimizer)});
  table.row({"activations, about", byte_size(memory.activations)});
  table.row({"the program, about", byte_size(memory.program)});
  table.rule();
  table.row({"all", byte_size(memory.total())});
  return table.text();
}

std::string one_model(const ModelReport& report) {
  std::string text = printable(report.name);
  if (!report.config.description.empty()) text += ": " + printable(report.config.description);
  text += "\n\n" + ledger_table(report.ledger) + "\n" + sentence_on_counts(report);
  if (report.has_published_size()) text += "Published: " + published_size(report) + ".\n";
  if (report.config.model.any_encoder()) {
    text += "\nSets of weights by application of a layer; the same letter, the same weights:\n" +
            report.config.model.any_encoder()->sharing_picture() + "\n";
  }
  const std::string sequences = report.config.model.type == "sequential"
                                    ? "images"
                                    : fmt::format("sequences of {} tokens", grouped(report.work.length));
  return text + fmt::format("\nMemory to train with {} {} at a time:\n", grouped(report.work.sequences),
                            sequences) +
         memory_table(report);
}

// ---- several

using Reports = std::vector<ModelReport>;

// The components of all models, each in its place among the others.
std::vector<std::string> all_components(const Reports& reports) {
  std::vector<std::string> names;
  for (const ModelReport& report : reports) {
    auto at = names.begin();
    for (const LedgerEntry& entry : report.ledger.entries) {
      auto known = std::find(names.begin(), names.end(), entry.component);
      if (known == names.end()) known = names.insert(at, entry.component);
      at = known + 1;
    }
  }
  return names;
}

int64_t stored(const Ledger& ledger, const std::string& component) {
  for (const LedgerEntry& entry : ledger.entries) {
    if (entry.component == component) return entry.stored();
  }
  return 0;
}

class Comparison {
 public:
  explicit Comparison(const Reports& reports) : reports_(reports) {
    std::vector<std::string> cells = {""};
    for (const ModelReport& report : reports_) {
      cells.push_back(printable(report.name));
      if (cells.size() > 2) cells.emplace_back("ratio");
    }
    table_.row(cells);
  }

  // A number of each model, and the first one's ratio to it.
  void row(const std::string& label, const std::function<int64_t(const ModelReport&)>& number,
           std::string (*print)(int64_t) = grouped) {
    std::vector<std::string> cells = {label};
    const int64_t first = number(reports_[0]);
    for (const ModelReport& report : reports_) {
      const int64_t value = number(report);
      cells.push_back(print(value));
      if (cells.size() > 2) cells.push_back(ratio(first, value));
    }
    table_.row(cells);
  }
  void rule() { table_.rule(); }
  std::string text() const { return table_.text(); }

 private:
  const Reports& reports_;
  TextTable table_;
};

std::string comparison_table(const Reports& reports) {
  Comparison table(reports);
  for (const std::string& name : all_components(reports)) {
    table.row(name, [&](const ModelReport& r) { return stored(r.ledger, name); });
  }
  table.rule();
  table.row("parameters", [](const ModelReport& r) { return r.ledger.stored(); });
  table.row("if nothing were shared", [](const ModelReport& r) { return r.ledger.unshared(); });
  table.row("without heads", [](const ModelReport& r) { return r.ledger.base_model(); });
  if (reports[0].ledger.connections() > 0) {
    table.row("connections", [](const ModelReport& r) { return r.ledger.connections(); });
  }
  table.rule();
  table.row("weights", [](const ModelReport& r) { return r.memory.weights; }, byte_size);
  table.row("packed for products", [](const ModelReport& r) { return r.memory.packed; }, byte_size);
  table.row("gradients", [](const ModelReport& r) { return r.memory.gradients; }, byte_size);
  table.row("moments", [](const ModelReport& r) { return r.memory.optimizer; }, byte_size);
  table.row("activations, about", [](const ModelReport& r) { return r.memory.activations; },
            byte_size);
  table.row("the program, about", [](const ModelReport& r) { return r.memory.program; }, byte_size);
  table.row("memory in all, about", [](const ModelReport& r) { return r.memory.total(); },
            byte_size);
  table.rule();
  table.row("sequences at a time", [](const ModelReport& r) { return r.work.sequences; });
  table.row("tokens of a sequence", [](const ModelReport& r) { return r.work.length; });
  table.row("multiply-adds of one", [](const ModelReport& r) { return r.ledger.multiply_adds(); },
            short_count);
  return table.text();
}

// "110.1 M against 11.8 M parameters: …"
std::string headline(const Reports& reports) {
  std::vector<std::string> counts, names;
  for (const ModelReport& report : reports) {
    counts.push_back(short_count(report.ledger.stored()));
    names.push_back(printable(report.name));
  }
  const auto odd = std::find_if(reports.begin(), reports.end(), [](const ModelReport& report) {
    return !report.config.model.is_encoder() || report.work.outputs;
  });
  const ModelReport& any = odd == reports.end() ? reports[0] : *odd;
  return fmt::format("{} parameters: {}\n({})\n", fmt::join(counts, " against "),
                     fmt::join(names, " against "),
                     counting_convention(any.config.model, any.work));
}

std::string published_sizes(const Reports& reports) {
  std::string text;
  for (const ModelReport& report : reports) {
    if (!report.has_published_size()) continue;
    text += fmt::format("{}  {}\n", printable(report.name), published_size(report));
  }
  return text.empty() ? "" : "\nPublished sizes, and what is counted that gives them:\n" + text;
}

// A row for each: what fits on a screen of many.
std::string many_models(const Reports& reports) {
  TextTable table;
  const bool encoders = std::all_of(reports.begin(), reports.end(), [](const ModelReport& report) {
    return report.config.model.is_encoder() && !report.work.outputs;
  });
  table.row({"", "parameters", "if nothing were shared", "without heads", "multiply-adds"});
  for (const ModelReport& report : reports) {
    table.row({printable(report.name), grouped(report.ledger.stored()),
               grouped(report.ledger.unshared()), grouped(report.ledger.base_model()),
               short_count(report.ledger.multiply_adds())});
  }
  return fmt::format("{}({})\n", table.text(),
                     encoders ? kCountingConvention : "shared parameters counted once") +
         published_sizes(reports);
}

std::string several_models(const Reports& reports) {
  std::string text = headline(reports) + "\n" + comparison_table(reports) + published_sizes(reports);
  bool said = false;
  for (const ModelReport& report : reports) {
    const EncoderConfig* encoder = report.config.model.any_encoder();
    if (!encoder) continue;
    if (!said) text += "\nSets of weights by application of a layer; the same letter, the same weights:\n";
    said = true;
    text += fmt::format("{}\n{}\n", printable(report.name), encoder->sharing_picture());
  }
  return text;
}

}  // namespace

std::string report_text(const std::vector<ModelReport>& reports) {
  if (reports.empty()) throw UsageError("report: of no model");
  constexpr size_t kMostSideBySide = 4;
  if (reports.size() == 1) return one_model(reports[0]);
  return reports.size() <= kMostSideBySide ? several_models(reports) : many_models(reports);
}

}  // namespace reprise
