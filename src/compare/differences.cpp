#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "compare/slots.h"
#include "jetmeter/compare.h"

namespace jetmeter {
namespace {

constexpr std::string_view kUnknown = "-";

// Options that decide what was measured, not how well it went.
constexpr std::array<std::string_view, 12> kBlockingOptions{
    "scenario", "streams", "rate",   "when-busy", "queue-limit", "count",
    "batch",    "shape",   "copies", "find-rate", "bound",       "schedule"};

std::string or_unknown(const std::string& text) {
  return text.empty() ? std::string(kUnknown) : text;
}
template <typename T>
std::string or_unknown(const std::optional<T>& value) {
  return value ? or_unknown(fmt::format("{}", *value)) : std::string(kUnknown);
}

std::string megahertz(const std::optional<std::uint64_t>& hertz) {
  return hertz ? fmt::format("{:.0f} MHz", static_cast<double>(*hertz) / 1e6)
               : std::string(kUnknown);
}

std::string gpus(const Machine& machine) {
  std::string text;
  for (const auto& gpu : machine.gpus) text += (text.empty() ? "" : ", ") + gpu.name;
  return text.empty() ? "none" : text;
}

std::string drivers(const Machine& machine) {
  std::string text;
  for (const auto& gpu : machine.gpus)
    if (gpu.driver) text += (text.empty() ? "" : ", ") + *gpu.driver;
  return or_unknown(text);
}

std::string board(const Machine& machine) {
  if (!machine.board) return "no board";
  return machine.board->module ? *machine.board->module : or_unknown(machine.board->model);
}

std::string jetpack(const Machine& machine) {
  return machine.board
             ? or_unknown(machine.board->jetpack ? machine.board->jetpack : machine.board->l4t)
             : std::string(kUnknown);
}

std::string locked(const Machine& machine) {
  const auto& known = machine.clocks.locked;
  return known ? (*known ? "yes" : "no") : std::string(kUnknown);
}

// Gathers facts of all runs, and keeps those that differ.
class Table {
 public:
  explicit Table(std::span<const ComparedRun> runs) : runs_(runs) {}

  using Fact = std::function<std::string(const ComparedRun&)>;
  void add(std::string what, bool blocking, const Fact& fact) {
    Difference row{std::move(what), {}, blocking};
    std::set<std::string> known;
    for (const auto& run : runs_) {
      row.values.push_back(or_unknown(fact(run)));
      if (row.values.back() != kUnknown) known.insert(row.values.back());
    }
    const bool differs =
        std::ranges::any_of(row.values, [&](const auto& v) { return v != row.values.front(); });
    if (!differs) return;
    row.blocking = blocking && known.size() > 1;
    rows_.push_back(std::move(row));
  }
  void machine(std::string what, bool blocking, std::string (*fact)(const Machine&)) {
    add(std::move(what), blocking,
        [&](const ComparedRun& run) { return fact(run.record.machine); });
  }
  std::vector<Difference> take() { return std::move(rows_); }

 private:
  std::span<const ComparedRun> runs_;
  std::vector<Difference> rows_;
};

void add_machine(Table& table) {
  table.machine("board", true, board);
  table.machine("cpu", true, [](const Machine& m) { return or_unknown(m.cpu); });
  table.machine("cores online", true, [](const Machine& m) {
    return m.cores > 0 ? std::to_string(m.cores) : std::string(kUnknown);
  });
  table.machine("gpu", true, gpus);
  table.machine("memory architecture", true,
                [](const Machine& m) { return std::string(name(m.memory_architecture)); });
  table.machine("power mode", true, [](const Machine& m) { return or_unknown(m.power_mode); });
  table.machine("clocks locked", false, locked);
  table.machine("governor", false, [](const Machine& m) { return or_unknown(m.governor); });
  table.machine("cpu clock cap", false,
                [](const Machine& m) { return megahertz(m.clocks.caps.cpu_hz); });
  table.machine("gpu clock cap", false,
                [](const Machine& m) { return megahertz(m.clocks.caps.gpu_hz); });
  table.machine("emc clock cap", false,
                [](const Machine& m) { return megahertz(m.clocks.caps.emc_hz); });
  table.machine("fan profile", false, [](const Machine& m) { return or_unknown(m.fan_profile); });
  table.machine("memory", false, [](const Machine& m) {
    return m.memory_total_bytes ? format_bytes(*m.memory_total_bytes) : std::string(kUnknown);
  });
  table.machine("kernel", false, [](const Machine& m) { return or_unknown(m.kernel); });
  table.machine("jetpack", false, jetpack);
  table.machine("gpu driver", false, drivers);
}

std::string shapes(const std::vector<TensorSpec>& tensors) {
  std::string text;
  for (const auto& tensor : tensors)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name(tensor.type),
                        format_shape(tensor.shape));
  return or_unknown(text);
}

std::string options(const BackendRecord& backend) {
  std::string text;
  for (const auto& [key, value] : backend.options)
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, value);
  return text.empty() ? "none" : text;
}

std::string pipeline(const SlotRecord& slot) {
  if (!slot.pipeline) return std::string(kUnknown);
  const auto& p = *slot.pipeline;
  return fmt::format("{} {} {} {} {}x{} conf {} iou {}", p.kind, p.head, p.fit, p.channels,
                     p.input_width, p.input_height, p.confidence, p.iou);
}

std::string source(const SlotRecord& slot) {
  if (!slot.source) return std::string(kUnknown);
  const auto& s = *slot.source;
  return fmt::format("{}={} {}x{}", s.kind, s.location, s.width, s.height);
}

// The i-th measured slot of each run, where all runs measured as many.
using SlotFact = std::function<std::string(const SlotRecord&)>;
Table::Fact of_slot(std::size_t index, const SlotFact& fact) {
  return [index, fact](const ComparedRun& run) {
    const auto slots = measured_slots(run.record);
    return index < slots.size() ? fact(*slots[index]) : std::string(kUnknown);
  };
}

SlotFact of_model(std::string (*fact)(const ModelRecord&)) {
  return [fact](const SlotRecord& slot) {
    return slot.model ? fact(*slot.model) : std::string(kUnknown);
  };
}
SlotFact of_backend(std::string (*fact)(const BackendRecord&)) {
  return [fact](const SlotRecord& slot) {
    return slot.backend ? fact(*slot.backend) : std::string(kUnknown);
  };
}

void add_slot(Table& table, const std::string& prefix, std::size_t index) {
  const auto add = [&](std::string_view what, bool blocking, const SlotFact& fact) {
    table.add(prefix + std::string(what), blocking, of_slot(index, fact));
  };
  add("model", false, of_model([](const ModelRecord& m) {
        return m.sha256.empty()
                   ? or_unknown(m.path)
                   : fmt::format("{} ({})", std::filesystem::path(m.path).filename().string(),
                                 m.sha256.substr(0, 12));
      }));
  add("what is timed", true, [](const SlotRecord& slot) {
    if (slot.load && slot.load->turns.value_or(0) > 0)
      return std::string("inferences, in turn with another run");
    return std::string(slot.pipeline ? "frames through a pipeline" : "inferences");
  });
  add("inputs", true, of_model([](const ModelRecord& m) { return shapes(m.inputs); }));
  add("outputs", false, of_model([](const ModelRecord& m) { return shapes(m.outputs); }));
  add("backend", false,
      of_backend([](const BackendRecord& b) { return fmt::format("{} {}", b.name, b.version); }));
  add("device", false, of_backend([](const BackendRecord& b) { return b.device; }));
  add("precision", true, of_backend([](const BackendRecord& b) { return b.precision; }));
  add("threads", false, of_backend([](const BackendRecord& b) {
        return b.threads > 0 ? std::to_string(b.threads) : std::string("the runtime's choice");
      }));
  add("backend options", false, of_backend(options));
  add("pipeline", false, pipeline);
  add("source", false, source);
  add("energy measured at", false, [](const SlotRecord& slot) {
    return slot.energy ? slot.energy->rail : std::string(kUnknown);
  });
  add("thermal state", false, [](const SlotRecord& slot) {
    return slot.thermal ? std::string(name(slot.thermal->verdict)) : std::string(kUnknown);
  });
}

std::string option_value(const Record& record, const std::string& key) {
  std::string text;
  for (const auto& [option, value] : record.run.config)
    if (option == key) text += (text.empty() ? "" : ", ") + value;
  return or_unknown(text);
}

// Empty: it was no load.
std::vector<LoadCondition> conditions_of(const ComparedRun& run) {
  for (const auto* slot : measured_slots(run.record))
    if (slot->load) return load_conditions(*slot->load, run.record.run.config);
  return {};
}

// Of loads: what was offered, which options may say in more than one way, or not at all. The names
// of the options that this answers for; none where a run was no load.
std::set<std::string> add_load(Table& table, std::span<const ComparedRun> runs) {
  std::set<std::string> told;
  if (!std::ranges::all_of(runs, [](const auto& run) { return !conditions_of(run).empty(); }))
    return told;
  for (const auto& condition : conditions_of(runs.front())) {
    told.insert(condition.option);
    table.add("--" + condition.option, true, [&](const ComparedRun& run) {
      const auto all = conditions_of(run);
      return std::ranges::find(all, condition.option, &LoadCondition::option)->value;
    });
  }
  return told;
}

void add_options(Table& table, std::span<const ComparedRun> runs) {
  const auto told = add_load(table, runs);
  std::vector<std::string> keys;
  for (const auto& run : runs)
    for (const auto& [key, value] : run.record.run.config)
      if (!told.contains(key) && std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  for (const auto& key : keys) {
    const bool blocking =
        std::ranges::find(kBlockingOptions, std::string_view(key)) != kBlockingOptions.end();
    table.add("--" + key, blocking,
              [&](const ComparedRun& run) { return option_value(run.record, key); });
  }
}

std::string disturbances(const ComparedRun& run) {
  std::set<std::string> codes;
  for (const auto& disturbance : run.record.run.disturbances) codes.insert(disturbance.code);
  std::string text;
  for (const auto& code : codes) text += (text.empty() ? "" : ", ") + code;
  return text.empty() ? "none" : text;
}

}  // namespace

std::vector<Difference> differences(std::span<const ComparedRun> runs) {
  Table table(runs);
  add_machine(table);
  const auto slots_of = [](const ComparedRun& run) { return measured_slots(run.record); };
  const bool lone =
      std::ranges::all_of(runs, [&](const ComparedRun& run) { return slots_of(run).size() == 1; });
  table.add("slots", !lone, [&](const ComparedRun& run) { return names_of(slots_of(run)); });
  std::size_t count = 0;
  for (const auto& run : runs) count = std::max(count, slots_of(run).size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto named = std::ranges::find_if(
        runs, [&](const ComparedRun& run) { return slots_of(run).size() > i; });
    add_slot(table, lone ? "" : slots_of(*named)[i]->name + ": ", i);
  }
  add_options(table, runs);
  table.add("disturbances", false, disturbances);
  table.add("run", false, [](const ComparedRun& run) { return run.record.run.verdict; });
  table.add("jetmeter", false, [](const ComparedRun& run) {
    return fmt::format("{} ({})", run.record.run.tool_version, run.record.run.tool_git);
  });
  return table.take();
}

}  // namespace jetmeter
