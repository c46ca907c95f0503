#include "monitor/view.h"

#include <algorithm>

namespace jetmeter {
namespace {

constexpr std::string_view kTool = "tegrastats.";

const MonitorChannel* named(const std::vector<MonitorChannel>& channels, std::string_view tool,
                            std::string_view name) {
  const auto found = std::ranges::find_if(channels, [&](const MonitorChannel& channel) {
    const std::string_view own = channel.name;
    return own.starts_with(tool) && own.substr(tool.size()) == name;
  });
  return found == channels.end() ? nullptr : &*found;
}

}  // namespace

const MonitorChannel* MonitorView::find(std::string_view channel) const {
  const auto* direct = named(channels, "", channel);
  if (direct && direct->latest) return direct;
  const auto* told = named(channels, kTool, channel);
  return told && (told->latest || !direct) ? told : direct;
}

std::optional<double> MonitorView::value(std::string_view channel) const {
  const auto* found = find(channel);
  return found ? found->latest : std::nullopt;
}

std::vector<std::string> MonitorView::subjects(std::string_view prefix) const {
  std::vector<std::string> all;
  const auto collect = [&](std::string_view tool) {
    for (const auto& channel : channels) {
      std::string_view name = channel.name;
      if (!name.starts_with(tool)) continue;
      name.remove_prefix(tool.size());
      if (name.starts_with(prefix)) all.emplace_back(name.substr(prefix.size()));
    }
  };
  collect("");
  if (all.empty()) collect(kTool);
  return all;
}

}  // namespace jetmeter
