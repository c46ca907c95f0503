// What `nvidia-smi -q` said on a machine that scripts/record_board.sh recorded: a recorded board
// has no driver to ask.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/telemetry.h"
#include "telemetry/nvml_gpus.h"

namespace jetmeter {

// "Used : 4 MiB" in the section "FB Memory Usage" of the second GPU.
struct SmiLine {
  int gpu = -1;  // in the order of the text; -1: before the first
  std::string_view section, key, value;
};

// Cuts a text into what its lines say. Pure, total, and does not allocate.
class SmiLines {
 public:
  explicit SmiLines(std::string_view text) : rest_(text) {}
  std::optional<SmiLine> next();

 private:
  std::string_view rest_, section_;
  int gpu_ = -1;
};

// "81920 MiB"; absent for "N/A", and for more than a GPU of any unit has.
std::optional<double> smi_amount(std::string_view value, std::string_view unit);

// All of it. Empty for the machine that this program runs on, and where nothing was recorded.
std::string recorded_smi(const Host&);

// Empty for the machine that this program runs on, whose driver can be asked, and where nothing was
// recorded.
std::vector<NvmlGpu> recorded_gpus(const Host&);

// The channels of NVML with the recorded values. Null where there are none.
std::unique_ptr<Source> open_recorded_smi(const Host&);

}  // namespace jetmeter
