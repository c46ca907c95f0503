#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "jetmeter/verify.h"

namespace jetmeter {
namespace {

struct SharedTensor {
  std::string name, node;
};

std::unordered_set<std::string> written_by(const Graph& graph) {
  std::unordered_set<std::string> names;
  for (const auto& node : graph.nodes) names.insert(node.outputs.begin(), node.outputs.end());
  return names;
}

// Written by nodes of both main graphs, in the order of a. Constants are no layers.
std::vector<SharedTensor> shared_tensors(const Graph& a, const Graph& b) {
  const auto in_b = written_by(b);
  std::vector<SharedTensor> shared;
  for (const auto& node : a.nodes) {
    if (node.op == "Constant") continue;
    for (const auto& output : node.outputs)
      if (!output.empty() && in_b.contains(output)) shared.push_back({output, describe(node)});
  }
  return shared;
}

// With these as its only outputs, so that what lies behind them is not computed.
ModelGraph cut_at(const ModelGraph& model, std::span<const SharedTensor> tensors,
                  ElementType type) {
  auto cut = model;
  cut.graph.outputs.clear();
  for (const auto& tensor : tensors) {
    // Without a shape, which a file may state wrongly.
    Value output;
    output.name = tensor.name;
    output.type = type;
    cut.graph.outputs.push_back(std::move(output));
  }
  return cut;
}

Result<std::shared_ptr<Model>> load_cut(const ModelGraph& model,
                                        std::span<const SharedTensor> tensors,
                                        const LoadGraph& load, const std::filesystem::path& path) {
  // Without a type where the runtime infers it, since not every tensor is of floats; OpenCV's
  // reader wants one, and computes in float32 whatever it is told.
  auto last = Result<std::shared_ptr<Model>>(fail(""));
  for (const auto type : {ElementType::other, ElementType::float32}) {
    if (auto written = write_onnx(cut_at(model, tensors, type), path); !written)
      return tl::make_unexpected(written.error());
    last = load(path);
    if (last) break;
  }
  return last;
}

bool is_floating(ElementType type) {
  return type == ElementType::float32 || type == ElementType::float16 ||
         type == ElementType::bfloat16 || type == ElementType::float64;
}

class PartingSearch {
 public:
  explicit PartingSearch(const PartingRequest& request)
      : request_(request), shared_(shared_tensors(request.a->graph, request.b->graph)) {
    for (const auto& input : request.inputs) shapes_.push_back(input.spec.shape);
  }

  Result<Parting> search() {
    const auto step = std::max<std::size_t>(request_.group, 1);
    for (std::size_t from = 0; from < shared_.size() && !found_.first; from += step) {
      if (request_.progress) request_.progress(from, shared_.size());
      const auto group = std::span(shared_).subspan(from, std::min(step, shared_.size() - from));
      if (auto done = compare(group); !done) return tl::make_unexpected(done.error());
    }
    found_.shared = shared_.size();
    return std::move(found_);
  }

 private:
  Result<void> compare(std::span<const SharedTensor> group) {
    auto a = load_cut(*request_.a, group, request_.load_a, request_.folder / "a.onnx");
    if (!a) return fail("A with more outputs: " + a.error().what);
    auto b = load_cut(*request_.b, group, request_.load_b, request_.folder / "b.onnx");
    if (!b) return fail("B with more outputs: " + b.error().what);
    auto sessions = Verifier::make(*a, *b, shapes_);
    if (!sessions) return tl::make_unexpected(sessions.error());
    if (auto ran = sessions->run_both(request_.inputs); !ran) return ran;
    for (std::size_t i = 0; i < group.size(); ++i) add(group[i], *sessions, i);
    return {};
  }

  void add(const SharedTensor& tensor, Verifier& sessions, std::size_t place) {
    const auto view_a = sessions.session_a().output(place);
    const auto view_b = sessions.session_b().output(place);
    if (!is_floating(view_a.type) || !is_floating(view_b.type)) return;
    const auto a = floats_of(view_a), b = floats_of(view_b);
    if (!a || !b || a->size() != b->size()) return;
    DifferenceMeter meter;
    meter.add(*a, *b);
    LayerDifference layer{tensor.name, tensor.node, meter.difference(), {}};
    layer.beyond = beyond_limits(layer.difference, request_.limits).value_or("");
    if (!layer.beyond.empty() && !found_.first) found_.first = found_.layers.size();
    found_.layers.push_back(std::move(layer));
  }

  const PartingRequest& request_;
  std::vector<SharedTensor> shared_;
  std::vector<Shape> shapes_;
  Parting found_;
};

}  // namespace

Result<Parting> find_parting(const PartingRequest& request) {
  return PartingSearch(request).search();
}

}  // namespace jetmeter
