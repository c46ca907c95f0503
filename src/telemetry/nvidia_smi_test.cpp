#include "telemetry/nvidia_smi.h"

#include <gmock/gmock.h>

#include "jetmeter/machine.h"
#include "support/board_copy.h"
#include "telemetry/nvml_gpus.h"
#include "telemetry/nvml_test.h"
#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind nvml_source;
namespace {

using testing::Optional;

constexpr std::string_view kOfTwo =
    "Driver Version                            : 550.54.15\n"
    "GPU 00000000:01:00.0\n"
    "    Product Name                          : NVIDIA A100-SXM4-80GB\n"
    "    FB Memory Usage\n"
    "        Total                             : 81920 MiB\n"
    "        Reserved                          : 540 MiB\n"
    "        Used                              : 60 MiB\n"
    "    BAR1 Memory Usage\n"
    "        Total                             : 131072 MiB\n"
    "        Used                              : 1 MiB\n"
    "GPU 00000000:02:00.0\n"
    "    Product Name                          : NVIDIA Thor\n"
    "    FB Memory Usage\n"
    "        Total                             : N/A\n"
    "        Used                              : N/A\n"
    "    Utilization\n"
    "        Gpu                               : 85 %\n"
    "    Power Readings\n"
    "        Power Draw                        : 37.53 W\n";

TEST(RecordedGpus, AreTheOnesOfTheTool) {
  const BoardCopy board;
  board.write("/tool/nvidia_smi.txt", kOfTwo);
  const auto gpus = recorded_gpus(board.host());
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].name, "NVIDIA A100-SXM4-80GB");
  EXPECT_THAT(gpus[0].driver, Optional(std::string("550.54.15")));
  EXPECT_THAT(gpus[0].memory_bytes, Optional(std::uint64_t{81920} << 20));
  EXPECT_THAT(gpus[0].integrated, Optional(false));
  EXPECT_EQ(gpus[1].name, "NVIDIA Thor");
  EXPECT_THAT(gpus[1].integrated, Optional(true));
  EXPECT_FALSE(gpus[1].memory_bytes);
}

TEST(RecordedGpus, AreNoneWhereTheToolFailedOrIsOfThisMachine) {
  EXPECT_TRUE(recorded_gpus(BoardCopy().host()).empty());
  EXPECT_TRUE(recorded_gpus(Host()).empty());
  const BoardCopy board;
  for (const auto* text : {"", "NVIDIA-SMI has failed because it couldn't communicate\n",
                           "\xff : \x80\n : \n", "    FB Memory Usage\n        Total : 5 MiB\n"}) {
    board.write("/tool/nvidia_smi.txt", text);
    EXPECT_TRUE(recorded_gpus(board.host()).empty()) << text;
    EXPECT_EQ(open_recorded_smi(board.host()), nullptr) << text;
  }
}

TEST(RecordedSmi, HasTheChannelsOfNvml) {
  const BoardCopy board;
  board.write("/tool/nvidia_smi.txt", kOfTwo);
  const auto source = open_recorded_smi(board.host());
  ASSERT_NE(source, nullptr);
  const auto reading = read_once(*source);
  EXPECT_EQ(reading.size(), 4u) << "BAR1 is no memory, and N/A no value";
  EXPECT_THAT(reading.at("memory.gpu0_total"), Optional(81920.0 * (1 << 20)));
  EXPECT_THAT(reading.at("memory.gpu0_used"), Optional(600.0 * (1 << 20)));
  EXPECT_THAT(reading.at("load.gpu1"), Optional(85.0));
  EXPECT_THAT(reading.at("power.gpu1"), Optional(37.53));
}

TEST(RecordedSmi, BelievesNoAmountThatNoGpuHas) {
  const BoardCopy board;
  for (const auto* total : {"1e300", "-5", "nan", "1000000001"}) {
    board.write("/tool/nvidia_smi.txt",
                "GPU 00000000:01:00.0\n    FB Memory Usage\n        Total : " + std::string(total) +
                    " MiB\n        Used : 5 MiB\n");
    const auto source = open_recorded_smi(board.host());
    ASSERT_NE(source, nullptr);
    EXPECT_EQ(read_once(*source), (Reading{{"memory.gpu0_used", 5.0 * (1 << 20)}})) << total;
    EXPECT_FALSE(recorded_gpus(board.host()).at(0).memory_bytes) << total;
  }
}

// One machine, told by the library and by the tool.
TEST(RecordedSmi, OfTheBoardWithNvmlSaysWhatNvmlAnswers) {
  const BoardWithNvml with_library("x86-two-a100");
  const BoardCopy recorded("x86-two-a100");
  const auto nvml = nvml_source.open(with_library.host()), smi = nvml_source.open(recorded.host());
  ASSERT_TRUE(nvml && smi);
  const auto answers = read_once(**nvml);
  const auto said = read_once(**smi);
  EXPECT_EQ(said.size(), 18u);
  for (const auto& [name, value] : said) {
    ASSERT_TRUE(value && answers.contains(name)) << name;
    EXPECT_NEAR(*value, answers.at(name).value(), 0.01) << name;
  }
  const auto gpus = recorded_gpus(recorded.host()), told = nvml_gpus(with_library.host());
  ASSERT_EQ(gpus.size(), told.size());
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    EXPECT_EQ(gpus[i].name, told[i].name);
    EXPECT_EQ(gpus[i].memory_bytes, told[i].memory_bytes);
    EXPECT_EQ(gpus[i].driver, told[i].driver);
  }
}

TEST(RecordedSmi, IsTheGpuOfARecordedServer) {
  const BoardCopy board("x86-nvidia");
  const auto machine = identify_machine(board.host());
  ASSERT_EQ(machine.gpus.size(), 1u);
  EXPECT_EQ(machine.gpus[0].name, "NVIDIA L40S");
  EXPECT_THAT(machine.gpus[0].memory_bytes, Optional(std::uint64_t{46068} << 20));
  EXPECT_EQ(machine.memory_architecture, MemoryArchitecture::discrete);
  for (const auto* kind : source_kinds()) {
    if (kind->name != "nvml") continue;
    const auto source = kind->open(board.host());
    ASSERT_TRUE(source) << source.error().what;
    const auto reading = read_once(**source);
    EXPECT_THAT(reading.at("load.gpu0"), Optional(64.0));
    EXPECT_THAT(reading.at("load.gpu0_memory"), Optional(31.0));
    EXPECT_THAT(reading.at("clock.gpu0"), Optional(2520e6));
    EXPECT_THAT(reading.at("clock.gpu0_cap"), Optional(2520e6));
    EXPECT_THAT(reading.at("clock.gpu0_memory"), Optional(9001e6));
    EXPECT_THAT(reading.at("temperature.gpu0"), Optional(58.0));
    EXPECT_THAT(reading.at("power.gpu0"), Optional(212.40));
  }
}

}  // namespace
}  // namespace jetmeter
