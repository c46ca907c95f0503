#include <gmock/gmock.h>

#include "inputs/test_arrays.h"
#include "support/temp_dir.h"
#include "support/without_root.h"

namespace jetmeter {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::string npy_error(std::string_view content) {
  const auto data = read_npy(content);
  return data ? "no error" : data.error().what;
}
std::string literal_error(std::string_view literal) {
  return npy_error(npy_file(literal, ""));
}

TEST(Npy, ReadsBothByteOrders) {
  const auto little = read_npy(
      npy_file(npy_literal("'<i4'", "False", "(2,)"), "\x01\x02\x00\x00\xff\xff\xff\xff"s));
  ASSERT_TRUE(little) << little.error().what;
  EXPECT_EQ(little->spec.type, ElementType::int32);
  EXPECT_EQ(little->spec.shape, Shape{2});
  EXPECT_THAT(values_of<std::int32_t>(*little), ElementsAre(513, -1));
  const auto big = read_npy(
      npy_file(npy_literal("'>i4'", "False", "(2,)"), "\x00\x00\x02\x01\xff\xff\xff\xff"s));
  ASSERT_TRUE(big) << big.error().what;
  EXPECT_EQ(big->bytes, little->bytes);
  const auto big_float =
      read_npy(npy_file(npy_literal("'>f8'", "False", "()"), "\x3f\xf8\0\0\0\0\0\0"s));
  EXPECT_THAT(values_of<double>(big_float.value()), ElementsAre(1.5));
}

TEST(Npy, ReadsEveryType) {
  const std::vector<std::pair<std::string, ElementType>> types{
      {"|b1", ElementType::boolean}, {"|i1", ElementType::int8},    {"|u1", ElementType::uint8},
      {"<i2", ElementType::int16},   {"<u2", ElementType::uint16},  {"<i4", ElementType::int32},
      {"<u4", ElementType::uint32},  {"<i8", ElementType::int64},   {"<u8", ElementType::uint64},
      {"<f2", ElementType::float16}, {"<f4", ElementType::float32}, {"<f8", ElementType::float64},
      {"?", ElementType::boolean},   {"=f4", ElementType::float32}, {"f4", ElementType::float32},
      {">u1", ElementType::uint8}};
  for (const auto& [descr, type] : types) {
    const std::string data(element_bytes(type) * 3, '\1');
    const auto array = read_npy(npy_file(npy_literal("'" + descr + "'", "False", "(3, 1)"), data));
    ASSERT_TRUE(array) << descr << array.error().what;
    EXPECT_EQ(array->spec.type, type) << descr;
    EXPECT_EQ(array->spec.shape, (Shape{3, 1}));
    EXPECT_EQ(array->bytes.size(), data.size());
  }
}

TEST(Npy, BooleansBecomeZeroOrOne) {
  const auto array = read_npy(npy_file(npy_literal("'|b1'", "False", "(3,)"), "\x00\x01\xff"s));
  EXPECT_THAT(values_of<std::uint8_t>(array.value()), ElementsAre(0, 1, 1));
}

TEST(Npy, FortranOrderIsTransposed) {
  // a[i][j] = 3i + j lies as a[0][0], a[1][0], a[0][1], …
  const auto two = read_npy(npy_file(npy_literal("'|u1'", "True", "(2, 3)"), "\0\3\1\4\2\5"s));
  EXPECT_THAT(values_of<std::uint8_t>(two.value()), ElementsAre(0, 1, 2, 3, 4, 5));
  std::vector<std::int16_t> lying, wanted;
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) lying.push_back(static_cast<std::int16_t>(100 * i + 10 * j + k));
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k) wanted.push_back(static_cast<std::int16_t>(100 * i + 10 * j + k));
  const std::string data(reinterpret_cast<const char*>(lying.data()), lying.size() * 2);
  const auto three = read_npy(npy_file(npy_literal("'=i2'", "True", "(2, 3, 4)"), data));
  EXPECT_EQ(values_of<std::int16_t>(three.value()), wanted);
}

TEST(Npy, ReadsAllThreeVersions) {
  const std::string literal = npy_literal("'|u1'", "False", "(1,)");
  for (const char version : {'\1', '\2', '\3'}) {
    std::string file = "\x93NUMPY"s + version + '\0' + static_cast<char>(literal.size()) + '\0';
    if (version > 1) file += "\0\0"s;
    const auto array = read_npy(file + literal + '\7');
    ASSERT_TRUE(array) << array.error().what;
    EXPECT_THAT(values_of<std::uint8_t>(*array), ElementsAre(7));
  }
  EXPECT_EQ(npy_error("\x93NUMPY\x04\x00xxxxxxx"s),
            "is of version 4.0 of the .npy format; 1.0, 2.0 and 3.0 are known");
  EXPECT_THAT(npy_error("\x93NUMPY\x01\x01xxxxxxx"s), HasSubstr("version 1.1"));
}

TEST(Npy, ReadsTheLiteralAsPythonWould) {
  for (const auto* literal :
       {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1)}",
        "{\"shape\":(2L,1L,),\"fortran_order\":False,\"descr\":\"|u1\"}",
        "  { 'fortran_order' : False ,\n'shape' : ( 2 , 1 ) , 'descr' : '|u1' , } \n  "}) {
    const auto array = read_npy(npy_file(literal, "ab"));
    ASSERT_TRUE(array) << literal << array.error().what;
    EXPECT_EQ(array->spec.shape, (Shape{2, 1}));
  }
}

TEST(Npy, EmptyAndScalarArrays) {
  EXPECT_EQ(read_npy(npy_file(npy_literal("'<f4'", "False", "(0, 3)"), "")).value().bytes.size(),
            0U);
  EXPECT_EQ(read_npy(npy_file(npy_literal("'<f4'", "True", "(3, 0)"), "")).value().spec.shape,
            (Shape{3, 0}));
  const auto scalar = read_npy(npy_file(npy_literal("'|i1'", "True", "()"), "\xff"));
  EXPECT_EQ(scalar.value().spec.shape, Shape{});
  EXPECT_THAT(values_of<std::int8_t>(*scalar), ElementsAre(-1));
}

TEST(Npy, RefusesByNameWhatIsNoTensor) {
  const auto refused = [](const std::string& descr) {
    return npy_error(npy_file(npy_literal(descr, "False", "(1,)"), "x"));
  };
  EXPECT_EQ(refused("'|O'"),
            "holds Python objects, which are code to be run; save an array of numbers (NumPy type "
            "'|O')");
  EXPECT_THAT(refused("'|S5'"), HasSubstr("holds byte strings"));
  EXPECT_THAT(refused("'<U7'"), HasSubstr("holds text"));
  EXPECT_THAT(refused("'<c8'"), HasSubstr("holds complex numbers"));
  EXPECT_THAT(refused("'|V2'"), HasSubstr("bfloat16 is saved so"));
  EXPECT_THAT(refused("'<M8[ns]'"), HasSubstr("holds dates or durations"));
  EXPECT_THAT(refused("'<f16'"), HasSubstr("holds floats of a width"));
  EXPECT_THAT(refused("'<f0'"), HasSubstr("holds floats of a width"));
  EXPECT_THAT(refused("''"), HasSubstr("holds elements of an unknown type"));
  EXPECT_THAT(refused("'<i3'"), HasSubstr("holds elements of an unknown type (NumPy type '<i3')"));
  EXPECT_THAT(refused("[('a', '<f4'), ('b', '<i4')]"), HasSubstr("holds structures"));
  EXPECT_THAT(refused("('<f4', (2,))"), HasSubstr("holds structures"));
}

TEST(Npy, RefusesWhatIsNoHeader) {
  for (const auto* literal :
       {"",
        "x",
        "{",
        "{'descr'",
        "{'descr':",
        "{'descr': '<f4",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4' 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 3}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (03,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3.0,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}",
        "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ()} ; import os",
        "{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}"}) {
    EXPECT_THAT(literal_error(literal), HasSubstr("has a damaged header")) << literal;
  }
  EXPECT_EQ(literal_error("{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}"),
            "has a damaged header: the ',' of a tuple of one is missing at its byte 53");
  std::string axes;
  for (int i = 0; i < 65; ++i) axes += "1,";
  EXPECT_THAT(literal_error(npy_literal("'<f4'", "False", "(" + axes + ")")),
              HasSubstr("too many axes"));
}

TEST(Npy, ClaimsBeyondTheFileAreRefusedWithoutAnAllocation) {
  EXPECT_EQ(npy_error(npy_file(npy_literal("'<f4'", "False", "(1000000000000,)"), "abcd")),
            "is cut off: 4000000000000 bytes of its array are needed, 4 are there");
  EXPECT_EQ(literal_error(npy_literal("'<f4'", "False", "(4611686018427387904, 2)")),
            "announces an array that no memory holds");
  EXPECT_EQ(literal_error(npy_literal("'<f4'", "False", "(0, 9223372036854775807, 9)")),
            "announces an array that no memory holds");
  EXPECT_EQ(npy_error("\x93NUMPY\x02\x00\xff\xff\xff\xff"s),
            "announces a header of 4294967295 bytes; over 65536 is no array's");
}

TEST(Npy, TheArrayFillsTheFile) {
  const std::string literal = npy_literal("'<f4'", "False", "(2,)");
  const std::string whole = npy_file(literal, "12345678");
  ASSERT_EQ(npy_error(whole), "no error");
  EXPECT_EQ(npy_error(whole + "9"),
            "holds 1 more bytes than its array of 2 float32; several arrays belong into a .npz");
  EXPECT_EQ(npy_error(""), "is an empty file");
  for (std::size_t length = 1; length < whole.size(); ++length) {
    const std::string error = npy_error(whole.substr(0, length));
    EXPECT_TRUE(error.starts_with("is cut off") || error == "is not in NumPy's .npy format")
        << error;
  }
  EXPECT_EQ(npy_error(std::string(300, '\xA5')), "is not in NumPy's .npy format");
}

TEST(Npy, WritesWhatNumPyWrites) {
  const auto array = tensor_of<float>(ElementType::float32, {1, 2}, {1, 2});
  const std::string file = to_npy(array.spec, array.bytes);
  // As numpy.save of NumPy 1.24 writes np.array([[1, 2]], np.float32).
  std::string expected =
      "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }"s;
  expected.append(127 - expected.size(), ' ');
  EXPECT_EQ(file, expected + "\n\x00\x00\x80\x3f\x00\x00\x00\x40"s);
}

TEST(Npy, ReadsWhatItWrites) {
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{3}, Shape{2, 3}, Shape{1, 0, 4}}) {
    for (const auto type :
         {ElementType::float32, ElementType::float16, ElementType::float64, ElementType::int8,
          ElementType::uint8, ElementType::int16, ElementType::uint16, ElementType::int32,
          ElementType::uint32, ElementType::int64, ElementType::uint64, ElementType::boolean}) {
      TensorData data{{"", type, shape}, {}};
      data.bytes.resize(static_cast<std::size_t>(element_count(shape)) * element_bytes(type));
      for (std::size_t i = 0; i < data.bytes.size(); ++i) data.bytes[i] = std::byte(i % 2);
      const std::string file = to_npy(data.spec, data.bytes);
      EXPECT_EQ((file.size() - data.bytes.size()) % 64, 0U);
      const auto back = read_npy(file);
      ASSERT_TRUE(back) << back.error().what;
      EXPECT_EQ(back->spec.type, type);
      EXPECT_EQ(back->spec.shape, shape);
      EXPECT_EQ(back->bytes, data.bytes);
    }
  }
}

TEST(Npy, BrainFloatsAreWrittenAsFloats) {
  const auto data = tensor_of<std::uint16_t>(ElementType::bfloat16, {2}, {0x3F80, 0xC020});
  const auto back = read_npy(to_npy(data.spec, data.bytes));
  EXPECT_EQ(back.value().spec.type, ElementType::float32);
  EXPECT_THAT(values_of<float>(*back), ElementsAre(1.0F, -2.5F));
}

TEST(NpyFile, NamesTheFile) {
  const TempDir dir;
  const auto good = dir.write("good.npy", npy_file(npy_literal("'|u1'", "False", "(2,)"), "ab"));
  EXPECT_THAT(values_of<char>(read_npy_file(good).value()), ElementsAre('a', 'b'));
  const auto error = [](const std::filesystem::path& path) {
    const auto data = read_npy_file(path);
    return data ? "no error" : data.error().what;
  };
  const std::string folder = dir.path().string();
  EXPECT_EQ(error(dir.write("empty.npy", "")), "'" + folder + "/empty.npy' is an empty file");
  EXPECT_EQ(error(dir.path() / "none.npy"), "'" + folder + "/none.npy' does not exist");
  EXPECT_EQ(error(dir.path()), "'" + folder + "' is a folder, not a file");
  EXPECT_EQ(error("/dev/zero"),
            "'/dev/zero' is not a regular file; its size cannot be known beforehand");
  EXPECT_THAT(error(dir.write("cut.npy", npy_file(npy_literal("'|u1'", "False", "(9,)"), "ab"))),
              HasSubstr("cut.npy' is cut off: 9 bytes of its array are needed, 2 are there"));
}

TEST(NpyFile, WithoutTheRightToReadIt) {
  const TempDir dir;
  const auto file = dir.write("x.npy", "x");
  std::filesystem::permissions(dir.path(), std::filesystem::perms::all);
  std::filesystem::permissions(file, std::filesystem::perms::none);
  const WithoutRoot nobody;
  if (!nobody.done()) GTEST_SKIP() << "this user is neither root nor anybody else";
  EXPECT_THAT(read_npy_file(file).error().what, HasSubstr("may not be read: Permission denied"));
}

}  // namespace
}  // namespace jetmeter
