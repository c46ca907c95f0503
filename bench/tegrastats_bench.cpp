// A line of tegrastats into numbers.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "jetmeter/tegrastats.h"

namespace jetmeter {
namespace {

// JetPack 6.2, AGX Orin, as published.
const std::string kLine =
    "05-09-2026 18:42:06 RAM 18207/62841MB (lfb 466x4MB) SWAP 86/31420MB (cached 0MB) CPU "
    "[14%@2188,5%@2112,8%@2035,14%@2201,46%@1267,47%@1267,2%@1267,10%@1267,4%@1036,5%@1036,6%@1036,"
    "10%@1036] EMC_FREQ 3%@2133 GR3D_FREQ 0%@[0,0] NVENC 79%@166 NVDEC off NVJPG off NVJPG1 off "
    "VIC 36%@115 OFA off NVDLA0 off NVDLA1 off PVA0_FREQ off APE 174 cpu@52.562C soc2@48.437C "
    "soc0@49.093C tj@52.562C soc1@49.656C VDD_GPU_SOC 2412mW/2412mW VDD_CPU_CV 1607mW/1607mW "
    "VIN_SYS_5V0 4707mW/4707mW";

// As scripts do it: one expression per field, compiled once. It leaves out the engines, the free
// blocks, the averages and the clocks of the GPU, which ours reads too.
class Theirs {
 public:
  struct Reading {
    double ram = 0, swap = 0, emc = 0, gpu = 0;
    std::vector<double> cores;
    std::map<std::string, double> temperatures, rails;
  };

  Reading read(const std::string& line) const {
    Reading reading;
    std::smatch match;
    if (std::regex_search(line, match, ram_)) reading.ram = number(match[1]);
    if (std::regex_search(line, match, swap_)) reading.swap = number(match[1]);
    if (std::regex_search(line, match, emc_)) reading.emc = number(match[1]);
    if (std::regex_search(line, match, gpu_)) reading.gpu = number(match[1]);
    if (std::regex_search(line, match, cpu_)) {
      const std::string cores = match[1];
      for (std::sregex_iterator it(cores.begin(), cores.end(), core_), end; it != end; ++it)
        reading.cores.push_back(number((*it)[1]));
    }
    for (std::sregex_iterator it(line.begin(), line.end(), temperature_), end; it != end; ++it)
      reading.temperatures[(*it)[1]] = number((*it)[2]);
    for (std::sregex_iterator it(line.begin(), line.end(), rail_), end; it != end; ++it)
      reading.rails[(*it)[1]] = number((*it)[2]) * 1e-3;
    return reading;
  }

 private:
  static double number(const std::string& text) { return std::strtod(text.c_str(), nullptr); }
  static std::regex compile(const char* text) {
    return std::regex(text, std::regex::ECMAScript | std::regex::optimize);
  }

  std::regex ram_ = compile(R"(RAM (\d+)/(\d+)MB)"), swap_ = compile(R"(SWAP (\d+)/(\d+)MB)");
  std::regex emc_ = compile(R"(EMC_FREQ (\d+)%)"), gpu_ = compile(R"(GR3D_FREQ (\d+)%)");
  std::regex cpu_ = compile(R"(CPU \[(.*?)\])"), core_ = compile(R"((\d+)%@(\d+))");
  std::regex temperature_ = compile(R"((\w+)@(-?[0-9.]+)C)");
  std::regex rail_ = compile(R"((\w+) (\d+)mW/(\d+)mW)");
};

bool agree(const TegrastatsLine& ours, const Theirs::Reading& theirs) {
  constexpr double kMebi = 1024.0 * 1024;
  return static_cast<double>(ours.ram->used_bytes) == theirs.ram * kMebi &&
         ours.cores.size() == theirs.cores.size() &&
         ours.cores.front().load_percent == theirs.cores.front() &&
         ours.temperatures.size() == theirs.temperatures.size() &&
         ours.temperatures.front().celsius == theirs.temperatures.at("cpu") &&
         ours.rails.size() == theirs.rails.size() &&
         ours.rails.back().watts == theirs.rails.at("VIN_SYS_5V0");
}

void ours(benchmark::State& state) {
  TegrastatsLine line;
  if (!parse_tegrastats(kLine, line) || line.unknown_count > 0 ||
      !agree(line, Theirs().read(kLine)))
    return state.SkipWithError("ours and theirs read different values");
  for (auto _ : state) benchmark::DoNotOptimize(parse_tegrastats(kLine, line));
}

void theirs(benchmark::State& state) {
  const Theirs reader;
  for (auto _ : state) benchmark::DoNotOptimize(reader.read(kLine));
}

BENCHMARK(ours)->Name("a tegrastats line of an AGX Orin/ours");
BENCHMARK(theirs)->Name("a tegrastats line of an AGX Orin/theirs");

}  // namespace
}  // namespace jetmeter
