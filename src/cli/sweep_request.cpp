#include "cli/sweep_request.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "cli/number_checks.h"

namespace jetmeter {
namespace {

// Lists of these are axes without further words.
std::vector<std::pair<std::string, std::string>> listed(const BenchOptions& o) {
  return {
      {"backend", o.backend}, {"threads", o.threads}, {"batch", o.batch}, {"streams", o.streams}};
}

Result<void> add_axis(std::vector<SweepAxis>& axes, std::string option, std::string_view text) {
  auto values = sweep_values(text);
  if (!values) return fail(fmt::format("--{}: {}", option, values.error().what));
  if (values->size() > 1) axes.push_back({std::move(option), std::move(*values)});
  return {};
}

Result<void> read_file(const BenchSweepOptions& o, SweepRequest& request) {
  if (o.file.empty()) return {};
  const auto text = read_document(o.file);
  if (!text) return fail(fmt::format("there is no file {}", in_quotes(o.file)));
  auto file = parse_sweep(*text);
  if (!file) return fail(fmt::format("{}: {}", in_quotes(o.file), file.error().what));
  request.axes = std::move(file->axes);
  for (auto& axis : request.axes)
    if (axis.option == "model") axis.option.clear();
  request.options = std::move(file->options);
  request.cool_down = file->cool_down;
  return {};
}

Result<void> read_words(const BenchOptions& options, const BenchSweepOptions& o,
                        SweepRequest& request) {
  auto& axes = request.axes;
  if (options.models.size() > 1) axes.push_back({"", options.models});
  for (auto& [option, text] : listed(options))
    if (auto added = add_axis(axes, option, text); !added) return added;
  for (const auto& word : o.axes) {
    const auto equals = word.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fail(
          fmt::format("--sweep {} is not OPTION=VALUES, as in rate=10,20,30", in_quotes(word)));
    auto option = word.substr(0, equals);
    while (option.starts_with('-')) option.erase(0, 1);
    if (auto added = add_axis(axes, option, word.substr(equals + 1)); !added) return added;
  }
  return {};
}

}  // namespace

void add_bench_sweep_options(CLI::App& app, BenchSweepOptions& o) {
  const char* group = "Sweep";
  app.add_option("--sweep", o.axes,
                 "OPTION=VALUES of any option above: rate=10,20,30, imgsz=320:640:160; may be "
                 "repeated. Lists of models, --backend, --threads, --batch and --streams need none")
      ->group(group)
      ->allow_extra_args(false);
  add(app, group, "--sweep-file", o.file,
      "TOML file with a table [sweep]; the one of --config may have it too");
  add(app, group, "--repeats", o.repeats, "of every configuration, in rounds")
      ->check(CLI::Range(1, 1000));
  app.add_flag("--in-order", o.in_order, "do not shuffle")->group(group);
  add(app, group, "--sweep-seed", o.seed, "of the shuffled order")->check(whole_from_zero());
  add(app, group, "--cool-down", o.cool_down, "between two: 10s, or until 45C, or 45C,max=3min");
  add(app, group, "--rank", o.rank,
      "what the table is ordered by: p50, p99, throughput, memory, energy")
      ->check(CLI::IsMember({"p50", "p99", "throughput", "memory", "energy"}))
      ->capture_default_str();
  app.add_flag("--resume", o.resume, "go on with the sweep in --out")->group(group);
  app.add_flag("--dry-run", o.dry_run, "print the plan and stop")->group(group);
}

Result<SweepRequest> read_sweep_request(const BenchOptions& options, const BenchSweepOptions& o) {
  SweepRequest request;
  if (auto read = read_file(o, request); !read) return tl::make_unexpected(read.error());
  if (auto read = read_words(options, o, request); !read) return tl::make_unexpected(read.error());
  if (o.in_order) request.options.shuffle = false;
  if (o.seed) request.options.seed = *o.seed;
  if (o.repeats) request.options.repeats = *o.repeats;
  if (o.cool_down.empty()) return request;
  const auto cool_down = parse_cool_down(o.cool_down);
  if (!cool_down) return fail("--cool-down: " + cool_down.error().what);
  request.cool_down = *cool_down;
  return request;
}

Result<void> check_alone(const BenchSweepOptions& o) {
  const auto refuse = [](std::string_view option) -> Result<void> {
    return fail(fmt::format("{} is of a sweep, and this is one run; say what is to vary", option));
  };
  if (o.resume)
    return fail("--resume goes on with a sweep, and this is one run; say what is to vary");
  if (!o.cool_down.empty()) return refuse("--cool-down");
  if (o.in_order) return refuse("--in-order");
  if (o.seed) return refuse("--sweep-seed");
  return {};
}

Result<std::vector<SweepAxis>> sweep_axes(const BenchOptions& options,
                                          const BenchSweepOptions& sweep) {
  auto request = read_sweep_request(options, sweep);
  if (!request) return tl::make_unexpected(request.error());
  if (request->axes.empty() && request->options.repeats > 1)
    return std::vector<SweepAxis>{{"", options.models}};
  return std::move(request->axes);
}

}  // namespace jetmeter
