// The keys of what a slot was asked to run: model, backend, pipeline, source.
#pragma once

#include "record/archive.h"

namespace jetmeter::record_json {

template <typename Archive>
void fields(Archive&& in, TensorSpec& tensor) {
  in("name", tensor.name);
  in("type", tensor.type);
  in("shape", tensor.shape);
}

template <typename Archive>
void fields(Archive&& in, ModelRecord& model) {
  in("path", model.path);
  in("sha256", model.sha256);
  in("bytes", model.bytes);
  in("format", model.format);
  in("inputs", model.inputs);
  in("outputs", model.outputs);
  in("shared_with", model.shared_with);
}

template <typename Archive>
void fields(Archive&& in, BackendRecord& backend) {
  in("name", backend.name);
  in("version", backend.version);
  in("device", backend.device);
  in("precision", backend.precision);
  in("threads", backend.threads);
  in("options", backend.options);
  in("why", backend.why);
}

template <typename Archive>
void fields(Archive&& in, PipelineRecord& pipeline) {
  in("kind", pipeline.kind);
  in("head", pipeline.head);
  in("why", pipeline.why);
  in("fit", pipeline.fit);
  in("channels", pipeline.channels);
  in("scale", pipeline.scale);
  in("mean", pipeline.mean);
  in("stdev", pipeline.stdev);
  in("input_width", pipeline.input_width);
  in("input_height", pipeline.input_height);
  in("confidence", pipeline.confidence);
  in("iou", pipeline.iou);
  in("max_detections", pipeline.max_detections);
  in("classes", pipeline.classes);
  in("labels_from", pipeline.labels_from);
}

template <typename Archive>
void fields(Archive&& in, BadFrameRecord& frame) {
  in("name", frame.name);
  in("reason", frame.reason);
}

template <typename Archive>
void fields(Archive&& in, SourceRecord& source) {
  in("kind", source.kind);
  in("location", source.location);
  in("width", source.width);
  in("height", source.height);
  in("fps", source.fps);
  in("frames_announced", source.frames_announced);
  in("frames_used", source.frames_used);
  in("frames_bad", source.frames_bad);
  in("bad", source.bad);
}

}  // namespace jetmeter::record_json
