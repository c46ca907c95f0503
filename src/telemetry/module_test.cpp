#include "telemetry/module.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

std::string module_of(const ModuleClues& clues) {
  const auto* found = find_module(clues);
  return found == nullptr ? "" : std::string(found->name);
}

std::uint64_t mib(std::uint64_t count) {
  return count << 20U;
}

struct Usable {
  std::string_view soc, model;
  std::uint64_t least_mib, most_mib;
  std::string_view module;
};

// What systems report, from JetPack 4 to 7.
TEST(FindModule, UsableMemoryTellsModulesOfOneChipApart) {
  for (const auto& usable :
       {Usable{"tegra234", "", 62780, 62878, "Jetson AGX Orin 64GB"},
        Usable{"tegra234", "", 30536, 30623, "Jetson AGX Orin 32GB"},
        Usable{"tegra234", "", 15368, 15656, "Jetson Orin NX 16GB"},
        Usable{"tegra234", "NVIDIA Jetson Orin Nano Developer Kit", 7337, 7620,
               "Jetson Orin Nano 8GB"},
        Usable{"tegra234", "NVIDIA Orin NX Developer Kit", 7337, 7620, "Jetson Orin NX 8GB"},
        Usable{"tegra234", "NVIDIA Jetson Orin Nano Developer Kit", 3400, 3800,
               "Jetson Orin Nano 4GB"},
        Usable{"tegra264", "", 125749, 125773, "Jetson AGX Thor T5000"},
        Usable{"tegra194", "", 6834, 7771, "Jetson Xavier NX 8GB"},
        Usable{"tegra210", "", 3956, 3964, "Jetson Nano 4GB"},
        Usable{"tegra210", "", 1979, 1979, "Jetson Nano 2GB"}})
    for (const auto memory : {usable.least_mib, usable.most_mib})
      EXPECT_EQ(module_of({.soc = usable.soc, .model = usable.model, .memory_bytes = mib(memory)}),
                usable.module)
          << memory;
}

TEST(FindModule, SuperPicksTheFasterRowWhereThereIsOne) {
  EXPECT_EQ(module_of({.part_number = "p3767-0000", .super = true}), "Jetson Orin NX 16GB Super");
  EXPECT_EQ(module_of({.part_number = "p3767-0000"}), "Jetson Orin NX 16GB");
  EXPECT_EQ(module_of({.part_number = "p3701-0005", .super = true}), "Jetson AGX Orin 64GB");
  EXPECT_EQ(module_of({.soc = "tegra234", .memory_bytes = mib(15656), .super = true}),
            "Jetson Orin NX 16GB Super");
}

// An NX was seen whose model string says Orin Nano.
TEST(FindModule, ThePartNumberComesBeforeTheModelAndSoDoesTheMemory) {
  constexpr std::string_view kWrong = "NVIDIA Jetson Orin Nano Developer Kit";
  EXPECT_EQ(module_of({.part_number = "p3767-0001",
                       .soc = "tegra234",
                       .model = kWrong,
                       .memory_bytes = mib(7620)}),
            "Jetson Orin NX 8GB");
  EXPECT_EQ(module_of({.soc = "tegra234", .model = kWrong, .memory_bytes = mib(15656)}),
            "Jetson Orin NX 16GB");
}

TEST(FindModule, IsNothingRatherThanTheNearest) {
  EXPECT_EQ(module_of({}), "");
  EXPECT_EQ(module_of({.soc = "tegra234"}), "");
  EXPECT_EQ(module_of({.soc = "tegra234", .memory_bytes = mib(7620)}), "") << "Nano or NX?";
  EXPECT_EQ(module_of({.soc = "tegra234", .memory_bytes = mib(24000)}), "");
  EXPECT_EQ(module_of({.model = "NVIDIA Jetson Orin Nano", .memory_bytes = mib(7620)}), "");
  EXPECT_EQ(module_of({.part_number = "p3767-0099", .soc = "tegra234", .memory_bytes = mib(15656)}),
            "");
  EXPECT_EQ(module_of({.part_number = "p3701-0005", .memory_bytes = mib(30623)}), "")
      << "the memory contradicts the number";
}

}  // namespace
}  // namespace jetmeter
