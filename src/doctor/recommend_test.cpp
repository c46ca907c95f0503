#include <gmock/gmock.h>

#include "doctor/test_facts.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Advice advice(const DoctorFacts& facts, std::string_view setting) {
  for (const auto& one : recommend(facts))
    if (one.setting == setting) return one;
  return {"(none)", "no such advice", "", ""};
}

TEST(Recommend, GivesAReasonForEverything) {
  for (const auto& facts : {sound_facts(), sound_orin(), DoctorFacts{}}) {
    for (const auto& one : recommend(facts)) {
      EXPECT_THAT(one.value, Not(IsEmpty())) << one.setting;
      EXPECT_THAT(one.reason, Not(IsEmpty())) << one.setting;
    }
  }
}

TEST(Recommend, PrecisionOfOrinIsFp16ByItsRates) {
  const auto orin = advice(sound_orin(), "precision");
  EXPECT_EQ(orin.value, "fp16");
  // 8 SMs at 1020 MHz: 2048, 256 and 4096 operations per SM and clock.
  EXPECT_THAT(orin.reason, HasSubstr("16.7 TFLOPS in fp16 against 2.09 in fp32"));
  EXPECT_THAT(orin.reason, HasSubstr("int8 reaches 33.4 TOPS"));
}

TEST(Recommend, PrecisionFollowsThePowerMode) {
  auto facts = sound_orin();
  facts.machine.clocks.caps.gpu_hz = 612'000'000;
  EXPECT_THAT(advice(facts, "precision").reason, HasSubstr("10 TFLOPS in fp16"));
}

TEST(Recommend, PrecisionIsThatOfTheModuleWhereNothingIsToldOfNow) {
  auto facts = sound_orin();
  facts.machine.active_sms.reset();
  facts.machine.clocks = {};
  facts.machine.power_mode.reset();
  EXPECT_THAT(advice(facts, "precision").reason, HasSubstr("with everything on"));
  EXPECT_THAT(advice(facts, "precision").reason, HasSubstr("16.7 TFLOPS in fp16"));
  facts.machine.board->module = "Jetson TX2";
  facts.machine.board->part_number = "p3310-1000";
  EXPECT_EQ(advice(facts, "precision").value, "fp16 beside fp32");
}

TEST(Recommend, PrecisionOfACpuIsFp32) {
  auto facts = sound_facts();
  EXPECT_EQ(advice(facts, "precision").value, "fp32");
  EXPECT_THAT(advice(facts, "precision").reason, Not(HasSubstr("int8")));
  facts.cpu->int8_dot_product = true;
  EXPECT_THAT(advice(facts, "precision").reason, HasSubstr("int8"));
}

TEST(Recommend, PrecisionOfAnUnknownGpuIsNotGuessed) {
  auto facts = sound_facts();
  facts.machine.gpus = {{"Some GPU", {}}};
  EXPECT_EQ(advice(facts, "precision").value, "fp16 beside fp32");
}

TEST(Recommend, MemoryLimitIsFourFifths) {
  auto facts = sound_orin();
  facts.ledger.pools.front().available = PoolBytes(8 * kGiB);
  const auto limit = advice(facts, "memory_limit");
  EXPECT_EQ(limit.value, "6.40 GiB");
  EXPECT_EQ(limit.option, "detect and bench: --memory-limit 6553MiB");
  EXPECT_THAT(limit.reason, HasSubstr("CPU and GPU share"));
}

// A model at a limit of all that can be had leaves the machine nothing.
TEST(Recommend, MemoryLimitLeavesTheMachineItsFifth) {
  auto facts = sound_orin();
  auto limit = advice(facts, "memory_limit");
  EXPECT_EQ(limit.value, "4.40 GiB");
  EXPECT_EQ(limit.option, "detect and bench: --memory-limit 4505MiB");
  EXPECT_THAT(limit.reason,
              HasSubstr("6.00 GiB can be had now, and 1.60 GiB (20 % of 8.00 GiB, which CPU and "
                        "GPU share) is the reserve that jetmeter keeps: below it a peak of "
                        "anything else makes the kernel reclaim pages that are in use, swap"));
  EXPECT_THAT(limit.reason, Not(HasSubstr("get memory back")));
  facts.ledger.pools.front().available = PoolBytes(7 * kGiB);
  EXPECT_EQ(advice(facts, "memory_limit").value, "5.40 GiB");
  facts.ledger.pools.front().available.reset();
  EXPECT_EQ(advice(facts, "memory_limit").value, "6.40 GiB");
}

TEST(Recommend, SaysWhatGivesMemoryBackWhereLittleIsLeft) {
  auto facts = sound_orin();
  facts.ledger.pools.front().available = PoolBytes(3 * kGiB);
  facts.gpu_users = GpuUsers{"nvmap",
                             {{{812, "vllm", 4 * kGiB}, false},
                              {{900, "Xorg", 17 * kMiB}, false},
                              {{901, "left", 2 * kGiB}, true}}};
  const auto limit = advice(facts, "memory_limit");
  EXPECT_EQ(limit.option, "detect and bench: --memory-limit 1433MiB");
  EXPECT_THAT(limit.reason, HasSubstr("To get memory back: end vllm (812), which holds 4.00 GiB; "
                                      "`ps -eo rss,pid,comm --sort=-rss | head` shows"));
  EXPECT_THAT(limit.reason, Not(HasSubstr("page cache"))) << "what can be had counts it already";
  EXPECT_THAT(limit.reason, Not(HasSubstr("Xorg")));
  EXPECT_THAT(limit.reason, Not(HasSubstr("left"))) << "nothing can end what is gone";
}

TEST(Recommend, NoMemoryLimitWhereNothingIsLeft) {
  auto facts = sound_orin();
  facts.gpu_users = GpuUsers{"nvmap", {{{812, "vllm", 4 * kGiB}, false}}};
  // Nothing, less than the machine's fifth, and what no runtime starts with.
  for (const auto available : {std::uint64_t{0}, 900 * kMiB, 1700 * kMiB}) {
    facts.ledger.pools.front().available = PoolBytes(available);
    const auto limit = advice(facts, "memory_limit");
    EXPECT_EQ(limit.value, "no model fits beside what runs now");
    EXPECT_EQ(limit.option, "");
    EXPECT_THAT(limit.reason, HasSubstr("To get memory back: end vllm (812)"));
  }
}

TEST(Recommend, MemoryLimitIsThatOfTheContainer) {
  auto facts = sound_facts();
  facts.limits = GroupLimits{kGiB, {}, ""};
  EXPECT_EQ(advice(facts, "memory_limit").option, "detect and bench: --memory-limit 819MiB");
}

TEST(Recommend, TwoWorkersWhereThereIsRoom) {
  EXPECT_EQ(advice(sound_orin(), "workers").value, "1 model at a time");
  auto facts = sound_orin();
  facts.machine.memory_total_bytes = 60 * kGiB;
  facts.ledger.pools = {{"DRAM", PoolBytes(60 * kGiB), PoolBytes(55 * kGiB)}};
  EXPECT_EQ(advice(facts, "workers").value, "up to 2 models at a time");
  // 55 GiB without the machine's 12.
  EXPECT_EQ(advice(facts, "memory_limit").option,
            "bench: --memory-limit 22016MiB; detect: --memory-limit 8192MiB, the most it takes");
}

TEST(Recommend, NoWorkersWhereNoModelFits) {
  auto facts = sound_orin();
  facts.ledger.pools.front().available = PoolBytes(900 * kMiB);
  EXPECT_EQ(advice(facts, "workers").value,
            "none now; 1 model at a time once memory is given back");
  EXPECT_THAT(advice(facts, "workers").reason, HasSubstr("memory_limit says what to end first"));
  facts.gpu_users = GpuUsers{"nvmap",
                             {{{900, "Xorg", 17 * kMiB}, false},
                              {{811, "python3", 1 * kGiB}, false},
                              {{812, "vllm", 4 * kGiB}, false},
                              {{901, "left", 5 * kGiB}, true}}};
  EXPECT_EQ(advice(facts, "workers").reason,
            "no model fits beside what runs now: end vllm (812), which holds 4.00 GiB, first, and "
            "what else memory_limit names");
  facts.machine.memory_total_bytes = 60 * kGiB;
  facts.ledger.pools = {{"DRAM", PoolBytes(60 * kGiB), PoolBytes(10 * kGiB)}};
  EXPECT_EQ(advice(facts, "workers").value,
            "none now; up to 2 models at a time once memory is given back");
  EXPECT_EQ(advice(facts, "cpu_threads").option, "detect and bench: --threads 5");
}

TEST(Recommend, MemoryLimitIsOneThatTheJobTakes) {
  auto facts = sound_orin();
  facts.machine.memory_total_bytes = 10 * kGiB;
  facts.ledger.pools = {{"DRAM", PoolBytes(10 * kGiB), PoolBytes(10 * kGiB)}};
  EXPECT_EQ(advice(facts, "memory_limit").option, "detect and bench: --memory-limit 8192MiB");
  facts.machine.memory_total_bytes = 11 * kGiB;
  facts.ledger.pools = {{"DRAM", PoolBytes(11 * kGiB), PoolBytes(11 * kGiB)}};
  EXPECT_EQ(advice(facts, "memory_limit").option,
            "bench: --memory-limit 9011MiB; detect: --memory-limit 8192MiB, the most it takes");
}

DoctorFacts sound_server() {
  auto facts = sound_facts();
  facts.machine.memory_architecture = MemoryArchitecture::discrete;
  facts.machine.gpus = {{"Some GPU", 24 * kGiB}};
  facts.machine.memory_total_bytes = 64 * kGiB;
  facts.ledger.pools = {{"RAM", PoolBytes(64 * kGiB), PoolBytes(64 * kGiB)},
                        {"VRAM 0", PoolBytes(24 * kGiB), PoolBytes(20 * kGiB)}};
  return facts;
}

TEST(Recommend, MemoryLimitIsThatOfTheVramWhereItIsTighter) {
  auto facts = sound_server();
  auto limit = advice(facts, "memory_limit");
  EXPECT_EQ(limit.value, "16.0 GiB in all, 8.00 GiB for each of two models");
  EXPECT_EQ(limit.option, "detect and bench: --memory-limit 8192MiB");
  EXPECT_THAT(limit.reason, HasSubstr("80 % of the 20.0 GiB of VRAM 0 that are free"));
  EXPECT_THAT(limit.reason, Not(HasSubstr("get memory back")));
  facts.ledger.pools[0].available = PoolBytes(20 * kGiB);
  limit = advice(facts, "memory_limit");
  EXPECT_THAT(limit.value, HasSubstr("7.20 GiB in all")) << "20 GiB of RAM without its fifth";
  facts.ledger.pools[1].available.reset();
  facts.ledger.pools[0].available = PoolBytes(64 * kGiB);
  EXPECT_THAT(advice(facts, "memory_limit").value, HasSubstr("51.2 GiB in all"));
}

TEST(Recommend, SaysWhoHoldsTheVramWhereLittleIsFree) {
  auto facts = sound_server();
  facts.ledger.pools[1].available = PoolBytes(6 * kGiB);
  facts.gpu_users = GpuUsers{"NVML", {{{812, "vllm", 4 * kGiB}, false}}};
  EXPECT_THAT(advice(facts, "memory_limit").reason,
              HasSubstr(". To get memory back: end vllm (812), which holds 4.00 GiB"));
  facts.gpu_users->users.clear();
  EXPECT_THAT(advice(facts, "memory_limit").reason, HasSubstr("`nvidia-smi` shows who holds it"));
  facts.ledger.pools[1].available = PoolBytes(0);
  EXPECT_EQ(advice(facts, "memory_limit").value, "no model fits beside what runs now");
  EXPECT_EQ(advice(facts, "memory_limit").option, "");
}

TEST(Recommend, WorkersAndBatchCountTheVram) {
  auto facts = sound_server();
  EXPECT_THAT(advice(facts, "workers").reason,
              HasSubstr("64.0 GiB of RAM and 24.0 GiB of VRAM hold two"));
  EXPECT_THAT(advice(facts, "batch").reason, HasSubstr("VRAM, of which 20.0 GiB are free"));
  facts.ledger.pools[1] = {"VRAM 0", PoolBytes(8 * kGiB), PoolBytes(7 * kGiB)};
  EXPECT_EQ(advice(facts, "workers").value, "1 model at a time");
  EXPECT_THAT(advice(facts, "workers").reason, HasSubstr("8.00 GiB of VRAM are soon full"));
  EXPECT_EQ(advice(facts, "memory_limit").value, "5.60 GiB");
}

TEST(Recommend, TheGpuWithTheMostMemoryThatIsIdle) {
  auto facts = sound_server();
  EXPECT_EQ(advice(facts, "device").setting, "(none)") << "there is one";
  facts.machine.gpus.push_back({"Some GPU", 24 * kGiB});
  facts.ledger.pools.push_back({"VRAM 1", PoolBytes(24 * kGiB), PoolBytes(22 * kGiB)});
  EXPECT_EQ(advice(facts, "device").option, "detect and bench: --device cuda:1");
  EXPECT_THAT(advice(facts, "memory_limit").reason, HasSubstr("80 % of the 22.0 GiB of VRAM 1"));
  EXPECT_THAT(advice(facts, "batch").reason, HasSubstr("VRAM, of which 22.0 GiB are free"));
  EXPECT_THAT(advice(facts, "workers").reason, Not(HasSubstr("one GPU")));
  EXPECT_THAT(advice(facts, "workers").reason, HasSubstr("two on the same GPU share it"));
  set_channel(facts, "load.gpu0", Unit::percent, 0, 0);
  set_channel(facts, "load.gpu1", Unit::percent, 97, 97);
  EXPECT_EQ(advice(facts, "device").option, "detect and bench: --device cuda:0");
  EXPECT_THAT(advice(facts, "device").reason, HasSubstr("20.0 GiB, and is 0 % busy"));
  EXPECT_THAT(advice(facts, "memory_limit").reason, HasSubstr("80 % of the 20.0 GiB of VRAM 0"));
  facts.ledger.pools[1].available = PoolBytes(0);
  EXPECT_EQ(advice(facts, "device").option, "detect and bench: --device cuda:1") << "none is idle";
  facts.ledger.pools[2].available.reset();
  EXPECT_EQ(advice(facts, "device").option, "detect and bench: --device cuda:0");
}

TEST(Recommend, SamplesAreThoseThatAPercentileNeeds) {
  const auto samples = advice(sound_facts(), "samples");
  EXPECT_EQ(samples.value, "299 frames for a p99, 2995 for a p99.9");
  EXPECT_EQ(samples.option, "detect: --max-frames 299; bench: --min-count 299");
  EXPECT_EQ(samples.reason,
            "with fewer, not even the slowest frame seen bounds the percentile at 95 % confidence");
}

TEST(Recommend, ThreadsLeaveACoreForDecoding) {
  auto facts = sound_facts();
  EXPECT_EQ(advice(facts, "cpu_threads").option, "detect and bench: --threads 5");
  facts.cpu->physical_cores = 3;
  EXPECT_EQ(advice(facts, "cpu_threads").option, "detect and bench: --threads 2");
  facts.limits = GroupLimits{{}, 1.5, ""};
  EXPECT_EQ(advice(facts, "cpu_threads").option, "detect and bench: --threads 1");
  facts.machine.cores = 0;
  EXPECT_EQ(advice(facts, "cpu_threads").setting, "(none)");
}

TEST(Recommend, ThreadsAreSplitBetweenTheWorkers) {
  auto facts = sound_server();
  EXPECT_THAT(advice(facts, "workers").value, HasSubstr("up to 2"));
  const auto threads = advice(facts, "cpu_threads");
  EXPECT_EQ(threads.value, "2 for each of 2 models on the CPU, 5 for one alone");
  EXPECT_EQ(threads.option, "detect and bench: --threads 2");
  EXPECT_EQ(threads.reason,
            "one less than the 6 cores that are online: the last one decodes frames; the other 5 "
            "are split between the 2 that workers recommends");
  facts.machine.cores = 2;
  EXPECT_EQ(advice(facts, "cpu_threads").option, "detect and bench: --threads 1");
  facts.machine.cores = 1;
  EXPECT_EQ(advice(facts, "cpu_threads").reason, "there is one core");
}

}  // namespace
}  // namespace jetmeter
