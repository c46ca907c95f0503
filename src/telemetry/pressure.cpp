#include <array>

#include "jetmeter/telemetry.h"
#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

using Buffer = std::array<char, 512>;

struct Figure {
  std::string_view resource;  // a file of /proc/pressure
  std::string_view line;      // "some": at least one task waited; "full": no task could go on
  std::string_view channel;
};

constexpr std::array<Figure, 4> kFigures{{{"memory", "some", "pressure.memory"},
                                          {"memory", "full", "pressure.memory_full"},
                                          {"cpu", "some", "pressure.cpu"},
                                          {"io", "some", "pressure.io"}}};

// From the line "some avg10=1.53 avg60=… avg300=… total=…".
std::optional<double> avg10(std::string_view text, std::string_view which) {
  constexpr std::string_view kKey = "avg10=";
  while (auto line = next_line(text)) {
    if (next_word(*line) != which) continue;
    const auto word = next_word(*line);
    if (!word.starts_with(kKey)) return std::nullopt;
    const auto percent = to_number(word.substr(kKey.size()));
    return percent && *percent >= 0 && *percent <= 100 ? percent : std::nullopt;
  }
  return std::nullopt;
}

class Pressure : public Source {
 public:
  // Takes the figure where the kernel has it.
  void add(const Figure& figure, KernelFile file) {
    if (!read_figure(figure, file)) return;
    channels_.push_back({std::string(figure.channel), Unit::percent});
    sources_.push_back({&figure, std::move(file)});
  }

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    for (std::size_t i = 0; i < sources_.size(); ++i)
      out[i] = read_figure(*sources_[i].figure, sources_[i].file);
  }

 private:
  struct Open {
    const Figure* figure;
    KernelFile file;
  };

  static std::optional<double> read_figure(const Figure& figure, const KernelFile& file) {
    Buffer buffer;
    const auto text = file.read_whole(buffer);
    return text ? avg10(*text, figure.line) : std::nullopt;
  }

  std::vector<Channel> channels_;
  std::vector<Open> sources_;
};

Result<std::unique_ptr<Source>> open(const Host& host) {
  const auto folder = host.path("/proc/pressure");
  auto source = std::make_unique<Pressure>();
  for (const auto& figure : kFigures) source->add(figure, KernelFile(folder / figure.resource));
  if (source->channels().empty())
    return fail("no pressure can be read from " + in_quotes(folder.string()) +
                "; the kernel needs CONFIG_PSI, and psi=1 at boot where it is off by default");
  return source;
}

}  // namespace

// The kernel computes its means every two seconds.
extern const SourceKind pressure_source{
    "pressure",
    "share of the last 10 s in which tasks waited for memory, CPU and disks, from /proc/pressure",
    open, std::chrono::seconds(1)};

}  // namespace jetmeter
