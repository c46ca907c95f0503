// Walking the protocol buffers' wire format field by field: a parsed message would hold a file's
// weights beside the runtime's own copy of them.
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace jetmeter {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

enum class Taken { yes, no, broken };

// Calls `take` with the number of every length-delimited field; one that it does not want is passed
// over. False: the bytes are no well-formed message.
template <typename Take>
bool walk_fields(CodedInputStream& in, Take take) {
  while (const auto tag = in.ReadTag()) {
    const bool sized =
        WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    const auto taken = sized ? take(WireFormatLite::GetTagFieldNumber(tag)) : Taken::no;
    if (taken == Taken::broken) return false;
    if (taken == Taken::no && !WireFormatLite::SkipField(&in, tag)) return false;
  }
  return in.ConsumedEntireMessage();
}

// Runs `inner` within the bounds of the length-delimited field that begins here. A field that is
// longer than what holds it is cut short; a limit alone would be narrowed in silence.
template <typename Inner>
Taken walk_nested(CodedInputStream& in, Inner inner) {
  int length = 0;
  if (!in.ReadVarintSizeAsInt(&length) || length > in.BytesUntilLimit()) return Taken::broken;
  const auto limit = in.PushLimit(length);
  const bool good = inner();
  return in.CheckEntireMessageConsumedAndPopLimit(limit) && good ? Taken::yes : Taken::broken;
}

// Parses the message that begins here, which is to be a small one.
template <typename Message, typename Use>
Taken walk_message(CodedInputStream& in, Use use) {
  return walk_nested(in, [&] {
    Message value;
    if (!value.MergePartialFromCodedStream(&in)) return false;
    use(value);
    return true;
  });
}

}  // namespace jetmeter
