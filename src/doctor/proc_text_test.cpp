#include "doctor/proc_text.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

TEST(LeadingNumber, IsTheFirstAndNothingElse) {
  EXPECT_THAT(leading_number("90061.42 350000.10\n"), Optional(90061.42));
  EXPECT_THAT(leading_number("0.00 0.58"), Optional(0.0));
  for (const auto* bad : {"", " ", "x", "1x", "-3 1", "nan", "inf", "\0\0"})
    EXPECT_EQ(leading_number(bad), std::nullopt) << bad;
}

TEST(Bracketed, IsTheChoiceInForce) {
  EXPECT_EQ(bracketed("always [madvise] never\n"), "madvise");
  for (const auto* bad : {"", "always", "[", "]x[", "[]"})
    EXPECT_EQ(bracketed(bad), std::nullopt) << bad;
}

TEST(ProcessStat, NamesMayHoldBracketsAndBlanks) {
  const auto time = parse_process_time(
      "812 (a) b (c) R 1 812 812 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 100 1 1");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->name, "a) b (c");
  EXPECT_EQ(time->ticks, 300u);
}

TEST(ProcessStat, IsAbsentWhereItIsCut) {
  for (const auto* bad :
       {"", "812", "812 (a", "812 )a(", "812 (a) R 1 2 3", "812 (a) R 1 2 3 4 5 6 7 8 9 10 x 12"})
    EXPECT_FALSE(parse_process_time(bad)) << bad;
}

TEST(StealShare, IsOfAllTime) {
  EXPECT_THAT(parse_steal_share("cpu  10 0 10 60 0 0 0 20 0 0\n"),
              Optional(DoubleNear(0.2, 1e-12)));
  for (const auto* bad :
       {"", "cpu 1 2 3", "cpu0 1 1 1 1 1 1 1 1", "cpu 0 0 0 0 0 0 0 0", "cpu 1 1 1 x 1 1 1 1"})
    EXPECT_EQ(parse_steal_share(bad), std::nullopt) << bad;
}

TEST(Cpuinfo, TellsCoresApartFromTheirThreads) {
  const auto facts = parse_cpuinfo(
      "processor\t: 0\nphysical id\t: 0\ncore id\t\t: 0\nflags\t\t: fpu hypervisor avx512_vnni\n\n"
      "processor\t: 1\nphysical id\t: 0\ncore id\t\t: 0\nflags\t\t: fpu hypervisor avx512_vnni\n\n"
      "processor\t: 2\nphysical id\t: 1\ncore id\t\t: 0\nflags\t\t: fpu hypervisor avx512_vnni\n");
  EXPECT_THAT(facts.physical_cores, Optional(2));
  EXPECT_THAT(facts.hypervisor, Optional(true));
  EXPECT_TRUE(facts.int8_dot_product);
}

TEST(Cpuinfo, OfArmHasNoFlagForAHypervisor) {
  const auto facts = parse_cpuinfo("processor\t: 0\nFeatures\t: fp asimd asimddp\n");
  EXPECT_EQ(facts.hypervisor, std::nullopt);
  EXPECT_EQ(facts.physical_cores, std::nullopt);
  EXPECT_TRUE(facts.int8_dot_product);
  EXPECT_FALSE(parse_cpuinfo("flags\t: fpu\n").int8_dot_product);
  EXPECT_THAT(parse_cpuinfo("flags\t: fpu\n").hypervisor, Optional(false));
  EXPECT_EQ(parse_cpuinfo("").hypervisor, std::nullopt);
}

TEST(Words, LeaveControlCharactersOut) {
  EXPECT_THAT(words_of(" a\x1b[31m \t\n b "), ElementsAre("a?[31m", "b"));
  EXPECT_THAT(words_of(""), IsEmpty());
}

}  // namespace
}  // namespace jetmeter
