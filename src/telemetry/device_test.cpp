#include "jetmeter/device.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

namespace jetmeter {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;
using testing::Optional;

constexpr double kTera = 1e12, kGiga = 1e9, kMega = 1e6;

const Device& device(std::string_view name) {
  const auto found = find_device(name);
  if (!found) throw std::runtime_error(found.error().what);
  return **found;
}

const DeviceMode& mode(std::string_view name, std::string_view mode_name) {
  const auto* found = find_mode(device(name), mode_name);
  if (found == nullptr) throw std::runtime_error("no mode " + std::string(mode_name));
  return *found;
}

double tera(const std::optional<double>& value) {
  return value.value_or(NAN) / kTera;
}

TEST(DeviceTable, NamesAndModesAreUnique) {
  std::set<std::string_view> names;
  std::set<std::pair<std::string_view, bool>> numbers;
  for (const auto& device : device_table()) {
    EXPECT_TRUE(names.insert(device.name).second) << device.name;
    for (const auto number : device.part_numbers)
      if (!number.empty()) {
        EXPECT_TRUE(numbers.insert({number, device.super}).second) << number;
      }
    std::set<std::string_view> modes;
    for (std::size_t i = 0; i < device.modes.size(); ++i) {
      EXPECT_EQ(device.modes[i].id, static_cast<int>(i)) << device.name;
      EXPECT_TRUE(modes.insert(device.modes[i].name).second) << device.name;
    }
  }
}

// A row that contradicts itself was typed wrongly.
TEST(DeviceTable, RowsAgreeWithThemselves) {
  for (const auto& device : device_table()) {
    SCOPED_TRACE(device.name);
    ASSERT_NE(device.gpu, nullptr);
    if (device.emc_max_hz && device.bandwidth_bytes_per_second) {
      EXPECT_NEAR(*peaks(device).bandwidth_bytes_per_second / kGiga,
                  *device.bandwidth_bytes_per_second / kGiga, 0.5);
    }
    const auto& tops = device.published;
    if (tops.gpu && tops.dla && tops.total) {
      EXPECT_NEAR(*tops.gpu + *tops.dla, *tops.total, 1.5);
    }
    for (const auto& mode : device.modes) {
      EXPECT_LE(mode.cpu_cores.value_or(0), device.cpu_cores.value_or(0)) << mode.name;
      if (mode.gpu_cap_hz && *mode.gpu_cap_hz != kNoCap) {
        EXPECT_LE(*mode.gpu_cap_hz, device.gpu_max_hz.value_or(0)) << mode.name;
      }
    }
  }
}

struct Published {
  std::string_view name;
  double int8, fp16, fp32;  // dense, in tera; 0: not published
  double sparse_gpu;        // 0: not published
};

class PublishedPeaks : public testing::TestWithParam<Published> {};

TEST_P(PublishedPeaks, FollowFromTheFormulas) {
  const auto& published = GetParam();
  const auto highest = peaks(device(published.name));
  const auto near = [](const std::optional<double>& value, double expected, double tolerance) {
    if (expected > 0) {
      EXPECT_NEAR(tera(value), expected, tolerance);
    }
  };
  near(highest.int8, published.int8, published.int8 < 100 ? 0.06 : 1.0);
  near(highest.fp16, published.fp16, published.fp16 < 100 ? 0.06 : 0.5);
  near(highest.fp32, published.fp32, 0.006);
  near(highest.int8_sparse, published.sparse_gpu, 1.05);
}

INSTANTIATE_TEST_SUITE_P(
    , PublishedPeaks,
    testing::Values(Published{"Jetson AGX Orin 64GB", 85.2, 42.6, 5.33, 170},
                    Published{"Jetson AGX Orin 32GB", 53.3, 26.7, 3.33, 107},
                    Published{"Jetson Orin NX 16GB", 30.1, 15.0, 1.88, 60},
                    Published{"Jetson Orin NX 16GB Super", 38.4, 19.2, 2.40, 77},
                    Published{"Jetson Orin NX 8GB", 25.1, 12.5, 1.57, 50},
                    Published{"Jetson Orin NX 8GB Super", 38.4, 19.2, 2.40, 77},
                    Published{"Jetson Orin Nano 8GB", 20.5, 10.2, 1.28, 40},
                    Published{"Jetson Orin Nano 8GB Super", 33.4, 16.7, 2.09, 67},
                    Published{"Jetson Orin Nano 4GB", 10.2, 5.1, 0.64, 20},
                    Published{"Jetson Orin Nano 4GB Super", 16.7, 8.4, 1.04, 34},
                    Published{"Jetson AGX Thor T5000", 517, 258, 8.06, 0},
                    Published{"Jetson AGX Xavier 32GB", 22.6, 11.3, 1.41, 0},
                    Published{"Jetson Xavier NX 16GB", 13.5, 6.8, 0.84, 0},
                    Published{"Jetson Nano 4GB", 0, 0.47, 0.236, 0}),
    [](const auto& test) {
      std::string name;
      for (const char c : test.param.name)
        if (c != ' ') name += c;
      return name;
    });

// At the clocks of JetPack 5, for which they were published; 14 for 15 W follows from no formula.
TEST(Peaks, OfTheAgxOrinInItsModesAreThePublishedOnes) {
  const auto& agx = device("agx-orin-64");
  const auto sparse = [&](std::string_view name, double megahertz) {
    const auto sms = active_sms(agx, mode("agx-orin-64", name).tpc_mask.value());
    return std::round(tera(peaks_at(agx, sms, megahertz * kMega, {}).int8_sparse));
  };
  EXPECT_EQ(sparse("MAXN", 1300.5), 170) << "published as 170 and as 171: 170.5";
  EXPECT_EQ(sparse("MODE_50W", 828.75), 109);
  EXPECT_EQ(sparse("MODE_30W", 624.75), 41);
  EXPECT_EQ(mode("agx-orin-64", "MODE_15W").published.gpu, 14);
}

// JetPack 6 has lower steps, so that the modes do a little less than is published.
TEST(Peaks, OfTheAgxOrinOnJetPack6) {
  const auto& agx = device("agx-orin-64");
  const auto sparse = [&](std::string_view name) {
    return tera(peaks(agx, mode("agx-orin-64", name)).int8_sparse);
  };
  EXPECT_NEAR(sparse("MAXN"), 170.46, 0.01);
  EXPECT_NEAR(sparse("MODE_50W"), 106.95, 0.01);
  EXPECT_NEAR(sparse("MODE_30W"), 40.11, 0.01);
  EXPECT_NEAR(sparse("MODE_15W"), 20.05, 0.01);
}

// Measured there: 9.73 TFLOPS and 19.5 TOPS, 97 % of each. Half of these peaks would be exceeded.
TEST(Peaks, OfTheOrinNanoAreThoseThatWereProvedOnIt) {
  const auto& nano = device("orin-nano-8gb-super");
  const auto slow = peaks(nano, mode("orin-nano-8gb-super", "15W"));
  EXPECT_NEAR(tera(slow.fp16), 10.03, 0.005);
  EXPECT_NEAR(tera(slow.int8), 20.05, 0.005);
  EXPECT_NEAR(tera(slow.tf32), 5.01, 0.005);
  const auto fast = peaks(nano, mode("orin-nano-8gb-super", "MAXN_SUPER"));
  EXPECT_NEAR(tera(fast.fp16), 16.7, 0.05);
  EXPECT_NEAR(tera(fast.int8), 33.4, 0.05);
}

TEST(Peaks, BandwidthIsTwoTransfersPerClock) {
  const auto bandwidth = [](std::string_view name, double megahertz) {
    return *peaks_at(device(name), {}, {}, megahertz * kMega).bandwidth_bytes_per_second / kGiga;
  };
  EXPECT_NEAR(bandwidth("orin-nano-8", 2133), 68.3, 0.05);
  EXPECT_NEAR(bandwidth("orin-nx-16", 3199), 102.4, 0.05);
  EXPECT_NEAR(bandwidth("agx-orin-64", 2133), 136.5, 0.05);
  EXPECT_NEAR(bandwidth("agx-orin-64", 3199), 204.7, 0.05);
  const auto slow = peaks(device("agx-orin-64"), mode("agx-orin-64", "MODE_15W"));
  EXPECT_NEAR(*slow.bandwidth_bytes_per_second / kGiga, 136.5, 0.05);
}

TEST(Peaks, AreAbsentWhereTheSpecificationIs) {
  const auto t4000 = peaks(device("Jetson Thor T4000"));
  EXPECT_FALSE(t4000.fp16) << "its clock is not published";
  EXPECT_THAT(t4000.bandwidth_bytes_per_second, Optional(273 * kGiga));
  EXPECT_FALSE(peaks(device("agx-orin-32-super")).int8);
  EXPECT_FALSE(peaks(device("xavier-nx-8")).int8_sparse) << "Volta knows no sparsity";
  EXPECT_FALSE(peaks(device("jetson nano 4gb")).int8);
  const auto unknown_mode = peaks(device("thor t5000"), mode("thor t5000", "120W"));
  EXPECT_FALSE(unknown_mode.fp16);
  EXPECT_FALSE(unknown_mode.bandwidth_bytes_per_second);
}

TEST(ActiveSms, EveryBitOfTheMaskIsTwo) {
  const auto& agx = device("agx-orin-64");
  EXPECT_THAT(active_sms(agx, 0), Optional(16));
  EXPECT_THAT(active_sms(agx, 128), Optional(14));
  EXPECT_THAT(active_sms(agx, 240), Optional(8));
  EXPECT_THAT(active_sms(agx, 248), Optional(6));
  EXPECT_THAT(active_sms(agx, 252), Optional(4));
  EXPECT_THAT(active_sms(agx, 0xffff), Optional(0)) << "the chip has eight";
  EXPECT_THAT(active_sms(device("orin-nano-8"), 0), Optional(8)) << "no more than work on it";
  EXPECT_FALSE(active_sms(device("xavier-nx-8"), 0)) << "its chip's count is not stated";
}

TEST(FindDevice, SpellingDoesNotMatter) {
  for (const auto* name :
       {"orin-nano-8gb-super", "Jetson Orin Nano 8GB Super", "NVIDIA Jetson ORIN_NANO super 8 GB",
        "jetson orin nano 8gb super module", "p3767-0005-super", "P3767-0003-SUPER"})
    EXPECT_EQ(device(name).name, "Jetson Orin Nano 8GB Super") << name;
  EXPECT_EQ(device("orin nano 8").name, "Jetson Orin Nano 8GB");
  EXPECT_EQ(device("p3767-0003").name, "Jetson Orin Nano 8GB");
  EXPECT_EQ(device("p3701-0000").name, "Jetson AGX Orin 64GB");
  EXPECT_EQ(device("p3834-0008").name, "Jetson AGX Thor T5000");
  EXPECT_EQ(device("T5000").name, "Jetson AGX Thor T5000");
  EXPECT_EQ(device("TX2").name, "Jetson TX2");
}

TEST(FindDevice, SaysWhichWereMeantOrThatThereIsNone) {
  const auto several = find_device("orin nx");
  ASSERT_FALSE(several);
  EXPECT_THAT(several.error().what, HasSubstr("Jetson Orin NX 8GB Super"));
  EXPECT_THAT(several.error().what, HasSubstr("say which"));
  for (const auto* name : {"", "jetson", "Raspberry Pi 5", "p9999-0000", "p3767-0099", "\xff\x01"})
    EXPECT_FALSE(find_device(name)) << name;
}

TEST(FindMode, ByNameInAnyCase) {
  const auto& nano = device("orin-nano-8gb-super");
  EXPECT_EQ(find_mode(nano, "maxn_super")->id, 2) << "not the one with the lowest id";
  EXPECT_EQ(mode("orin-nx-16-super", "MAXN_SUPER").id, 0);
  EXPECT_EQ(find_mode(nano, "MAXN"), nullptr);
  EXPECT_EQ(find_mode(nano, ""), nullptr);
}

// 30 W has the faster CPU, and that is what small networks wait for.
TEST(DeviceModes, FiftyWattsOfTheAgxOrinHaveTheSlowerProcessor) {
  EXPECT_LT(*mode("agx-orin-64", "MODE_50W").cpu_cap_hz,
            *mode("agx-orin-64", "MODE_30W").cpu_cap_hz);
  EXPECT_THAT(mode("agx-orin-64", "MODE_50W").gpu_cap_hz, Optional(816 * kMega));
  EXPECT_THAT(mode("agx-orin-64", "MODE_15W").gpu_cap_hz, Optional(408 * kMega));
  EXPECT_THAT(device("thor t5000").sms, Optional(20));
}

Machine orin_nano_in(std::string_view power_mode) {
  Machine machine;
  machine.board = Board{.model = "", .module = "Jetson Orin Nano 8GB Super"};
  machine.power_mode = std::string(power_mode);
  return machine;
}

TEST(PeaksOfAMachine, CapsInForceComeBeforeTheTable) {
  const auto& nano = device("orin-nano-8gb-super");
  auto machine = orin_nano_in("25W");
  EXPECT_NEAR(tera(peaks(nano, machine).fp16), 15.04, 0.005) << "8 SMs at 918 MHz by the table";
  machine.clocks.mode.gpu_hz = 816 * 1'000'000;
  EXPECT_NEAR(tera(peaks(nano, machine).fp16), 13.37, 0.005) << "its own nvpmodel.conf";
  machine.clocks.caps.gpu_hz = 612 * 1'000'000;
  machine.active_sms = 4;
  EXPECT_NEAR(tera(peaks(nano, machine).fp16), 5.01, 0.005) << "what the kernel shows";
  EXPECT_NEAR(*peaks(nano, machine).bandwidth_bytes_per_second / kGiga, 102.4, 0.05);
}

TEST(PeaksOfAMachine, AreAbsentInAModeThatNobodyKnows) {
  const auto found = peaks(device("orin-nano-8gb-super"), orin_nano_in("MY_OWN"));
  EXPECT_FALSE(found.fp16);
  EXPECT_FALSE(found.bandwidth_bytes_per_second);
}

}  // namespace
}  // namespace jetmeter
