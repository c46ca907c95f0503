#include <gmock/gmock.h>
#include <zip.h>

#include "jetmeter/inspect.h"
#include "support/real_data.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Result<PickleNames> names_of(std::string_view pickle) {
  return pickle_names(std::as_bytes(std::span(pickle.data(), pickle.size())));
}

// A module with one tensor of three floats, and another whose storage's type comes from the memo.
std::string small_pickle() {
  using namespace std::string_literals;
  return "\x80\x02"s
         "c__torch__\nNet\nq\x00)\x81}(X\x01\x00\x00\x00wq\x01"s
         "((X\x07\x00\x00\x00storageq\x02"s
         "ctorch\nFloatStorage\nq\x03X\x01\x00\x00\x00"s
         "0X\x03\x00\x00\x00"s
         "cpuK\x03tQ"s
         "((h\x02h\x03X\x01\x00\x00\x00"s
         "1X\x03\x00\x00\x00"s
         "cpuM\x00\x01tQub."s;
}

std::filesystem::path archive(const TempDir& folder,
                              const std::vector<std::pair<std::string, std::string>>& members) {
  const auto path = folder.path() / "model.pt";
  int code = 0;
  auto* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  for (const auto& [name, text] : members) {
    auto* source = zip_source_buffer(zip, text.data(), text.size(), 0);
    zip_file_add(zip, name.c_str(), source, 0);
  }
  zip_close(zip);
  return path;
}

TEST(Pickle, NamesClassesAndStoragesWithoutUnpickling) {
  const auto names = names_of(small_pickle());
  ASSERT_TRUE(names) << names.error().what;
  EXPECT_THAT(names->globals, ElementsAre("__torch__.Net", "torch.FloatStorage"));
  EXPECT_THAT(names->storages, ElementsAre(Pair("FloatStorage", 3), Pair("FloatStorage", 256)));
}

TEST(Pickle, RefusesWhatIsCutShortOrStrange) {
  const auto whole = small_pickle();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(names_of(std::string_view(whole).substr(0, size))) << size;
  EXPECT_THAT(names_of("\x80\x02\xFF").error().what, HasSubstr("opcode 0xff"));
  EXPECT_FALSE(names_of("X\xFF\xFF\xFF\xFFoo."));
}

TEST(TorchScript, IsReadFromItsArchive) {
  const TempDir folder;
  const auto path = archive(folder, {{"net/data.pkl", small_pickle()},
                                     {"net/data/0", std::string(12, 'x')},
                                     {"net/data/1", std::string(1024, 'x')},
                                     {"net/code/__torch__.py", "pass"},
                                     {"net/code/__torch__.py.debug_pkl", "anything"},
                                     {"net/constants/0", "abcd"},
                                     {"net/version", "3\n"}});
  const auto file = read_torchscript(path);
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_EQ(file->archive, "net");
  EXPECT_EQ(file->version, "3");
  EXPECT_FALSE(file->byte_order);
  EXPECT_EQ(file->root_class, "__torch__.Net");
  EXPECT_THAT(file->storages, ElementsAre(Pair("FloatStorage", 259)));
  EXPECT_EQ(file->tensors, 2u);
  EXPECT_EQ(file->tensor_bytes, 1036u);
  EXPECT_EQ(file->constant_bytes, 4u);
  EXPECT_EQ(file->code_files, 1u);
  EXPECT_TRUE(file->has_code);
}

TEST(TorchScript, WithoutCodeIsACheckpoint) {
  const TempDir folder;
  const auto file = read_torchscript(archive(folder, {{"w/data.pkl", small_pickle()}}));
  ASSERT_TRUE(file);
  EXPECT_FALSE(file->has_code);
}

TEST(TorchScript, RefusesOtherArchives) {
  const TempDir folder;
  EXPECT_THAT(read_torchscript(archive(folder, {{"a/b.txt", "hello"}})).error().what,
              HasSubstr("holds no data.pkl"));
  EXPECT_THAT(read_torchscript(archive(folder, {{"a/data.pkl", "\x80"}})).error().what,
              HasSubstr("cut short"));
  EXPECT_THAT(read_torchscript(folder.write("cut.pt", "PK\x03\x04 and no more")).error().what,
              HasSubstr("damaged"));
}

TEST(TorchScript, OfARealModelIsRead) {
  const auto path = real_data("models/torchscript/traffic_sign_cpu.pt");
  JM_SKIP_WITHOUT(path);
  const auto inspection = inspect_file(path);
  ASSERT_TRUE(inspection) << inspection.error().what;
  const auto& file = std::get<TorchScriptFile>(inspection->what);
  EXPECT_EQ(file.root_class, "__torch__.TrafficSignConv");
  EXPECT_EQ(file.tensor_bytes, 384284u);
  // Every storage is of four-byte floats: names and files tell the same.
  EXPECT_EQ(file.storages.at("FloatStorage") * 4, file.tensor_bytes);
}

}  // namespace
}  // namespace jetmeter
