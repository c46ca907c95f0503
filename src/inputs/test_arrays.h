// Tensors and .npy files as tests write them down.
#pragma once

#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/inputs.h"

namespace jetmeter {

template <typename T>
TensorData tensor_of(ElementType type, Shape shape, std::vector<T> values, std::string name = "") {
  TensorData data{{std::move(name), type, std::move(shape)},
                  std::vector<std::byte>(values.size() * sizeof(T))};
  if (!values.empty()) std::memcpy(data.bytes.data(), values.data(), data.bytes.size());
  return data;
}

template <typename T>
std::vector<T> values_of(const TensorData& data) {
  std::vector<T> values(data.bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), data.bytes.data(), data.bytes.size());
  return values;
}

// A .npy file of version 1.0 around any literal and any data.
inline std::string npy_file(std::string_view literal, std::string_view data) {
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(literal.size() & 0xFFU);
  file += static_cast<char>(literal.size() >> 8U);
  return file.append(literal).append(data);
}

inline std::string npy_literal(std::string_view descr, std::string_view order,
                               std::string_view shape) {
  std::string text("{'descr': ");
  text.append(descr).append(", 'fortran_order': ").append(order);
  return text.append(", 'shape': ").append(shape).append(", }\n");
}

}  // namespace jetmeter
