#include <gmock/gmock.h>

#include <limits>

#include "jetmeter/inputs.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

// The fill of the input "" or, if it is the only one, of any other.
Fill fill_of(const std::string& text) {
  const auto fills = parse_fills(std::vector<std::string>{text});
  EXPECT_TRUE(fills) << fills.error().what;
  return fills && !fills->empty() ? fills->begin()->second : Fill{.kind = FillKind::raw};
}

std::string fills_error(const std::vector<std::string>& texts) {
  const auto fills = parse_fills(texts);
  return fills ? "no error" : fills.error().what;
}

TEST(ParseFills, Random) {
  const Fill plain = fill_of("images=random");
  EXPECT_EQ(plain.kind, FillKind::random);
  EXPECT_FALSE(plain.range_given);
  EXPECT_EQ(plain.low, 0);
  EXPECT_EQ(plain.high, 1);
  const Fill range = fill_of("random:-1.5:1e3");
  EXPECT_TRUE(range.range_given);
  EXPECT_EQ(range.low, -1.5);
  EXPECT_EQ(range.high, 1000);
}

TEST(ParseFills, Constants) {
  EXPECT_EQ(fill_of("mask=const:1").kind, FillKind::constant);
  EXPECT_EQ(fill_of("mask=const:-0.25").value, -0.25);
  EXPECT_EQ(fill_of("const:inf").value, std::numeric_limits<double>::infinity());
}

TEST(ParseFills, FilesByTheirNames) {
  EXPECT_EQ(fill_of("x=a/x.npy").kind, FillKind::npy);
  EXPECT_EQ(fill_of("x=a/x.npy").file, "a/x.npy");
  EXPECT_EQ(fill_of("X.NPY").kind, FillKind::npy);
  for (const auto* name : {"cat.jpg", "cat.JPEG", "cat.png", "cat.bmp", "cat.webp", "cat.tiff"}) {
    EXPECT_EQ(fill_of(name).kind, FillKind::image) << name;
  }
  EXPECT_EQ(fill_of("all.npz").kind, FillKind::npz);
  EXPECT_EQ(fill_of("all.npz").member, "");
  const Fill member = fill_of("x=dir.npz:odd/All.NPZ:a:b.npy");
  EXPECT_EQ(member.kind, FillKind::npz);
  EXPECT_EQ(member.file, "dir.npz:odd/All.NPZ");
  EXPECT_EQ(member.member, "a:b.npy");
  const Fill raw = fill_of("x=raw:x.npy");
  EXPECT_EQ(raw.kind, FillKind::raw);
  EXPECT_EQ(raw.file, "x.npy");
}

TEST(ParseFills, NamesGoToTheFirstEqualsSign) {
  const auto fills = parse_fills(std::vector<std::string>{"input:0=random", "=a=b.npy"});
  ASSERT_TRUE(fills);
  EXPECT_TRUE(fills->contains("input:0"));
  EXPECT_EQ(fills->at("").file, "a=b.npy");
}

TEST(ParseFills, SaysWhatFillsAnInput) {
  EXPECT_EQ(fills_error({"images=cat.gif"}),
            "'images=cat.gif' fills no input: an input is filled by random, random:LOW:HIGH, "
            "const:VALUE, FILE.npy, FILE.npz[:MEMBER], a picture (.jpg .png .bmp …) or raw:FILE");
  for (const auto* text : {"", "x=", "Random", "rand", "const", "\x01\xff"}) {
    EXPECT_THAT(fills_error({text}), HasSubstr("an input is filled by")) << text;
  }
  for (const auto* text : {"random:", "random:1", "random:1:", "random::1", "random:1:2:3",
                           "random:a:b", "random:1: 2"}) {
    EXPECT_THAT(fills_error({text}), HasSubstr("a range is two numbers")) << text;
  }
  for (const auto* text :
       {"random:1:1", "random:2:1", "random:nan:1", "random:0:inf", "random:-1.7e308:1.7e308"}) {
    EXPECT_THAT(fills_error({text}), HasSubstr("a low end and a higher high end")) << text;
  }
  for (const auto* text : {"const:", "const:x", "const:1x", "const:1e999"}) {
    EXPECT_THAT(fills_error({text}), HasSubstr("a constant is a number")) << text;
  }
  EXPECT_THAT(fills_error({"raw:"}), HasSubstr("name is missing after raw:"));
  EXPECT_THAT(fills_error({"a.npz:"}), HasSubstr("name is missing after the last ':'"));
}

TEST(ParseFills, RefusesTwoForOneInput) {
  EXPECT_EQ(fills_error({"a=random", "a=random"}), "there are two fills for input 'a'; give one");
  EXPECT_EQ(fills_error({"random", "const:1"}), "there are two fills for all inputs; give one");
}

TEST(DescribeFill, AsReportsSayIt) {
  EXPECT_EQ(describe(fill_of("random"), 1), "random in [0, 1), integers in [0, 2), seed 1");
  EXPECT_EQ(describe(fill_of("random:-1:2.5"), 42), "random in [-1, 2.5), seed 42");
  EXPECT_EQ(describe(fill_of("const:0.5"), 1), "constant 0.5");
  EXPECT_EQ(describe(fill_of("a/cat.jpg"), 1), "cat.jpg as picture");
  EXPECT_EQ(describe(fill_of("a/x.npy"), 1), "x.npy");
  EXPECT_EQ(describe(fill_of("all.npz"), 1), "all.npz");
  EXPECT_EQ(describe(fill_of("all.npz:x"), 1), "x of all.npz");
  EXPECT_EQ(describe(fill_of("raw:x.bin"), 1), "x.bin as raw bytes");
}

}  // namespace
}  // namespace jetmeter
