// Messages between the supervisor and a worker: a kind, a length and that many bytes, over a pipe.
// What is in the pipe survives the death of the process that wrote it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/detection.h"
#include "jetmeter/load.h"

namespace jetmeter {

enum class MessageKind : std::uint32_t {
  // supervisor to worker
  spec,  // JSON: what the slot is to do
  pass,  // JSON: PassOrder
  go,    // one frame of a pass in step
  stop,  // end the pass
  quit,
  // worker to supervisor
  phase,      // JSON: a phase has begun, and how the last one went
  model,      // JSON: what was loaded
  ready,      // warmed up, waits for a pass
  frame,      // binary: FrameSample, id, detections
  samples,    // binary: LoadSample, one after the other
  alive,      // nothing to tell, but not hanging
  bench,      // JSON: BenchReport; replaces the one before
  pass_done,  // JSON: PassReport
  error,      // text: the slot ends here
  refusal,    // text: the same, because what was asked for does not fit the model
  bye,
  speed,  // text: nanoseconds of the speed probe
  note,   // text: what a person who waits wants to know
};

struct Message {
  MessageKind kind{};
  std::string payload;
};

// One measured frame. Plain bytes: it travels as it is.
struct FrameSample {
  std::int64_t index = 0;       // in the source, or of issue
  std::int64_t started_ns = 0;  // monotonic: preprocess begins; under load, when it was due
  std::int64_t acquire_ns = 0;  // decoding, on its own thread
  std::int64_t preprocess_ns = 0, infer_ns = 0, postprocess_ns = 0;
  std::int64_t latency_ns = 0;     // from started to the end of postprocess
  std::int64_t began_ns = -1;      // under load: after waiting for a lane; else -1
  StageTimes stages;               // of a load; and what the backend tells of an inference
  std::int64_t timestamp_ns = -1;  // of the stream; -1 where it has none
  std::int32_t width = 0, height = 0;
  std::uint32_t id_bytes = 0, detections = 0, truths = 0, padding = 0;
};

// Sends whole messages. Blocks while the pipe is full; allocates nothing.
class MessageWriter {
 public:
  explicit MessageWriter(int fd) : fd_(fd) {}
  // False when the other side is gone.
  bool send(MessageKind, std::initializer_list<std::span<const std::byte>> parts);
  bool send(MessageKind, std::string_view payload = {});
  bool send_samples(std::span<const LoadSample>);
  bool send_frame(const FrameSample&, std::string_view id, std::span<const Detection>,
                  std::span<const Truth>);

 private:
  int fd_;
};

struct FrameMessage {
  FrameSample sample;
  std::string id;
  std::vector<Detection> detections;
  std::vector<Truth> truth;
};
// Absent when the payload is not a frame: the writer died inside it.
std::optional<FrameMessage> parse_frame(std::string_view payload);
// As many whole samples as the payload holds.
std::vector<LoadSample> parse_samples(std::string_view payload);

// Puts messages together from the bytes that arrive.
class MessageReader {
 public:
  explicit MessageReader(int fd) : fd_(fd) {}
  enum class Status { open, closed };
  // Takes what can be read now, at most one pipe's worth. `closed`: the writer is gone.
  Status fill();
  // The next whole message.
  std::optional<Message> next();
  // Waits for a whole message; absent when the writer is gone.
  std::optional<Message> wait();
  int fd() const { return fd_; }

 private:
  int fd_;
  std::string buffer_;
  std::size_t taken_ = 0;
};

}  // namespace jetmeter
