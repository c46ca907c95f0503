// The options of `bench`, and the RunSpec that one configuration of them asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/common_options.h"

namespace jetmeter {

struct BenchOptions {
  std::vector<std::string> models;  // several: a sweep
  // Lists of these are sweeps too: "1,2,4".
  std::string backend = "auto", threads = "0", batch = "1", streams = "1";
  BackendOptions runtime;
  std::vector<std::string> inputs, shapes;
  std::uint64_t seed = 1;
  bool copies = false;
  std::string scenario;  // empty: of a search rate, of several streams multi, else single
  std::string when_busy = "queue", deadline;
  double rate = 0;
  std::int64_t queue_limit = 0, offline_count = 0;
  bool find_rate = false;
  std::vector<std::string> bounds;
  std::string trial_time = "2s", search_time = "10min";
  std::string min_time = "3s", max_time = "60s", warmup_time = "200ms", precision;
  std::int64_t min_count = 10, max_count = 1'000'000, warmup = 10;
  bool ladder = false;
  std::string source = "synthetic", head = "auto";
  std::optional<int> image_size;
  int layers = 0;
  std::string dump_outputs, hold = "0s", inject_slowdown;
  std::string turns;  // "104:first": see TurnSeat
  MemoryOptions memory{.limit = "none"};
  RunOptions run;
};

void add_bench_options(CLI::App& app, BenchOptions&);

// REQUIRES: one model, and no lists.
Result<RunSpec> run_spec(const BenchOptions&);

// A load that another run may be measured in turn with: nothing is due at a time.
bool may_take_turns(const BenchSpec&);

// "p99<33ms", "drops<5%"; one of each may stand together. None: the drops of a camera.
Result<RateBound> parse_bounds(const std::vector<std::string>&);
// "1%", "0.5": percent.
Result<double> parse_percent(const std::string&);

}  // namespace jetmeter
