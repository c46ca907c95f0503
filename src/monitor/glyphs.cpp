#include "monitor/glyphs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

namespace jetmeter {
namespace {

constexpr std::array<std::string_view, 9> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
constexpr std::array<std::string_view, 8> kLevels{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

std::string_view level(double share) {
  const auto step = std::lround(std::clamp(share, 0.0, 1.0) * (kLevels.size() - 1));
  return kLevels[static_cast<std::size_t>(step)];
}

}  // namespace

std::string bar(std::optional<double> share, std::size_t width) {
  if (!share || !std::isfinite(*share)) return std::string(width, ' ');
  const auto eighths = static_cast<std::size_t>(
      std::lround(std::clamp(*share, 0.0, 1.0) * 8.0 * static_cast<double>(width)));
  std::string out;
  std::size_t cells = 0;
  for (; cells < eighths / 8; ++cells) out += kEighths[8];
  if (eighths % 8 != 0) {
    out += kEighths[eighths % 8];
    ++cells;
  }
  for (; cells < width; ++cells) out += "░";
  return out;
}

std::string curve(std::span<const HistoryPoint> points, Nanoseconds now, Nanoseconds span,
                  std::size_t width, double top) {
  if (width == 0 || !(top > 0)) return std::string(width, ' ');
  struct Stretch {
    double sum = 0;
    int n = 0;
  };
  std::vector<Stretch> stretches(width);
  const auto length = std::max(span / static_cast<std::int64_t>(width), Nanoseconds(1));
  const auto last = now / length;
  for (const auto& point : points) {
    const auto age = last - point.at / length;
    if (point.at > now || age < 0 || age >= static_cast<std::int64_t>(width)) continue;
    auto& stretch = stretches[width - 1 - static_cast<std::size_t>(age)];
    stretch.sum += point.value;
    ++stretch.n;
  }
  std::string out;
  for (const auto& [sum, n] : stretches)
    out += n == 0 ? std::string_view(" ") : level(sum / n / top);
  return out;
}

std::string column(double share) {
  return std::string(level(share));
}

}  // namespace jetmeter
