// Pickles of TorchScript archives, and starts of TensorRT plans.
#include "fuzz/fuzz.h"
#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

std::string bytes_of(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text.push_back(static_cast<char>(value));
  return text;
}

std::string tagged(int kind, std::uint64_t value, int size) {
  auto text = bytes_of({kind, 0x80, 1, 0});
  for (int i = 0; i < size; ++i) text.push_back(static_cast<char>(value >> (8 * i)));
  return text;
}

std::string small_plan() {
  auto plan = "ftrt" + bytes_of({0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0}) +
              bytes_of({10, 5, 0, 18}) + "rtrtNGNE" +
              bytes_of({0, 0, 0, 0, 56, 0, 0, 0, 0, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0}) + "ptrt" +
              std::string(20, '\0');
  for (const auto part : {10, 5, 0, 18}) plan += tagged(2, static_cast<std::uint64_t>(part), 1);
  plan += tagged(0xD2, 0, 0) + tagged(7, 0, 4) + tagged(0x12, 0, 0) + tagged(0x10, 0, 0);
  for (const auto value : {8, 7, 1300000, 3199000, 256})
    plan += tagged(7, static_cast<std::uint64_t>(value), 4);
  plan += tagged(8, 1 << 22, 8) + tagged(8, 0, 8);
  for (const auto value : {49152, 102400, 512, 16})
    plan += tagged(7, static_cast<std::uint64_t>(value), 4);
  plan += tagged(10, 1, 1);
  for (int i = 0; i < 5; ++i) plan += tagged(7, 1024, 4);
  return plan + tagged(9, std::uint64_t{1} << 33U, 8);
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  using namespace std::string_literals;
  return {small_plan(),
          "\x80\x02"s +
              "c__torch__\nNet\nq\x00)\x81}(X\x01\x00\x00\x00wctorch\nFloatStorage\nq\x03"s +
              "K\x03tQh\x03J\x00\x01\x00\x00Q\x8a\x01\x05\x8c\x01xu"s + "b."s,
          "\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00)."s};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto bytes = std::as_bytes(std::span(data, size));
  if (const auto names = pickle_names(bytes))
    fuzz_require(names->globals.size() <= size && names->storages.size() <= size,
                 "nothing comes from nothing");
  else
    fuzz_require(!names.error().what.empty(), "a failure has a reason");
  const auto header = plan_header(bytes, size);
  if (!header) {
    fuzz_require(!header.error().what.empty(), "a failure has a reason");
    return 0;
  }
  fuzz_require(header->stated_bytes <= size, "a plan that is cut short is refused");
  fuzz_require(!header->device || header->device->sm_count > 0,
               "a device has something to compute");
  const auto refusal = plan_refusal(*header, {.compute_capability = std::pair(0, 0)});
  fuzz_require(refusal.has_value() == header->device.has_value(), "another device is refused");
  return 0;
}
