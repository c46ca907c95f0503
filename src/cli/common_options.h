// The options that every measuring subcommand has: what loads the model, what memory it may take,
// and how the run goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config_file.h"
#include "cli/subcommand.h"
#include "jetmeter/run.h"

namespace jetmeter {

// An option of this group; the last of several wins.
template <typename T>
CLI::Option* add(CLI::App& app, const char* group, const char* name, T& value, const char* help) {
  return app.add_option(name, value, help)
      ->group(group)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

// "auto" and the names of the backends of this build.
std::vector<std::string> backend_names();

// More than any machine that runs this has cores. Runtimes do not refuse tens of thousands: they
// hang while they start them.
constexpr int kMostThreads = 1024;

struct BackendOptions {
  std::string device;
  int threads = 0;                   // at most kMostThreads
  std::vector<std::string> options;  // KEY=VALUE
};
// `--device` and `--backend-option`.
void add_backend_options(CLI::App& app, BackendOptions&);
Result<LoadOptions> load_options(const BackendOptions&);

struct MemoryOptions {
  std::string limit = "8GiB", limiter = "auto", architecture = "";
  std::string on_over_budget = "continue", preflight = "warn";
  bool limit_typed = false;  // not the default
  bool strict = false;
};
// A limit above `largest_limit` is clamped; 0: none is.
void add_memory_options(CLI::App& app, MemoryOptions&, std::uint64_t largest_limit);
// What acts on a limit alone has one to act on; --preflight looks at what is available too.
Result<void> check_limit_is_there(const MemoryOptions&);
Result<MemoryPolicy> memory_policy(const MemoryOptions&, std::uint64_t largest_limit);

struct RunOptions {
  std::string timeout = "120s", metrics_interval = "500ms", idle_baseline = "2s";
  std::string out;
};
void add_run_options(CLI::App& app, RunOptions&);
Result<void> apply(const RunOptions&, RunSpec&);

// A duration as typed for `option` ("--timeout"), which a refusal names, into `target`.
Result<void> read_duration(std::string_view option, const std::string& text, Nanoseconds& target);

// Every option of `app` that has a value, as `option -> value`; of a flag that is set, "true".
OptionValues option_values(const CLI::App& app);

}  // namespace jetmeter
