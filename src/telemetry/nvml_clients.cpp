#include "telemetry/nvml_clients.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <map>

#include "telemetry/folder.h"
#include "telemetry/nvml_library.h"

namespace jetmeter {
namespace {

using Processes = std::vector<NvmlProcess>;
using ListFunction = NvmlReturn (*)(NvmlDevice, unsigned*, void*);

// Processes come while they are counted.
constexpr int kAttempts = 4;
constexpr unsigned kMostProcesses = 1 << 16;

// unsigned pid; then, aligned, unsigned long long usedGpuMemory: in every layout the same. What
// follows (instances of a divided GPU, protected memory) is not needed.
constexpr std::array<std::size_t, 3> kEntrySizes{16, 24, kLargestNvmlEntry};
constexpr std::size_t kBytesOffset = 8;

Result<Processes> list(const NvmlLibrary& library, NvmlDevice device, ListFunction function) {
  constexpr const char* kStrange = "its list of processes is not of a form that NVML is known for";
  unsigned count = 0;
  auto code = ask(function, device, &count, nullptr);
  if (code == NvmlReturn::success && count == 0) return Processes{};
  for (int attempt = 0; attempt < kAttempts && code == NvmlReturn::insufficient_size; ++attempt) {
    if (count > kMostProcesses) return fail(kStrange);
    std::vector<std::byte> buffer(count * kLargestNvmlEntry, kUnwritten);
    const auto room = count;
    code = ask(function, device, &count, buffer.data());
    if (code != NvmlReturn::success) continue;
    auto processes = count <= room ? parse_nvml_processes(buffer, count) : std::nullopt;
    if (!processes) return fail(kStrange);
    return std::move(*processes);
  }
  return fail(code == NvmlReturn::success ? kStrange : library.words(code));
}

using Sizes = std::map<std::uint32_t, std::optional<std::uint64_t>>;

// A process that computes and draws is in both lists, each time with all that it holds.
void keep_larger(Sizes& sizes, const Processes& processes) {
  for (const auto& [pid, bytes] : processes) {
    auto& size = sizes[pid];
    size = std::max(size, bytes);  // nothing is less than any number
  }
}

// What it holds on two GPUs it holds twice. A part that is not told leaves the whole untold.
void add(Sizes& sizes, const Sizes& of_one_gpu) {
  for (const auto& [pid, bytes] : of_one_gpu) {
    const auto [known, fresh] = sizes.emplace(pid, bytes);
    if (fresh) continue;
    auto& size = known->second;
    size = size && bytes ? std::optional(*size + *bytes) : std::nullopt;
  }
}

// Without graphics on the machine only the first list answers. Without the first, the second's
// "none" would pass for a GPU that nobody uses.
Result<void> add_gpu(Sizes& sizes, const NvmlLibrary& library, const NvmlGpuHandle& gpu) {
  if (gpu.device == nullptr) return fail(library.words(gpu.answer));
  const auto compute = list(library, gpu.device, library.functions().compute_processes);
  const auto graphics = list(library, gpu.device, library.functions().graphics_processes);
  if (!compute) return tl::make_unexpected(compute.error());
  Sizes here;
  keep_larger(here, *compute);
  if (graphics) keep_larger(here, *graphics);
  add(sizes, here);
  return {};
}

std::string processes(std::size_t count) {
  return count == 1 ? "1 process" : fmt::format("{} processes", count);
}

std::string name_of(const Host& host, std::uint32_t pid) {
  return name_in(host.path(fmt::format("/proc/{}/comm", pid)));
}

Result<GpuClients> clients_of(const Host& host, const Sizes& sizes, const std::string& unread) {
  GpuClients result;
  std::size_t untold = 0;
  for (const auto& [pid, bytes] : sizes) {
    if (bytes)
      result.clients.push_back({static_cast<ProcessId>(pid), name_of(host, pid), *bytes});
    else
      ++untold;
  }
  if (untold > 0 && result.clients.empty())
    return fail("NVML lists " + processes(untold) + " on the GPU and tells the size of none");
  std::string gaps = unread.empty() ? "" : "not of " + unread;
  if (untold > 0)
    gaps += (gaps.empty() ? "not the size of " : "; not the size of ") + processes(untold);
  result.from = gaps.empty() ? "NVML" : "NVML (" + gaps + ")";
  return result;
}

std::optional<std::size_t> entry_bytes(std::span<const std::byte> buffer, std::size_t count) {
  std::size_t written = buffer.size();
  while (written > 0 && buffer[written - 1] == kUnwritten) --written;
  for (const auto size : kEntrySizes) {
    if (written == size * count) return size;
  }
  return std::nullopt;
}

NvmlProcess entry_at(const std::byte* at) {
  NvmlProcess process;
  unsigned long long bytes = 0;
  std::memcpy(&process.pid, at, sizeof(process.pid));
  std::memcpy(&bytes, at + kBytesOffset, sizeof(bytes));
  if (bytes != kNvmlNotTold64) process.bytes = bytes;
  return process;
}

}  // namespace

// nvml.h says 24 bytes. Drivers of the 440 line wrote 16 behind the name without a version
// (github.com/NVIDIA/go-nvml/issues/21), 535.43 to 535.86 wrote 32 behind _v3
// (github.com/XuehaiPan/nvitop/pull/79), and 550.127.08 was seen to write 16 behind _v3
// (github.com/XuehaiPan/nvitop/pull/226). Who trusts the header takes a size for a process id, and
// lets the library write past the end.
std::optional<Processes> parse_nvml_processes(std::span<const std::byte> buffer,
                                              std::size_t count) {
  if (count == 0) return Processes{};
  const auto size = entry_bytes(buffer, count);
  if (!size) return std::nullopt;
  Processes processes;
  for (std::size_t i = 0; i < count; ++i) processes.push_back(entry_at(&buffer[i * *size]));
  const auto believed = [](const NvmlProcess& process) {
    return process.pid <= static_cast<std::uint32_t>(std::numeric_limits<ProcessId>::max());
  };
  if (!std::all_of(processes.begin(), processes.end(), believed)) return std::nullopt;
  return processes;
}

Result<GpuClients> nvml_gpu_clients(const Host& host) {
  const auto library = NvmlLibrary::open(host);
  if (!library) return tl::make_unexpected(library.error());
  const auto gpus = nvml_handles(*library);
  if (!gpus) return tl::make_unexpected(gpus.error());
  Sizes sizes;
  std::string unread;
  bool any = false;
  for (const auto& gpu : *gpus) {
    const auto added = add_gpu(sizes, *library, gpu);
    any = any || added;
    if (!added) unread += (unread.empty() ? "" : "; ") + nvml_complaint(gpu, added.error().what);
  }
  if (!any) return fail("NVML lists processes of no GPU: " + unread);
  return clients_of(host, sizes, unread);
}

}  // namespace jetmeter
