#include "cli/predict_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMilli = 1e3;
constexpr std::size_t kLongestName = 44;
constexpr const char* kUnknown = "?";

std::string time_text(double seconds) {
  return format_duration(Nanoseconds(static_cast<std::int64_t>(seconds * 1e9)));
}

// Three significant figures with a prefix: "6.49 G".
std::string with_prefix(double value) {
  static constexpr std::array<const char*, 5> kPrefixes{"", "k", "M", "G", "T"};
  std::size_t i = 0;
  for (; value >= 999.5 && i + 1 < kPrefixes.size(); ++i) value /= 1000;
  const int digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}", value, digits, kPrefixes[i]);
}

std::string bytes_text(double bytes) {
  return format_bytes(static_cast<std::uint64_t>(bytes));
}

std::string energy_text(double joules) {
  if (joules < 1) return fmt::format("{:.3g} mJ", joules * kMilli);
  return fmt::format("{:.3g} J", joules);
}

std::string line(std::string_view title, std::string_view what) {
  return fmt::format("  {:<9} {}\n", title, what);
}

std::optional<bool> fits(const Prediction& prediction) {
  if (!prediction.memory_bytes || !prediction.memory_limit_bytes) return std::nullopt;
  return *prediction.memory_bytes <= *prediction.memory_limit_bytes;
}

std::string memory_text(const Prediction& prediction) {
  if (!prediction.memory_bytes) return "cannot be told: not every shape is known";
  auto text = bytes_text(*prediction.memory_bytes) + " of weights and activations";
  if (const auto fit = fits(prediction))
    text +=
        fmt::format(", {} {} that the board leaves to programs", *fit ? "fits into" : "more than",
                    bytes_text(*prediction.memory_limit_bytes));
  return text;
}

bool takes_time(const Prediction& prediction) {
  return prediction.seconds && prediction.seconds->mid > 0;
}

std::string headline(const PredictionView& view) {
  const auto& p = *view.prediction;
  const auto least = p.at_least ? "at least " : "";
  auto text =
      fmt::format("{} on {}{}, {}{}\n\n", view.model, p.target, p.mode.empty() ? "" : ", " + p.mode,
                  p.precision, view.batch == 1 ? "" : fmt::format(", batch {}", view.batch));
  text +=
      line("time", p.seconds ? fmt::format("{}{}   ({} to {})", least, time_text(p.seconds->mid),
                                           time_text(p.seconds->low), time_text(p.seconds->high))
                             : kUnknown);
  if (takes_time(p))
    text += line("rate", fmt::format("{}{:.3g} per second   ({:.3g} to {:.3g})",
                                     p.at_least ? "at most " : "", view.batch / p.seconds->mid,
                                     view.batch / p.seconds->high, view.batch / p.seconds->low));
  if (p.joules)
    text += line("energy", fmt::format("{}{} per inference, {:.1f} W   (an estimate)", least,
                                       energy_text(*p.joules), *p.watts));
  text += line("memory", memory_text(p));
  if (takes_time(p))
    text += line("work", fmt::format("{}FLOP at {}FLOP/s, {} moved", with_prefix(p.flops),
                                     with_prefix(p.flops / p.seconds->mid), bytes_text(p.bytes)));
  return text + line("kernels",
                     fmt::format("{} of {} layers; {} layers are free", view.fused->kernels.size(),
                                 view.fused->layers, view.fused->free_layers));
}

struct ClassShare {
  KernelClass kind = KernelClass::conv;
  int kernels = 0;
  double seconds = 0, flops = 0;
  std::array<double, 3> by_bottleneck{};
};

std::vector<ClassShare> shares_of(const PredictionView& view) {
  std::vector<ClassShare> shares(kKernelClasses);
  for (std::size_t i = 0; i < shares.size(); ++i) shares[i].kind = static_cast<KernelClass>(i);
  for (const auto& time : view.prediction->kernels) {
    if (!time.seconds) continue;
    const auto& kernel = view.fused->kernels[time.kernel];
    auto& share = shares[static_cast<std::size_t>(kernel.kind)];
    ++share.kernels;
    share.seconds += *time.seconds;
    share.flops += kernel.flops;
    share.by_bottleneck[static_cast<std::size_t>(time.bottleneck)] += *time.seconds;
  }
  std::erase_if(shares, [](const auto& share) { return share.kernels == 0; });
  std::ranges::sort(shares, std::greater(), &ClassShare::seconds);
  return shares;
}

// "62 / 3 / 35 %", of compute, bandwidth and overhead.
std::string bottlenecks_text(const ClassShare& share) {
  const auto percent = [&](std::size_t i) { return share.by_bottleneck[i] / share.seconds * 100; };
  return fmt::format("{:>3.0f} / {:>3.0f} / {:>3.0f}", percent(0), percent(1), percent(2));
}

std::string classes_text(const PredictionView& view) {
  const auto& p = *view.prediction;
  const auto shares = shares_of(view);
  if (shares.empty()) return "";
  std::string text = fmt::format("\nWhere the time goes\n  {:<10} {:>7} {:>10} {:>8}  {:>10}  {}\n",
                                 "class", "kernels", "time, ms", "share, %", "FLOP/s",
                                 "bound by compute / bandwidth / overhead, %");
  for (const auto& share : shares)
    text += fmt::format("  {:<10} {:>7} {:>10.3f} {:>8.1f}  {:>10}  {}\n", name(share.kind),
                        share.kernels, share.seconds * kMilli, share.seconds / p.seconds->mid * 100,
                        share.flops > 0 ? with_prefix(share.flops / share.seconds) : "-",
                        bottlenecks_text(share));
  return text;
}

std::vector<const KernelTime*> slowest(const PredictionView& view) {
  std::vector<const KernelTime*> times;
  for (const auto& time : view.prediction->kernels)
    if (time.seconds) times.push_back(&time);
  std::ranges::stable_sort(times,
                           [](const auto* a, const auto* b) { return *a->seconds > *b->seconds; });
  if (times.size() > static_cast<std::size_t>(view.top))
    times.resize(static_cast<std::size_t>(view.top));
  return times;
}

std::string cut(const std::string& text) {
  if (text.size() <= kLongestName) return text;
  return text.substr(0, kLongestName - 3) + "...";
}

std::string kernels_text(const PredictionView& view) {
  const auto times = slowest(view);
  if (times.empty()) return "";
  std::size_t width = 6;
  for (const auto* time : times)
    width = std::max(width, cut(view.fused->kernels[time->kernel].name).size());
  auto text =
      fmt::format("\nSlowest kernels\n  {:<{}} {:<10} {:>9} {:>8} {:>10}  {:<9}  {}\n", "kernel",
                  width, "class", "time, us", "share, %", "FLOP/s", "bound by", "operators");
  for (const auto* time : times) {
    const auto& kernel = view.fused->kernels[time->kernel];
    text += fmt::format("  {:<{}} {:<10} {:>9.1f} {:>8.1f} {:>10}  {:<9}  {}\n", cut(kernel.name),
                        width, name(kernel.kind), *time->seconds * 1e6,
                        *time->seconds / view.prediction->seconds->mid * 100,
                        kernel.flops > 0 ? with_prefix(kernel.flops / *time->seconds) : "-",
                        name(time->bottleneck), cut(kernel.ops));
  }
  return text;
}

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json times_json(const Prediction& p, int batch) {
  Json json;
  json["board"] = p.target;
  json["mode"] = p.mode.empty() ? Json(nullptr) : Json(p.mode);
  json["precision"] = p.precision;
  json["batch"] = batch;
  const auto milliseconds = [&](double LatencyBand::*part) {
    return p.seconds ? Json(*p.seconds.*part * kMilli) : Json(nullptr);
  };
  json["latency_ms"] = {{"low", milliseconds(&LatencyBand::low)},
                        {"mid", milliseconds(&LatencyBand::mid)},
                        {"high", milliseconds(&LatencyBand::high)}};
  json["at_least"] = p.at_least;
  json["throughput_per_second"] = takes_time(p) ? Json(batch / p.seconds->mid) : Json(nullptr);
  json["energy_joules"] = or_null(p.joules);
  json["power_watts"] = or_null(p.watts);
  // Of kernels without a cost neither is known.
  const bool nothing_known = p.at_least && !p.seconds;
  json["flops"] = nothing_known ? Json(nullptr) : Json(p.flops);
  json["moved_bytes"] = nothing_known ? Json(nullptr) : Json(p.bytes);
  json["memory_bytes"] = or_null(p.memory_bytes);
  json["memory_limit_bytes"] = or_null(p.memory_limit_bytes);
  json["fits"] = or_null(fits(p));
  json["rests_on"] = p.rests_on;
  return json;
}

Json kernel_json(const Kernel& kernel, const KernelTime& time) {
  Json json{{"name", kernel.name}, {"class", name(kernel.kind)}, {"operators", kernel.ops}};
  json["nodes"] = kernel.nodes;
  json["time_us"] = time.seconds ? Json(*time.seconds * 1e6) : Json(nullptr);
  if (!time.seconds) return json;
  json["compute_us"] = time.compute_seconds * 1e6;
  json["memory_us"] = time.memory_seconds * 1e6;
  json["overhead_us"] = time.overhead_seconds * 1e6;
  json["bottleneck"] = name(time.bottleneck);
  json["flops"] = kernel.flops;
  json["flops_per_second"] = kernel.flops / *time.seconds;
  return json;
}

// Names of nodes may be of any bytes.
std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// ---- tables of boards --------------------------------------------------------------------------

struct BoardWidths {
  std::size_t board = 5, mode = 4, time = 8, rate = 8, energy = 9;
};

// Figures that are bounds have a mark, and need the room.
BoardWidths widths_of(std::span<const BoardLine> lines) {
  constexpr std::size_t kMark = 3;
  BoardWidths widths;
  for (const auto& each : lines) {
    widths.board = std::max(widths.board, each.board.size());
    widths.mode = std::max(widths.mode, each.mode.size());
  }
  if (std::ranges::any_of(lines, [](const auto& each) {
        return each.prediction && each.prediction->seconds && each.prediction->at_least;
      }))
    for (auto* width : {&widths.time, &widths.rate, &widths.energy}) *width += kMark;
  return widths;
}

std::string fits_text(const Prediction& prediction) {
  const auto fit = fits(prediction);
  if (!fit) return kUnknown;
  return *fit ? "yes" : "no";
}

std::string board_figures(const Prediction& p, const BoardWidths& widths, int batch) {
  std::string time = kUnknown, band = kUnknown, rate = kUnknown, energy = "-";
  const auto* least = p.at_least ? ">= " : "";
  if (p.seconds) {
    time = fmt::format("{}{:.2f}", least, p.seconds->mid * kMilli);
    band = fmt::format("{:>7.2f} to {:>7.2f}", p.seconds->low * kMilli, p.seconds->high * kMilli);
  }
  if (takes_time(p))
    rate = fmt::format("{}{:.1f}", p.at_least ? "<= " : "", batch / p.seconds->mid);
  if (p.joules) energy = least + energy_text(*p.joules);
  return fmt::format("  {:>{}}  {:>18}  {:>{}}  {:>{}}  {:>6}  {}\n", time, widths.time, band, rate,
                     widths.rate, energy, widths.energy,
                     p.watts ? fmt::format("{:.1f}", *p.watts) : "-", fits_text(p));
}

std::string board_row(const BoardLine& row, const BoardWidths& widths, int batch) {
  const auto names = fmt::format("  {:<{}}  {:<{}}", row.board, widths.board,
                                 row.mode.empty() ? "-" : row.mode, widths.mode);
  if (!row.prediction) return names + "  no prediction: " + row.why + "\n";
  return names + board_figures(*row.prediction, widths, batch);
}

// Why times are bounds, or why there are none.
std::string unknown_note(const BoardsView& view) {
  const auto is_at = [&](bool least, bool timed) {
    return std::ranges::any_of(view.lines, [&](const auto& each) {
      return each.prediction && each.prediction->at_least == least &&
             each.prediction->seconds.has_value() == timed;
    });
  };
  std::string list;
  for (const auto& [op, count] : view.fused->unknown_operators)
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, op);
  if (list.empty()) list = "some layers";
  if (is_at(true, true))
    return fmt::format(
        "\nThe times of {} are not in the sums, as their cost is not known: times are at "
        "least (>=) and rates at most (<=) what stands here.\n",
        list);
  if (is_at(true, false))
    return fmt::format("\nNo time can be told, as the cost of {} is not known.\n", list);
  if (is_at(false, false))
    return "\nNo time can be told: every layer is free, and what a run itself takes is not "
           "known.\n";
  return "";
}

}  // namespace

std::string prediction_text(const PredictionView& view) {
  auto text = headline(view) + classes_text(view) + kernels_text(view) + "\nIt rests on\n";
  for (const auto& sentence : view.prediction->rests_on) text += "  " + sentence + "\n";
  return text;
}

std::string prediction_json(const PredictionView& view) {
  auto json = times_json(*view.prediction, view.batch);
  json["model"] = view.model;
  auto classes = Json::array();
  for (const auto& share : shares_of(view))
    classes.push_back({{"class", name(share.kind)},
                       {"kernels", share.kernels},
                       {"time_ms", share.seconds * kMilli},
                       {"flops", share.flops}});
  json["classes"] = classes;
  json["unknown_operators"] = view.fused->unknown_operators;
  auto kernels = Json::array();
  for (const auto& time : view.prediction->kernels)
    kernels.push_back(kernel_json(view.fused->kernels[time.kernel], time));
  json["kernels"] = kernels;
  return text_of(json);
}

std::string boards_text(const BoardsView& view) {
  const auto widths = widths_of(view.lines);
  std::string precision, text;
  for (const auto& each : view.lines) {
    text += board_row(each, widths, view.batch);
    if (each.prediction) precision = each.prediction->precision;
  }
  return fmt::format(
             "{}, {}, batch {}\n\n  {:<{}}  {:<{}}  {:>{}}  {:>18}  {:>{}}  {:>{}}  {:>6}  {}\n",
             view.model, precision, view.batch, "board", widths.board, "mode", widths.mode,
             "time, ms", widths.time, "low to high", "per s", widths.rate, "energy", widths.energy,
             "W", "fits") +
         text + unknown_note(view) +
         "\nEnergy and watts are estimates; times rest on efficiencies fitted on one board. For "
         "one board's reasons: --board.\n";
}

std::string boards_json(const BoardsView& view) {
  auto rows = Json::array();
  for (const auto& each : view.lines) {
    if (each.prediction) {
      rows.push_back(times_json(*each.prediction, view.batch));
      continue;
    }
    rows.push_back({{"board", each.board},
                    {"mode", each.mode.empty() ? Json(nullptr) : Json(each.mode)},
                    {"latency_ms", nullptr},
                    {"reason", each.why}});
  }
  return text_of({{"model", view.model},
                  {"unknown_operators", view.fused->unknown_operators},
                  {"boards", rows}});
}

}  // namespace jetmeter
