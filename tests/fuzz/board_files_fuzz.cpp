#include <sstream>

#include "fuzz/fuzz.h"
#include "jetmeter/device.h"
#include "telemetry/board.h"
#include "telemetry/l4t_package.h"
#include "telemetry/nvpmodel.h"
#include "telemetry/part_number.h"

namespace jetmeter {

std::vector<std::string> fuzz_seeds() {
  return {
      "# R36 (release), REVISION: 4.4, GCID: 41062509, BOARD: generic, EABI: aarch64, DATE: Mon "
      "Jun 16 16:07:13 UTC 2025\n# KERNEL_VARIANT: oot\nTARGET_USERSPACE_LIB_DIR=nvidia\n",
      "nvidia,p3768-0000+p3767-0005-super",
      "699-13767-0005-300 T.1",
      "orin-nano-8gb-super",
      "36.4.4",
      "Package: nvidia-l4t-core\nStatus: install ok installed\nVersion: 36.4.4-20250616085344\n\n",
      "32.7.6",
      "pmode:0002 fmode:fan_mode_quiet",
      "FAN1:FAN_PROFILE:quiet\nFAN1:FAN_GOVERNOR:pid\n",
      "<FAN 1>\n\tFAN_PROFILE cool {\n\t}\n\tFAN_DEFAULT_PROFILE quiet\n",
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
  std::istringstream packages{std::string(text)};
  parse_l4t_package(packages);
  parse_power_mode_id(text);
  parse_fan_profile(text);
  parse_nvfancontrol_status(text);
  parse_nvfancontrol_default(text);
  for (const auto& mode : parse_nvpmodel(text))
    if (mode.tpc_mask) active_sms(device_table().front(), static_cast<unsigned>(*mode.tpc_mask));
  part_number_in(text);
  static_cast<void>(find_device(text));
  return 0;
}
