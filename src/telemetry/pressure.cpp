#include <array>

#include "jetmeter/telemetry.h"
#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

using Buffer = std::array<char, 512>;

// From the line "some avg10=1.53 avg60=… avg300=… total=…".
std::optional<double> some_avg10(std::string_view text) {
  constexpr std::string_view kKey = "avg10=";
  while (auto line = next_line(text)) {
    if (next_word(*line) != "some") continue;
    const auto word = next_word(*line);
    if (word.starts_with(kKey)) return to_number(word.substr(kKey.size()));
  }
  return std::nullopt;
}

class Pressure : public Source {
 public:
  explicit Pressure(KernelFile file) : file_(std::move(file)) {}

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    Buffer buffer;
    const auto text = file_.read(buffer);
    out[0] = text ? some_avg10(*text) : std::nullopt;
  }

 private:
  KernelFile file_;
  std::array<Channel, 1> channels_{{{"pressure.memory", Unit::percent}}};
};

Result<std::unique_ptr<Source>> open(const Host& host) {
  const auto path = host.path("/proc/pressure/memory");
  KernelFile file(path);
  Buffer buffer;
  const auto text = file.read(buffer);
  if (!text || !some_avg10(*text))
    return fail("no pressure can be read from " + in_quotes(path.string()) +
                "; the kernel needs CONFIG_PSI, and psi=1 at boot where it is off by default");
  return std::make_unique<Pressure>(std::move(file));
}

}  // namespace

extern const SourceKind pressure_source{
    "pressure", "share of the last 10 s in which tasks waited for memory, from /proc/pressure",
    open};

}  // namespace jetmeter
