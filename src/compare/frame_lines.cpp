#include "compare/frame_lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace jetmeter {
namespace {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view kStart = "started_ns", kIndex = "index";

// Points in time, which also end in "_ns".
bool is_duration(std::string_view key) {
  constexpr std::array<std::string_view, 6> kMoments{"started_ns",  "scheduled_ns", "timestamp_ns",
                                                     "finished_ns", "ended_ns",     "due_ns"};
  return key.ends_with("_ns") && std::ranges::find(kMoments, key) == kMoments.end();
}

bool is_wanted(std::string_view key) {
  return key == kIndex || key == kStart || is_duration(key);
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\r'))
    text.remove_prefix(1);
}

bool take_char(std::string_view& text, char c) {
  skip_blanks(text);
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// The raw text between the quotes.
std::optional<std::string_view> take_string(std::string_view& text) {
  if (!take_char(text, '"')) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      const auto inside = text.substr(0, i);
      text.remove_prefix(i + 1);
      return inside;
    }
  }
  return std::nullopt;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

}  // namespace

bool FrameLines::add(std::string_view line) {
  row_.slot = {};
  row_.pass = "measure";
  row_.dropped = false;
  row_.fields.clear();
  if (scan(line)) return keep();
  return add_by_parser(line);
}

// False where the line holds something that only a parser understands.
bool FrameLines::scan(std::string_view text) {
  if (!take_char(text, '{')) return false;
  while (true) {
    const auto key = take_string(text);
    if (!key || !take_char(text, ':')) return false;
    skip_blanks(text);
    if (!scan_value(text, *key)) return false;
    if (take_char(text, ',')) continue;
    if (!take_char(text, '}')) return false;
    skip_blanks(text);
    return text.empty();
  }
}

bool FrameLines::scan_value(std::string_view& text, std::string_view key) {
  if (text.empty()) return false;
  if (text.front() == '"') {
    const auto value = take_string(text);
    if (!value) return false;
    const bool named = key == "slot" || key == "pass";
    if (is_wanted(key)) return false;
    if (named && value->find('\\') != value->npos) return false;
    if (key == "slot") row_.slot = *value;
    if (key == "pass") row_.pass = *value;
    return true;
  }
  if (take_word(text, "true")) {
    if (is_wanted(key)) return false;
    if (key == "dropped") row_.dropped = true;
    return true;
  }
  if (take_word(text, "null")) return true;
  if (take_word(text, "false")) return !is_wanted(key);
  if (text.front() != '-' && (text.front() < '0' || text.front() > '9')) return false;
  std::int64_t whole = 0;
  double value = 0;
  const auto* const end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, whole);
  value = static_cast<double>(whole);
  const bool fraction = rest != end && (*rest == '.' || *rest == 'e' || *rest == 'E');
  if (error != std::errc{} || fraction) {
    const auto number = std::from_chars(text.data(), end, value);
    if (number.ec != std::errc{}) return false;
    rest = number.ptr;
    whole = std::abs(value) < 9e18 ? static_cast<std::int64_t>(value) : 0;
  }
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  if (is_wanted(key)) row_.fields.push_back({key, value, whole});
  return true;
}

bool FrameLines::add_by_parser(std::string_view line) {
  skip_blanks(line);
  if (line.empty()) return true;
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return false;
  const bool of_our_kinds = std::ranges::all_of(json.items(), [](const auto& item) {
    const auto& value = item.value();
    if (is_wanted(item.key())) return value.is_number() || value.is_null();
    return item.key() != "slot" || value.is_string();
  });
  if (!of_our_kinds) return false;
  row_.fields.clear();
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto slot = text("slot"), pass = text("pass");
  row_.slot = slot;
  row_.pass = json.contains("pass") ? std::string_view(pass) : "measure";
  const auto dropped = json.find("dropped");
  row_.dropped = dropped != json.end() && dropped->is_boolean() && dropped->get<bool>();
  for (const auto& [key, value] : json.items())
    if (value.is_number() && is_wanted(key)) {
      const auto number = value.get<double>();
      const auto whole = value.is_number_integer() ? value.get<std::int64_t>()
                         : std::abs(number) < 9e18 ? static_cast<std::int64_t>(number)
                                                   : 0;
      row_.fields.push_back({key, number, whole});
    }
  const bool kept = keep();
  row_.fields.clear();  // they look into `json`
  return kept;
}

FrameLines::Slot& FrameLines::slot_named(std::string_view name) {
  if (latest_ && latest_name_ == name) return *latest_;
  latest_name_ = name;
  latest_ = &slots_[latest_name_];
  return *latest_;
}

FrameLines::Column& FrameLines::column(Slot& slot, std::string_view key, std::size_t expected) {
  auto& columns = slot.columns;
  if (expected < columns.size() && columns[expected].key == key) return columns[expected];
  const auto found = std::ranges::find(columns, key, &Column::key);
  if (found != columns.end()) return *found;
  Column fresh{std::string(key), std::string(key), 1, {}};
  if (key == kStart) {
    fresh = {std::string(key), "started_seconds", 1e-9, {}};
  } else if (is_duration(key)) {
    const auto stage = std::string(key.substr(0, key.size() - 3));
    fresh.name = stage == "latency" ? "latency_ms" : "stages_ms." + stage;
    fresh.scale = 1e-6;
  }
  return columns.emplace_back(std::move(fresh));
}

bool FrameLines::keep() {
  if (row_.pass != "measure" || row_.dropped || row_.fields.empty()) return true;
  const auto is_possible = [](const Field& field) {
    return !is_duration(field.key) || (std::isfinite(field.value) && field.value >= 0);
  };
  if (!std::ranges::all_of(row_.fields, is_possible)) return false;
  auto& slot = slot_named(row_.slot);
  for (std::size_t i = 0; i < row_.fields.size(); ++i) {
    const auto& field = row_.fields[i];
    auto& into = column(slot, field.key, i);
    if (into.values.size() > slot.rows) continue;  // a key that is there twice
    into.values.resize(slot.rows, kAbsent);
    auto value = field.value;
    if (field.key == kStart) {  // of a machine that is up for months, a double loses nanoseconds
      if (!slot.first_start) slot.first_start = field.whole;
      value = static_cast<double>(field.whole) - static_cast<double>(*slot.first_start);
      const bool near = std::abs(value) < 9e15;
      if (near) value = static_cast<double>(field.whole - *slot.first_start);
    }
    into.values.push_back(value * into.scale);
  }
  ++slot.rows;
  return true;
}

std::map<std::string, Nanoseconds, std::less<>> FrameLines::first_starts() const {
  std::map<std::string, Nanoseconds, std::less<>> out;
  for (const auto& [name, slot] : slots_)
    if (slot.first_start) out[name] = Nanoseconds(*slot.first_start);
  return out;
}

std::map<std::string, SlotSamples, std::less<>> FrameLines::take() {
  std::map<std::string, SlotSamples, std::less<>> out;
  for (auto& [name, slot] : slots_)
    for (auto& column : slot.columns) {
      column.values.resize(slot.rows, kAbsent);
      out[name][column.name] = std::move(column.values);
    }
  slots_.clear();
  latest_ = nullptr;
  return out;
}

}  // namespace jetmeter
