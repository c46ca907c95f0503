#include "cli/common_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace jetmeter {

std::vector<std::string> backend_names() {
  std::vector<std::string> names{"auto"};
  for (const auto* backend : backends()) names.emplace_back(backend->name);
  return names;
}

void add_backend_options(CLI::App& app, BackendOptions& o) {
  const char* group = "Backend";
  add(app, group, "--device", o.device, "cpu, cuda:0, …; default: the backend's first");
  app.add_option("--backend-option", o.options,
                 "KEY=VALUE, passed to the runtime as it is; may be repeated")
      ->group(group)
      ->allow_extra_args(false);
}

Result<LoadOptions> load_options(const BackendOptions& o) {
  LoadOptions load;
  load.threads = o.threads;
  load.device = o.device;
  for (const auto& option : o.options) {
    const auto equals = option.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(fmt::format("--backend-option {} is not KEY=VALUE", in_quotes(option)));
    load.options.emplace_back(option.substr(0, equals), option.substr(equals + 1));
  }
  return load;
}

void add_memory_options(CLI::App& app, MemoryOptions& o, std::uint64_t largest_limit) {
  const char* group = "Memory";
  std::string limit = "of each worker's footprint: 8GiB, 512MiB, 8GB, bytes; none";
  if (largest_limit > 0) limit += fmt::format("; at most {}", format_bytes(largest_limit));
  add(app, group, "--memory-limit,--gpu-mem-limit", o.limit, limit.c_str())
      ->capture_default_str()
      ->each([&o](const std::string&) { o.limit_typed = true; });
  add(app, group, "--memory-limiter", o.limiter,
      "who enforces it: auto, cgroup, rlimit or none (watched only)")
      ->check(CLI::IsMember({"auto", "cgroup", "rlimit", "none"}))
      ->capture_default_str();
  add(app, group, "--on-over-budget", o.on_over_budget,
      "continue: record the violation and go on; stop, which needs a limit: end that slot")
      ->check(CLI::IsMember({"continue", "stop"}))
      ->capture_default_str();
  app.add_flag("--strict-memory", o.strict,
               "exit with 3 when a slot was over its limit; it needs one")
      ->group(group);
  add(app, group, "--preflight", o.preflight,
      "when the forecast says that a model will not fit: refuse it, warn, or off (no forecast)")
      ->check(CLI::IsMember({"refuse", "warn", "off"}))
      ->capture_default_str();
  add(app, group, "--memory-architecture", o.architecture,
      "unified, discrete or host; default: as the machine looks")
      ->check(CLI::IsMember({"unified", "discrete", "host"}));
}

namespace {

Limiter limiter_of(const std::string& word) {
  for (const auto limiter : {Limiter::cgroup, Limiter::rlimit, Limiter::none})
    if (word == name(limiter)) return limiter;
  return Limiter::automatic;
}

std::optional<MemoryArchitecture> architecture_of(const std::string& word) {
  for (const auto architecture :
       {MemoryArchitecture::unified, MemoryArchitecture::discrete, MemoryArchitecture::host})
    if (word == name(architecture)) return architecture;
  return std::nullopt;
}

}  // namespace

Result<void> check_limit_is_there(const MemoryOptions& o) {
  if (o.limit != "none") return {};
  const auto needs = [](std::string_view option) -> Result<void> {
    return fail(fmt::format("{} needs a limit: give --memory-limit", option));
  };
  if (o.strict) return needs("--strict-memory");
  if (o.on_over_budget == "stop") return needs("--on-over-budget stop");
  return {};
}

Result<MemoryPolicy> memory_policy(const MemoryOptions& o, std::uint64_t largest_limit) {
  if (auto there = check_limit_is_there(o); !there) return tl::make_unexpected(there.error());
  MemoryPolicy policy;
  policy.typed = o.limit_typed;
  policy.limiter = limiter_of(o.limiter);
  policy.stop_over_budget = o.on_over_budget == "stop";
  policy.preflight = o.preflight == "refuse" ? Preflight::refuse
                     : o.preflight == "off"  ? Preflight::off
                                             : Preflight::warn;
  policy.architecture = architecture_of(o.architecture);
  if (o.limit == "none") return policy;
  const auto bytes = parse_bytes(o.limit);
  if (!bytes) return fail("--memory-limit: " + bytes.error().what);
  if (*bytes == 0) return fail("--memory-limit must be more than nothing; none is no limit");
  const bool clamped = largest_limit > 0 && *bytes > largest_limit;
  policy.limit_bytes = clamped ? largest_limit : *bytes;
  if (clamped) policy.clamped_from_bytes = *bytes;
  return policy;
}

void add_run_options(CLI::App& app, RunOptions& o) {
  const char* run = "Run";
  add(app, run, "--timeout", o.timeout, "a worker that is silent for so long is killed")
      ->capture_default_str();
  add(app, run, "--metrics-interval", o.metrics_interval, "between two telemetry readings")
      ->capture_default_str();
  add(app, run, "--idle-baseline", o.idle_baseline,
      "how long the idle power is measured before the load, where there is a sensor")
      ->capture_default_str();
  add(app, run, "--out,--output-dir", o.out, "run directory; default: runs/<UTC time>");
}

Result<void> read_duration(std::string_view option, const std::string& text, Nanoseconds& target) {
  const auto duration = parse_duration(text);
  if (!duration) return fail(fmt::format("{}: {}", option, duration.error().what));
  target = *duration;
  return {};
}

Result<void> apply(const RunOptions& o, RunSpec& spec) {
  spec.out = o.out;
  const auto read =
      read_duration("--timeout", o.timeout, spec.timeout)
          .and_then(
              [&] { return read_duration("--idle-baseline", o.idle_baseline, spec.idle_baseline); })
          .and_then([&] {
            return read_duration("--metrics-interval", o.metrics_interval, spec.metrics_interval);
          });
  if (!read) return read;
  if (spec.timeout <= Nanoseconds{0}) return fail("--timeout must be longer than nothing");
  if (spec.metrics_interval < std::chrono::milliseconds(10))
    return fail("--metrics-interval must be at least 10ms");
  return {};
}

namespace {

// Where a run goes and who asked for it: its result is the same without.
constexpr std::array<std::string_view, 5> kNoConditions{"help", "dump-config", "from", "out",
                                                        "take-turns"};

// As typed, or the default.
std::vector<std::string> values_of(const CLI::Option& option) {
  const auto& typed = option.results();
  const auto usual = option.get_default_str();
  if (typed.empty())
    return usual.empty() ? std::vector<std::string>() : std::vector<std::string>{usual};
  const bool flag = option.get_items_expected_max() == 0;
  if (flag && !option.as<bool>()) return {};
  if (flag) return {"true"};
  if (option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeLast) return {typed.back()};
  const bool list = option.get_delimiter() != '\0';
  if (list) return {fmt::format("{}", fmt::join(typed, std::string(1, option.get_delimiter())))};
  return typed;
}

}  // namespace

OptionValues option_values(const CLI::App& app) {
  OptionValues values;
  for (const auto* option : app.get_options()) {
    if (option->get_lnames().empty() || option->get_group() == "Output") continue;
    const auto& name = option->get_lnames().front();
    if (std::ranges::find(kNoConditions, name) != kNoConditions.end()) continue;
    for (auto& value : values_of(*option)) values.emplace_back(name, std::move(value));
  }
  return values;
}

}  // namespace jetmeter
