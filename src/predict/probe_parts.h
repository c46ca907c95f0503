// What the files of probes share: how micro models are put together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "predict/probes.h"

namespace jetmeter {

inline constexpr int kChain = 4;  // kernels in a row: what enters and leaves is paid once
inline constexpr std::int64_t kOpset = 17;

std::string numbered(const char* stem, int i);  // "conv3"

// Weights that keep the size of what flows through them, of so many inputs.
std::vector<float> random_weights(std::uint64_t seed, std::int64_t count, double inputs);
std::vector<std::byte> random_bytes(std::uint64_t seed, std::int64_t count);

void add_convolutions(std::vector<Probe>&, std::uint64_t seed);
void add_products(std::vector<Probe>&, std::uint64_t seed);
void add_movers(std::vector<Probe>&);  // what moves bytes

}  // namespace jetmeter
