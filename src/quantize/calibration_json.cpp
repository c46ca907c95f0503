#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "jetmeter/quantize.h"

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

// Counts with runs of zeros as one negative number: most bins are empty.
Json packed(std::span<const std::uint64_t> bins) {
  auto list = Json::array();
  std::int64_t zeros = 0;
  const auto flush = [&] {
    if (zeros > 0) list.push_back(-zeros);
    zeros = 0;
  };
  for (const auto bin : bins) {
    if (bin == 0) {
      ++zeros;
      continue;
    }
    flush();
    list.push_back(bin);
  }
  flush();
  return list;
}

std::optional<std::vector<std::uint64_t>> unpacked(const Json& list) {
  std::vector<std::uint64_t> bins;
  constexpr auto most = static_cast<std::int64_t>(2 * TensorStatistics::kBins);
  if (!list.is_array()) return std::nullopt;
  for (const auto& each : list) {
    if (!each.is_number_integer()) return std::nullopt;
    const auto value = each.get<std::int64_t>();
    if (value < -most || std::ssize(bins) >= most) return std::nullopt;
    if (value >= 0)
      bins.push_back(static_cast<std::uint64_t>(value));
    else
      bins.resize(bins.size() + static_cast<std::size_t>(-value));
  }
  return bins;
}

Json to_json_object(const Calibration::Observed& observed) {
  const auto parts = observed.statistics.parts();
  return {{"samples", observed.samples},
          {"count", parts.count},
          {"not_finite", parts.not_finite},
          {"min", parts.min},
          {"max", parts.max},
          {"limit_exponent", parts.exponent},
          {"bins", packed(parts.bins)}};
}

std::optional<Calibration::Observed> observed_from(const Json& json) {
  TensorStatistics::Parts parts;
  parts.count = json.at("count").get<std::uint64_t>();
  parts.not_finite = json.at("not_finite").get<std::uint64_t>();
  parts.min = json.at("min").get<float>();
  parts.max = json.at("max").get<float>();
  parts.exponent = json.at("limit_exponent").get<int>();
  auto bins = unpacked(json.at("bins"));
  if (!bins) return std::nullopt;
  parts.bins = std::move(*bins);
  auto statistics = TensorStatistics::from_parts(std::move(parts));
  if (!statistics) return std::nullopt;
  return Calibration::Observed{std::move(*statistics), json.at("samples").get<std::int64_t>()};
}

}  // namespace

bool Calibration::covers(std::span<const std::string> names) const {
  for (const auto& name : names) {
    const auto found = tensors.find(name);
    if (found == tensors.end() || found->second.samples < samples || samples == 0) return false;
  }
  return true;
}

std::string to_json(const Calibration& calibration) {
  Json json{{"jetmeter_calibration", kFormat},
            {"model_digest", calibration.model},
            {"data", calibration.data},
            {"samples", calibration.samples},
            {"tensors", Json::object()}};
  for (const auto& [name, observed] : calibration.tensors)
    json["tensors"][name] = to_json_object(observed);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Calibration> calibration_from_json(std::string_view text) try {
  const auto json = Json::parse(text);
  if (!json.is_object() || json.value("jetmeter_calibration", 0) != kFormat)
    return fail("it is no calibration of this version of jetmeter");
  Calibration calibration;
  calibration.model = json.at("model_digest").get<std::string>();
  calibration.data = json.at("data").get<std::string>();
  calibration.samples = json.at("samples").get<std::int64_t>();
  for (const auto& [name, each] : json.at("tensors").items()) {
    auto observed = observed_from(each);
    if (!observed || observed->samples < 0 || observed->samples > calibration.samples)
      return fail(fmt::format("what it says of tensor {} contradicts itself", in_quotes(name)));
    calibration.tensors.emplace(name, std::move(*observed));
  }
  return calibration;
} catch (const nlohmann::json::exception&) {
  return fail("it is damaged or no calibration");
}

Result<std::optional<Calibration>> read_calibration(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return std::optional<Calibration>();
  const auto text = read_document(file);
  if (!text) return fail(fmt::format("{} cannot be read", in_quotes(file.string())));
  auto calibration = calibration_from_json(*text);
  if (!calibration)
    return fail(
        fmt::format("the calibration cache {} cannot be used: {}; name another file or "
                    "remove it",
                    in_quotes(file.string()), calibration.error().what));
  return std::optional<Calibration>(std::move(*calibration));
}

Result<void> write_calibration(const std::filesystem::path& file, const Calibration& calibration) {
  const auto target = replaceable(file);
  if (!target) return tl::make_unexpected(target.error());
  auto part = *target;
  part += ".part";
  {
    std::ofstream out(part, std::ios::binary);
    out << to_json(calibration);
    out.close();
    if (!out) return fail(fmt::format("{} cannot be written", in_quotes(part.string())));
  }
  std::error_code error;
  std::filesystem::rename(part, *target, error);
  if (!error) return {};
  return fail(fmt::format("{} cannot be written: {}", in_quotes(file.string()), error.message()));
}

Result<void> check_calibration(const Calibration& calibration, std::string_view model,
                               std::string_view data) {
  if (calibration.model != model)
    return fail("the calibration cache is of another model; name another file or remove it");
  if (!data.empty() && calibration.data != data)
    return fail(
        fmt::format("the calibration cache was made with other samples ({}; now {}); name "
                    "another file or remove it",
                    calibration.data, data));
  return {};
}

}  // namespace jetmeter
