#include "inputs/npz.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <zip.h>

#include <csignal>

#include "inputs/test_arrays.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct ZipEntry {
  std::string name, content;
  zip_int32_t method = ZIP_CM_STORE;
};
// By libzip itself, with what our writer never writes.
std::filesystem::path zip_file(const TempDir& dir, const std::vector<ZipEntry>& entries) {
  auto path = dir.path() / "made.npz";
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  for (const auto& entry : entries) {
    auto* source = zip_source_buffer(zip, entry.content.data(), entry.content.size(), 0);
    const auto index = zip_file_add(zip, entry.name.c_str(), source, 0);
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), entry.method, 9);
  }
  EXPECT_EQ(zip_close(zip), 0);
  return path;
}

std::string read_all(const std::filesystem::path& path) {
  return read_text(path).value_or("");
}
std::string npz_error(const std::filesystem::path& path) {
  const auto arrays = read_npz_file(path);
  return arrays ? "no error" : arrays.error().what;
}
std::string bytes_npy(std::string_view data) {
  const std::string shape = "(" + std::to_string(data.size()) + ",)";
  return npy_file(npy_literal("'|u1'", "False", shape), data);
}
std::size_t files_in(const TempDir& dir) {
  const std::filesystem::directory_iterator begin(dir.path()), end;
  return static_cast<std::size_t>(std::distance(begin, end));
}

TEST(Npz, ReadsWhatItWrites) {
  const TempDir dir;
  const auto path = dir.path() / "all.npz";
  const std::vector<TensorData> arrays{
      tensor_of<float>(ElementType::float32, {1, 2}, {0.5F, -1}, "images"),
      tensor_of<std::int64_t>(ElementType::int64, {}, {16000}, "/model/sr:0"),
      tensor_of<std::uint8_t>(ElementType::uint8, {0, 3}, {}, "größe"),
      tensor_of<std::uint16_t>(ElementType::bfloat16, {1}, {0x3FC0}, "")};
  ASSERT_TRUE(write_npz_file(path, arrays)) << write_npz_file(path, arrays).error().what;
  const auto back = read_npz_file(path);
  ASSERT_TRUE(back) << back.error().what;
  ASSERT_EQ(back->size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*back)[i].spec.name, arrays[i].spec.name);
    EXPECT_EQ((*back)[i].spec.type, arrays[i].spec.type);
    EXPECT_EQ((*back)[i].spec.shape, arrays[i].spec.shape);
    EXPECT_EQ((*back)[i].bytes, arrays[i].bytes);
  }
  EXPECT_EQ((*back)[3].spec.name, "arr_3");
  EXPECT_THAT(values_of<float>((*back)[3]), ElementsAre(1.5F));
  EXPECT_EQ(files_in(dir), 1U);
}

TEST(Npz, EqualTensorsGiveEqualFiles) {
  const TempDir dir;
  const std::vector<TensorData> arrays{tensor_of<float>(ElementType::float32, {1}, {1}, "a")};
  ASSERT_TRUE(write_npz_file(dir.path() / "a.npz", arrays));
  ASSERT_TRUE(write_npz_file(dir.path() / "b.npz", arrays));
  EXPECT_EQ(read_all(dir.path() / "a.npz"), read_all(dir.path() / "b.npz"));
}

TEST(Npz, WritingReplacesTheFile) {
  const TempDir dir;
  const auto path = dir.write("old.npz", "something else");
  const std::vector<TensorData> arrays{tensor_of<float>(ElementType::float32, {1}, {1}, "a")};
  ASSERT_TRUE(write_npz_file(path, arrays));
  EXPECT_EQ(read_npz_file(path).value().size(), 1U);
}

TEST(Npz, ReadsDeflatedMembersAndPassesOverWhatIsNoArray) {
  const TempDir dir;
  const std::string zeros(100000, '\0');
  const auto path = zip_file(dir, {{"README.txt", "hello"},
                                   {"x.npy", bytes_npy(zeros), ZIP_CM_DEFLATE},
                                   {"y.npy", bytes_npy("ab"), ZIP_CM_DEFLATE}});
  const auto arrays = read_npz_file(path);
  ASSERT_TRUE(arrays) << arrays.error().what;
  ASSERT_EQ(arrays->size(), 2U);
  EXPECT_EQ((*arrays)[0].bytes, std::vector<std::byte>(100000));
  EXPECT_THAT(values_of<char>((*arrays)[1]), ElementsAre('a', 'b'));
}

TEST(Npz, SaysWhatIsNoArchive) {
  const TempDir dir;
  const std::string folder = dir.path().string();
  EXPECT_EQ(npz_error(dir.write("text.npz", "not a zip archive at all, nor a short one")),
            "'" + folder + "/text.npz' is not a .npz file (a zip archive), or cut off");
  EXPECT_THAT(npz_error(dir.write("empty.npz", "")), HasSubstr("is an empty file"));
  EXPECT_THAT(npz_error(dir.path() / "none.npz"), HasSubstr("does not exist"));
  EXPECT_THAT(npz_error(dir.path()), HasSubstr("is a folder, not a file"));
  EXPECT_EQ(npz_error(zip_file(dir, {{"a.txt", "x"}})),
            "'" + folder + "/made.npz' holds no array (no member ends in .npy)");
  EXPECT_EQ(npz_error(zip_file(dir, {{"bad.npy", "x"}})),
            "'" + folder + "/made.npz:bad' is not in NumPy's .npy format");
  EXPECT_THAT(npz_error(zip_file(dir, {{"bad.npy", ""}})), HasSubstr(":bad' is an empty file"));
}

TEST(Npz, RefusesWhatNumPyDoesNotWrite) {
  const TempDir dir;
  if (zip_compression_method_supported(ZIP_CM_BZIP2, 1) != 0) {
    const std::string zeros(1000, '\0');  // libzip stores what does not become smaller
    EXPECT_THAT(npz_error(zip_file(dir, {{"x.npy", bytes_npy(zeros), ZIP_CM_BZIP2}})),
                HasSubstr("made.npz:x' is compressed by a method that NumPy does not write"));
  }
  if (zip_encryption_method_supported(ZIP_EM_AES_256, 1) == 0) return;
  const auto path = zip_file(dir, {{"x.npy", bytes_npy("ab")}});
  zip_t* zip = zip_open(path.c_str(), 0, nullptr);
  ASSERT_EQ(zip_file_set_encryption(zip, 0, ZIP_EM_AES_256, "word"), 0);
  ASSERT_EQ(zip_close(zip), 0);
  EXPECT_THAT(npz_error(path), HasSubstr("made.npz:x' is encrypted; save it without a password"));
}

TEST(Npz, AWrongByteIsFound) {
  const TempDir dir;
  const auto path = zip_file(dir, {{"x.npy", bytes_npy("abcdefgh")}});
  std::string bytes = read_all(path);
  const auto at = bytes.find("abcdefgh");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'z';
  EXPECT_EQ(npz_error(dir.write("made.npz", bytes)),
            "'" + path.string() + ":x' is damaged: CRC error");
}

TEST(Npz, EveryCutAndEveryChangedByteIsSurvived) {
  const TempDir dir;
  const std::string whole =
      read_all(zip_file(dir, {{"x.npy", bytes_npy("abcdefgh"), ZIP_CM_DEFLATE}}));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(npz_error(dir.write("cut.npz", whole.substr(0, length))), "no error") << length;
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0xFF);
    const auto arrays = read_npz_file(dir.write("changed.npz", changed));
    EXPECT_TRUE(arrays || !arrays.error().what.empty()) << i;
  }
}

TEST(Npz, ASizeThatCannotBeIsNotAllocated) {
  const TempDir dir;
  const auto path = zip_file(dir, {{"x.npy", bytes_npy("abcdefgh")}});
  std::string bytes = read_all(path);
  // The uncompressed size in the central directory, 24 bytes behind its signature.
  const auto entry = bytes.find(std::string("PK\x01\x02", 4));
  ASSERT_NE(entry, std::string::npos);
  bytes.replace(entry + 24, 4, "\xF0\xFF\xFF\xFF");
  EXPECT_THAT(npz_error(dir.write("made.npz", bytes)), HasSubstr("damaged"));
}

TEST(Npz, IsWrittenCompletelyOrNotAtAll) {
  const TempDir dir;
  const std::vector<TensorData> one{tensor_of<float>(ElementType::float32, {1}, {1}, "a")};
  const auto error = [&](const std::filesystem::path& path, std::span<const TensorData> arrays) {
    const auto written = write_npz_file(path, arrays);
    return written ? "no error" : written.error().what;
  };
  EXPECT_THAT(error(dir.path() / "none" / "x.npz", one),
              HasSubstr("none/x.npz' could not be written: "));
  EXPECT_THAT(error(dir.path(), one), HasSubstr("is there and is no file"));
  EXPECT_THAT(error(dir.path() / "x.npz", {}), HasSubstr("there is no array for it"));
  EXPECT_EQ(files_in(dir), 0U);
  const std::vector<TensorData> twice{one[0], one[0]};
  EXPECT_THAT(error(dir.path() / "x.npz", twice), HasSubstr("could not take two arrays 'a'"));
  const std::vector<TensorData> other{{{"text", ElementType::other, {1}}, {}}};
  EXPECT_THAT(error(dir.path() / "x.npz", other), HasSubstr("could not take 'text'"));
  EXPECT_EQ(files_in(dir), 0U);
}

// Files of this process are at most so long while one of these lives, as on a full disk.
class ShortFiles {
 public:
  explicit ShortFiles(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~ShortFiles() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  ShortFiles(const ShortFiles&) = delete;
  ShortFiles& operator=(const ShortFiles&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(Npz, AFullDiskLeavesTheOldFileAlone) {
  const TempDir dir;
  const auto path = dir.path() / "x.npz";
  const std::vector<TensorData> old{tensor_of<float>(ElementType::float32, {1}, {1}, "old")};
  ASSERT_TRUE(write_npz_file(path, old));
  const std::vector<TensorData> large{
      tensor_of(ElementType::float32, {100000}, std::vector<float>(100000, 1), "new")};
  Result<void> written;
  {
    const ShortFiles limit(20000);
    written = write_npz_file(path, large);
  }
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().what, HasSubstr("x.npz' could not be written: "));
  EXPECT_EQ(read_npz_file(path).value().front().spec.name, "old");
  EXPECT_EQ(files_in(dir), 1U);
}

}  // namespace
}  // namespace jetmeter
