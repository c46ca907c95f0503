#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "jetmeter/model.h"

namespace jetmeter {
namespace {

// A process with a runtime in it has more than this, and a base is less than this.
constexpr std::uint64_t kLeastBase = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostBase = std::uint64_t{1} << 40;
constexpr std::uintmax_t kLargestFile = 65536;

// Letters and digits as they are, everything else as a dash.
std::string file_word(std::string_view text) {
  std::string word(text);
  std::replace_if(
      word.begin(), word.end(),
      [](unsigned char c) {
        return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                 c == '_');
      },
      '-');
  return word;
}

bool same_runtime(const RuntimeProfile& a, const RuntimeProfile& b) {
  return a.backend == b.backend && a.backend_version == b.backend_version && a.device == b.device &&
         a.jetmeter_version == b.jetmeter_version;
}

bool plausible(std::uint64_t base) {
  return base >= kLeastBase && base <= kMostBase;
}

std::optional<RuntimeProfile> stored(const std::filesystem::path& file,
                                     const RuntimeProfile& wanted) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error) || error) return std::nullopt;
  if (std::filesystem::file_size(file, error) > kLargestFile || error) return std::nullopt;
  const auto text = read_text(file);
  if (!text) return std::nullopt;
  auto profile = runtime_profile_from_json(*text);
  if (!profile || !same_runtime(*profile, wanted) || !plausible(profile->base_bytes))
    return std::nullopt;
  if (profile->beside_others && !wanted.beside_others) return std::nullopt;
  return *profile;
}

// Under another name first: a reader sees the old file or the new one, never a half.
void store(const std::filesystem::path& file, const RuntimeProfile& profile) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  const auto draft = file.string() + fmt::format(".{}", ::getpid());
  {
    std::ofstream out(draft, std::ios::binary | std::ios::trunc);
    out << to_json(profile);
    out.flush();
    if (!out) {
      out.close();
      std::filesystem::remove(draft, error);
      return;
    }
  }
  std::filesystem::rename(draft, file, error);
  if (error) std::filesystem::remove(draft, error);
}

}  // namespace

std::filesystem::path profile_file(const std::filesystem::path& folder,
                                   const RuntimeProfile& profile) {
  return folder /
         fmt::format("runtime-{}-{}.json", file_word(profile.backend), file_word(profile.device));
}

std::string to_json(const RuntimeProfile& profile) {
  const nlohmann::ordered_json json{
      {"backend", profile.backend},       {"backend_version", profile.backend_version},
      {"device", profile.device},         {"jetmeter_version", profile.jetmeter_version},
      {"base_bytes", profile.base_bytes}, {"beside_others", profile.beside_others}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<RuntimeProfile> runtime_profile_from_json(std::string_view text) try {
  const auto json = nlohmann::json::parse(text);
  const auto& base = json.at("base_bytes");
  if (!base.is_number_unsigned()) return fail("base_bytes is not a number of bytes");
  RuntimeProfile profile;
  json.at("backend").get_to(profile.backend);
  json.at("backend_version").get_to(profile.backend_version);
  json.at("device").get_to(profile.device);
  json.at("jetmeter_version").get_to(profile.jetmeter_version);
  base.get_to(profile.base_bytes);
  json.at("beside_others").get_to(profile.beside_others);
  return profile;
} catch (const nlohmann::json::exception& error) {
  return fail(fmt::format("not the profile of a runtime: {}", error.what()));
}

Result<CachedProfile> cached_profile(const std::filesystem::path& folder,
                                     const RuntimeProfile& wanted,
                                     const std::function<Result<std::uint64_t>()>& measure) {
  const auto file = profile_file(folder, wanted);
  if (const auto known = stored(file, wanted)) return CachedProfile{*known, false};
  const auto base = measure();
  if (!base) return tl::make_unexpected(base.error());
  if (!plausible(*base))
    return fail(fmt::format("the base of {} was measured as {}, which cannot be", wanted.backend,
                            format_bytes(*base)));
  auto profile = wanted;
  profile.base_bytes = *base;
  store(file, profile);
  return CachedProfile{std::move(profile), true};
}

std::optional<std::filesystem::path> cache_folder(std::string_view xdg_cache_home,
                                                  std::string_view home) {
  // The specification: a relative path in the variable is to be ignored.
  if (const std::filesystem::path xdg(xdg_cache_home); xdg.is_absolute()) return xdg / "jetmeter";
  if (const std::filesystem::path base(home); base.is_absolute())
    return base / ".cache" / "jetmeter";
  return std::nullopt;
}

}  // namespace jetmeter
