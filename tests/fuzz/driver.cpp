// Runs a target over its seeds and over changed copies of them, always the same ones.
//
//   jm_fuzz_<target> [RUNS]         RUNS changed copies; the variable JM_FUZZ_RUNS goes before it
//   jm_fuzz_<target> --replay FILE  one input again
//   jm_fuzz_<target> --seeds FOLDER writes the seeds, for libFuzzer
//
// The input that the target died of is left in fuzz-input.bin.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

#include "fuzz/fuzz.h"

// Of the sanitizers, which end the program without a signal; absent without them.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*)());

namespace jetmeter {
namespace {

constexpr const char* kLeftBehind = "fuzz-input.bin";
constexpr std::size_t kLongest = 1 << 16;
std::string current;  // the input that the target has now

void leave_behind() {
  const int file = ::open(kLeftBehind, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (::write(file, current.data(), current.size()) >= 0) ::close(file);
  constexpr std::string_view kSays = "the input is in fuzz-input.bin; see --replay\n";
  if (::write(STDERR_FILENO, kSays.data(), kSays.size()) < 0) _exit(1);
}

void leave_behind_and_die(int signal) {
  leave_behind();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void run(std::string input) {
  current = std::move(input);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

class Xorshift {
 public:
  // In [0, end); 0 for an empty range.
  std::size_t below(std::size_t end) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return end == 0 ? 0 : static_cast<std::size_t>(state_ % end);
  }

 private:
  std::uint64_t state_ = 0x9E3779B97F4A7C15;
};

// What parsers stumble over.
constexpr std::string_view kStones[] = {"0",
                                        "-1",
                                        "9",
                                        "99999999999999999999",
                                        "1e999",
                                        "-1e-999",
                                        "0.1",
                                        ".",
                                        "nan",
                                        "inf",
                                        "%",
                                        "@",
                                        "/",
                                        "[",
                                        "]",
                                        "(",
                                        ")",
                                        "{",
                                        "}",
                                        "<",
                                        ">",
                                        "\"",
                                        "'",
                                        "\\",
                                        ":",
                                        ",",
                                        "=",
                                        "#",
                                        "\n",
                                        "\r\n",
                                        "\t",
                                        " ",
                                        "\\u0000",
                                        "\xff",
                                        "\xc3\x28",
                                        "\xef\xbb\xbf",
                                        "null",
                                        "true",
                                        "off",
                                        "MB",
                                        "kB",
                                        std::string_view("\0", 1),
                                        std::string_view("\0\0\0\0\0\0\0\x80", 8)};

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string next() {
    auto text = seeds_[random_.below(seeds_.size())];
    for (auto changes = 1 + random_.below(6); changes > 0; --changes) change(text);
    text.resize(std::min(text.size(), kLongest));
    return text;
  }

 private:
  void change(std::string& text) {
    const auto at = random_.below(text.size() + 1);
    const auto length = random_.below(std::min<std::size_t>(text.size() - at, 32) + 1);
    switch (random_.below(8)) {
      case 0: text.resize(at); break;
      case 1: text.erase(at, length); break;
      case 2: text.insert(at, text.substr(at, length)); break;
      case 3: text.insert(at, kStones[random_.below(std::size(kStones))]); break;
      case 4: text.replace(at, length, kStones[random_.below(std::size(kStones))]); break;
      case 5: text.insert(at, 1 + random_.below(300), static_cast<char>(random_.below(256))); break;
      case 6: splice(text, at); break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(random_.below(256));
    }
  }

  void splice(std::string& text, std::size_t at) {
    const auto& other = seeds_[random_.below(seeds_.size())];
    text.insert(at, other.substr(random_.below(other.size()), random_.below(64)));
  }

  const std::vector<std::string>& seeds_;
  Xorshift random_;
};

int replay(const char* file) {
  std::ifstream in(file, std::ios::binary);
  run(std::string(std::istreambuf_iterator<char>(in), {}));
  return in ? 0 : 1;
}

int write_seeds(const std::string& folder) {
  int number = 0;
  for (const auto& seed : fuzz_seeds())
    std::ofstream(folder + "/seed" + std::to_string(number++), std::ios::binary) << seed;
  return 0;
}

int run_all(std::size_t runs) {
  const auto seeds = fuzz_seeds();
  run("");
  for (const auto& seed : seeds) run(seed);
  Mutator mutator(seeds);
  for (std::size_t i = 0; i < runs; ++i) run(mutator.next());
  std::printf("%zu seeds, %zu changed copies\n", seeds.size(), runs);
  return 0;
}

}  // namespace
}  // namespace jetmeter

int main(int argc, char** argv) {
  using namespace jetmeter;
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
    std::signal(signal, leave_behind_and_die);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(leave_behind);

  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 2 && words[0] == "--replay") return replay(argv[2]);
  if (words.size() == 2 && words[0] == "--seeds") return write_seeds(words[1]);
  const char* asked = std::getenv("JM_FUZZ_RUNS");
  if (asked == nullptr) asked = argc > 1 ? argv[1] : "10000";
  return run_all(std::strtoull(asked, nullptr, 10));
}
