#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

// Of a member that is read whole: pickles name tensors and do not hold them.
constexpr std::uint64_t kMostRead = std::uint64_t{64} << 20U;

struct Member {
  std::string name;  // without the archive's folder
  std::uint64_t place = 0, bytes = 0;
};

class TorchArchive {
 public:
  static Result<TorchArchive> open(const std::filesystem::path& path) {
    int code = 0;
    TorchArchive archive;
    archive.zip_.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
    if (!archive.zip_) return fail("a zip archive that is damaged or cut short");
    const auto entries = zip_get_num_entries(archive.zip_.get(), 0);
    for (zip_int64_t i = 0; i < entries; ++i) archive.add(static_cast<zip_uint64_t>(i));
    return archive;
  }

  const std::string& folder() const { return folder_; }
  const std::vector<Member>& members() const { return members_; }
  const Member* find(std::string_view name) const {
    const auto found = std::ranges::find(members_, name, &Member::name);
    return found == members_.end() ? nullptr : &*found;
  }
  // Absent: it is not there, is damaged, or is larger than any pickle has to be.
  std::optional<std::string> read(std::string_view name) const {
    const auto* member = find(name);
    if (member == nullptr || member->bytes > kMostRead) return std::nullopt;
    const std::unique_ptr<zip_file_t, void (*)(zip_file_t*)> file(
        zip_fopen_index(zip_.get(), member->place, 0), [](zip_file_t* open) { zip_fclose(open); });
    if (!file) return std::nullopt;
    std::string text;
    std::array<char, 16384> part{};
    // What a member says of its size may not be so.
    for (zip_int64_t got = 0; (got = zip_fread(file.get(), part.data(), part.size())) > 0;) {
      text.append(part.data(), static_cast<std::size_t>(got));
      if (text.size() > kMostRead) return std::nullopt;
    }
    if (text.size() != member->bytes) return std::nullopt;
    return text;
  }

 private:
  void add(zip_uint64_t place) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(zip_.get(), place, 0, &stat) != 0 || stat.name == nullptr) return;
    const std::string_view name = stat.name;
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) return;
    if (folder_.empty()) folder_ = name.substr(0, slash);
    const bool sized = (stat.valid & ZIP_STAT_SIZE) != 0;
    members_.push_back({std::string(name.substr(slash + 1)), place, sized ? stat.size : 0});
  }

  std::unique_ptr<zip_t, void (*)(zip_t*)> zip_{nullptr, zip_discard};
  std::string folder_;
  std::vector<Member> members_;
};

std::optional<std::string> first_line(std::optional<std::string> text) {
  if (!text) return text;
  text->resize(std::min(text->find('\n'), std::min<std::size_t>(text->size(), 40)));
  return text;
}

void count_members(const TorchArchive& archive, TorchScriptFile& file) {
  for (const auto& member : archive.members()) {
    const std::string_view name = member.name;
    if (name.starts_with("data/")) {
      ++file.tensors;
      file.tensor_bytes += member.bytes;
    } else if (name.starts_with("constants/")) {
      ++file.constants;
      file.constant_bytes += member.bytes;
    } else if (name.starts_with("code/") && name.ends_with(".py")) {
      ++file.code_files;
      file.code_bytes += member.bytes;
    }
  }
  file.has_code = file.code_files > 0;
}

void add_names(const PickleNames& names, TorchScriptFile& file) {
  std::set<std::string> classes;
  for (const auto& global : names.globals) {
    if (!global.starts_with("__torch__.")) continue;
    if (file.root_class.empty()) file.root_class = global;
    classes.insert(global);
  }
  file.classes.assign(classes.begin(), classes.end());
  for (const auto& [type, elements] : names.storages) file.storages[type] += elements;
}

}  // namespace

Result<TorchScriptFile> read_torchscript(const std::filesystem::path& path) {
  const auto archive = TorchArchive::open(path);
  if (!archive) return tl::make_unexpected(archive.error());
  const auto data = archive->read("data.pkl");
  if (!data && archive->find("data.pkl") == nullptr)
    return fail("a zip archive, but no TorchScript: it holds no data.pkl");
  if (!data) return fail("a TorchScript archive whose data.pkl is damaged");
  const auto names = pickle_names(std::as_bytes(std::span(data->data(), data->size())));
  if (!names) return fail("a TorchScript archive whose data.pkl is " + names.error().what);
  TorchScriptFile file;
  std::error_code unknown;
  file.file_bytes = std::filesystem::file_size(path, unknown);
  file.archive = archive->folder();
  file.version = first_line(archive->read("version"));
  if (!file.version) file.version = first_line(archive->read(".data/version"));
  file.byte_order = first_line(archive->read("byteorder"));
  count_members(*archive, file);
  add_names(*names, file);
  return file;
}

}  // namespace jetmeter
