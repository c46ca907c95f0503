// What a model's file says of itself, without a runtime: ONNX whole, TorchScript and TensorRT plans
// as far as their containers tell. What a format does not say is absent. Everything is pure but
// what takes a path; any thread may call it, and any bytes are survived.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/graph.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// ---- ONNX --------------------------------------------------------------------------------------

// The weights of one element type, by ONNX's own name for it ("float32", "int4", "float8e4m3fn").
struct InspectedType {
  std::string type;
  std::uint64_t tensors = 0, elements = 0, bytes = 0, external_bytes = 0;
};

struct InspectedWeight {
  std::string name, type;
  Shape shape;
  std::uint64_t elements = 0, bytes = 0;
  bool external = false;
  std::string reader;  // the first node that reads it, as describe() has it; may be empty
};

struct InspectedLayer {
  std::size_t node = 0;                      // in Graph::nodes
  std::string name, op;                      // op with its domain
  std::vector<std::string> inputs, outputs;  // without weights
  // Of the outputs, where the file itself says them; kDynamic where an axis is open.
  std::vector<std::optional<Shape>> output_shapes;
  std::string attributes;        // in short: "kernel_shape 3x3, strides 2x2"
  std::uint64_t parameters = 0;  // elements of the weights that it is the first to read
};

struct OnnxInspection {
  std::uint64_t nodes = 0;                         // bodies of control flow included
  std::map<std::string, std::uint64_t> operators;  // with their domain; bodies included
  std::vector<InspectedType> types;                // the most bytes first
  std::uint64_t weight_tensors = 0, weight_elements = 0, weight_bytes = 0, external_bytes = 0;
  std::vector<InspectedWeight> largest;  // at most kLargestWeights, the largest first
  std::vector<InspectedLayer> layers;    // of the main graph, in order; Constant nodes are none
  std::vector<std::string> cannot;       // what jetmeter cannot represent or sees as strange
};
inline constexpr std::size_t kLargestWeights = 10;
// Weights are counted, not read.
OnnxInspection inspect_onnx(const ModelGraph&);
// ONNX's names for element types, those below a byte and text among them; "type 99" for others.
std::string onnx_type_name(int onnx_type);

// ---- TorchScript -------------------------------------------------------------------------------

struct TorchScriptFile {
  std::string archive;                              // the folder that everything lies in
  std::optional<std::string> version;               // of the file format: "3"
  std::optional<std::string> byte_order;            // "little"
  std::string root_class;                           // "__torch__.TrafficSignConv"; empty: not found
  std::vector<std::string> classes;                 // modules' classes that the data names, sorted
  std::map<std::string, std::uint64_t> storages;    // elements by storage type: "FloatStorage"
  std::uint64_t tensors = 0, tensor_bytes = 0;      // files of data/, and what they hold
  std::uint64_t constants = 0, constant_bytes = 0;  // files of constants/
  std::uint64_t code_files = 0, code_bytes = 0;     // without debug information
  std::uint64_t file_bytes = 0;
  // Whether it has code: without, it is a checkpoint that only Python can load.
  bool has_code = false;
};
// The error is to be read after the file's name.
Result<TorchScriptFile> read_torchscript(const std::filesystem::path&);

// What a pickle of TorchScript's names, without unpickling it: global names in their order, and
// the elements of each storage that is referred to.
struct PickleNames {
  std::vector<std::string> globals;  // "__torch__.Net", "torch.FloatStorage"
  std::vector<std::pair<std::string, std::uint64_t>> storages;  // type, elements
};
// Fails where an opcode is unknown or the bytes end too early.
Result<PickleNames> pickle_names(std::span<const std::byte>);

// ---- TensorRT ----------------------------------------------------------------------------------

struct TensorRtVersion {
  int major = 0, minor = 0, patch = 0, build = 0;
  friend bool operator==(const TensorRtVersion&, const TensorRtVersion&) = default;
};
std::string format_version(const TensorRtVersion&);  // "10.5.0.18"

// The device that a plan was built on.
struct PlanDevice {
  int compute_major = 0, compute_minor = 0;
  std::int64_t core_khz = 0, memory_khz = 0;
  int memory_bus_bits = 0, sm_count = 0;
  std::uint64_t l2_bytes = 0, memory_bytes = 0;
};

// The start of a serialised engine. The layout is not published: it was read off a plan of TensorRT
// 10.5, and what does not stand there in the same form is absent.
struct PlanHeader {
  std::uint64_t file_bytes = 0;    // as they were at hand
  std::uint64_t stated_bytes = 0;  // as the plan says
  TensorRtVersion version;
  std::optional<PlanDevice> device;
};
// `start` is the plan's first bytes, 4096 or all; `file_bytes` its size. The error is to be read
// after the file's name: no plan, cut short, a header of a kind that jetmeter does not know.
Result<PlanHeader> plan_header(std::span<const std::byte> start, std::uint64_t file_bytes);

// What a plan would meet. Absent: not known, and not held against it.
struct PlanMachine {
  bool has_gpu = true;
  std::optional<TensorRtVersion> tensorrt;  // `build` is not compared
  std::optional<std::pair<int, int>> compute_capability;
  std::optional<int> sm_count;
  std::optional<std::uint64_t> gpu_memory_bytes;
};
// Why this machine cannot run it and what to do, in one sentence; absent: nothing that is known
// speaks against it.
std::optional<std::string> plan_refusal(const PlanHeader&, const PlanMachine&);

// ---- any file ----------------------------------------------------------------------------------

struct Inspection {
  std::filesystem::path path;
  std::uint64_t file_bytes = 0;
  struct Onnx {
    ModelGraph model;
    OnnxInspection facts;
  };
  std::variant<Onnx, TorchScriptFile, PlanHeader> what;
  std::vector<std::string> notes;  // sentences: "needs opset 25; …"
};
// By content; the file's name does not matter. One sentence that names the file when it is none of
// the three, or damaged.
Result<Inspection> inspect_file(const std::filesystem::path&);

struct InspectionStyle {
  bool color = false;
  bool layers = false;        // with the table of layers
  std::size_t columns = 100;  // cells are shortened to fit
};
std::string inspection_text(const Inspection&, const InspectionStyle&);
std::string inspection_json(const Inspection&, bool layers);

// ---- pictures ----------------------------------------------------------------------------------

// Boxes and arrows. Constants are left out; in graphs of more than `most_boxes` nodes, light
// operators are drawn with the heavy one before them ("Conv, Sigmoid, Mul").
struct PictureOptions {
  std::size_t most_boxes = 60;
  std::string title;  // empty: the graph's name
};
std::string graph_dot(const ModelGraph&, const PictureOptions&);
std::string graph_svg(const ModelGraph&, const PictureOptions&);

}  // namespace jetmeter
