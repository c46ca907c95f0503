#include <fmt/format.h>

#include <algorithm>

#include "doctor/checks.h"
#include "doctor/memory_advice.h"
#include "jetmeter/device.h"
#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

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

// "8.00 GiB", or "62.7 GiB of RAM and 45.0 GiB of VRAM".
std::string memory_in_words(const DoctorFacts& facts, std::uint64_t usable) {
  const auto* pool = vram(facts);
  if (pool == nullptr) return format_bytes(usable);
  return fmt::format("{} of RAM and {} of VRAM", format_bytes(usable),
                     format_bytes(pool->total.bytes()));
}

bool has_several_gpus(const DoctorFacts& facts) {
  return !is_jetson(facts) && facts.machine.gpus.size() > 1;
}

std::optional<Advice> device(const DoctorFacts& facts) {
  const auto gpu = gpu_for_models(facts);
  if (!gpu || !has_several_gpus(facts)) return std::nullopt;
  auto reason = fmt::format(
      "of {} GPUs, GPU {} has the most memory free that is not behind other "
      "work: {}",
      facts.machine.gpus.size(), *gpu, format_bytes(vram(facts)->available->bytes()));
  if (const auto load = latest(facts, fmt::format("load.gpu{}", *gpu)))
    reason += fmt::format(", and is {:.0f} % busy", *load);
  return Advice{"device", fmt::format("cuda:{}, for models on a GPU", *gpu), reason,
                fmt::format("detect and bench: --device cuda:{}", *gpu)};
}

std::string what_workers_share(const DoctorFacts& facts) {
  if (has_several_gpus(facts)) return "two on the same GPU share it and its memory bus";
  return has_gpu(facts) ? "they share one GPU and its memory bus"
                        : "they share the cores and the memory bus";
}

// What memory_limit advises where no model fits has no option.
bool none_fits_now(const DoctorFacts& facts) {
  const auto limit = memory_limit_advice(facts);
  return limit && limit->option.empty();
}

// "VLLM::EngineCor (1792595), which holds 4.11 GiB", of who holds most of the memory that CPU and
// GPU share. Empty where nobody is known to hold much.
std::string largest_gpu_user(const DoctorFacts& facts) {
  constexpr std::uint64_t kMuch = std::uint64_t{64} << 20;
  const GpuClient* largest = nullptr;
  if (!is_jetson(facts) || !facts.gpu_users) return "";
  for (const auto& [client, gone] : facts.gpu_users->users)
    if (!gone && client.bytes >= kMuch && (largest == nullptr || client.bytes > largest->bytes))
      largest = &client;
  if (largest == nullptr) return "";
  return fmt::format("{} ({}), which holds {}", largest->name, largest->pid,
                     format_bytes(largest->bytes));
}

Advice workers_later(const DoctorFacts& facts) {
  const auto user = largest_gpu_user(facts);
  return {"workers",
          fmt::format("none now; {} once memory is given back",
                      worker_count(facts) > 1 ? "up to 2 models at a time" : "1 model at a time"),
          user.empty() ? "no model fits beside what runs now; memory_limit says what to end first"
                       : fmt::format("no model fits beside what runs now: end {}, first, and what "
                                     "else memory_limit names",
                                     user),
          ""};
}

Advice workers(const DoctorFacts& facts) {
  if (none_fits_now(facts)) return workers_later(facts);
  const auto bytes = usable_memory(facts);
  if (worker_count(facts) > 1)
    return {
        "workers", "up to 2 models at a time",
        fmt::format("each worker brings its runtime again, and {} hold two; {}, which costs both "
                    "latency",
                    memory_in_words(facts, *bytes), what_workers_share(facts)),
        ""};
  return {"workers", "1 model at a time",
          bytes ? fmt::format("each worker brings its runtime again, and {} are soon full",
                              memory_in_words(facts, *bytes))
                : "how much memory there is, is not known",
          ""};
}

Advice batch(const DoctorFacts& facts) {
  std::string reason =
      "a frame's latency is what a camera's user sees; a larger batch buys throughput with latency";
  if (is_jetson(facts)) reason += ", and with activations in the memory that all share";
  if (const auto* pool = vram(facts); pool != nullptr)
    reason += fmt::format(", and with activations in the VRAM, of which {} are free",
                          format_bytes(pool->available->bytes()));
  return {"batch", "1", reason, ""};
}

Advice samples() {
  const auto p99 = samples_needed(0.99), p999 = samples_needed(0.999);
  return {"samples", fmt::format("{} frames for a p99, {} for a p99.9", p99, p999),
          "with fewer, not even the slowest frame seen bounds the percentile at 95 % confidence",
          fmt::format("detect: --max-frames {}; bench: --min-count {}", p99, p99)};
}

std::optional<Advice> soak(const DoctorFacts& facts) {
  if (!is_jetson(facts)) return std::nullopt;
  return Advice{"sustained", "30 min before a number is called sustained",
                "boards warm up for many minutes: which of two is faster in the first minute need "
                "not be in the thirtieth",
                ""};
}

struct Cores {
  int count = 0;
  std::string kind;  // "cores that are online"
};

Cores cores_for_models(const DoctorFacts& facts) {
  Cores cores{facts.machine.cores, "cores that are online"};
  if (facts.cpu && facts.cpu->physical_cores && *facts.cpu->physical_cores < cores.count)
    cores = {*facts.cpu->physical_cores, "physical cores, whose two threads share its arithmetic"};
  if (facts.limits && facts.limits->cores && *facts.limits->cores < cores.count)
    cores = {static_cast<int>(*facts.limits->cores), "cores that the control group allows"};
  return cores;
}

// A core stays free for decoding and the supervisor where there is more than one; the others are
// split between the models that run at a time.
Advice threads(const DoctorFacts& facts) {
  const auto [cores, kind] = cores_for_models(facts);
  const int models = none_fits_now(facts) ? 1 : worker_count(facts);
  const int all = std::max(1, cores - 1), each = std::max(1, all / models);
  auto value = fmt::format("{}, for models on the CPU", each);
  auto reason = fmt::format("one less than the {} {}: the last one decodes frames", cores, kind);
  if (cores <= 1) reason = "there is one core";
  if (each != all) {
    value = fmt::format("{} for each of {} models on the CPU, {} for one alone", each, models, all);
    reason +=
        fmt::format("; the other {} are split between the {} that workers recommends", all, models);
  }
  return {"cpu_threads", value, reason, fmt::format("detect and bench: --threads {}", each)};
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
  add(device(facts));
  add(memory_limit_advice(facts));
  add(workers(facts));
  add(batch(facts));
  if (facts.machine.cores > 0) add(threads(facts));
  add(copies(facts));
  add(samples());
  add(soak(facts));
  return advice;
}

}  // namespace jetmeter
