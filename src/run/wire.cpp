#include "run/wire.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <type_traits>

namespace jetmeter {
namespace {

struct Header {
  MessageKind kind{};
  std::uint32_t bytes = 0;
};

template <typename T>
std::span<const std::byte> bytes_of(std::span<T> values) {
  return std::as_bytes(values);
}

// Writes every part, also when the kernel takes them piecemeal.
bool write_all(int fd, std::span<iovec> parts) {
  while (!parts.empty()) {
    const ssize_t written = writev(fd, parts.data(), static_cast<int>(parts.size()));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    auto left = static_cast<std::size_t>(written);
    while (!parts.empty() && left >= parts.front().iov_len) {
      left -= parts.front().iov_len;
      parts = parts.subspan(1);
    }
    if (!parts.empty()) {
      parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + left;
      parts.front().iov_len -= left;
    }
  }
  return true;
}

// Copies `count` values out of `bytes` and drops them there.
template <typename T>
bool take(std::string_view& bytes, std::size_t count, std::vector<T>& out) {
  if (bytes.size() / sizeof(T) < count) return false;
  out.resize(count);
  if (count > 0) std::memcpy(out.data(), bytes.data(), count * sizeof(T));
  bytes.remove_prefix(count * sizeof(T));
  return true;
}

}  // namespace

bool MessageWriter::send(MessageKind kind,
                         std::initializer_list<std::span<const std::byte>> parts) {
  constexpr std::size_t kMaxParts = 5;
  assert(parts.size() < kMaxParts);
  Header header{kind, 0};
  std::array<iovec, kMaxParts> list{};
  list[0] = {&header, sizeof header};
  std::size_t used = 1;
  for (const auto part : parts) {
    header.bytes += static_cast<std::uint32_t>(part.size());
    if (!part.empty())
      list[used++] = {const_cast<std::byte*>(part.data()), part.size()};  // writev only reads
  }
  return write_all(fd_, std::span(list).first(used));
}

bool MessageWriter::send(MessageKind kind, std::string_view payload) {
  return send(kind, {bytes_of(std::span(payload))});
}

bool MessageWriter::send_frame(const FrameSample& sample, std::string_view id,
                               std::span<const Detection> detections,
                               std::span<const Truth> truth) {
  FrameSample header = sample;
  header.id_bytes = static_cast<std::uint32_t>(id.size());
  header.detections = static_cast<std::uint32_t>(detections.size());
  header.truths = static_cast<std::uint32_t>(truth.size());
  return send(MessageKind::frame, {bytes_of(std::span(&header, 1)), bytes_of(std::span(id)),
                                   bytes_of(detections), bytes_of(truth)});
}

bool MessageWriter::send_samples(std::span<const LoadSample> samples) {
  static_assert(std::is_trivially_copyable_v<LoadSample>);
  return send(MessageKind::samples, {bytes_of(samples)});
}

std::vector<LoadSample> parse_samples(std::string_view payload) {
  std::vector<LoadSample> samples;
  take(payload, payload.size() / sizeof(LoadSample), samples);
  return samples;
}

std::optional<FrameMessage> parse_frame(std::string_view payload) {
  FrameMessage message;
  if (payload.size() < sizeof(FrameSample)) return std::nullopt;
  std::memcpy(&message.sample, payload.data(), sizeof(FrameSample));
  payload.remove_prefix(sizeof(FrameSample));
  if (payload.size() < message.sample.id_bytes) return std::nullopt;
  message.id = payload.substr(0, message.sample.id_bytes);
  payload.remove_prefix(message.sample.id_bytes);
  if (!take(payload, message.sample.detections, message.detections)) return std::nullopt;
  if (!take(payload, message.sample.truths, message.truth)) return std::nullopt;
  return message;
}

MessageReader::Status MessageReader::fill() {
  constexpr std::size_t kChunk = std::size_t{64} * 1024;
  buffer_.erase(0, taken_);
  taken_ = 0;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kChunk);
  ssize_t got = 0;
  do {
    got = read(fd_, buffer_.data() + had, kChunk);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0 && errno == EAGAIN) return Status::open;
  return got > 0 ? Status::open : Status::closed;
}

std::optional<Message> MessageReader::next() {
  Header header;
  if (buffer_.size() - taken_ < sizeof header) return std::nullopt;
  std::memcpy(&header, buffer_.data() + taken_, sizeof header);
  if (buffer_.size() - taken_ - sizeof header < header.bytes) return std::nullopt;
  Message message{header.kind, buffer_.substr(taken_ + sizeof header, header.bytes)};
  taken_ += sizeof header + header.bytes;
  return message;
}

std::optional<Message> MessageReader::wait() {
  for (;;) {
    if (auto message = next()) return message;
    if (fill() == Status::closed) return std::nullopt;
  }
}

}  // namespace jetmeter
