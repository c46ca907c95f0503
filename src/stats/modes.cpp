#include <algorithm>
#include <cmath>
#include <numeric>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

constexpr std::size_t kLeastSamples = 30;
constexpr double kLeastShare = 0.1;
constexpr double kSmoothing = 0.2;      // the kernel's width, of the scatter of the samples
constexpr double kDeepestValley = 0.5;  // of the lower of the peaks beside it
constexpr double kSurely = 3;           // standard deviations between the counts of peak and valley
constexpr std::size_t kMostCells = 4096;
constexpr double kCellsPerKernel = 4;

// Density of the samples by a Gaussian kernel, on a grid of cells. The hundredth part at either end
// is left outside: it can be no mode, and may lie anywhere.
struct Density {
  double from = 0, cell = 0;
  std::vector<double> at;  // in samples per cell
  double center(std::size_t i) const { return from + (static_cast<double>(i) + 0.5) * cell; }
};

double standard_deviation(std::span<const double> samples) {
  const auto n = static_cast<double>(samples.size());
  const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / n;
  double squares = 0;
  for (const double x : samples) squares += (x - mean) * (x - mean);
  return std::sqrt(squares / n);
}

// The typical step between values, where a coarse clock lets many samples be equal; else 0.
double resolution(std::span<const double> sorted) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (!(sorted[i] > sorted[i - 1])) continue;
    if (steps.size() == sorted.size() / 4) return 0;
    steps.push_back(sorted[i] - sorted[i - 1]);
  }
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

double kernel_width(std::span<const double> sorted) {
  const double quartiles = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.349;
  const double inner = standard_deviation(
      sorted.subspan(sorted.size() / 100, sorted.size() - 2 * (sorted.size() / 100)));
  const double scatter = quartiles > 0 ? std::min(quartiles, inner) : inner;
  return std::max(kSmoothing * scatter, resolution(sorted));
}

std::vector<double> smoothed(const std::vector<double>& counts) {
  constexpr int kReach = static_cast<int>(4 * kCellsPerKernel);
  std::vector<double> kernel;
  for (int i = -kReach; i <= kReach; ++i)
    kernel.push_back(std::exp(-0.5 * i * i / (kCellsPerKernel * kCellsPerKernel)));
  const double sum = std::accumulate(kernel.begin(), kernel.end(), 0.0);
  std::vector<double> result(counts.size());
  const auto cells = static_cast<std::ptrdiff_t>(counts.size());
  for (std::ptrdiff_t i = 0; i < cells; ++i)
    for (std::ptrdiff_t k = std::max<std::ptrdiff_t>(-kReach, -i); k <= kReach && i + k < cells;
         ++k)
      result[static_cast<std::size_t>(i)] += counts[static_cast<std::size_t>(i + k)] *
                                             kernel[static_cast<std::size_t>(k + kReach)] / sum;
  return result;
}

// Empty where the samples do not scatter.
Density density_of(std::span<const double> sorted) {
  const double width = kernel_width(sorted);
  const double low = quantile(sorted, 0.01), high = quantile(sorted, 0.99);
  Density density;
  density.cell = std::max(width / kCellsPerKernel, (high - low) / (kMostCells / 2));
  if (!(density.cell > 0) || !std::isfinite(high - low)) return density;
  constexpr double kMargin = 4 * kCellsPerKernel;
  density.from = low - kMargin * density.cell;
  const auto cells = static_cast<std::size_t>((high - low) / density.cell + 2 * kMargin) + 1;
  std::vector<double> counts(cells);
  for (const double x : sorted)
    if (const double cell = (x - density.from) / density.cell;
        cell >= 0 && cell < static_cast<double>(cells))
      ++counts[static_cast<std::size_t>(cell)];
  density.at = smoothed(counts);
  return density;
}

// A peak and the valley that parts it from the one before (the first cell for the first peak).
struct Peak {
  std::size_t top = 0, valley = 0;
};

std::vector<Peak> peaks_of(const std::vector<double>& density) {
  std::vector<Peak> peaks;
  std::size_t valley = 0;
  bool rising = true;
  for (std::size_t i = 1; i < density.size(); ++i) {
    if (rising && density[i] < density[i - 1]) {
      peaks.push_back({i - 1, valley});
      rising = false;
    } else if (!rising && density[i] > density[i - 1]) {
      valley = i - 1;
      rising = true;
    }
  }
  return peaks;
}

// Takes the valley before peak `i` away, and with it the lower of the two peaks beside it.
void merge(std::vector<Peak>& peaks, std::size_t i, const std::vector<double>& density) {
  if (density[peaks[i].top] > density[peaks[i - 1].top]) peaks[i - 1].top = peaks[i].top;
  peaks.erase(peaks.begin() + static_cast<std::ptrdiff_t>(i));
}

// How much of a valley is filled, and whether chance could have dug it: both counted under one
// kernel, whose worth of samples is its area over its height squared.
double fill(const std::vector<Peak>& peaks, std::size_t i, const std::vector<double>& density) {
  const double lower = std::min(density[peaks[i].top], density[peaks[i - 1].top]);
  const double valley = density[peaks[i].valley];
  constexpr double kCells = 3.545 * kCellsPerKernel;  // 2 sqrt(pi) widths
  const double missing = (lower - valley) * kCells, doubt = std::sqrt((lower + valley) * kCells);
  return missing > kSurely * doubt ? valley / lower : 1;
}

void merge_across_shallow(std::vector<Peak>& peaks, const std::vector<double>& density) {
  while (peaks.size() > 1) {
    std::size_t fullest = 1;
    for (std::size_t i = 2; i < peaks.size(); ++i)
      if (fill(peaks, i, density) > fill(peaks, fullest, density)) fullest = i;
    if (fill(peaks, fullest, density) <= kDeepestValley) return;
    merge(peaks, fullest, density);
  }
}

std::vector<Mode> modes_between(std::span<const double> sorted, const std::vector<Peak>& peaks,
                                const Density& density) {
  std::vector<Mode> modes;
  auto from = sorted.begin();
  for (std::size_t i = 0; i < peaks.size(); ++i) {
    const auto to = i + 1 < peaks.size()
                        ? std::lower_bound(from, sorted.end(), density.center(peaks[i + 1].valley))
                        : sorted.end();
    const std::span<const double> part(from, to);
    if (!part.empty())
      modes.push_back({quantile(part, 0.5),
                       static_cast<double>(part.size()) / static_cast<double>(sorted.size())});
    from = to;
  }
  return modes;
}

}  // namespace

std::vector<Mode> modes(std::span<const double> sorted) {
  if (sorted.size() < kLeastSamples) return {};
  const Density density = density_of(sorted);
  if (density.at.empty()) return {};
  auto peaks = peaks_of(density.at);
  merge_across_shallow(peaks, density.at);
  auto found = modes_between(sorted, peaks, density);
  std::erase_if(found, [](const Mode& mode) { return mode.share < kLeastShare; });
  return found;
}

}  // namespace jetmeter
