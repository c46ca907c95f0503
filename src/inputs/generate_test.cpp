#include "inputs/generate.h"

#include <gmock/gmock.h>

#include "inputs/elements.h"
#include "inputs/test_arrays.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::Lt;

Fill range(double low, double high) {
  return {.low = low, .high = high, .range_given = true};
}
TensorData random(ElementType type, Shape shape, const Fill& fill, std::uint64_t seed) {
  auto data = random_tensor({"x", type, std::move(shape)}, fill, stream_seed(seed, 0));
  EXPECT_TRUE(data) << data.error().what;
  return std::move(data).value_or(TensorData{});
}
std::string random_error(ElementType type, const Fill& fill) {
  const auto data = random_tensor({"x", type, {2}}, fill, 1);
  return data ? "no error" : data.error().what;
}
std::vector<double> numbers(const TensorData& data) {
  return values_of<double>(
      TensorData{data.spec, with_element(data.spec.type, [&]<typename T>(std::type_identity<T>) {
                   std::vector<double> out;
                   for (std::size_t i = 0; i < data.bytes.size() / sizeof(T); ++i)
                     out.push_back(to_number(load_element<T>(data.bytes, i)));
                   return tensor_of(ElementType::float64, data.spec.shape, out).bytes;
                 })});
}

// The numbers of the four tests are from another implementation of MT19937-64 and SplitMix64, in
// Python's integers and fractions.
TEST(Random, FloatsAreTheSameEverywhere) {
  EXPECT_THAT(values_of<double>(random(ElementType::float64, {4}, {}, 1)),
              ElementsAre(0x1.109f48cd2b630p-1, 0x1.c90fc93c4f5b7p-1, 0x1.c7ef13b35fb6cp-1,
                          0x1.1c52c9ecabc71p-1));
  EXPECT_THAT(values_of<float>(random(ElementType::float32, {2, 2}, {}, 1)),
              ElementsAre(0x1.109f48p-1F, 0x1.c90fcap-1F, 0x1.c7ef14p-1F, 0x1.1c52cap-1F));
  EXPECT_THAT(values_of<std::uint16_t>(random(ElementType::float16, {4}, {}, 1)),
              ElementsAre(0x3842, 0x3B24, 0x3B20, 0x3871));
}

TEST(Random, ARangeAndAnotherInputsStream) {
  const auto data =
      random_tensor({"x", ElementType::float32, {4}}, range(-3, 5), stream_seed(1, 1));
  EXPECT_THAT(values_of<float>(data.value()),
              ElementsAre(0x1.daea42p+1F, 0x1.2f32aap+1F, 0x1.e76eaep+0F, -0x1.218476p+0F));
}

TEST(Random, IntegersAreTheSameEverywhere) {
  EXPECT_THAT(values_of<std::int64_t>(random(ElementType::int64, {4}, range(0, 50257), 7)),
              ElementsAre(15713, 922, 46457, 1924));
  EXPECT_THAT(values_of<std::int32_t>(random(ElementType::int32, {8}, {}, 7)),
              ElementsAre(1, 0, 1, 0, 0, 1, 0, 1));
  EXPECT_THAT(values_of<std::int8_t>(random(ElementType::int8, {8}, range(-3, 3), 7)),
              ElementsAre(0, -3, -2, 1, -1, 2, -3, 2));
}

TEST(Random, BooleansAreZeroOrOneWhateverTheRange) {
  EXPECT_THAT(values_of<std::uint8_t>(random(ElementType::boolean, {8}, {}, 7)),
              ElementsAre(1, 1, 0, 1, 0, 0, 1, 1));
  EXPECT_THAT(values_of<std::uint8_t>(random(ElementType::boolean, {99}, range(-5, 5), 7)),
              Each(Lt(2)));
}

TEST(Random, EveryTypeStaysInItsRange) {
  for (const auto type :
       {ElementType::float32, ElementType::float16, ElementType::bfloat16, ElementType::float64}) {
    EXPECT_THAT(numbers(random(type, {50000}, {}, 3)), Each(AllOf(Ge(0), Lt(1)))) << name(type);
    EXPECT_THAT(numbers(random(type, {50000}, range(-2, -1), 3)), Each(AllOf(Ge(-2), Lt(-1))))
        << name(type);
    EXPECT_THAT(numbers(random(type, {5000}, range(-1, 0), 3)), Each(AllOf(Ge(-1), Lt(0))))
        << name(type);
  }
  for (const auto type :
       {ElementType::int8, ElementType::uint8, ElementType::int16, ElementType::uint16,
        ElementType::int32, ElementType::uint32, ElementType::int64, ElementType::uint64}) {
    const auto plain = numbers(random(type, {1000}, {}, 3));
    EXPECT_THAT(plain, Each(AllOf(Ge(0), Lt(2)))) << name(type);
    EXPECT_THAT(plain, testing::Contains(1)) << name(type);
    const auto some = numbers(random(type, {1000}, range(2.5, 5.5), 3));
    EXPECT_THAT(some, Each(AllOf(Ge(3), Lt(6)))) << name(type);
    EXPECT_THAT(some, testing::Contains(5)) << name(type);
  }
}

TEST(Random, WholeRangesOfIntegers) {
  EXPECT_THAT(numbers(random(ElementType::uint8, {5000}, range(0, 256), 3)),
              testing::Contains(255));
  const auto all =
      values_of<std::int64_t>(random(ElementType::int64, {1000}, range(-0x1p63, 0x1p63 - 1024), 3));
  EXPECT_LT(*std::ranges::min_element(all), -0x1p62);
  EXPECT_GT(*std::ranges::max_element(all), 0x1p62);
}

TEST(Random, SeedsAndInputsDiffer) {
  const auto bytes = [](std::uint64_t seed, std::uint64_t index) {
    return random_tensor({"x", ElementType::float32, {4}}, {}, stream_seed(seed, index))
        .value()
        .bytes;
  };
  EXPECT_EQ(bytes(1, 0), bytes(1, 0));
  EXPECT_NE(bytes(1, 0), bytes(2, 0));
  EXPECT_NE(bytes(1, 0), bytes(1, 1));
  EXPECT_NE(bytes(2, 0), bytes(1, 1));
}

TEST(Random, ARangeThatTheTypeDoesNotHaveIsRefused) {
  EXPECT_EQ(random_error(ElementType::uint8, range(-1, 1)),
            "is uint8, which does not reach over the range from -1 to 1; give another range");
  EXPECT_EQ(random_error(ElementType::int64, range(0.25, 0.75)),
            "is int64, of which none lies in the range from 0.25 to 0.75; give another range");
  EXPECT_THAT(random_error(ElementType::float16, range(0, 1e6)), HasSubstr("is float16"));
  EXPECT_THAT(random_error(ElementType::int8, range(0, 200)), HasSubstr("is int8"));
  EXPECT_EQ(random_error(ElementType::int8, range(-128, 128)), "no error");
}

TEST(Random, EmptyTensorsAreEmpty) {
  EXPECT_TRUE(random(ElementType::float32, {0, 4}, {}, 1).bytes.empty());
  EXPECT_EQ(random(ElementType::float32, {}, {}, 1).bytes.size(), 4U);
}

TEST(Constant, EveryType) {
  const auto constant = [](ElementType type, double value) {
    return constant_tensor({"x", type, {2}}, {.kind = FillKind::constant, .value = value});
  };
  EXPECT_THAT(values_of<float>(constant(ElementType::float32, 0.1).value()),
              ElementsAre(0.1F, 0.1F));
  EXPECT_THAT(values_of<std::uint16_t>(constant(ElementType::float16, -2).value()),
              ElementsAre(0xC000, 0xC000));
  EXPECT_THAT(values_of<std::uint16_t>(constant(ElementType::bfloat16, 1).value()),
              ElementsAre(0x3F80, 0x3F80));
  EXPECT_THAT(values_of<std::int64_t>(constant(ElementType::int64, 640).value()),
              ElementsAre(640, 640));
  EXPECT_THAT(values_of<std::uint8_t>(constant(ElementType::boolean, 1).value()),
              ElementsAre(1, 1));
  EXPECT_EQ(constant(ElementType::boolean, 2).error().what, "is boolean, which cannot be 2");
  EXPECT_EQ(constant(ElementType::int32, 0.5).error().what, "is int32, which cannot be 0.5");
  EXPECT_EQ(constant(ElementType::uint8, -1).error().what, "is uint8, which cannot be -1");
  EXPECT_FALSE(constant(ElementType::float16, 1e5));
}

}  // namespace
}  // namespace jetmeter
