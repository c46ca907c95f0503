#include <fmt/format.h>

#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

// How an opcode of pickle's protocols up to 4 goes on: a fixed number of bytes, a length of so many
// bytes and as much text, or lines.
enum class Argument { none, fixed, counted, lines, unknown };
struct Opcode {
  Argument kind = Argument::unknown;
  std::size_t size = 0;  // bytes of the argument, of its length, or lines
};

// Source: Python's pickletools.
Opcode opcode_of(char code) {
  constexpr std::string_view kAlone =
      "(.012NRQabdelost}])u\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94";
  if (kAlone.find(code) != std::string_view::npos) return {Argument::none, 0};
  switch (code) {
    case 'K':
    case 'h':
    case 'q':
    case '\x80':
    case '\x82': return {Argument::fixed, 1};
    case 'M':
    case '\x83': return {Argument::fixed, 2};
    case 'J':
    case 'j':
    case 'r':
    case '\x84': return {Argument::fixed, 4};
    case 'G':
    case '\x95': return {Argument::fixed, 8};
    case 'U':
    case 'C':
    case '\x8a':
    case '\x8c': return {Argument::counted, 1};
    case 'X':
    case 'T':
    case 'B':
    case '\x8b': return {Argument::counted, 4};
    case '\x8d':
    case '\x8e': return {Argument::counted, 8};
    case 'c': return {Argument::lines, 2};
    default: return {};
  }
}

class PickleScanner {
 public:
  explicit PickleScanner(std::string_view bytes) : rest_(bytes) {}

  Result<PickleNames> scan() {
    while (!rest_.empty()) {
      const char code = rest_.front();
      rest_.remove_prefix(1);
      const auto argument = argument_of(code);
      if (!argument) return tl::make_unexpected(argument.error());
      if (code == '.') return std::move(names_);
      note(code, *argument);
    }
    return fail("a pickle that is cut short");
  }

 private:
  Result<std::string_view> argument_of(char code) {
    const auto opcode = opcode_of(code);
    switch (opcode.kind) {
      case Argument::none: return std::string_view();
      case Argument::fixed: return take(opcode.size);
      case Argument::counted: {
        const auto length = take(opcode.size);
        if (!length) return length;
        return take(number(*length));
      }
      case Argument::lines: return take_lines(opcode.size);
      case Argument::unknown: break;
    }
    return fail(fmt::format("a pickle with an opcode 0x{:02x} that TorchScript does not write",
                            static_cast<unsigned char>(code)));
  }

  Result<std::string_view> take(std::uint64_t size) {
    if (size > rest_.size()) return fail("a pickle that is cut short");
    const auto taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  Result<std::string_view> take_lines(std::size_t lines) {
    std::size_t end = 0;
    for (std::size_t i = 0; i < lines; ++i) {
      end = rest_.find('\n', end);
      if (end == std::string_view::npos) return fail("a pickle that is cut short");
      ++end;
    }
    return take(end);
  }

  static std::uint64_t number(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
      value = value << 8U | static_cast<unsigned char>(bytes[i]);
    return value;
  }

  // A tensor's storage is the tuple ('storage', type, key, device, elements), and Q follows it. A
  // type that was named before comes back through the memo.
  void note(char code, std::string_view argument) {
    const bool after_global = std::exchange(after_global_, code == 'c');
    switch (code) {
      case 'c': note_global(argument); break;
      case 'q':
      case 'r':
        if (after_global && is_storage(names_.globals.back()))
          memo_[number(argument)] = names_.globals.back();
        break;
      case 'h':
      case 'j':
        if (const auto found = memo_.find(number(argument)); found != memo_.end())
          storage_ = found->second;
        break;
      case 'K':
      case 'M':
      case 'J':
      case '\x8a': integer_ = number(argument); break;
      case 'Q':
        if (!storage_.empty())
          names_.storages.emplace_back(storage_.substr(storage_.rfind('.') + 1), integer_);
        storage_.clear();
        break;
      default: break;
    }
  }

  void note_global(std::string_view argument) {
    const auto middle = argument.find('\n');
    std::string global(argument.substr(0, middle));
    global.append(".").append(argument.substr(middle + 1, argument.size() - middle - 2));
    if (is_storage(global)) storage_ = global;
    names_.globals.push_back(std::move(global));
  }
  static bool is_storage(std::string_view global) { return global.ends_with("Storage"); }

  std::string_view rest_;
  PickleNames names_;
  std::map<std::uint64_t, std::string> memo_;
  std::string storage_;
  bool after_global_ = false;
  std::uint64_t integer_ = 0;
};

}  // namespace

Result<PickleNames> pickle_names(std::span<const std::byte> bytes) {
  return PickleScanner({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).scan();
}

}  // namespace jetmeter
