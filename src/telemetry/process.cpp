#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <system_error>

#include "jetmeter/processes.h"
#include "telemetry/access.h"
#include "telemetry/kernel_file.h"
#include "telemetry/process_text.h"
#include "telemetry/pss_pace.h"
#include "telemetry/smaps.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

// status lists every supplementary group before it comes to the memory.
using Buffer = std::array<char, 16384>;
// Of smaps: some ten thousand mappings. Beyond, a walk takes the better part of a second.
constexpr std::size_t kLongestSmaps = 8 << 20;
constexpr std::uint32_t kMostThreads = 1 << 22;  // Linux gives no higher number to a task

std::filesystem::path folder_of(const Host& host, ProcessId pid) {
  return host.path("/proc/" + std::to_string(pid));
}

std::string_view text_of(const KernelFile& file, std::span<char> buffer) {
  return file.read_whole(buffer).value_or(std::string_view());
}

std::uint64_t page_bytes() {
  static const auto bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

bool knows_nothing(const ProcessMemory& memory) {
  return !memory.pss_bytes && !memory.rss_bytes && !memory.threads && !memory.minor_faults;
}

// The kernel's files of one process. They stay with it: when it has ended they cannot be read,
// even if another process has its number by then.
class ProcessFiles {
 public:
  explicit ProcessFiles(const std::filesystem::path& folder)
      : rollup_path_(folder / "smaps_rollup"),
        rollup_(rollup_path_),
        smaps_path_(folder / "smaps"),
        status_(folder / "status"),
        statm_(folder / "statm"),
        stat_(folder / "stat") {
    if (!rollup_.is_open()) smaps_ = KernelFile(smaps_path_);
  }

  // Does not allocate.
  ProcessMemory read() {
    auto memory = read_counters().memory;
    if (knows_nothing(memory)) return memory;
    Buffer buffer;
    const auto status = text_of(status_, buffer);
    memory.peak_rss_bytes = meminfo_bytes(status, "VmHWM");
    memory.swap_bytes = meminfo_bytes(status, "VmSwap");
    memory.pss_bytes = read_rollup().pss_bytes;
    return memory;
  }

  struct Counters {
    ProcessMemory memory;
    std::optional<std::uint64_t> shareable_bytes;  // of files and of shared memory
  };
  // What is asked at every tick, of two short lines: for the same figures in `status` the kernel
  // writes fifty.
  Counters read_counters() const {
    Counters counters;
    auto& memory = counters.memory;
    Buffer buffer;
    const auto stat = parse_process_stat(text_of(stat_, buffer));
    // One that waits to be reaped still has counters and a thread, but no memory: nothing of it is
    // the cost of a process that runs.
    if (stat && stat->has_ended()) return counters;
    if (stat) {
      memory.minor_faults = stat->minor_faults;
      memory.major_faults = stat->major_faults;
      memory.cpu_seconds = seconds(stat->cpu_ticks);
      if (stat->threads && *stat->threads > 0 && *stat->threads <= std::int64_t{kMostThreads})
        memory.threads = stat->threads;
    }
    const auto pages = parse_statm(text_of(statm_, buffer), page_bytes());
    if (pages) {
      memory.rss_bytes = pages->resident_bytes;
      counters.shareable_bytes = pages->shareable_bytes;
    }
    if (!memory.rss_bytes || !memory.threads) read_status(text_of(status_, buffer), counters);
    return counters;
  }

  // The kernel walks the whole page table for it; on one without smaps_rollup it also writes down
  // every mapping.
  PageWalk walk() { return rollup_.is_open() ? read_rollup() : read_smaps(); }
  PageWalk read_rollup() { return twice(rollup_, rollup_path_, &ProcessFiles::rollup_now); }

 private:
  using WalkNow = PageWalk (ProcessFiles::*)();
  // An open file is of the address space that there was; exec has put another in its place.
  PageWalk twice(KernelFile& file, const std::filesystem::path& path, WalkNow now) {
    auto walk = (this->*now)();
    if (!walk.pss_bytes && file.is_open()) {
      file = KernelFile(path);
      walk = (this->*now)();
    }
    return walk;
  }

  PageWalk read_smaps() {
    return smaps_too_long_ ? PageWalk{} : twice(smaps_, smaps_path_, &ProcessFiles::smaps_now);
  }

  PageWalk rollup_now() {
    Buffer buffer;
    const auto text = text_of(rollup_, buffer);
    return {meminfo_bytes(text, "Pss"), meminfo_bytes(text, "Rss")};
  }

  PageWalk smaps_now() {
    Buffer buffer;
    SmapsSums sums;
    for (std::size_t at = 0; at < kLongestSmaps; at += buffer.size()) {
      const auto piece = smaps_.read(buffer, at);
      if (!piece) return {};
      sums.add(*piece);
      if (piece->size() < buffer.size()) return {sums.pss_bytes(), sums.rss_bytes()};
    }
    smaps_too_long_ = true;  // once is dear enough
    smaps_ = KernelFile();
    return {};
  }

  static std::optional<double> seconds(std::optional<std::int64_t> ticks) {
    static const auto per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    if (!ticks || per_second <= 0) return std::nullopt;
    return static_cast<double>(*ticks) / per_second;
  }

  // Where a board's kernel or a recording of it lacks what read_counters() prefers.
  static void read_status(std::string_view text, Counters& counters) {
    auto& memory = counters.memory;
    if (!memory.rss_bytes) {
      memory.rss_bytes = meminfo_bytes(text, "VmRSS");
      const auto files = meminfo_bytes(text, "RssFile"), shared = meminfo_bytes(text, "RssShmem");
      if (files && shared && *files <= UINT64_MAX - *shared)
        counters.shareable_bytes = *files + *shared;
    }
    const auto threads = to_count(colon_value(text, "Threads").value_or(""));
    if (!memory.threads && threads && *threads <= kMostThreads)
      memory.threads = static_cast<std::int64_t>(*threads);
  }

  std::filesystem::path rollup_path_;
  KernelFile rollup_;
  std::filesystem::path smaps_path_;
  KernelFile smaps_, status_, statm_, stat_;
  bool smaps_too_long_ = false;
};

std::string why_no_pss(const std::filesystem::path& rollup) {
  std::error_code error;
  if (!std::filesystem::exists(rollup, error) && !error)
    return "this kernel has no smaps_rollup (Linux 4.14 brought it)";
  return why_unreadable(rollup);
}

Error no_process(const std::filesystem::path& folder, ProcessId pid) {
  std::error_code error;
  const auto who = "process " + std::to_string(pid);
  if (pid <= 0 || !std::filesystem::is_directory(folder, error))
    return {"there is no " + who + " (no folder " + in_quotes(folder.string()) + ")"};
  return {who + " has ended, or this user may not read " + in_quotes(folder.string())};
}

template <typename Count>
std::optional<double> as_double(std::optional<Count> count) {
  return count ? std::optional(static_cast<double>(*count)) : std::nullopt;
}

// Not the time that passes: on a busy machine that is mostly other processes'.
std::chrono::nanoseconds thread_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Of all processes that this program watches.
PssPace::Moves& moves_of_files() {
  static PssPace::Moves moves{0};
  return moves;
}

const std::array<Channel, 6> kChannels{{{"process.pss", Unit::byte},
                                        {"process.rss", Unit::byte},
                                        {"process.threads", Unit::count},
                                        {"process.minor_faults", Unit::count},
                                        {"process.major_faults", Unit::count},
                                        {"process.cpu_seconds", Unit::second}}};

// All but PSS.
void put_counters(const ProcessMemory& memory, std::span<std::optional<double>> out) {
  out[0] = as_double(memory.rss_bytes);
  out[1] = as_double(memory.threads);
  out[2] = as_double(memory.minor_faults);
  out[3] = as_double(memory.major_faults);
  out[4] = memory.cpu_seconds;
}

class ProcessCounters : public Source {
 public:
  ProcessCounters(const Host&, ProcessFiles files) : files_(std::move(files)) {}

  std::span<const Channel> channels() const override { return std::span(kChannels).subspan(1); }

  void read(std::span<std::optional<double>> out) override {
    put_counters(files_.read_counters().memory, out);
  }

 private:
  ProcessFiles files_;
};

class Process : public Source {
 public:
  Process(const Host& host, ProcessFiles files)
      : files_(std::move(files)), load_(host.path("/proc/loadavg")) {}

  std::span<const Channel> channels() const override { return kChannels; }

  void read(std::span<std::optional<double>> out) override {
    const auto [memory, shareable] = files_.read_counters();
    out[0] = as_double(pss(memory, shareable));
    put_counters(memory, out.subspan(1));
  }

 private:
  // The machine's tasks but for the process's own: its threads share its memory anyway.
  std::optional<std::uint64_t> count_others(const ProcessMemory& memory) const {
    std::array<char, 128> buffer;
    const auto tasks = parse_loadavg_tasks(text_of(load_, buffer));
    const auto own = static_cast<std::uint64_t>(memory.threads.value_or(0));
    return tasks ? std::optional(*tasks - std::min(*tasks, own)) : std::nullopt;
  }

  std::optional<std::uint64_t> pss(const ProcessMemory& memory,
                                   std::optional<std::uint64_t> shareable) {
    const auto rss = memory.rss_bytes;
    if (!rss) return std::nullopt;
    const ResidentSize size{*rss, shareable.value_or(*rss)};
    const auto now = std::chrono::steady_clock::now();
    if (const auto others = count_others(memory)) pace_.see(*others, now);
    if (const auto paced = pace_.pss(size, now)) return paced;
    const auto began = thread_cpu_time();
    const auto walk = files_.walk();
    const auto cost = thread_cpu_time() - began;
    pace_.walked(size, walk.rss_bytes.value_or(*rss), walk.pss_bytes,
                 std::chrono::steady_clock::now(), cost);
    return walk.pss_bytes;
  }

  ProcessFiles files_;
  KernelFile load_;
  PssPace pace_{moves_of_files()};
};

template <typename Kind>
Result<std::unique_ptr<Source>> open_as(const Host& host, ProcessId pid) {
  const auto folder = folder_of(host, pid);
  ProcessFiles files(folder);
  if (pid <= 0 || knows_nothing(files.read_counters().memory))
    return tl::make_unexpected(no_process(folder, pid));
  return std::make_unique<Kind>(host, std::move(files));
}

}  // namespace

Result<ProcessMemory> read_process(const Host& host, ProcessId pid) {
  const auto folder = folder_of(host, pid);
  auto memory = ProcessFiles(folder).read();
  if (pid <= 0 || knows_nothing(memory)) return tl::make_unexpected(no_process(folder, pid));
  if (!memory.pss_bytes) memory.why_no_pss = why_no_pss(folder / "smaps_rollup");
  return memory;
}

PageWalk walk_pages(const Host& host, ProcessId pid) {
  return ProcessFiles(folder_of(host, pid)).walk();
}

Result<std::unique_ptr<Source>> open_process(const Host& host, ProcessId pid) {
  return open_as<Process>(host, pid);
}

Result<std::unique_ptr<Source>> open_process_counters(const Host& host, ProcessId pid) {
  return open_as<ProcessCounters>(host, pid);
}

}  // namespace jetmeter
