#include <span>

#include "fuzz/fuzz.h"
#include "telemetry/nvmap_clients.h"
#include "telemetry/nvml_clients.h"
#include "telemetry/process_text.h"
#include "telemetry/smaps.h"

namespace jetmeter {

namespace {

// NVML's list of `count` processes, whose entries have `stride` bytes.
std::string process_list(std::size_t count, std::size_t stride) {
  std::string list(count * stride, '\0');
  for (std::size_t i = 0; i < count; ++i) list[i * stride] = static_cast<char>(i + 1);
  list.resize(count * kLargestNvmlEntry, static_cast<char>(kUnwritten));
  return list;
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  return {
      "812 (a (worse) name) S 1 812 812 0 -1 4194560 123 0 4 0 10 20 0 0 20 0 5 0 100 1000 200 "
      "18446744073709551615 0 0\n",
      "1234 567 89 1 0 300 0\n",
      "5580000000-5580010000 r-xp 00000000 b3:01 1234 /usr/bin/model\nRss: 60 kB\nPss: 15 kB\n",
      "CLIENT                        PROCESS      PID        SIZE\n"
      "user                         gpu_burn     7979   23525644K\n"
      "user                 VLLM::EngineCor  1792595   14617792K\n"
      "total                                            23549320K\n",
      process_list(2, 16),
      process_list(2, 24),
      process_list(3, 32)};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto text = as_text(data, size);
  parse_process_stat(text);
  parse_statm(text, 4096);
  parse_nvmap_clients(text);
  parse_nvmap_total(text);
  SmapsSums whole, halves;
  whole.add(text);
  halves.add(text.substr(0, size / 2));
  halves.add(text.substr(size / 2));
  fuzz_require(whole.pss_bytes() == halves.pss_bytes(), "a piece of smaps may end anywhere");
  const auto count = size / kLargestNvmlEntry;
  const std::span list(reinterpret_cast<const std::byte*>(data), count * kLargestNvmlEntry);
  const auto processes = parse_nvml_processes(list, count);
  fuzz_require(!processes || processes->size() == count, "every process once");
  return 0;
}
