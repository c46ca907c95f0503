#include "doctor/memory_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "doctor/checks.h"
#include "jetmeter/memory.h"

namespace jetmeter {
namespace {

constexpr double kShareForModels = 0.8;
constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
// A runtime on the CPU with nothing loaded takes as much.
constexpr std::uint64_t kLeastForAModel = 64 * kMebibyte;

std::uint64_t share_of(double share, std::uint64_t bytes) {
  return static_cast<std::uint64_t>(share * static_cast<double>(bytes));
}

std::optional<std::uint64_t> available_now(const DoctorFacts& facts) {
  const auto& pools = facts.ledger.pools;
  if (pools.empty() || !pools.front().available) return std::nullopt;
  return pools.front().available->bytes();
}

// Of the machine's memory, a container's limit or not.
std::uint64_t reserve(const DoctorFacts& facts) {
  const auto& pools = facts.ledger.pools;
  return pools.empty() ? 0 : share_of(kShareKept, pools.front().total.bytes());
}

// "end vllm (812), which holds 4.00 GiB; " of each that holds much of the GPU's memory.
std::string who_to_end(const DoctorFacts& facts) {
  constexpr std::uint64_t kMuch = 64 * kMebibyte;
  std::string text;
  if (!facts.gpu_users) return text;
  for (const auto& [client, gone] : facts.gpu_users->users)
    if (!gone && client.bytes >= kMuch)
      text += fmt::format("end {} ({}), which holds {}; ", client.name, client.pid,
                          format_bytes(client.bytes));
  return text;
}

// Of all models together, and why. No amount: what is left now holds no model.
struct ForModels {
  std::optional<std::uint64_t> bytes;
  std::string reason;
};

ForModels if_enough(std::uint64_t bytes, std::string reason) {
  if (bytes < kLeastForAModel) return {std::nullopt, std::move(reason)};
  return {bytes, std::move(reason)};
}

// What is left now of what can be had when the machine keeps its reserve.
ForModels left_now(const DoctorFacts& facts, std::uint64_t now, std::uint64_t most) {
  const auto total = facts.ledger.pools.front().total.bytes();
  const auto kept = reserve(facts);
  const auto left = now > kept ? now - kept : 0;
  auto reason = fmt::format("{} can be had now, and {} (20 % of {}{}) is {}", format_bytes(now),
                            format_bytes(kept), format_bytes(total),
                            is_jetson(facts) ? ", which CPU and GPU share" : "", kTheReserve);
  if (left < most / 2) reason += ". To get memory back: " + what_gives_memory_back(facts);
  return if_enough(left, std::move(reason));
}

ForModels memory_for_models(const DoctorFacts& facts, std::uint64_t usable) {
  const auto most = share_of(kShareForModels, usable);
  const auto now = available_now(facts);
  if (now && *now < most + reserve(facts)) return left_now(facts, *now, most);
  return {most,
          fmt::format("80 % of {}{}; the rest is for the system, the page cache and the "
                      "peaks of loading",
                      format_bytes(usable), is_jetson(facts) ? ", which CPU and GPU share" : "")};
}

// What does not fit there is refused, not swapped: the rest is for workspaces and for others.
ForModels vram_for_models(const DoctorFacts& facts, const Pool& pool) {
  const auto unused = pool.available->bytes();
  auto reason = fmt::format(
      "80 % of the {} of {} that are free, for weights and activations of "
      "models on the GPU; the rest is for workspaces and other programs",
      format_bytes(unused), pool.name);
  if (unused < pool.total.bytes() / 2) {
    auto whom = who_to_end(facts);
    if (whom.empty()) whom = "`nvidia-smi` shows who holds it; ";
    reason += ". To get memory back: " + whom.substr(0, whom.size() - 2);
  }
  return if_enough(share_of(kShareForModels, unused), std::move(reason));
}

// The tighter of the two.
ForModels for_models(const DoctorFacts& facts, std::uint64_t usable) {
  auto in_ram = memory_for_models(facts, usable);
  const auto* pool = vram(facts);
  if (pool == nullptr || !in_ram.bytes) return in_ram;
  auto in_vram = vram_for_models(facts, *pool);
  return in_vram.bytes.value_or(0) < *in_ram.bytes ? in_vram : in_ram;
}

std::string limit_options(std::uint64_t bytes) {
  const auto option = [](std::uint64_t limit) {
    return fmt::format("--memory-limit {}MiB", limit / kMebibyte);
  };
  if (bytes <= kLargestDetectLimit) return "detect and bench: " + option(bytes);
  return fmt::format("bench: {}; detect: {}, the most it takes", option(bytes),
                     option(kLargestDetectLimit));
}

}  // namespace

std::optional<std::uint64_t> usable_memory(const DoctorFacts& facts) {
  auto bytes = facts.machine.memory_total_bytes;
  if (facts.limits && facts.limits->memory_bytes)
    bytes = std::min(bytes.value_or(*facts.limits->memory_bytes), *facts.limits->memory_bytes);
  return bytes;
}

std::optional<std::size_t> gpu_for_models(const DoctorFacts& facts) {
  constexpr double kLeastIdle = 0.01;  // a busy one's memory counts a little
  const auto& pools = facts.ledger.pools;
  if (facts.machine.memory_architecture != MemoryArchitecture::discrete) return std::nullopt;
  std::optional<std::size_t> best;
  double most = 0;
  for (std::size_t i = 0; i + 1 < pools.size(); ++i) {
    if (!pools[i + 1].available) continue;
    const auto load = latest(facts, fmt::format("load.gpu{}", i)).value_or(0);
    const auto weighed =
        static_cast<double>(pools[i + 1].available->bytes()) * std::max(1 - load / 100, kLeastIdle);
    if (best && weighed <= most) continue;
    best = i;
    most = weighed;
  }
  return best;
}

const Pool* vram(const DoctorFacts& facts) {
  const auto& pools = facts.ledger.pools;
  const auto gpu = gpu_for_models(facts);
  return gpu ? &pools[*gpu + 1] : nullptr;
}

int worker_count(const DoctorFacts& facts) {
  constexpr std::uint64_t kRoomForTwo = std::uint64_t{12} << 30;
  const auto* pool = vram(facts);
  const bool on_gpu = pool == nullptr || pool->total.bytes() >= kRoomForTwo;
  return on_gpu && usable_memory(facts).value_or(0) >= kRoomForTwo ? 2 : 1;
}

std::optional<Advice> memory_limit_advice(const DoctorFacts& facts) {
  const auto bytes = usable_memory(facts);
  if (!bytes) return std::nullopt;
  const auto [all, reason] = for_models(facts, *bytes);
  if (!all) return Advice{"memory_limit", "no model fits beside what runs now", reason, ""};
  const auto each = *all / static_cast<std::uint64_t>(worker_count(facts));
  auto value = format_bytes(*all);
  if (each != *all) value += fmt::format(" in all, {} for each of two models", format_bytes(each));
  return Advice{"memory_limit", value, reason, limit_options(each)};
}

std::string what_gives_memory_back(const DoctorFacts& facts) {
  return (is_jetson(facts) ? who_to_end(facts) : "") +
         "`ps -eo rss,pid,comm --sort=-rss | head` shows the largest processes";
}

}  // namespace jetmeter
