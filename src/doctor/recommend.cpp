#include <fmt/format.h>

#include <algorithm>

#include "doctor/checks.h"
#include "jetmeter/device.h"
#include "jetmeter/memory.h"
#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

constexpr double kShareForModels = 0.8, kShareKeptFree = 0.2;
constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
// A runtime on the CPU with nothing loaded takes as much.
constexpr std::uint64_t kLeastForAModel = 64 * kMebibyte;

std::uint64_t share_of(double share, std::uint64_t bytes) {
  return static_cast<std::uint64_t>(share * static_cast<double>(bytes));
}

std::string tera(double rate) {
  return fmt::format("{:.3g}", rate / 1e12);
}

// On a Jetson, by what its GPU computes as the machine is set up now; where that is not told, by
// what it could compute.
Advice precision_of(const Device& device, const Machine& machine) {
  auto rates = peaks(device, machine);
  std::string_view when = "as it is set up now";
  if (!rates.fp16 || !rates.fp32) {
    rates = peaks(device);
    when = "with everything on and at its highest clocks";
  }
  if (!rates.fp16 || !rates.fp32)
    return {
        "precision", "fp16 beside fp32",
        fmt::format("what the GPU of a {} computes is not in jetmeter's table; which is faster, "
                    "a measurement of both tells",
                    device.name),
        ""};
  auto reason = fmt::format("{}, at most {} TFLOPS in fp16 against {} in fp32", when,
                            tera(*rates.fp16), tera(*rates.fp32));
  if (rates.int8)
    reason += fmt::format(
        "; int8 reaches {} TOPS, for models that were calibrated and whose accuracy was measured",
        tera(*rates.int8));
  return {"precision", "fp16", reason, ""};
}

Advice precision(const DoctorFacts& facts) {
  if (const auto* device = find_device(facts.machine)) return precision_of(*device, facts.machine);
  if (has_gpu(facts))
    return {"precision", "fp16 beside fp32",
            "the rates of this GPU are not in jetmeter's table; which is faster, a measurement of "
            "both tells",
            ""};
  std::string reason = "runtimes compute in float32 on a CPU and convert fp16 back and forth";
  if (facts.cpu && facts.cpu->int8_dot_product)
    reason += "; int8 is worth a measurement: this CPU multiplies 8-bit integers natively";
  return {"precision", "fp32", reason, ""};
}

std::optional<std::uint64_t> usable_memory(const DoctorFacts& facts) {
  auto bytes = facts.machine.memory_total_bytes;
  if (facts.limits && facts.limits->memory_bytes)
    bytes = std::min(bytes.value_or(*facts.limits->memory_bytes), *facts.limits->memory_bytes);
  return bytes;
}

// Each worker is a process with its own runtime.
int worker_count(const DoctorFacts& facts) {
  constexpr std::uint64_t kRoomForTwo = std::uint64_t{12} << 30;
  return usable_memory(facts).value_or(0) >= kRoomForTwo ? 2 : 1;
}

Advice workers(const DoctorFacts& facts) {
  const auto bytes = usable_memory(facts);
  const auto* shared =
      has_gpu(facts) ? "one GPU and its memory bus" : "the cores and the memory bus";
  if (worker_count(facts) > 1)
    return {
        "workers", "up to 2 models at a time",
        fmt::format("each worker brings its runtime again, and {} hold two; they share {}, which "
                    "costs both latency",
                    format_bytes(*bytes), shared),
        ""};
  return {"workers", "1 model at a time",
          bytes ? fmt::format("each worker brings its runtime again, and {} are soon full",
                              format_bytes(*bytes))
                : "how much memory there is, is not known",
          ""};
}

std::optional<std::uint64_t> available_now(const DoctorFacts& facts) {
  const auto& pools = facts.ledger.pools;
  if (pools.empty() || !pools.front().available) return std::nullopt;
  return pools.front().available->bytes();
}

// Of the machine's memory, a container's limit or not.
std::uint64_t kept_free(const DoctorFacts& facts) {
  const auto& pools = facts.ledger.pools;
  return pools.empty() ? 0 : share_of(kShareKeptFree, pools.front().total.bytes());
}

// Who holds memory that could be had, and the commands that name the others.
std::string what_gives_it_back(const DoctorFacts& facts) {
  constexpr std::uint64_t kMuch = 64 * kMebibyte;
  std::string text = ". To get memory back: ";
  if (facts.gpu_users) {
    for (const auto& [client, gone] : facts.gpu_users->users)
      if (!gone && client.bytes >= kMuch)
        text += fmt::format("end {} ({}), which holds {}; ", client.name, client.pid,
                            format_bytes(client.bytes));
  }
  text += "`ps -eo rss,pid,comm --sort=-rss | head` shows the largest processes";
  if (const auto cached = latest(facts, "memory.cached"); cached && *cached > 0)
    text += fmt::format("; `sync && sudo sysctl vm.drop_caches=1` empties the page cache ({})",
                        format_bytes(static_cast<std::uint64_t>(*cached)));
  return text;
}

// Of all models together, and why. No amount: what is left now holds no model.
struct ForModels {
  std::optional<std::uint64_t> bytes;
  std::string reason;
};

// What is left now of what can be had when the machine keeps its share: below that it swaps.
ForModels left_now(const DoctorFacts& facts, std::uint64_t now, std::uint64_t most) {
  const auto total = facts.ledger.pools.front().total.bytes();
  const auto kept = kept_free(facts);
  const auto left = now > kept ? now - kept : 0;
  auto reason = fmt::format(
      "{} can be had now, and with less than {} (20 % of {}{}) free the kernel takes back cache "
      "and swaps",
      format_bytes(now), format_bytes(kept), format_bytes(total),
      is_jetson(facts) ? ", which CPU and GPU share" : "");
  if (left < most / 2) reason += what_gives_it_back(facts);
  if (left < kLeastForAModel) return {std::nullopt, std::move(reason)};
  return {left, std::move(reason)};
}

ForModels memory_for_models(const DoctorFacts& facts, std::uint64_t usable) {
  const auto most = share_of(kShareForModels, usable);
  const auto now = available_now(facts);
  if (now && *now < most + kept_free(facts)) return left_now(facts, *now, most);
  return {most,
          fmt::format("80 % of {}{}; the rest is for the system, the page cache and the "
                      "peaks of loading",
                      format_bytes(usable), is_jetson(facts) ? ", which CPU and GPU share" : "")};
}

std::string limit_options(std::uint64_t bytes) {
  const auto option = [](std::uint64_t limit) {
    return fmt::format("--memory-limit {}MiB", limit / kMebibyte);
  };
  if (bytes <= kLargestDetectLimit) return "detect and bench: " + option(bytes);
  return fmt::format("bench: {}; detect: {}, the most it takes", option(bytes),
                     option(kLargestDetectLimit));
}

// jetmeter's limit is that of one worker.
std::optional<Advice> memory_limit(const DoctorFacts& facts) {
  const auto bytes = usable_memory(facts);
  if (!bytes) return std::nullopt;
  const auto [all, reason] = memory_for_models(facts, *bytes);
  if (!all) return Advice{"memory_limit", "no model fits beside what runs now", reason, ""};
  const auto each = *all / static_cast<std::uint64_t>(worker_count(facts));
  auto value = format_bytes(*all);
  if (each != *all) value += fmt::format(" in all, {} for each of two models", format_bytes(each));
  return Advice{"memory_limit", value, reason, limit_options(each)};
}

Advice batch(const DoctorFacts& facts) {
  std::string reason =
      "a frame's latency is what a camera's user sees; a larger batch buys throughput with latency";
  if (is_jetson(facts)) reason += ", and with activations in the memory that all share";
  return {"batch", "1", reason, ""};
}

Advice samples() {
  const auto p99 = samples_needed(0.99), p999 = samples_needed(0.999);
  return {"samples", fmt::format("{} frames for a p99, {} for a p99.9", p99, p999),
          "with fewer the percentile lies, at 95 % confidence, beyond the slowest frame seen",
          fmt::format("detect: --max-frames {}; bench: --min-count {}", p99, p99)};
}

std::optional<Advice> soak(const DoctorFacts& facts) {
  if (!is_jetson(facts)) return std::nullopt;
  return Advice{"sustained", "30 min before a number is called sustained",
                "boards warm up for many minutes: which of two is faster in the first minute need "
                "not be in the thirtieth",
                ""};
}

// A core stays free for decoding and the supervisor where there is more than one.
Advice threads(const DoctorFacts& facts) {
  auto cores = facts.machine.cores;
  auto kind = fmt::format("one less than the {} cores that are online", cores);
  if (facts.cpu && facts.cpu->physical_cores && *facts.cpu->physical_cores < cores) {
    cores = *facts.cpu->physical_cores;
    kind = fmt::format(
        "one less than the {} physical cores, whose two threads share its arithmetic", cores);
  }
  if (facts.limits && facts.limits->cores && *facts.limits->cores < cores) {
    cores = static_cast<int>(*facts.limits->cores);
    kind = fmt::format("one less than the {} cores that the control group allows", cores);
  }
  const int count = std::max(1, cores - 1);
  return {"cpu_threads", fmt::format("{}, for models on the CPU", count),
          cores > 1 ? kind + ": the last one decodes frames" : "there is one core",
          fmt::format("detect and bench: --threads {}", count)};
}

std::optional<Advice> copies(const DoctorFacts& facts) {
  if (!is_jetson(facts)) return std::nullopt;
  return Advice{"copies", "no pinned staging buffers",
                "CPU and GPU read the same DRAM; a pinned copy is that memory twice", ""};
}

}  // namespace

std::vector<Advice> recommend(const DoctorFacts& facts) {
  std::vector<Advice> advice{precision(facts)};
  const auto add = [&](std::optional<Advice> one) {
    if (one) advice.push_back(std::move(*one));
  };
  add(memory_limit(facts));
  add(workers(facts));
  add(batch(facts));
  if (facts.machine.cores > 0) add(threads(facts));
  add(copies(facts));
  add(samples());
  add(soak(facts));
  return advice;
}

}  // namespace jetmeter
