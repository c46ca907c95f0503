#include <algorithm>

#include "jetmeter/history.h"

namespace jetmeter {
namespace {

constexpr std::string_view kSchemes[] = {"postgresql://", "postgres://"};
constexpr std::string_view kHidden = "***";

bool ends_url(char c) {
  return c == ' ' || c == '\'' || c == '"' || static_cast<unsigned char>(c) < 0x20;
}

// "user:secret@host": the secret ends at the last @, also where libpq would see another one.
std::string hide_in_authority(std::string_view url) {
  const auto at = url.rfind('@');
  const auto colon = url.find(':');
  if (at == url.npos || colon == url.npos || colon > at) return std::string(url);
  return std::string(url.substr(0, colon + 1)) + std::string(kHidden) + std::string(url.substr(at));
}

// "?sslpassword=secret&password=secret"
std::string hide_in_query(std::string url) {
  constexpr std::string_view kKey = "password=";
  for (auto found = url.find(kKey); found != url.npos;
       found = url.find(kKey, found + kKey.size())) {
    const auto begin = found + kKey.size();
    const auto end = std::min(url.find('&', begin), url.size());
    url.replace(begin, end - begin, kHidden);
  }
  return url;
}

}  // namespace

bool HistoryPlace::is_server() const {
  return std::ranges::any_of(kSchemes, [&](auto scheme) { return where.starts_with(scheme); });
}

std::optional<std::filesystem::path> default_history(std::string_view xdg_data_home,
                                                     std::string_view home) {
  const auto file = std::filesystem::path("jetmeter") / "history.db";
  // The XDG specification: a path that is not absolute is no path.
  if (xdg_data_home.starts_with('/')) return std::filesystem::path(xdg_data_home) / file;
  if (home.empty()) return std::nullopt;
  return std::filesystem::path(home) / ".local" / "share" / file;
}

std::string without_password(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto at = text.npos;
    std::size_t scheme_length = 0;
    for (const auto scheme : kSchemes) {
      const auto found = text.find(scheme);
      if (found >= at) continue;
      at = found;
      scheme_length = scheme.size();
    }
    if (at == text.npos) break;
    const auto begin = at + scheme_length;
    const auto rest = text.substr(begin);
    const auto length =
        static_cast<std::size_t>(std::ranges::find_if(rest, ends_url) - rest.begin());
    out += text.substr(0, begin);
    out += hide_in_query(hide_in_authority(rest.substr(0, length)));
    text = rest.substr(length);
  }
  return out + std::string(text);
}

}  // namespace jetmeter
