#include <fmt/format.h>

#include <cstring>

#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

// Where things stand in a plan of TensorRT 10.5.0.18 for an 8.6 device, little-endian:
//     0  "ftrt", u32, u64, u64 length of the file, version in four bytes, "rtrt"
//    32  "NGNE", u32, u64 offset of the section, u64 its length
//    56  the section: "ptrt", u32, u64, u64 length of what follows; then tagged values
// A tag is 0x000180nn; nn tells the value's kind. Lengths and offsets agree with each other to the
// byte, and the version is there a second time, as the first four tagged bytes.
constexpr std::size_t kHeadBytes = 56, kSectionHeadBytes = 24;
constexpr std::uint32_t kTag = 0x00018000;
constexpr std::uint32_t kByte = kTag | 0x02, kInt = kTag | 0x07, kUnsigned64 = kTag | 0x08,
                        kSize = kTag | 0x09, kBool = kTag | 0x0A;

std::uint64_t little_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8U | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

bool has_word(std::span<const std::byte> bytes, std::size_t at, std::string_view word) {
  return bytes.size() >= at + word.size() &&
         std::memcmp(bytes.data() + at, word.data(), word.size()) == 0;
}

// Tagged values one after the other; once something else stands there, all that follow are absent.
class TaggedValues {
 public:
  explicit TaggedValues(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint64_t next(std::uint32_t tag) {
    expect(tag);
    const auto value = take(size_of(tag));
    return value;
  }
  void expect(std::uint32_t tag) { good_ = take(4) == tag && good_; }
  bool good() const { return good_; }

 private:
  static std::size_t size_of(std::uint32_t tag) {
    if (tag == kUnsigned64 || tag == kSize) return 8;
    return tag == kInt ? 4 : 1;
  }
  std::uint64_t take(std::size_t size) {
    good_ = good_ && size <= bytes_.size();
    if (!good_) return 0;
    const auto value = little_endian(bytes_.first(size));
    bytes_ = bytes_.subspan(size);
    return value;
  }

  std::span<const std::byte> bytes_;
  bool good_ = true;
};

bool plausible(const PlanDevice& device) {
  return device.compute_major >= 3 && device.compute_major < 20 && device.compute_minor >= 0 &&
         device.compute_minor < 10 && device.sm_count > 0 && device.sm_count < 1024 &&
         device.memory_bytes >> 28U > 0;
}

// The same values in the same order as CUDA describes a device by; those that have no name here are
// passed over: limits of shared memory, of textures, blocks and grids.
std::optional<PlanDevice> read_device(std::span<const std::byte> section,
                                      const TensorRtVersion& version) {
  TaggedValues values(section);
  TensorRtVersion again;
  for (auto* part : {&again.major, &again.minor, &again.patch, &again.build})
    *part = static_cast<int>(values.next(kByte));
  if (!values.good() || again != version) return std::nullopt;
  const auto integer = [&] { return static_cast<int>(values.next(kInt)); };
  values.expect(kTag | 0xD2);
  integer();
  values.expect(kTag | 0x12);
  values.expect(kTag | 0x10);
  PlanDevice device;
  device.compute_major = integer();
  device.compute_minor = integer();
  device.core_khz = integer();
  device.memory_khz = integer();
  device.memory_bus_bits = integer();
  device.l2_bytes = values.next(kUnsigned64);
  values.next(kUnsigned64);
  for (int i = 0; i < 3; ++i) integer();
  device.sm_count = integer();
  values.next(kBool);
  for (int i = 0; i < 5; ++i) integer();
  device.memory_bytes = values.next(kSize);
  return values.good() && plausible(device) ? std::optional(device) : std::nullopt;
}

std::string fit_sentence(const PlanDevice& device, std::string_view why) {
  return fmt::format(
      "the plan was built for a GPU of compute capability {}.{} with {} SMs, and {}; build it on "
      "the machine that is to run it",
      device.compute_major, device.compute_minor, device.sm_count, why);
}

}  // namespace

std::string format_version(const TensorRtVersion& version) {
  return fmt::format("{}.{}.{}.{}", version.major, version.minor, version.patch, version.build);
}

Result<PlanHeader> plan_header(std::span<const std::byte> start, std::uint64_t file_bytes) {
  if (!has_word(start, 0, "ftrt")) return fail("not a TensorRT plan");
  if (start.size() < kHeadBytes)
    return fail(fmt::format("a TensorRT plan that is cut short after {} bytes", start.size()));
  if (!has_word(start, 28, "rtrt"))
    return fail("a TensorRT plan with a header that jetmeter does not know");
  PlanHeader header;
  header.file_bytes = file_bytes;
  header.stated_bytes = little_endian(start.subspan(16, 8));
  const auto byte_at = [&](std::size_t at) { return std::to_integer<int>(start[at]); };
  header.version = {byte_at(24), byte_at(25), byte_at(26), byte_at(27)};
  if (header.stated_bytes > file_bytes)
    return fail(
        fmt::format("a TensorRT plan that is cut short: it says that it has {} bytes, {} "
                    "are there",
                    header.stated_bytes, file_bytes));
  const auto offset = little_endian(start.subspan(40, 8));
  if (has_word(start, 32, "NGNE") && offset >= kHeadBytes &&
      offset < start.size() - std::min(start.size(), kSectionHeadBytes) &&
      has_word(start, static_cast<std::size_t>(offset), "ptrt"))
    header.device = read_device(start.subspan(static_cast<std::size_t>(offset) + kSectionHeadBytes),
                                header.version);
  return header;
}

std::optional<std::string> plan_refusal(const PlanHeader& header, const PlanMachine& machine) {
  if (!machine.has_gpu)
    return "this machine has no NVIDIA GPU that a driver shows, and a TensorRT plan runs on "
           "nothing "
           "else; use the ONNX file that it was built from";
  if (machine.tensorrt) {
    auto built = header.version, here = *machine.tensorrt;
    built.build = here.build = 0;
    if (built != here)
      return fmt::format(
          "the plan was built by TensorRT {} and {}.{}.{} is installed here: a plan is read by the "
          "version that built it; build it again from its ONNX file",
          format_version(header.version), here.major, here.minor, here.patch);
  }
  if (!header.device) return std::nullopt;
  const auto& device = *header.device;
  if (machine.compute_capability &&
      *machine.compute_capability != std::pair(device.compute_major, device.compute_minor))
    return fit_sentence(device, fmt::format("this one has {}.{}", machine.compute_capability->first,
                                            machine.compute_capability->second));
  if (machine.sm_count && *machine.sm_count != device.sm_count)
    return fit_sentence(device, fmt::format("this one has {} SMs on", *machine.sm_count));
  return std::nullopt;
}

}  // namespace jetmeter
