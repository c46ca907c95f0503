#include "graph/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace jetmeter {
namespace {

struct Mapping {
  void* start = nullptr;
  std::size_t size = 0;
  Mapping(void* at, std::size_t bytes) : start(at), size(bytes) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { ::munmap(start, size); }
};

Result<Blob> map_descriptor(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return fail(std::strerror(errno));
  if (S_ISDIR(status.st_mode)) return fail("a directory, where a file was expected");
  if (!S_ISREG(status.st_mode)) return fail("not a regular file");
  if (status.st_size == 0) return fail("empty (0 bytes)");
  const auto size = static_cast<std::size_t>(status.st_size);
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (start == MAP_FAILED) return fail(std::strerror(errno));
  return Blob{std::make_shared<Mapping>(start, size), {static_cast<const std::byte*>(start), size}};
}

}  // namespace

Result<Blob> map_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    if (errno == ENOENT) return fail("no such file");
    return fail(std::string("cannot be opened: ") + std::strerror(errno));
  }
  auto mapped = map_descriptor(descriptor);
  ::close(descriptor);
  return mapped;
}

}  // namespace jetmeter
