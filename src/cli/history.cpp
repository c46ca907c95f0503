#include "jetmeter/history.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/history_groups.h"
#include "cli/history_option.h"
#include "cli/history_plot.h"
#include "cli/history_request.h"
#include "cli/history_tables.h"
#include "cli/read_record.h"
#include "jetmeter/report.h"

namespace jetmeter {
namespace {

// What an action works with.
struct Desk {
  const HistoryRequest& request;
  HistoryFilter filter;
  HistoryStore& store;
  Terminal& terminal;
  Record to_add;  // of the action `add`
  bool json() const { return request.format == "json"; }
};

// The rows with these metrics beside them.
Result<std::vector<HistoryEntry>> entries_with(Desk& desk, const std::vector<std::string>& names) {
  const auto rows = desk.store.rows(desk.filter);
  if (!rows) return tl::make_unexpected(rows.error());
  std::vector<HistoryEntry> entries;
  std::map<std::pair<std::int64_t, std::string>, std::size_t> places;
  for (const auto& row : *rows) {
    places[{row.id, row.slot}] = entries.size();
    entries.push_back({row, {}});
  }
  for (const auto& name : names) {
    const auto values = desk.store.metric(name, desk.filter);
    if (!values) return tl::make_unexpected(values.error());
    for (const auto& value : *values) {
      const auto place = places.find({value.row.id, value.row.slot});
      if (place != places.end()) entries[place->second].metrics[name] = value.value;
    }
  }
  return entries;
}

Result<ExitCode> list(Desk& desk) {
  const std::vector<std::string> shown{"latency_ms.p50", "throughput_fps", "memory.peak_bytes"};
  const auto entries = entries_with(desk, shown);
  if (!entries) return tl::make_unexpected(entries.error());
  desk.terminal.print(desk.json() ? history_json(*entries) : history_table(*entries, shown));
  return ExitCode::done;
}

Result<ExitCode> metrics(Desk& desk) {
  const auto names = desk.store.metric_names();
  if (!names) return tl::make_unexpected(names.error());
  if (desk.json())
    desk.terminal.print(nlohmann::ordered_json{{"metrics", *names}}.dump(2) + "\n");
  else
    desk.terminal.print(fmt::format("{}{}", fmt::join(*names, "\n"), names->empty() ? "" : "\n"));
  return ExitCode::done;
}

Result<ExitCode> export_rows(Desk& desk) {
  const auto names = desk.store.metric_names();
  if (!names) return tl::make_unexpected(names.error());
  const auto entries = entries_with(desk, *names);
  if (!entries) return tl::make_unexpected(entries.error());
  desk.terminal.print(desk.json()                      ? history_json(*entries)
                      : desk.request.format == "jsonl" ? history_json_lines(*entries)
                                                       : history_csv(*entries, *names));
  return ExitCode::done;
}

// The run that was asked for; "latest" is the newest that the filters leave.
Result<std::string> run_of(Desk& desk) {
  if (desk.request.subject != "latest") return desk.request.subject;
  desk.filter.limit = 1;
  const auto rows = desk.store.rows(desk.filter);
  if (!rows) return tl::make_unexpected(rows.error());
  if (rows->empty()) return fail("no run matches, so there is no latest one");
  return std::to_string(rows->front().id);
}

Result<ExitCode> show(Desk& desk) {
  const auto run = run_of(desk);
  if (!run) return tl::make_unexpected(run.error());
  const auto json = desk.store.record_json(*run);
  if (!json) return tl::make_unexpected(json.error());
  if (desk.json()) {
    desk.terminal.print(*json);
    return ExitCode::done;
  }
  const auto record = record_from_json(*json);
  if (!record)
    return fail(fmt::format("run {} as it was stored: {}", in_quotes(*run), record.error().what));
  const auto format = std::ranges::find(formats(), std::string_view("text"),
                                        [](const Format* f) { return f->name; });
  desk.terminal.print((*format)->render(*record, {.color = desk.terminal.color_on_stdout()}));
  return ExitCode::done;
}

Result<ExitCode> add(Desk& desk) {
  const auto& host = desk.request.filter.host;
  const auto id = desk.store.add(desk.to_add, host.empty() ? host_name() : host);
  if (!id) return tl::make_unexpected(id.error());
  desk.terminal.note(fmt::format("added as run {}", *id));
  return ExitCode::done;
}

Result<ExitCode> remove(Desk& desk) {
  const auto removed = desk.store.remove(desk.request.subject);
  if (!removed) return tl::make_unexpected(removed.error());
  desk.terminal.note("removed " + in_quotes(desk.request.subject));
  return ExitCode::done;
}

// Newest first, at least one.
Result<std::vector<HistoryValue>> values_of(Desk& desk) {
  const auto& name = desk.request.subject;
  auto values = desk.store.metric(name, desk.filter);
  if (!values || !values->empty()) return values;
  const auto names = desk.store.metric_names();
  if (!names) return tl::make_unexpected(names.error());
  if (std::ranges::find(*names, name) != names->end())
    return fail(fmt::format("no run that matches has the metric {}", in_quotes(name)));
  const auto near = closest(name, *names);
  return fail(fmt::format("no run has the metric {}{}; 'jetmeter history metrics' lists them",
                          in_quotes(name), near ? "; did you mean " + *near + "?" : ""));
}

std::vector<HistoryEntry> as_entries(std::span<const HistoryValue> values,
                                     const std::string& metric) {
  std::vector<HistoryEntry> entries;
  for (const auto& [row, value] : values) entries.push_back({row, {{metric, value}}});
  return entries;
}

std::vector<HistoryEntry> rows_of(const std::vector<std::vector<HistoryEntry>>& groups) {
  std::vector<HistoryEntry> rows;
  for (const auto& group : groups) rows.insert(rows.end(), group.begin(), group.end());
  return rows;
}

// The best of each group of runs that may be compared.
Result<ExitCode> best(Desk& desk) {
  const auto& name = desk.request.subject;
  auto better = metric_facts(name).better;
  if (desk.request.lowest) better = Better::lower;
  if (desk.request.highest) better = Better::higher;
  if (!better)
    return fail(fmt::format("which way {} is better is not known; say --lowest or --highest",
                            in_quotes(name)));
  const auto limit = desk.filter.limit;
  desk.filter.limit = 0;
  auto values = values_of(desk);
  if (!values) return tl::make_unexpected(values.error());
  std::ranges::stable_sort(*values, [&](const auto& a, const auto& b) {
    return better == Better::lower ? a.value < b.value : a.value > b.value;
  });
  auto groups = comparable_groups(as_entries(*values, name));
  for (auto& group : groups)
    if (limit > 0 && static_cast<std::size_t>(limit) < group.size())
      group.resize(static_cast<std::size_t>(limit));
  desk.terminal.print(desk.json() ? history_json(rows_of(groups))
                                  : history_group_tables(groups, {name}));
  return ExitCode::done;
}

bool terminal_speaks_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = std::getenv(name) ? std::getenv(name) : "";
    if (value.empty()) continue;
    return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos;
  }
  return false;
}

std::string picture(const std::vector<HistoryValue>& values, const std::string& metric) {
  std::vector<PlotPoint> points;
  std::set<std::string> models, hosts;
  for (const auto& [row, value] : values) {
    points.push_back({row.started, value});
    models.insert(row.model);
    hosts.insert(row.host);
  }
  winsize size{};
  PlotOptions options;
  options.facts = metric_facts(metric);
  options.unicode = terminal_speaks_utf8();
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    options.columns = std::min<std::size_t>(size.ws_col, 160);
  auto text = fmt::format(
      "{}, {} run{}, median {} ({})\n", metric, points.size(), points.size() == 1 ? "" : "s",
      metric_text(median_of(points), options.facts), options.unicode ? "┄" : "-");
  if (models.size() > 1 || hosts.size() > 1)
    text += fmt::format("of {} models on {} machines; --model and --host narrow it down\n",
                        models.size(), hosts.size());
  if (const auto mixed = what_differs(as_entries(values, metric)); !mixed.empty())
    text += fmt::format("not to be compared: they differ in {}; filters narrow it down\n", mixed);
  return text + plot(points, options);
}

Result<ExitCode> trend(Desk& desk) {
  const auto& name = desk.request.subject;
  auto values = values_of(desk);
  if (!values) return tl::make_unexpected(values.error());
  std::ranges::reverse(*values);  // as time goes
  const auto groups = comparable_groups(as_entries(*values, name));
  const bool drawn = desk.request.format.empty() && isatty(STDOUT_FILENO) == 1;
  desk.terminal.print(desk.json() ? history_json(rows_of(groups))
                      : drawn     ? picture(*values, name)
                                  : history_group_tables(groups, {name}));
  return ExitCode::done;
}

struct HistoryAction {
  std::string_view name;
  Result<ExitCode> (*act)(Desk&);
  bool creates = false;
  std::int64_t usual_limit = 0;
};
constexpr HistoryAction kActions[] = {{"list", list, false, 20}, {"show", show},
                                      {"best", best, false, 10}, {"trend", trend},
                                      {"metrics", metrics},      {"export", export_rows},
                                      {"add", add, true},        {"remove", remove}};

Result<ExitCode> history(const HistoryRequest& request, bool limit_is_typed, Terminal& terminal) {
  auto filter = history_filter(request, system_clock().wall());
  if (!filter) return tl::make_unexpected(filter.error());
  const auto place = chosen_history(request.db);
  if (!place) return fail("the history is turned off, or has no place; name one with --db");
  const auto* action = std::ranges::find(kActions, request.action, &HistoryAction::name);
  if (!limit_is_typed) filter->limit = action->usual_limit;
  // Before the store is opened: a wrong request makes none.
  auto to_add = request.action == "add" ? read_record(request.subject) : Result<Record>(Record{});
  if (!to_add) return tl::make_unexpected(to_add.error());
  HistoryOptions options;
  options.create = action->creates;
  options.write = action->creates || action->name == "remove";
  const auto store = open_history(*place, options);
  if (!store) return tl::make_unexpected(store.error());
  Desk desk{request, *filter, **store, terminal, std::move(*to_add)};
  return action->act(desk);
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto request = std::make_shared<HistoryRequest>();
  add_history_options(app, *request);
  app.footer(
      "Examples:\n"
      "  jetmeter history --model 'yolo*' --since 7d\n"
      "  jetmeter history trend latency_ms.p50 --model yolo11n.onnx --board '*Orin Nano*'\n"
      "  jetmeter history best energy.joules_per_frame --precision int8\n"
      "  jetmeter history show latest\n"
      "  jetmeter history export --format csv --since 2026-01-31 > runs.csv");
  return [request, &app, terminal = invocation.terminal] {
    return history(*request, app.count("--limit") > 0, *terminal);
  };
}

}  // namespace

extern const Subcommand history_subcommand{
    "history", "the runs so far: list, show, best, trend, export", define};

}  // namespace jetmeter
