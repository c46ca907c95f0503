// The words that stand for enumerators in the JSON, both ways. Writing goes through name().
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "jetmeter/record.h"

namespace jetmeter::record_json {

inline std::string_view name(Unit unit) {
  return key_suffix(unit);
}
using jetmeter::name;

template <typename E>
inline constexpr std::array<E, 0> kEvery{};
template <>
inline constexpr std::array kEvery<SlotStatus>{SlotStatus::completed, SlotStatus::skipped,
                                               SlotStatus::failed, SlotStatus::over_budget};
template <>
inline constexpr std::array kEvery<ViolationKind>{ViolationKind::readings,
                                                  ViolationKind::high_water_mark,
                                                  ViolationKind::refused, ViolationKind::killed};
template <>
inline constexpr std::array kEvery<ThermalVerdict>{ThermalVerdict::cold, ThermalVerdict::sustained,
                                                   ThermalVerdict::throttled,
                                                   ThermalVerdict::unknown};
template <>
inline constexpr std::array kEvery<DriftVerdict>{DriftVerdict::none, DriftVerdict::rising,
                                                 DriftVerdict::falling, DriftVerdict::cannot_tell};
template <>
inline constexpr std::array kEvery<SteadyState::Verdict>{
    SteadyState::Verdict::steady, SteadyState::Verdict::settled_late,
    SteadyState::Verdict::unsteady, SteadyState::Verdict::cannot_tell};
template <>
inline constexpr std::array kEvery<MemoryArchitecture>{
    MemoryArchitecture::unified, MemoryArchitecture::discrete, MemoryArchitecture::host};
template <>
inline constexpr std::array kEvery<Unit>{Unit::none, Unit::percent, Unit::byte,    Unit::second,
                                         Unit::watt, Unit::joule,   Unit::celsius, Unit::hertz,
                                         Unit::volt, Unit::ampere,  Unit::rpm,     Unit::count};
template <>
inline constexpr std::array kEvery<ElementType>{
    ElementType::float32, ElementType::float16, ElementType::bfloat16, ElementType::float64,
    ElementType::int8,    ElementType::uint8,   ElementType::int16,    ElementType::uint16,
    ElementType::int32,   ElementType::uint32,  ElementType::int64,    ElementType::uint64,
    ElementType::boolean, ElementType::other};

template <typename E>
concept Worded = std::is_enum_v<E>;

template <Worded E>
std::optional<E> from_word(std::string_view word) {
  for (const auto value : kEvery<E>)
    if (name(value) == word) return value;
  return std::nullopt;
}

// "completed, skipped, failed, over_budget"
template <Worded E>
std::string words_of() {
  std::string out;
  for (const auto value : kEvery<E>) {
    if (name(value).empty()) continue;
    if (!out.empty()) out += ", ";
    out += name(value);
  }
  return out;
}

}  // namespace jetmeter::record_json
