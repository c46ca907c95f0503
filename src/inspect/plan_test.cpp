#include <gmock/gmock.h>

#include <fstream>

#include "jetmeter/inspect.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

// A plan's start, as plan.cpp describes it.
class PlanBytes {
 public:
  PlanBytes& word(std::string_view text) {
    bytes_.append(text);
    return *this;
  }
  PlanBytes& number(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_.push_back(static_cast<char>(value >> (8 * i)));
    return *this;
  }
  PlanBytes& tagged(int kind, std::uint64_t value, int size) {
    return number(0x18000U | static_cast<unsigned>(kind), 4).number(value, size);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

std::string plan_of(int sm_count, int version_again = 10) {
  PlanBytes plan;
  plan.word("ftrt").number(0, 4).number(1, 8).number(300, 8);
  plan.number(10, 1).number(5, 1).number(0, 1).number(18, 1).word("rtrt");
  plan.word("NGNE").number(0, 4).number(56, 8).number(240, 8);
  plan.word("ptrt").number(0, 4).number(0, 8).number(216, 8);
  plan.tagged(2, static_cast<std::uint64_t>(version_again), 1).tagged(2, 5, 1);
  plan.tagged(2, 0, 1).tagged(2, 18, 1).number(0x180D2, 4).tagged(7, 0, 4);
  plan.number(0x18012, 4).number(0x18010, 4).tagged(7, 8, 4).tagged(7, 7, 4);
  plan.tagged(7, 1300000, 4).tagged(7, 3199000, 4).tagged(7, 256, 4);
  plan.tagged(8, 4 << 20, 8).tagged(8, 0, 8);
  for (int i = 0; i < 3; ++i) plan.tagged(7, 512, 4);
  plan.tagged(7, static_cast<std::uint64_t>(sm_count), 4).tagged(10, 1, 1);
  for (int i = 0; i < 5; ++i) plan.tagged(7, 1024, 4);
  plan.tagged(9, std::uint64_t{62} << 30U, 8);
  return plan.take();
}

Result<PlanHeader> header_of(const std::string& bytes, std::uint64_t file_bytes = 300) {
  return plan_header(std::as_bytes(std::span(bytes)), file_bytes);
}

TEST(Plan, SaysItsVersionAndTheDeviceThatItWasBuiltOn) {
  const auto header = header_of(plan_of(16));
  ASSERT_TRUE(header) << header.error().what;
  EXPECT_EQ(format_version(header->version), "10.5.0.18");
  EXPECT_EQ(header->stated_bytes, 300u);
  ASSERT_TRUE(header->device);
  EXPECT_EQ(header->device->compute_major, 8);
  EXPECT_EQ(header->device->compute_minor, 7);
  EXPECT_EQ(header->device->sm_count, 16);
  EXPECT_EQ(header->device->memory_bus_bits, 256);
  EXPECT_EQ(header->device->l2_bytes, 4u << 20);
  EXPECT_EQ(header->device->memory_bytes, std::uint64_t{62} << 30U);
}

TEST(Plan, LeavesTheDeviceAbsentWhereTheLayoutIsAnother) {
  const auto other = header_of(plan_of(16, 9));
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->device);
  const auto no_sms = header_of(plan_of(0));
  ASSERT_TRUE(no_sms);
  EXPECT_FALSE(no_sms->device);
  const auto whole = plan_of(16);
  for (std::size_t size = 56; size < whole.size(); ++size) {
    const auto cut = header_of(whole.substr(0, size));
    ASSERT_TRUE(cut) << size;
    EXPECT_FALSE(cut->device) << size;
  }
}

TEST(Plan, RefusesWhatIsNoneAndWhatIsCutShort) {
  EXPECT_THAT(header_of("hello").error().what, HasSubstr("not a TensorRT plan"));
  EXPECT_THAT(header_of("ftrt").error().what, HasSubstr("cut short after 4 bytes"));
  EXPECT_THAT(header_of(plan_of(16), 299).error().what, HasSubstr("300 bytes, 299 are there"));
  auto other = plan_of(16);
  other[28] = 'x';
  EXPECT_THAT(header_of(other).error().what, HasSubstr("does not know"));
}

TEST(Plan, IsRefusedOnAnotherMachineAndSaysWhy) {
  const auto header = header_of(plan_of(16)).value();
  const auto refusal = [&](const PlanMachine& machine) {
    return plan_refusal(header, machine).value_or("");
  };
  EXPECT_EQ(refusal({}), "");
  EXPECT_THAT(refusal({.has_gpu = false}), HasSubstr("no NVIDIA GPU"));
  EXPECT_THAT(refusal({.tensorrt = TensorRtVersion{10, 3, 0, 30}}),
              HasSubstr("TensorRT 10.5.0.18 and 10.3.0 is installed here"));
  EXPECT_EQ(refusal({.tensorrt = TensorRtVersion{10, 5, 0, 1}}), "");
  EXPECT_THAT(refusal({.compute_capability = std::pair(8, 6)}), HasSubstr("this one has 8.6"));
  EXPECT_THAT(refusal({.compute_capability = std::pair(8, 7), .sm_count = 8}),
              HasSubstr("this one has 8 SMs on"));
  EXPECT_EQ(refusal({.compute_capability = std::pair(8, 7), .sm_count = 16}), "");
}

TEST(Plan, OfNvidiasSampleIsReadWhole) {
  const auto path = real_data("models/other/sampleMNIST.engine");
  JM_SKIP_WITHOUT(path);
  const auto inspection = inspect_file(path);
  ASSERT_TRUE(inspection) << inspection.error().what;
  const auto& plan = std::get<PlanHeader>(inspection->what);
  EXPECT_EQ(format_version(plan.version), "10.5.0.18");
  EXPECT_EQ(plan.stated_bytes, 284092u);
  ASSERT_TRUE(plan.device);
  EXPECT_EQ(plan.device->sm_count, 48);
  EXPECT_EQ(plan.device->compute_minor, 6);
  EXPECT_EQ(plan.device->memory_bytes, 8589410304u);
}

}  // namespace
}  // namespace jetmeter
