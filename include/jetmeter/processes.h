// What single processes hold: memory as the kernel accounts it, and GPU memory where the driver
// tells. Every function reads under host.root only and may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/telemetry.h"

namespace jetmeter {

using ProcessId = int;

struct ProcessMemory {
  std::optional<std::uint64_t> pss_bytes;  // proportional: pages shared by n processes count 1/n
  std::optional<std::uint64_t> rss_bytes;
  std::optional<std::uint64_t> peak_rss_bytes;  // VmHWM
  std::optional<std::uint64_t> swap_bytes;
  std::optional<std::int64_t> threads, minor_faults, major_faults;
  std::optional<double> cpu_seconds;  // in user mode and in the kernel, all threads, in clock ticks
  std::string why_no_pss;             // empty when pss_bytes is there
};
// Fails when there is no such process, when it has ended, or when nothing of it may be read.
Result<ProcessMemory> read_process(const Host&, ProcessId);

// What the kernel finds when it walks all pages of a process, both of the same moment: from
// smaps_rollup, or where there is none (before Linux 4.14) from smaps, added up, if that is no
// longer than 8 MiB. Takes milliseconds, from smaps tens of them.
struct PageWalk {
  std::optional<std::uint64_t> pss_bytes, rss_bytes;
};
PageWalk walk_pages(const Host&, ProcessId);

struct ProcessSummary {
  ProcessId pid = 0;
  std::string name;             // the kernel's 15 characters of it
  std::uint64_t rss_bytes = 0;  // shared pages count whole
};
// The processes with the most resident memory, at most `most`, largest first. Kernel threads have
// none. Two small files are read of each process; a PSS would cost a walk over all of its pages.
std::vector<ProcessSummary> largest_processes(const Host&, std::size_t most);

// The same as a source, for the sampler: channels "process.pss", "process.rss", "process.threads",
// "process.minor_faults", "process.major_faults", "process.cpu_seconds" (all since it started).
// Opens its files once; reading does not allocate. From the end of the process on every channel is
// absent. "process.pss" is that of walk_pages, from smaps too; read_process is asked of many
// processes, and has none on a kernel without smaps_rollup. The kernel walks the page table for
// PSS, some 15 ms per GiB of small pages, and mmap in that process waits. So it is walked for a
// two-thousandth of the time at most, beside what the first moments take: at a start, when pages of
// files have come or gone in it or in another process that is open here, and while programs of the
// machine start or end; in between other processes are taken to have the same share of
// its pages of files as then.
Result<std::unique_ptr<Source>> open_process(const Host&, ProcessId);
// The same but for "process.pss", which is no channel here: nothing is walked.
Result<std::unique_ptr<Source>> open_process_counters(const Host&, ProcessId);

// GPU memory of one process that its PSS does not hold. nvmap counts buffers that the process has
// also mapped for its CPU (pinned, managed), and these are in its PSS too: beside PSS, nvmap's
// bytes are an upper bound.
struct GpuClient {
  ProcessId pid = 0;
  std::string name;
  std::uint64_t bytes = 0;
};
struct GpuClients {
  std::string from;  // "nvmap", "NVML", "nvidia-smi"
  std::vector<GpuClient> clients;
  // Of all, each buffer once, those of the kernel included: not the sum. Only nvmap tells.
  std::optional<std::uint64_t> total_bytes{};
};
// From nvmap's debugfs (Tegra; root only), else from NVML, else of a recorded machine from what
// nvidia-smi listed there. Fails, with the reason, where none answers: the memory of processes on
// the GPU is then unknown, not zero.
Result<GpuClients> read_gpu_clients(const Host&);
// The same for those who ask again and again, such as a source per process: one list for all of
// them, which is at most half a second old. While nvmap writes it, allocations wait.
Result<GpuClients> recent_gpu_clients(const Host&, const Clock& = system_clock());

}  // namespace jetmeter
