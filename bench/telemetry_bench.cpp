// One reading of everything that a recorded Orin has to tell. Its files are plain ones here: what
// the kernel and the sensors of a board take to answer comes on top, and on both sides.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "jetmeter/telemetry.h"

namespace jetmeter {
namespace {

const std::filesystem::path kBoard =
    std::filesystem::weakly_canonical(JM_TESTS_DIR) / "boards/orin-nano-super";

class AllSources {
 public:
  AllSources() {
    for (const auto* kind : source_kinds()) {
      auto source = kind->open(Host{kBoard});
      if (!source) continue;
      values_.resize(std::max(values_.size(), (*source)->channels().size()));
      sources_.push_back(std::move(*source));
    }
  }

  void read() {
    for (const auto& source : sources_) {
      source->read({values_.data(), source->channels().size()});
      benchmark::DoNotOptimize(values_.data());
    }
  }

 private:
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<std::optional<double>> values_;
};

// The files of the board that this process has open now.
std::set<std::filesystem::path> open_files() {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const auto file = std::filesystem::read_symlink(entry.path(), error);
    if (file.string().starts_with(kBoard.string())) files.insert(file);
  }
  return files;
}

std::set<std::filesystem::path> files_of_all_sources() {
  AllSources sources;
  sources.read();  // some are opened only then
  return open_files();
}

void ours(benchmark::State& state) {
  AllSources sources;
  for (auto _ : state) sources.read();
}

// Every file opened anew, and of its lines no more made than one number each: less than is needed.
void theirs(benchmark::State& state) {
  const auto files = files_of_all_sources();
  if (files.empty()) state.SkipWithError("no file of the board is open");
  std::string line;
  for (auto _ : state) {
    for (const auto& path : files) {
      std::ifstream file(path);
      while (std::getline(file, line)) benchmark::DoNotOptimize(std::strtod(line.c_str(), nullptr));
    }
  }
}

BENCHMARK(ours)->Name("one reading of all that an Orin tells/ours");
BENCHMARK(theirs)->Name("one reading of all that an Orin tells/theirs");

}  // namespace
}  // namespace jetmeter
