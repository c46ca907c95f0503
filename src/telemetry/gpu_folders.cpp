#include "telemetry/gpu_folders.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>

#include "jetmeter/telemetry.h"
#include "telemetry/folder.h"

namespace jetmeter {
namespace {

// Of JetPack 7, 6, 5 and 4.
constexpr std::array<std::string_view, 7> kFolders{"/sys/devices/platform/bus@0/17000000.gpu",
                                                   "/sys/devices/platform/17000000.gpu",
                                                   "/sys/devices/17000000.ga10b",
                                                   "/sys/devices/17000000.gv11b",
                                                   "/sys/devices/17000000.gp10b",
                                                   "/sys/devices/platform/gpu.0",
                                                   "/sys/devices/gpu.0"};
// Names of the integrated GPUs in the device tree and after the dot of a device, from Nano to
// Orin.
constexpr std::array<std::string_view, 5> kNodes{"gv11b", "gp10b", "ga10b", "gb10b", "gpu"};
// JetPack 7 on Thor has a device for each cluster of graphics cores. The neighbour gpu-nvd-0 is
// that of the video units.
constexpr std::string_view kThorDevices = "gpu-gpc";

bool is_gpu(std::string_view name) {
  return std::find(kNodes.begin(), kNodes.end(), name) != kNodes.end();
}

bool is_gpu_by_node(const std::filesystem::path& device) {
  return is_gpu(name_in(device / "device/of_node/name"));
}

bool is_gpu_by_name(const std::filesystem::path& device) {
  const auto extension = device.extension().string();  // ".ga10b" of "17000000.ga10b"
  return !extension.empty() && is_gpu(std::string_view(extension).substr(1));
}

}  // namespace

// The name in the device tree is asked first; in a container it is often out of reach.
std::vector<std::filesystem::path> gpu_devfreq_folders(const Host& host) {
  const auto folder = host.path("/sys/class/devfreq");
  auto found = entries_of(folder, kThorDevices);
  if (!found.empty()) return found;
  const auto devices = entries_of(folder);
  for (const auto is : {is_gpu_by_node, is_gpu_by_name}) {
    std::copy_if(devices.begin(), devices.end(), std::back_inserter(found), is);
    if (!found.empty()) break;
  }
  return found;
}

std::vector<std::filesystem::path> gpu_folders(const Host& host) {
  std::vector<std::filesystem::path> folders;
  folders.reserve(kFolders.size() + 1);
  for (const auto folder : kFolders) folders.push_back(host.path(folder));
  for (const auto& device : gpu_devfreq_folders(host)) folders.push_back(device / "device");
  return folders;
}

}  // namespace jetmeter
