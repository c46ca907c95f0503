#include "doctor/proc_text.h"
#include "fuzz/fuzz.h"
#include "telemetry/group_tree.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {"90061.42 350000.10\n",
          "0.52 0.58 0.59 1/467 812\n",
          "Filename\tType\tSize\tUsed\tPriority\n/dev/zram0 partition 650240 1024 5\n",
          "always [madvise] never\n",
          "812 (a (worse) name) S 1 812 812 0 -1 4194560 123 0 4 0 10 20 0 0 20 0 5 0 100\n",
          "cpu  10 20 30 40 50 60 70 80 90 100\ncpu0 1 2 3 4 5 6 7 8 9 10\n",
          "processor : 0\nmodel name : A CPU\nflags : fpu hypervisor avx512_vnni\n",
          "0::/user.slice\n4:memory:/a/b\n",
          "max 100000\n",
          "50000 100000\n"};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto text = as_text(data, size);
  leading_number(text);
  parse_swaps(text);
  bracketed(text);
  parse_process_time(text);
  parse_steal_share(text);
  parse_cpuinfo(text);
  parse_group(text, "memory");
  parse_cpu_max(text);
  words_of(text);
  return 0;
}
