#include <gmock/gmock.h>

#include <limits>

#include "inputs/test_arrays.h"
#include "support/real_data.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const TensorSpec kFloats{"x", ElementType::float32, {2}};
const TensorSpec kIds{"ids", ElementType::int64, {1, 2}};

Fills fills_of(const std::vector<std::string>& texts) {
  auto fills = parse_fills(texts);
  EXPECT_TRUE(fills) << fills.error().what;
  return std::move(fills).value_or(Fills{});
}
Result<std::vector<TensorData>> make(const std::vector<TensorSpec>& inputs,
                                     const std::vector<std::string>& texts) {
  return make_inputs(inputs, fills_of(texts), 1);
}
std::string make_error(const std::vector<TensorSpec>& inputs,
                       const std::vector<std::string>& texts) {
  const auto made = make(inputs, texts);
  return made ? "no error" : made.error().what;
}
std::string save(const TempDir& dir, std::string_view name, const TensorData& data) {
  return dir.write(name, to_npy(data.spec, data.bytes)).string();
}

TEST(MakeInputs, RandomWithoutAWord) {
  const auto made = make({kFloats, kIds}, {});
  ASSERT_TRUE(made) << made.error().what;
  ASSERT_EQ(made->size(), 2U);
  EXPECT_EQ((*made)[0].spec.name, "x");
  EXPECT_THAT(values_of<float>((*made)[0]), ElementsAre(0x1.109f48p-1F, 0x1.c90fcap-1F));
  EXPECT_EQ((*made)[1].spec.type, ElementType::int64);
  EXPECT_EQ((*made)[1].spec.shape, (Shape{1, 2}));
  EXPECT_TRUE(make_inputs({}, {}, 1).value().empty());
}

TEST(MakeInputs, OneInputsFillLeavesTheOthersAlone) {
  const auto plain = make({kFloats, kIds}, {});
  const auto other = make({kFloats, kIds}, {"x=const:3"});
  EXPECT_THAT(values_of<float>(other.value()[0]), ElementsAre(3.0F, 3.0F));
  EXPECT_EQ((*other)[1].bytes, plain.value()[1].bytes);
  const auto all = make({kFloats, kIds}, {"const:1", "ids=const:5"});
  EXPECT_THAT(values_of<float>(all.value()[0]), ElementsAre(1.0F, 1.0F));
  EXPECT_THAT(values_of<std::int64_t>((*all)[1]), ElementsAre(5, 5));
}

TEST(MakeInputs, FilesAreConvertedWithinTheirFamily) {
  const TempDir dir;
  const auto doubles = save(dir, "d.npy", tensor_of<double>(ElementType::float64, {2}, {1, 0.1}));
  EXPECT_THAT(values_of<float>(make({kFloats}, {doubles}).value()[0]), ElementsAre(1.0F, 0.1F));
  EXPECT_EQ(make({kFloats}, {doubles}).value()[0].spec.name, "x");
  const TensorSpec brain{"x", ElementType::bfloat16, {2}};
  EXPECT_THAT(values_of<std::uint16_t>(make({brain}, {doubles}).value()[0]),
              ElementsAre(0x3F80, 0x3DCD));
  const auto ids = save(dir, "i.npy", tensor_of<std::int32_t>(ElementType::int32, {1, 2}, {7, 8}));
  EXPECT_THAT(values_of<std::int64_t>(make({kIds}, {ids}).value()[0]), ElementsAre(7, 8));
}

TEST(MakeInputs, SaysWhatIsHeldAndWhatIsNeeded) {
  const TempDir dir;
  const auto doubles = save(dir, "d.npy", tensor_of<double>(ElementType::float64, {2}, {1, 1e300}));
  EXPECT_EQ(make_error({kIds}, {doubles}),
            "input 'ids': '" + doubles + "' holds float64 2, and int64 1x2 is needed");
  EXPECT_EQ(make_error({{"x", ElementType::float64, {1, 2}}}, {doubles}),
            "input 'x': '" + doubles + "' holds float64 2, and float64 1x2 is needed");
  EXPECT_EQ(
      make_error({kFloats}, {doubles}),
      "input 'x': '" + doubles + "' holds 1e+300 as its element 1, which float32 cannot hold");
  EXPECT_THAT(make_error({kFloats}, {"none.npy"}),
              HasSubstr("input 'x': 'none.npy' does not exist"));
}

TEST(MakeInputs, MembersOfAnArchive) {
  const TempDir dir;
  const auto npz = (dir.path() / "all.npz").string();
  const std::vector<TensorData> arrays{
      tensor_of<float>(ElementType::float32, {2}, {1, 2}, "x"),
      tensor_of<std::int64_t>(ElementType::int64, {1, 2}, {3, 4}, "ids"),
      tensor_of<float>(ElementType::float32, {2}, {5, 6}, "y")};
  ASSERT_TRUE(write_npz_file(npz, arrays));
  const auto both = make({kFloats, kIds}, {npz});
  ASSERT_TRUE(both) << both.error().what;
  EXPECT_THAT(values_of<float>((*both)[0]), ElementsAre(1.0F, 2.0F));
  EXPECT_THAT(values_of<std::int64_t>((*both)[1]), ElementsAre(3, 4));
  for (const std::string member : {":y", ":y.npy"}) {
    const auto other = make({kFloats}, {std::string("x=").append(npz).append(member)});
    ASSERT_TRUE(other) << other.error().what;
    EXPECT_THAT(values_of<float>((*other)[0]), ElementsAre(5.0F, 6.0F));
    EXPECT_EQ((*other)[0].spec.name, "x");
  }
  EXPECT_EQ(make_error({kFloats}, {"x=" + npz + ":z"}),
            "input 'x': '" + npz + "' has no array 'z'; it holds 'x', 'ids', 'y'");
  EXPECT_EQ(make_error({kIds}, {"ids=" + npz + ":y"}),
            "input 'ids': '" + npz + ":y' holds float32 2, and int64 1x2 is needed");
}

TEST(MakeInputs, TheOnlyMemberFillsTheOnlyInput) {
  const TempDir dir;
  const auto npz = (dir.path() / "one.npz").string();
  const std::vector<TensorData> one{tensor_of<float>(ElementType::float32, {2}, {1, 2}, "arr_0")};
  ASSERT_TRUE(write_npz_file(npz, one));
  EXPECT_TRUE(make({kFloats}, {npz}));
  EXPECT_TRUE(make({kIds, kFloats}, {"x=" + npz}));
  EXPECT_THAT(make_error({kFloats, kFloats}, {npz}),
              HasSubstr("has no array 'x'; it holds 'arr_0'"));
}

TEST(MakeInputs, RemarksWhatAFilesOwnerMayNotExpect) {
  const TempDir dir;
  const auto npz = (dir.path() / "one.npz").string();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<TensorData> one{
      tensor_of<double>(ElementType::float64, {2}, {1, nan}, "arr_0")};
  ASSERT_TRUE(write_npz_file(npz, one));
  EXPECT_EQ(make({kFloats}, {npz}).value()[0].remark,
            "converted from float64; its only array, 'arr_0'; 1 of its values is no finite number");
  EXPECT_EQ(make({kFloats}, {"x=" + npz + ":arr_0"}).value()[0].remark,
            "converted from float64; 1 of its values is no finite number");
  const std::vector<TensorData> expected{tensor_of<float>(ElementType::float32, {2}, {1, 2}, "x")};
  ASSERT_TRUE(write_npz_file(npz, expected));
  EXPECT_EQ(make({kFloats}, {npz}).value()[0].remark, "");
  EXPECT_EQ(make({kFloats}, {"const:nan"}).value()[0].remark, "") << "that is what was typed";
}

TEST(MakeInputs, RawBytesOfExactlyTheSize) {
  const TempDir dir;
  const auto raw = dir.write("x.bin", std::string("\0\0\x80\x3f\0\0\0\x40", 8)).string();
  EXPECT_THAT(values_of<float>(make({kFloats}, {"raw:" + raw}).value()[0]),
              ElementsAre(1.0F, 2.0F));
  EXPECT_EQ(make_error({kIds}, {"raw:" + raw}),
            "input 'ids': '" + raw + "' has 8 bytes, and int64 1x2 is 16");
  EXPECT_EQ(make_error({{"mask", ElementType::boolean, {8}}}, {"raw:" + raw}),
            "input 'mask': '" + raw + "' has 128 as its byte 2; a boolean is 0 or 1");
  EXPECT_THAT(make_error({kIds}, {"raw:" + dir.path().string()}), HasSubstr("is a folder"));
  EXPECT_THAT(make_error({kIds}, {"raw:/dev/zero"}), HasSubstr("is not a regular file"));
}

TEST(MakeInputs, ErrorsNameTheInput) {
  EXPECT_EQ(make_error({kFloats, kIds}, {"image=random"}),
            "there is no input 'image'; the model has 2 inputs: 'x', 'ids'");
  EXPECT_EQ(make_error({kFloats, kIds}, {"idx=random"}),
            "there is no input 'idx' (did you mean 'ids'?); the model has 2 inputs: 'x', 'ids'");
  EXPECT_EQ(make_error({kIds}, {"const:0.5"}), "input 'ids' is int64, which cannot be 0.5");
  EXPECT_EQ(make_error({kIds}, {"random:0.1:0.2"}),
            "input 'ids' is int64, of which none lies in the range from 0.1 to 0.2; give another "
            "range");
  EXPECT_EQ(make_error({{"text", ElementType::other, {1}}}, {}),
            "input 'text' is of a type that jetmeter cannot fill (text, complex numbers, …)");
  EXPECT_EQ(make_error({{"x", ElementType::float32, {1, kDynamic}}}, {}),
            "input 'x' is 1x?: every axis needs a number, and all of them have to fit a memory");
  EXPECT_THAT(make_error({{"x", ElementType::float32, {INT64_MAX, 8}}}, {}),
              HasSubstr("have to fit a memory"));
  EXPECT_THAT(make_error({kIds}, {"cat.jpg"}),
              HasSubstr("input 'ids' is 1x2, which is no picture's shape"));
}

// The signature of a voice detector: audio, a state and a scalar that says the rate.
TEST(MakeInputs, AModelOfSeveralInputsFromItsSignature) {
  const std::vector<TensorSpec> open{{"input", ElementType::float32, {kDynamic, 512}},
                                     {"state", ElementType::float32, {2, kDynamic, 128}},
                                     {"sr", ElementType::int64, {}}};
  const auto shapes = concrete_shapes(open, {.wishes = {{"state", {2, 1, 128}}}});
  ASSERT_TRUE(shapes) << shapes.error().what;
  std::vector<TensorSpec> inputs = open;
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i].shape = (*shapes)[i];
  const auto made = make(inputs, {"random:-1:1", "state=const:0", "sr=const:16000"});
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ((*made)[0].bytes.size(), 2048U);
  EXPECT_EQ((*made)[1].bytes, std::vector<std::byte>(1024));
  EXPECT_THAT(values_of<std::int64_t>((*made)[2]), ElementsAre(16000));
}

TEST(MakeInputs, APhotoAndARandomMaskBesideIt) {
  const auto photo = real_data("images/rgb/zidane.jpg");
  JM_SKIP_WITHOUT(photo);
  const std::vector<TensorSpec> inputs{{"images", ElementType::float16, {2, 3, 32, 32}},
                                       {"mask", ElementType::boolean, {2, 32}}};
  const auto made = make(inputs, {"images=" + photo.string()});
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ((*made)[0].bytes.size(), 12288U);
  EXPECT_EQ((*made)[1].bytes.size(), 64U);
}

}  // namespace
}  // namespace jetmeter
