// While one of these lives, the test is not root, and what belongs to root alone is out of its
// reach, as it is for most users. Tests in containers run as root, whom no file mode stops.
#pragma once

#include <unistd.h>

#include <cstdlib>

namespace jetmeter {

class WithoutRoot {
 public:
  WithoutRoot() : before_(::geteuid()), done_(before_ != 0 || ::seteuid(kNobody) == 0) {}
  ~WithoutRoot() {
    if (::seteuid(before_) != 0) std::abort();
  }
  WithoutRoot(const WithoutRoot&) = delete;
  WithoutRoot& operator=(const WithoutRoot&) = delete;

  bool done() const { return done_; }

 private:
  static constexpr uid_t kNobody = 65534;
  uid_t before_;
  bool done_;
};

}  // namespace jetmeter
