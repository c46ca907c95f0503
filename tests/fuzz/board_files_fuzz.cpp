#include "fuzz/fuzz.h"
#include "telemetry/board.h"
#include "telemetry/nvpmodel.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {
      "# R36 (release), REVISION: 4.4, GCID: 41062509, BOARD: generic, EABI: aarch64, DATE: Mon "
      "Jun 16 16:07:13 UTC 2025\n# KERNEL_VARIANT: oot\nTARGET_USERSPACE_LIB_DIR=nvidia\n",
      "36.4.4", "32.7.6", "pmode:0002 fmode:fan_mode_quiet",
      "< PARAM TYPE=FILE NAME=CPU_ONLINE >\nCORE_0 /sys/devices/system/cpu/cpu0/online\n"
      "< POWER_MODEL ID=2 NAME=MAXN_SUPER >\nCPU_ONLINE CORE_0 1\n"
      "< POWER_MODEL NAME=15W ID=0 >\n< PM_CONFIG DEFAULT=2 >\n"};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto text = as_text(data, size);
  if (const auto l4t = parse_l4t(text)) jetpack_of(*l4t);
  jetpack_of(text);
  parse_power_mode_id(text);
  power_mode_name(text, 2);
  return 0;
}
