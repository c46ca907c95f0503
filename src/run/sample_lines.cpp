#include "run/sample_lines.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

namespace jetmeter {
namespace {

// Quotes included.
std::string json_string(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

SampleLines::SampleLines(const std::string& slot, const std::string& pass)
    : head_(fmt::format(R"({{"slot":{},"pass":"{}","index":)", json_string(slot), pass)) {
  for (std::size_t i = 0; i < kStages; ++i)
    stage_keys_[i] = fmt::format(R"(,"{}_ns":)", name(static_cast<Stage>(i)));
}

void SampleLines::put(std::string_view key, std::int64_t value) {
  std::array<char, 20> digits{};  // as many as the longest has, its sign included
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text_ += key;
  text_.append(digits.data(), end);
}

void SampleLines::add(const LoadSample& sample) {
  if (!text_.empty()) text_ += '\n';
  put(head_, sample.index);
  put(R"(,"lane":)", sample.lane);
  put(R"(,"scheduled_ns":)", sample.scheduled_ns);
  if (sample.outcome == Outcome::dropped) {
    put(R"(,"dropped":true,"given_up_ns":)", sample.ended_ns);
  } else {
    put(R"(,"started_ns":)", sample.began_ns);
    put(R"(,"latency_ns":)", sample.latency_ns());
    for (std::size_t i = 0; i < kStages; ++i)
      if (const auto took = sample.stages.get(static_cast<Stage>(i)))
        put(stage_keys_[i], took->count());
  }
  text_ += '}';
}

}  // namespace jetmeter
