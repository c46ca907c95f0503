#include "cli/history_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "cli/number_checks.h"

namespace jetmeter {
namespace {

using std::chrono::days;

std::optional<WallTime> day(const std::string& text) {
  constexpr std::string_view kPattern = "0000-00-00";
  if (text.size() != kPattern.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kPattern[i] == '0' ? !digit : text[i] != kPattern[i]) return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year(std::stoi(text.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(std::stoi(text.substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(std::stoi(text.substr(8, 2))))};
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date).time_since_epoch());
}

// "2026-01-31T12:00:00Z" or without seconds.
std::optional<WallTime> moment_of_day(const std::string& text) {
  if (text.size() < 17 || text[10] != 'T' || !text.ends_with('Z')) return std::nullopt;
  const auto date = day(text.substr(0, 10));
  const auto clock = text.substr(11, text.size() - 12);
  const bool shaped = (clock.size() == 5 || clock.size() == 8) && clock[2] == ':' &&
                      (clock.size() == 5 || clock[5] == ':');
  if (!date || !shaped) return std::nullopt;
  int parts[3] = {0, 0, 0};
  for (std::size_t i = 0; 3 * i < clock.size(); ++i) {
    const char* begin = clock.data() + 3 * i;
    if (std::from_chars(begin, begin + 2, parts[i]).ptr != begin + 2) return std::nullopt;
  }
  if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59 || *std::ranges::min_element(parts) < 0)
    return std::nullopt;
  return *date + std::chrono::hours(parts[0]) + std::chrono::minutes(parts[1]) +
         std::chrono::seconds(parts[2]);
}

std::optional<WallTime> ago(const std::string& text, WallTime now) {
  static const std::map<std::string, std::chrono::minutes, std::less<>> kUnits{
      {"min", std::chrono::minutes(1)},
      {"h", std::chrono::hours(1)},
      {"d", days(1)},
      {"w", days(7)}};
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto unit = kUnits.find(std::string_view(end, text.data() + text.size()));
  constexpr int kMost = 100000;
  if (error != std::errc() || unit == kUnits.end() || number < 0 || number > kMost)
    return std::nullopt;
  return now - number * unit->second;
}

// "20.0" as "20", which is how rates are stored; a pattern as it is.
std::string as_stored(const std::string& rate) {
  double number = 0;
  const auto [end, error] = std::from_chars(rate.data(), rate.data() + rate.size(), number);
  const bool whole = error == std::errc() && end == rate.data() + rate.size();
  return whole ? fmt::format("{:.10g}", number) : rate;
}

constexpr const char* kFilters = "Which runs (* in a text stands for anything)";

void add_text(CLI::App& app, const char* name, std::string& value, const char* help) {
  app.add_option(name, value, help)->group(kFilters);
}

Result<void> check_format(const HistoryRequest& request) {
  const bool exporting = request.action == "export";
  const bool of_export = request.format == "csv" || request.format == "jsonl";
  if (!exporting && of_export)
    return fail(fmt::format("--format {} goes with 'jetmeter history export'", request.format));
  if (exporting && request.format == "text")
    return fail("'jetmeter history export' writes csv, json or jsonl");
  return {};
}

Result<void> check_subject(const HistoryRequest& request) {
  static const std::map<std::string, std::string> kNeeds{
      {"show", "RUN (its number, its name or latest)"},
      {"remove", "RUN (its number or its name)"},
      {"best", "METRIC"},
      {"trend", "METRIC"},
      {"add", "RUN_DIRECTORY"}};
  const auto needs = kNeeds.find(request.action);
  if (needs != kNeeds.end() && request.subject.empty())
    return fail(
        fmt::format("'jetmeter history {}' needs a {}{}", request.action, needs->second,
                    needs->second == "METRIC" ? "; 'jetmeter history metrics' lists them" : ""));
  if (needs == kNeeds.end() && !request.subject.empty())
    return fail(fmt::format("'jetmeter history {}' takes no {}", request.action,
                            in_quotes(request.subject)));
  if ((request.lowest || request.highest) && request.action != "best")
    return fail("--lowest and --highest go with 'jetmeter history best'");
  if (request.lowest && request.highest) return fail("give --lowest or --highest, not both");
  return {};
}

}  // namespace

void add_history_options(CLI::App& app, HistoryRequest& request) {
  app.add_option("action", request.action,
                 "list, show RUN, best METRIC, trend METRIC, metrics, export,\n"
                 "add RUN_DIRECTORY, remove RUN")
      ->check(
          CLI::IsMember({"list", "show", "best", "trend", "metrics", "export", "add", "remove"}))
      ->capture_default_str();
  app.add_option("subject", request.subject, "the run or the metric");
  app.add_option("--db", request.db,
                 "file or postgresql:// address (default: $JETMETER_HISTORY, else\n"
                 "~/.local/share/jetmeter/history.db)");
  auto& filter = request.filter;
  add_text(app, "--model", filter.model, "file name: yolo11n.onnx, yolo*");
  add_text(app, "--backend", filter.backend, "onnxruntime");
  add_text(app, "--precision", filter.precision, "fp16");
  add_text(app, "--scenario", filter.scenario, "of a bench: single, rate");
  add_text(app, "--threads", filter.threads, "of a bench: 4; 0: the runtime's choice");
  add_text(app, "--streams", filter.streams, "of a bench: 2");
  add_text(app, "--rate", filter.rate, "of a bench, a second: 30");
  add_text(app, "--batch", filter.batch, "of a bench: 8");
  add_text(app, "--shape", filter.shapes, "of the inputs: images=1x3x640x640, *640x640");
  add_text(app, "--board", filter.board, "*Orin Nano*");
  add_text(app, "--power-mode", filter.power_mode, "25W");
  add_text(app, "--slot", filter.slot, "rgb");
  add_text(app, "--subcommand", filter.subcommand, "detect");
  add_text(app, "--verdict", filter.verdict, "completed");
  add_text(app, "--host", filter.host, "name of the machine; for add: that the run was on");
  add_text(app, "--since", request.since, "7d, 12h, 2w, 2026-01-31, 2026-01-31T12:00Z");
  add_text(app, "--until", request.until, "the same");
  app.add_option("--limit", filter.limit, "so many, the newest; 0: all (default: list 20, best 10)")
      ->check(not_negative())
      ->group(kFilters);
  app.add_flag("--lowest", request.lowest, "for best: less is better");
  app.add_flag("--highest", request.highest, "for best: more is better");
  app.add_option("--format", request.format,
                 "text or json; for export csv (default), json or jsonl")
      ->check(CLI::IsMember({"text", "json", "csv", "jsonl"}))
      ->group("Output");
}

Result<WallTime> parse_moment(const std::string& text, WallTime now) {
  for (const auto& moment : {day(text), moment_of_day(text), ago(text, now)})
    if (moment) return *moment;
  return fail(fmt::format("{} is no time; write 7d, 12h, 2w, 2026-01-31 or 2026-01-31T12:00Z",
                          in_quotes(text)));
}

Result<HistoryFilter> history_filter(const HistoryRequest& request, WallTime now) {
  for (const auto& checked : {check_format(request), check_subject(request)})
    if (!checked) return tl::make_unexpected(checked.error());
  auto filter = request.filter;
  filter.rate = as_stored(filter.rate);
  if (!request.since.empty()) {
    const auto since = parse_moment(request.since, now);
    if (!since) return fail("--since: " + since.error().what);
    filter.since = *since;
  }
  if (!request.until.empty()) {
    const auto until = parse_moment(request.until, now);
    if (!until) return fail("--until: " + until.error().what);
    const bool whole_day = day(request.until).has_value();
    filter.until = whole_day ? *until + days(1) - std::chrono::microseconds(1) : *until;
  }
  if (filter.since && filter.until && *filter.since > *filter.until)
    return fail("--since is later than --until: no run can be found");
  return filter;
}

}  // namespace jetmeter
